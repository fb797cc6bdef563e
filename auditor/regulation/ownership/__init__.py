"""Parties: who controls whom, where a party stands, and who holds a stake in it."""
