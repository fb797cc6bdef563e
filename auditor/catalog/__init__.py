"""The catalog as content: read it, lint it, resolve a profile over it."""
