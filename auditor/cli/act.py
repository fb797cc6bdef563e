"""Act on a signed report in a statement of its own: countersign, acknowledge, object, withdraw or supersede; or show
such an act."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.cli.hands import add_signer_options, evidence, hands
from auditor.cli.lines import labelled
from auditor.cli.options import add_engine_options, add_judging_option, asker, instant, now

if TYPE_CHECKING:
    from auditor.attestation.statements.act import ActStatement

EXAMPLES = """\
examples:
  auditor act acknowledge report.dsse.json --reason "Received as case 7." \\
      --signer samples/keys/regulator.signer.json --out act.dsse.json
  auditor act show act.dsse.json --report report.dsse.json --trust trust.json
  auditor act object report.dsse.json --reason "Door 4 was repaired in May." \\
      --signer responsible-official=samples/keys/official.signer.json \\
      --out objection.dsse.json
  auditor act countersign report.dsse.json --reason "Read and agreed." \\
      --signer assessor=samples/keys/assessor.signer.json --out again.dsse.json
  auditor act withdraw report.dsse.json --reason "A log was forged." \\
      --signer samples/keys/assessor.signer.json --out withdrawal.dsse.json
  auditor sign results.json --bundle bundle --supersedes report.dsse.json \\
      --signer assessor=samples/keys/assessor.signer.json --out newer.dsse.json
  auditor act supersede report.dsse.json --successor newer.dsse.json \\
      --reason "Door 4 was counted twice." \\
      --signer samples/keys/assessor.signer.json --out supersede.dsse.json

Who may: any role countersigns, an authority acknowledges, a responsible
official or an authority objects, an assessor withdraws or supersedes. The role
may be left out where there is one. A technical reviewer who countersigns needs
--bundle: the results are recomputed first.
"""

_HELP = {
    "countersign": "sign a report that others signed, in a role of your own",
    "acknowledge": "say that you received a report, which is not accepting it",
    "object": "object to a report",
    "withdraw": "withdraw a report: it is not to be relied on from then on",
    "supersede": "replace a report by a successor that signs that it does",
}


def configure(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="act", required=True, metavar="|".join((*_HELP, "show")))
    for name, what in _HELP.items():
        act = commands.add_parser(name, help=what)
        act.add_argument("report", type=Path, help="the report, signed by all whom it declares")
        add_signer_options(act)
        act.add_argument("--reason", required=True, metavar="TEXT", help="why, in one line")
        act.add_argument("--at", type=instant, metavar="INSTANT", help="when (default: now)")
        act.add_argument("--out", type=Path, required=True, help="where to write the act")
        act.set_defaults(run=_act, successor=None, bundle=None, controls=None, threads=0, memory=2048)
        if name == "supersede":
            act.add_argument(
                "--successor", type=Path, required=True, metavar="REPORT", help="the report that replaces it"
            )
        if name == "countersign":
            act.add_argument("--bundle", type=Path, metavar="FOLDER", help="the evidence, for a technical reviewer")
            add_engine_options(act)
    show = commands.add_parser("show", help="show an act, and with --trust verify it")
    show.add_argument("file", type=Path, help="the act")
    show.add_argument("--report", type=Path, help="the report that it must be about")
    show.add_argument("--trust", type=Path, help="your own trust root")
    add_judging_option(show)
    show.set_defaults(run=_show)


def _act(arguments: argparse.Namespace) -> int:
    from auditor.attestation.roles import DECLARATIONS, roles_for
    from auditor.cli.progress import Progress
    from auditor.jobs.act import ActRequest, act_on
    from auditor.jobs.files import write_file

    topic = f"act/{arguments.act}"
    signing = hands(arguments.signer, roles_for(topic))
    progress = Progress()
    request = ActRequest(
        report=arguments.report,
        act=arguments.act,
        signing=signing,
        at=now() if arguments.at is None else arguments.at,
        reason=arguments.reason,
        successor=arguments.successor,
        evidence=evidence(arguments),
    )
    data = act_on(request, asker(arguments.passphrase_env), progress)
    progress.done()
    write_file(arguments.out, data)
    print(f"act: {arguments.out}")
    for hand in signing:
        print(labelled("signed as ", f'{hand.role}: "{DECLARATIONS[topic, hand.role]}"', "  "))
    return 0


def _show(arguments: argparse.Namespace) -> int:
    from auditor.attestation.statements.act import ActStatement
    from auditor.jobs.act import read_act, verify_act

    if arguments.trust is None:
        act = read_act(arguments.file)
        print("NOT VERIFIED: anybody could have written this; give your trust root with --trust\n")
        _print(act, [(signer.principal, signer.role) for signer in act.signers])
        return 0
    at = now() if arguments.at is None else arguments.at
    accepted = verify_act(arguments.file, arguments.trust, at, arguments.report)
    assert isinstance(accepted.statement, ActStatement)
    about = "" if arguments.report else ": it was not held against a report, give one with --report"
    print(f"PASSED WITH THE STATED LIMITS{about}\n")
    _print(accepted.statement, [(f"{one.name}, {one.organisation}", one.role) for one in accepted.signers])
    return 0


def _print(act: ActStatement, signers: list[tuple[str, str]]) -> None:
    from auditor.attestation.roles import DECLARATIONS
    from auditor.canon.instant import format_instant

    print(f"act        {act.act}, dated {format_instant(act.at)} by those who signed it")
    print(labelled("report     ", f"SHA-512 {act.report}"))
    if act.successor:
        print(labelled("successor  ", f"SHA-512 {act.successor}"))
    print(labelled("reason     ", act.reason))
    for name, role in signers:
        print(labelled("signed by  ", f"{name}, as {role}:"))
        print(labelled(" " * 11, f'"{DECLARATIONS[f"act/{act.act}", role]}"'))
