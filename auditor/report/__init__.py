"""The attestation document: what it says (view), its figures, HTML and PDF. Rendered from a verified report only."""
