"""Hostile bytes for every parser of the verifier: a module for each family, a corpus that is kept, what was found.

`.ci/fuzz TARGET SECONDS` searches by coverage (atheris), `test_corpus` replays and mutates in every run of the tests.
"""
