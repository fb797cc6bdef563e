"""License Exceptions AIA, ACM and LPP (740.27 to 740.29)."""
