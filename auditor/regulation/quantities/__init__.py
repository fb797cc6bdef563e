"""Quantities: chips where they are, and their TPP against shares and allocations over time."""
