"""Signed reports: statement, envelope, keys, trust policy and verifier, on `canon` and `errors` alone."""
