"""Model weights: the operations that count, and whether they are ECCN 4E091."""
