"""Progress on standard error for anything that takes longer than two seconds."""

from __future__ import annotations

import sys
import time

QUIET_SECONDS = 2.0


class Progress:
    """Called with a line whenever a step begins; shows nothing while the whole is quick.

    A terminal shows the latest line; anything else gets at most one line in two seconds.
    """

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._shown = False
        self._last = 0.0

    def __call__(self, line: str) -> None:
        """Show `line` as what is going on now."""
        elapsed = time.monotonic() - self._began
        if elapsed < QUIET_SECONDS and not self._shown:
            return
        if self._shown and not sys.stderr.isatty() and elapsed - self._last < QUIET_SECONDS:
            return
        self._shown, self._last = True, elapsed
        if sys.stderr.isatty():
            print(f"\r\x1b[K{elapsed:5.0f} s  {line[:70]}", end="", file=sys.stderr, flush=True)
        else:
            print(f"{elapsed:5.0f} s  {line}", file=sys.stderr, flush=True)

    def done(self) -> None:
        """Clear the line, so that the output that follows begins at the left."""
        if self._shown and sys.stderr.isatty():
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
