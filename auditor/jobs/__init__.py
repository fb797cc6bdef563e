"""One file for each thing a user asks for: read, call, write."""
