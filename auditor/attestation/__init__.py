"""Signed statements: envelope, statements, keys, trust root, timestamps and verifier, on `canon` and `errors` alone."""
