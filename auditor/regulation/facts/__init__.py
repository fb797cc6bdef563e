"""What a user states: the facts file, what it must not say, and what it says happens."""
