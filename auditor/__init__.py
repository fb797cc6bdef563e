"""Data-center security attestation auditor: check evidence, sign findings, print and verify attestations."""

__version__ = "0.1.0"
