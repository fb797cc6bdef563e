"""Runs one target under atheris, for `.ci/fuzz`: `python -m tests.fuzz.drive TARGET SCRATCH SECONDS`.

The kept corpus is unpacked into the scratch folder, the fuzzer adds to it, and `keep_found` brings back what reaches
code that nothing kept does. A crash, a hang or a false yes is left in the scratch folder.
"""

from __future__ import annotations

import os
import sys
from hashlib import sha256
from pathlib import Path
from random import Random

import atheris

with atheris.instrument_imports(include=["auditor"]):
    from tests.fuzz.target import inputs
    from tests.fuzz.targets import TARGETS

HANG = 20
"""Seconds that no input may take."""
MEMORY = 1500
"""Mebibytes that no input may take."""


def main() -> None:
    name, scratch, seconds, *options = sys.argv[1:]
    target = TARGETS[name]
    folder = Path(scratch) / name
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    kept = inputs(name)
    for data in kept.values():
        (corpus / sha256(data).hexdigest()[:40]).write_bytes(data)
        # What an input is compared with is read or made on first use, which must not count as a hang.
        target.run(data)

    def change(data: bytes, most: int, seed: int) -> bytes:
        rng = Random(seed)
        if rng.random() < 0.3:
            return bytes(atheris.Mutate(data, most))
        return target.mutate(rng, data)[:most]

    flags = [f"-max_len={target.most}", f"-max_total_time={seconds}", f"-timeout={HANG}", f"-rss_limit_mb={MEMORY}"]
    flags += [f"-artifact_prefix={folder}/", "-print_final_stats=1", "-verbosity=0", *options]
    atheris.Setup([sys.argv[0], *flags, str(corpus)], target.run, custom_mutator=change)
    atheris.Fuzz()


if __name__ == "__main__":
    os.nice(10)
    main()
