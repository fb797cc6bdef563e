"""Chance that repeats: every part of the simulation draws from its own stream, so one part cannot disturb another.

Only whole numbers and exact fractions are drawn. Functions of the mathematics library (logarithm, exponential)
may differ in the last bit between machines, and a sample must not.
"""

from __future__ import annotations

import random
import zlib

import numpy as np

Chance = random.Random


def chance(seed: int, part: str) -> Chance:
    """A generator for single draws in the named part."""
    return random.Random(f"{seed}/{part}")


def numbers(seed: int, part: str) -> np.random.Generator:
    """A generator for whole arrays in the named part."""
    return np.random.Generator(np.random.PCG64([seed, zlib.crc32(part.encode())]))


def hexadecimal(draw: Chance, digits: int) -> str:
    """So many random hexadecimal digits."""
    return f"{draw.getrandbits(4 * digits):0{digits}x}"
