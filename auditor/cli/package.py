"""Make a package of one assessment, seal it, and add what comes later."""

from __future__ import annotations

import argparse

from auditor.cli.options import instant, now, path
from auditor.cli.sealing import add_sealer_options, sealer

EXAMPLES = """\
examples:
  auditor package make report.dsse.json --document . --bundle bundle \\
      --evidence-seal seals/evidence.dsse.json --sealer sealer.signer.json \\
      --trust trust.json --time alpha=$ALPHA --time beta=$BETA --out newpackage
  auditor package late newpackage --crl ca.crl --sealer sealer.signer.json \\
      --trust trust.json --time alpha=$ALPHA --time beta=$BETA
  auditor package zip newpackage --out package.zip
  auditor package act newpackage act.dsse.json

make seals the list of all files. late, a day or two afterwards, adds the
revocation lists issued since and seals them with the first seal: without them
nobody can show in ten years that no certificate was revoked in between.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="verb", required=True, metavar="make|late|zip|act")
    make = commands.add_parser("make", help="gather and seal a package")
    make.add_argument("report", type=path, help="report.dsse.json, signed by everybody it declares")
    make.add_argument("--document", type=path, required=True, metavar="FOLDER",
                      help="folder of attestation.pdf and attestation.dsse.json")  # fmt: skip
    make.add_argument("--bundle", type=path, required=True, metavar="FOLDER", help="the evidence bundle assessed")
    make.add_argument("--evidence-seal", type=path, metavar="FILE", help="evidence.dsse.json of auditor seal")
    make.add_argument("--controls", type=path, metavar="FOLDER", help="use this catalog, not the one installed")
    make.add_argument("--at", type=instant, metavar="INSTANT", help="time the sealer claims (default: now)")
    make.add_argument("--out", type=path, required=True, metavar="FOLDER", help="the new package")
    add_sealer_options(make)
    make.set_defaults(run=_make)
    late = commands.add_parser("late", help="add revocation lists from after the seal, and seal again")
    late.add_argument("package", type=path, help="the package's folder")
    late.add_argument("--crl", type=path, action="append", required=True, metavar="FILE", help="a revocation list")
    late.add_argument("--at", type=instant, metavar="INSTANT", help="time the sealer claims (default: now)")
    add_sealer_options(late)
    late.set_defaults(run=_late)
    zipped = commands.add_parser("zip", help="write the package as a zip that stores its files as they are")
    zipped.add_argument("package", type=path, help="the package's folder")
    zipped.add_argument("--out", type=path, required=True, metavar="FILE", help="the zip")
    zipped.set_defaults(run=_zip)
    act = commands.add_parser("act", help="put an act (auditor act) into the package")
    act.add_argument("package", type=path, help="the package's folder")
    act.add_argument("act", type=path, help="the signed act")
    act.set_defaults(run=_act)


def _make(arguments: argparse.Namespace) -> int:
    from auditor.cli.progress import Progress
    from auditor.jobs.package import PackageRequest, make_package

    progress = Progress()
    name = make_package(
        PackageRequest(
            report=arguments.report,
            document=arguments.document,
            bundle=arguments.bundle,
            evidence_seal=arguments.evidence_seal,
            sealer=sealer(arguments),
            at=now() if arguments.at is None else arguments.at,
            out=arguments.out,
            controls=arguments.controls,
        ),
        progress,
    )
    progress.done()
    print(f"package: {arguments.out}\nid:      {name}")
    return 0


def _late(arguments: argparse.Namespace) -> int:
    from auditor.jobs.package import seal_late

    at = now() if arguments.at is None else arguments.at
    seal_late(arguments.package, arguments.crl, sealer(arguments), at)
    print(f"late seal: {arguments.package / 'seals' / 'late.dsse.json'}")
    return 0


def _zip(arguments: argparse.Namespace) -> int:
    from auditor.jobs.package import zip_package

    zip_package(arguments.package, arguments.out)
    print(f"package: {arguments.out}")
    return 0


def _act(arguments: argparse.Namespace) -> int:
    from auditor.jobs.package import add_act

    print(f"act: {add_act(arguments.package, arguments.act)}")
    return 0
