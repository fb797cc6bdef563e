"""Places: their tier, the lists they are on, and what follows from it."""
