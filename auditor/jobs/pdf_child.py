"""Work on a PDF in a process of its own, with limits: a hostile file can neither hang nor fill the verifier.

The child gets one line of JSON and the file on its standard input, has no environment, may write no file and hands back
one line of JSON. If it dies, or takes more than it is given, the file is refused.
"""

from __future__ import annotations

import gc
import importlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import auditor
from auditor.errors import (
    AuditorError,
    BindingError,
    EnvelopeError,
    SignatureError,
    StatementError,
    TrustError,
    UnverifiableError,
    shorten,
)

_MIB = 2**20
_CHILD = "import sys; sys.path.append(sys.argv[1]); from auditor.jobs.pdf_child import child; child()"
_CLASSES = {
    kind.code: kind
    for kind in (BindingError, EnvelopeError, SignatureError, StatementError, TrustError, UnverifiableError)
}
# What a child does: the module whose `answer` takes the members and the PDF.
_TASKS = {"strict": "auditor.jobs.pdf_check", "text": "auditor.jobs.pdf_text"}
_REPLY_LIMIT = 256 * _MIB


class Limits(NamedTuple):
    """What the child may use: seconds of processor and of the clock, bytes of address space beside 24 times the PDF."""

    processor: int = 20
    clock: float = 60.0
    memory: int = 768 * _MIB


LIMITS = Limits()


def ask_child(task: str, members: dict[str, Any], pdf: bytes, limits: Limits = LIMITS) -> dict[str, Any]:
    """What the task's `answer(members, pdf)` comes to, worked out in a process with `limits`.

    Raises:
        VerificationError, UnverifiableError: as the task does; BindingError also when the child died or reached a limit
            of its own, UnverifiableError when the clock ran out.
    """
    command = [sys.executable, "-I", "-c", _CHILD, str(Path(auditor.__file__).parents[1])]
    limit = [limits.processor, limits.memory + 24 * len(pdf)]
    question = json.dumps({"limits": limit, "task": task, "members": members}).encode() + b"\n"
    try:
        done = subprocess.run(  # noqa: S603 - this interpreter, and nothing from the PDF on the command line
            command, input=question + pdf, capture_output=True, check=False, timeout=limits.clock, env={}
        )
    except subprocess.TimeoutExpired as error:
        raise UnverifiableError(
            "the PDF could not be checked in time", value=f"{limits.clock:g} s", hint="try again on an idle machine"
        ) from error
    if done.returncode != 0 or not 0 < len(done.stdout) <= _REPLY_LIMIT:
        raise BindingError(
            "the PDF cannot be checked within the limits of memory and time",
            value=shorten(done.stderr[-200:].decode(errors="replace")) or f"exit {done.returncode}",
        )
    reply: dict[str, Any] = json.loads(done.stdout)
    if "refused" in reply:
        kind = _CLASSES[reply["refused"]]
        raise kind(reply["problem"], place=reply["place"], value=reply["value"], hint=reply["hint"])
    answer: dict[str, Any] = reply["answer"]
    return answer


def child() -> None:
    """The child's whole life: limits, one question, one reply."""
    # What is read stays until the end, so looking for what may go takes a quarter of the time and finds nothing.
    gc.disable()
    question = json.loads(sys.stdin.buffer.readline())
    _limit(*question["limits"])
    pdf = sys.stdin.buffer.read()
    try:
        reply = {"answer": importlib.import_module(_TASKS[question["task"]]).answer(question["members"], pdf)}
    except AuditorError as error:
        code = error.code if error.code in _CLASSES else UnverifiableError.code
        value = None if error.value is None else shorten(error.value)
        reply = {"refused": code, "problem": error.problem, "value": value, "place": error.place, "hint": error.hint}
    except ImportError as error:
        problem = f"what reads PDF files is not installed ({error.name})"
        reply = {"refused": UnverifiableError.code, "problem": problem, "value": None, "place": None}
        reply |= {"hint": "install the whole auditor"}
    sys.stdout.write(json.dumps(reply))


def _limit(processor: int, memory: int) -> None:
    import resource

    for kind, most in (
        (resource.RLIMIT_CPU, processor),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))
