"""Progress on standard error for anything that takes longer than two seconds."""

from __future__ import annotations

import sys
import time
from _thread import allocate_lock

QUIET_SECONDS = 2.0

_at_work: list[Progress] = []


class Progress:
    """Called with a line whenever a step begins; shows nothing while the whole is quick.

    A terminal shows the latest line, with the seconds counting on; anything else gets each line once, at most one in
    two seconds. A step that is long from the beginning is shown when it has become long, not when the next one begins.
    """

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._line = self._shown = ""
        self._last = 0.0
        self._ticking = False
        self._over = False
        self._writing = allocate_lock()
        _at_work.append(self)

    def __call__(self, line: str) -> None:
        """Show `line` as what is going on now."""
        self._line = line
        if not self._ticking:
            import threading

            self._ticking = True
            threading.Thread(target=self._tick, daemon=True).start()
        self.show()

    def show(self) -> None:
        """Write the line that was set last, if it is time and there is anything new to show."""
        elapsed = time.monotonic() - self._began
        with self._writing:
            if elapsed >= QUIET_SECONDS and not self._over and sys.stderr is not None:
                self._write(elapsed)

    def _write(self, elapsed: float) -> None:
        if sys.stderr.isatty():
            print(f"\r\x1b[K{elapsed:5.0f} s  {self._line[:70]}", end="", file=sys.stderr, flush=True)
        elif self._line != self._shown and (not self._shown or elapsed - self._last >= QUIET_SECONDS):
            print(f"{elapsed:5.0f} s  {self._line}", file=sys.stderr, flush=True)
        else:
            return
        self._shown, self._last = self._line, elapsed

    def done(self) -> None:
        """Clear the line, so that the output that follows begins at the left."""
        with self._writing:
            if self._shown and not self._over and sys.stderr is not None and sys.stderr.isatty():
                print("\r\x1b[K", end="", file=sys.stderr, flush=True)
            self._over = True

    def _tick(self) -> None:
        while not self._over:
            time.sleep(1.0)
            self.show()


def end() -> None:
    """Nothing goes on any more, however it ended."""
    while _at_work:
        _at_work.pop().done()
