"""The door: bundle manifests, digests, mappings, outside formats, and the locked table store tests run on."""
