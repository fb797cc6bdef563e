"""Collecting what a library only logs, so that it can be refused."""

from __future__ import annotations

import logging
import threading
from types import TracebackType
from typing import Self

from auditor.errors import RenderError


class Complaints:
    """Holds every record at warning or above that this thread logs under the given loggers while it is open."""

    def __init__(self, *names: str) -> None:
        self._loggers = [logging.getLogger(name) for name in names]
        self._handler = _Collector()
        self._before: list[tuple[int, bool]] = []

    def __enter__(self) -> Self:
        for logger in self._loggers:
            self._before.append((logger.level, logger.propagate))
            logger.addHandler(self._handler)
            # An application may have silenced its loggers; what is silenced is not collected.
            if logger.getEffectiveLevel() > logging.WARNING:
                logger.setLevel(logging.WARNING)
            logger.propagate = False
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for logger, (level, propagate) in zip(self._loggers, self._before, strict=True):
            logger.removeHandler(self._handler)
            logger.setLevel(level)
            logger.propagate = propagate

    def refuse(self) -> None:
        """Raise RenderError naming the first complaint, if there was one."""
        found = self._handler.messages
        if found:
            more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
            raise RenderError(f"the renderer complained{more}", value=found[0])


class _Collector(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []
        self._thread = threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self._thread:
            self.messages.append(f"{record.name}: {record.getMessage()}")
