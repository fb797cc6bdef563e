"""Bytes and names that must never vary: digests, canonical JSON, strict JSON, the Merkle tree, instants."""
