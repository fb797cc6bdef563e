"""The attested samples, for what needs a genuine package."""

from tests.e2e.conftest import fjordheim, skarvoy

__all__ = ["fjordheim", "skarvoy"]
