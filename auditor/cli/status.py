"""Issue the list of reports that are withdrawn or superseded, or show one."""

from __future__ import annotations

import argparse
from pathlib import Path

from auditor.cli.hands import add_signer_options, hands
from auditor.cli.lines import labelled
from auditor.cli.options import add_judging_option, asker, instant, misused, now

EXAMPLES = """\
examples:
  auditor status issue --out status.dsse.json \\
      --signer assessor=samples/keys/assessor.signer.json
  auditor status issue --previous status.dsse.json --out newer.dsse.json \\
      --withdrawn report.dsse.json --reason "A log was forged." \\
      --signer assessor=samples/keys/assessor.signer.json
  auditor status show newer.dsse.json --report report.dsse.json \\
      --trust trust.json

Each list says everything that the one before said; a verifier's trust root says
which version it asks for at least, and how old it may be.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="verb", required=True, metavar="issue|show")
    issue = commands.add_parser("issue", help="make the next version of the list")
    add_signer_options(issue)
    issue.add_argument("--previous", type=Path, metavar="FILE", help="the version before, which is carried on")
    for state in ("withdrawn", "superseded"):
        issue.add_argument(
            f"--{state}", type=Path, action="append", default=[], metavar="REPORT", help=f"a report that is {state}"
        )
    issue.add_argument("--reason", default="", metavar="TEXT", help="why, in one line")
    issue.add_argument("--from", dest="began", type=instant, metavar="INSTANT", help="from when (default: now)")
    issue.add_argument("--issued-at", type=instant, metavar="INSTANT", help="the date of the list (default: now)")
    issue.add_argument("--out", type=Path, required=True, help="where to write the list")
    issue.set_defaults(run=_issue)
    show = commands.add_parser("show", help="show a list, and with --trust verify it")
    show.add_argument("file", type=Path, help="the status list")
    show.add_argument("--report", type=Path, help="say what it says of this report")
    show.add_argument("--trust", type=Path, help="your own trust root")
    add_judging_option(show)
    show.set_defaults(run=_show)


def _issue(arguments: argparse.Namespace) -> int:
    from auditor.attestation.roles import Kind
    from auditor.cli.exits import DONE
    from auditor.jobs.files import write_file
    from auditor.jobs.status import StatusRequest, issue_status, read_status

    if (arguments.withdrawn or arguments.superseded) and not arguments.reason:
        return misused("status", "give --reason TEXT for what is withdrawn or superseded")
    issued_at = now() if arguments.issued_at is None else arguments.issued_at
    request = StatusRequest(
        signing=hands(arguments.signer, Kind.STATUS.roles),
        issued_at=issued_at,
        at=issued_at if arguments.began is None else arguments.began,
        reason=arguments.reason,
        previous=arguments.previous,
        withdrawn=arguments.withdrawn,
        superseded=arguments.superseded,
    )
    write_file(arguments.out, issue_status(request, asker(arguments.passphrase_env)))
    status = read_status(arguments.out)
    count = f"{len(status.entries)} report{'s' * (len(status.entries) != 1)} listed"
    print(f"status list: {arguments.out}, version {status.version}, {count}")
    return DONE


def _show(arguments: argparse.Namespace) -> int:
    from auditor.attestation.statements.status import StatusStatement
    from auditor.canon.instant import format_instant
    from auditor.jobs.status import find_report, read_status, verify_status

    if arguments.trust is None:
        status = read_status(arguments.file)
        print("NOT VERIFIED: anybody could have written this; give your trust root with --trust\n")
        signers = [f"{one.principal}, as {one.role}" for one in status.signers]
    else:
        at = now() if arguments.at is None else arguments.at
        accepted = verify_status(arguments.file, arguments.trust, at)
        assert isinstance(accepted.statement, StatusStatement)
        status = accepted.statement
        signers = [f"{one.name}, {one.organisation}, as {one.role}" for one in accepted.signers]
        print("PASSED WITH THE STATED LIMITS: whether there is a newer list is not known here\n")
    print(f"version    {status.version}, issued at {format_instant(status.issued_at)}")
    for signer in signers:
        print(labelled("signed by  ", signer))
    for entry in status.entries:
        print(labelled(f"{entry.status:<11}", f"from {format_instant(entry.at)}: {entry.reason}"))
        print(labelled(" " * 11, f"SHA-512 {entry.report}"))
    if arguments.report is not None:
        found = find_report(status, arguments.report)
        print(f"this report: {'not listed' if found is None else found.status}")
    return 0
