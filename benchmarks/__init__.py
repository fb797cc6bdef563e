"""What the auditor costs beside its peers: `python -m benchmarks`. See README.md for what each measure compares."""
