"""The attestation: our renderer beside headless Chromium printing the same HTML, in processor seconds."""

from __future__ import annotations

import shutil
import sys
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.measure import Clock, Row, Run, Settings, in_turns, report, run_worker

CHROMIUM = (
    "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
    "--no-pdf-header-footer",
)  # fmt: skip


def measure(settings: Settings) -> list[Row]:
    rows = []
    for findings in (16, 100) if settings.quick else (16, 100, 300):
        folder = settings.scratch / str(findings)
        folder.mkdir()
        run_worker("pdf", "prepare", folder, findings)
        ours, theirs = in_turns(
            1 if settings.quick else 3, partial(run_worker, "pdf", "ours", folder), partial(_chromium, folder)
        )
        pages, printed = ours.runs[0].output["pages"], theirs.runs[0].output["pages"]
        rows += [
            Row(
                "pdf", f"{findings} findings, user+system", ours.cpus, theirs.cpus, goal=3, peak=ours.peak,
                note=f"{pages} pages, {_rates(ours.cpus, pages, findings)}; "
                f"Chromium {printed} pages, {_rates(theirs.cpus, printed, findings)}",
            ),
            Row("pdf", f"{findings} findings, wall clock", ours.walls, theirs.walls),
        ]  # fmt: skip
    return rows


def _rates(seconds: list[float], pages: int, findings: int) -> str:
    return f"{pages / min(seconds):.1f} pages and {findings / min(seconds):.1f} findings per processor second"


def _chromium(folder: Path) -> Run:
    return run_worker("pdf", "chromium", folder)


def _prepare(folder: Path, findings: int) -> None:
    """The HTML we render, with its style sheet inside and its fonts beside it for Chromium."""
    from auditor.report.html import render_html
    from tests.report import factory

    kit = factory.kit()
    html = render_html(factory.compose(_input(findings)), kit.templates)
    style = kit.stylesheet
    for name, data in kit.fonts.items():
        (folder / name).write_bytes(data)
        style = style.replace(f"font:{name}", name)
    (folder / "findings").write_text(str(findings))
    (folder / "attestation.html").write_text(html.replace("</head>", f"<style>{style}</style></head>", 1))


def _input(findings: int) -> Any:
    from tests.report import factory

    return factory.make_input(factory.make_results(factory.many_rows(findings)))


def _ours(folder: Path) -> None:
    """Everything from the verified results to the PDF, with the import of the renderer."""
    from tests.report import factory

    facts = _input(int((folder / "findings").read_text()))
    with Clock() as clock:
        from auditor.report.kit import read_kit
        from auditor.report.render import render_attestation

        data = render_attestation(facts, read_kit(factory.TEMPLATES))
    report(clock, pages=_pages(data))


def _print(folder: Path) -> None:
    """Chromium as a child, orphans of it adopted, so that all its processes' time is counted."""
    import ctypes
    import os
    import subprocess

    set_child_subreaper = 36
    ctypes.CDLL(None).prctl(set_child_subreaper, 1, 0, 0, 0)
    out, profile = folder / "chromium.pdf", folder / "profile"
    words = [*CHROMIUM, f"--user-data-dir={profile}", f"--print-to-pdf={out}", str(folder / "attestation.html")]
    with Clock() as clock:
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            while True:
                os.wait()
        except ChildProcessError:
            pass
    shutil.rmtree(profile, ignore_errors=True)
    report(clock, pages=_pages(out.read_bytes()))


def _pages(data: bytes) -> int:
    import io

    import pypdf

    return len(pypdf.PdfReader(io.BytesIO(data)).pages)


if __name__ == "__main__":
    word, place = sys.argv[1], Path(sys.argv[2])
    if word == "ours":
        _ours(place)
    elif word == "chromium":
        _print(place)
    else:
        with Clock() as clock:
            _prepare(place, int(sys.argv[3]))
        report(clock)
