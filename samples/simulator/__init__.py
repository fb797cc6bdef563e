"""A facility that lives for a month, and the records its systems export: the auditor's sample bundles.

The package simulates people walking, keys turning and packets leaving, then writes what each system would have
written down. It knows nothing of the auditor: it imports none of it, and a sound facility is sound because of how
its people behave, which `selfcheck` asserts on the simulated truth.
"""
