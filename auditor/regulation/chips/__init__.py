"""Chips: performance from a data sheet, and the entries of the Commerce Control List it meets."""
