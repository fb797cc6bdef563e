"""The attested samples, for what needs a genuine package."""

from tests.e2e.conftest import fjordheim, package, skarvoy
from tests.e2e.looked_up import look_once

__all__ = ["fjordheim", "look_once", "package", "skarvoy"]
