"""Duties and days: what is due when, and whether it still fits."""
