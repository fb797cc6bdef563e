"""Frozen types in the field's words: invariants only, no input or output, no verdicts."""
