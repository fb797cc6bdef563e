"""What the figures were taken on."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib import metadata
from pathlib import Path

LIBRARIES = ("duckdb", "numba", "numpy", "weasyprint", "pydantic", "cryptography")


def describe() -> dict[str, str]:
    """Cores, processor, memory, system, Python and the libraries that matter, each with its version."""
    found = {
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB",
        "load before": ", ".join(f"{load:.1f}" for load in os.getloadavg()),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }
    for name in LIBRARIES:
        found[name] = metadata.version(name)
    for name, command in (("openssl", ["openssl", "version"]), ("chromium", ["chromium", "--version"]),
                          ("sha256sum", ["sha256sum", "--version"])):  # fmt: skip
        found[name] = _first_line(command)
    return found


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _first_line(command: list[str]) -> str:
    try:
        lines = subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()
    except OSError:
        return "not installed"
    return lines[0] if lines else "unknown"
