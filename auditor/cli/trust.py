"""Keep your trust root: whose signatures you accept, in which roles, since when and until when, and what else you rely
on. It is yours: nothing in a package you receive can change it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.canon.instant import EARLIEST, LATEST
from auditor.cli.options import add_format_option, add_passphrase_option, asker, instant, now

if TYPE_CHECKING:
    from collections.abc import Callable

    from auditor.jobs.trust import Document, Signer, Written
    from auditor.jobs.trust_document import Window

EXAMPLES = """\
examples:
  auditor trust init my.json --root samples/keys/root-a.signer.json \\
      --signer assessor samples/keys/assessor.signer.json
  auditor trust add my.json --root samples/keys/root-a.signer.json \\
      --signer sealer samples/keys/sealer.signer.json
  auditor trust revoke my.json urn:example:sample-sealer superseded \\
      --root samples/keys/root-a.signer.json
  auditor trust rotate my.json --root samples/keys/root-a.signer.json \\
      --new samples/keys/root-b.signer.json
  auditor trust show my.json
  auditor trust update my.1.json my.2.json my.3.json
  auditor trust init two.json --root samples/keys/root-a.signer.json \\
      --holder samples/keys/root-b.signer.json --root-threshold 2 \\
      --signer assessor samples/keys/assessor.signer.json
  auditor trust sign two.json --root samples/keys/root-b.signer.json

Signer files come from their owners (auditor key generate makes them). Before
you add one, compare its key ids with its owner over another channel; never take
one from the package you are about to verify. add, revoke and rotate make the
next version and keep the one before beside it as my.1.json, my.2.json ...
docs/trust.md has the whole of it.
"""

# Somebody who makes a trust root has a report before them that was signed earlier.
_YEARS_BEFORE = 1
_YEARS = 3
_ROOT_YEARS = 20
_YEAR = 365 * 86_400_000_000
_USUAL_KIND = {"responsible-official": "facility", "authority": "authority"}


def configure(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="verb", required=True, metavar="init|add|revoke|rotate|sign|update|show")

    init = _verb(commands, "init", "make a trust root", _init)
    _add_root(init)
    _add_holder(init)
    init.add_argument("--lineage", metavar="URN", help="its name for good (default: a random urn:uuid)")
    _add_content(init, required=True)

    add = _verb(commands, "add", "let more people sign, or rely on more, in the next version", _add)
    _add_root(add)
    _add_content(add, required=False)

    revoke = _verb(commands, "revoke", "let a person's keys count no more, in the next version", _revoke)
    revoke.add_argument("whom", metavar="PRINCIPAL", help="the person, or the id of one of their keys")
    revoke.add_argument(
        "reason", choices=("superseded", "cessation", "key-compromise"), help="why; key-compromise reaches back"
    )
    revoke.add_argument("--from", dest="revoked", type=instant, metavar="INSTANT", help="revoked from (default: now)")
    revoke.add_argument(
        "--lost", type=instant, metavar="INSTANT", help="key-compromise: nothing proven from this time on counts"
    )
    _add_root(revoke)

    rotate = _verb(commands, "rotate", "replace the root holders, in the next version", _rotate)
    _add_root(rotate)
    rotate.add_argument(
        "--new", type=Path, action="append", default=[], metavar="SIGNER", help="a holder from now on, who signs now"
    )
    _add_holder(rotate)

    sign = _verb(commands, "sign", "add a root holder's signatures to a trust root or draft", _sign)
    sign.add_argument("--after", type=Path, metavar="FILE", help="the trust root that it follows, if it is a draft")
    _add_root(sign)

    update = _verb(commands, "update", "take over newer versions from their holders", _update)
    update.add_argument("newer", type=Path, nargs="+", metavar="NEWER", help="each version since yours, in order")

    show = _verb(commands, "show", "show a trust root", _show)
    show.add_argument("--draft", action="store_true", help="even if too few have signed it: read before you sign")
    add_format_option(show)


def _verb(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    what: str,
    run: Callable[[argparse.Namespace], int],
) -> argparse.ArgumentParser:
    verb = commands.add_parser(name, help=what, description=f"{what[0].upper()}{what[1:]}.", allow_abbrev=False)
    verb.add_argument("file", type=Path, help="the trust root")
    verb.set_defaults(run=run)
    return verb


def _add_root(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--root", type=Path, action="append", required=True, metavar="SIGNER", help="a root holder, who signs now"
    )
    add_passphrase_option(parser)
    parser.add_argument("--at", type=instant, metavar="INSTANT", help="date it so (default: now)")


def _add_holder(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--holder", type=Path, action="append", default=[], metavar="SIGNER", help="a root holder, who signs later"
    )
    parser.add_argument("--root-threshold", type=int, metavar="N", help="holders who must sign (default: all of them)")


def _add_content(parser: argparse.ArgumentParser, *, required: bool) -> None:
    add = parser.add_argument
    add("--signer", nargs="+", action="append", default=[], required=required, metavar=("ROLE", "SIGNER"),
        help="ROLE SIGNER [KIND]: who may sign as what; KIND: assessor, facility or authority")  # fmt: skip
    add("--threshold", nargs=3, action="append", default=[], metavar=("STATEMENT", "ROLE", "N"),
        help="people needed, such as: seal sealer 1 (default: 1 in each role)")  # fmt: skip
    add("--from", dest="began", type=instant, metavar="INSTANT",
        help="keys and authorities count from (default: a year ago; an authority: as its certificate)")  # fmt: skip
    add("--to", dest="ended", type=instant, metavar="INSTANT",
        help="and until (default: 3 years on; an authority: as its certificate)")  # fmt: skip
    add("--authority", nargs=4, action="append", default=[], metavar=("NAME", "OPERATOR", "CERTIFICATE", "POLICY"),
        help="a time-stamping authority")  # fmt: skip
    add("--time-threshold", type=int, metavar="N", help="operators whose timestamps are needed (default: all)")
    add("--time-tolerance", type=int, metavar="SECONDS", help="how far they may differ (default: 300)")
    add("--pdf-anchor", type=Path, action="append", default=[], metavar="CERTIFICATE", help="a CA of PDF certificates")
    add("--pdf-certificate", nargs=2, action="append", default=[], metavar=("CERTIFICATE", "PRINCIPAL"),
        help="whose a PDF certificate is")  # fmt: skip
    for member in ("catalog", "engine", "verifier"):
        add(f"--{member}", action="append", default=[], metavar="DIGEST", help=f"accept only these {member} digests")
    add("--status", nargs=2, type=int, metavar=("VERSION", "DAYS"), help="least version and age of status lists")


def _init(arguments: argparse.Namespace) -> int:
    import uuid

    from auditor.jobs.trust import init_root, read_signers
    from auditor.jobs.trust_document import Window, new_document, set_holders, usual_thresholds

    at = now() if arguments.at is None else arguments.at
    signing, holders = read_signers(arguments.root), read_signers([*arguments.root, *arguments.holder])
    document = new_document(arguments.lineage or f"urn:uuid:{uuid.uuid4()}", at)
    threshold = len(holders) if arguments.root_threshold is None else arguments.root_threshold
    set_holders(
        document, [holder.file for holder in holders], Window(at, _on_calendar(at + _ROOT_YEARS * _YEAR)), threshold
    )
    added = _fill(document, arguments, at)
    usual_thresholds(document)
    _set_thresholds(document, arguments.threshold)
    _tell(init_root(arguments.file, document, signing, asker(arguments.passphrase_env)), added)
    return 0


def _add(arguments: argparse.Namespace) -> int:
    from auditor.jobs.trust import change_root, read_document, read_signers
    from auditor.jobs.trust_document import next_version, usual_thresholds

    at = now() if arguments.at is None else arguments.at
    document = read_document(arguments.file)
    next_version(document, at)
    added = _fill(document, arguments, at)
    usual_thresholds(document)
    _set_thresholds(document, arguments.threshold)
    _tell(change_root(arguments.file, document, read_signers(arguments.root), asker(arguments.passphrase_env)), added)
    return 0


def _revoke(arguments: argparse.Namespace) -> int:
    from auditor.errors import TrustError
    from auditor.jobs.trust import change_root, read_document, read_signers
    from auditor.jobs.trust_document import next_version, revoke

    at = now() if arguments.at is None else arguments.at
    revoked = at if arguments.revoked is None else arguments.revoked
    if arguments.lost is not None and arguments.reason != "key-compromise":
        raise TrustError(
            f"--lost is for key-compromise, and the reason is {arguments.reason}",
            hint="leave --lost out, or give key-compromise as the reason",
        )
    document = read_document(arguments.file)
    next_version(document, at)
    lost = revoked if arguments.lost is None else arguments.lost
    keyids = revoke(document, arguments.whom, arguments.reason, revoked, lost)
    written = change_root(arguments.file, document, read_signers(arguments.root), asker(arguments.passphrase_env))
    _tell(written, ())
    for keyid in keyids:
        print(f"revoked: {keyid}")
    return 0


def _rotate(arguments: argparse.Namespace) -> int:
    from auditor.errors import TrustError
    from auditor.jobs.trust import change_root, read_document, read_signers
    from auditor.jobs.trust_document import Window, next_version, set_holders

    at = now() if arguments.at is None else arguments.at
    new = read_signers([*arguments.new, *arguments.holder])
    if not new:
        raise TrustError(
            "nobody would hold the root", hint="name every holder of the next version with --new or --holder"
        )
    document = read_document(arguments.file)
    next_version(document, at)
    threshold = len(new) if arguments.root_threshold is None else arguments.root_threshold
    set_holders(
        document, [holder.file for holder in new], Window(at, _on_calendar(at + _ROOT_YEARS * _YEAR)), threshold
    )
    signing = read_signers([*arguments.root, *arguments.new])
    _tell(change_root(arguments.file, document, signing, asker(arguments.passphrase_env)), new)
    return 0


def _sign(arguments: argparse.Namespace) -> int:
    from auditor.jobs.trust import read_signers, sign_draft

    written = sign_draft(arguments.file, read_signers(arguments.root), asker(arguments.passphrase_env), arguments.after)
    _tell(written, ())
    if written.complete and arguments.after is not None:
        print(f"take it over with: auditor trust update {arguments.after} {arguments.file}")
    return 0


def _update(arguments: argparse.Namespace) -> int:
    from auditor.jobs.trust import update_root

    _tell(update_root(arguments.file, arguments.newer), ())
    return 0


def _show(arguments: argparse.Namespace) -> int:
    from auditor.jobs.trust import read_document, read_root, read_unsigned

    # Whoever is asked to sign must be able to read it; nobody else should take it for a trust root.
    root = read_unsigned(arguments.file) if arguments.draft else read_root(arguments.file)
    if arguments.format == "json":
        import json

        print(json.dumps(read_document(arguments.file, draft=arguments.draft), indent=2, ensure_ascii=False))
        return 0
    from auditor.cli.trust_text import describe

    if arguments.draft:
        print("DRAFT: nobody's signature was looked at; not to be relied on\n")
    for line in describe(root):
        print(line)
    return 0


def _fill(document: Document, arguments: argparse.Namespace, at: int) -> list[Signer]:
    """Add what the options name to `document`; the signers among it."""
    from auditor.jobs.trust_document import Window, approve, set_window

    began = _on_calendar(at - _YEARS_BEFORE * _YEAR) if arguments.began is None else arguments.began
    ended = _on_calendar(at + _YEARS * _YEAR) if arguments.ended is None else arguments.ended
    added = _add_signers(document, arguments.signer, Window(began, ended))
    for signer in added:
        set_window(document, signer.file, arguments.began, arguments.ended)
    _add_authorities(document, arguments)
    for member in ("catalog", "engine", "verifier"):
        approve(document, f"{member}s", getattr(arguments, member))
    if arguments.status:
        document["status"] = {"leastVersion": arguments.status[0], "maxAgeDays": arguments.status[1]}
    return added


def _on_calendar(instant: int) -> int:
    # Some years before or after a date need not be a date.
    return max(EARLIEST, min(instant, LATEST))


def _add_signers(document: Document, words: list[list[str]], window: Window) -> list[Signer]:
    from auditor.errors import TrustError
    from auditor.jobs.trust import read_signers
    from auditor.jobs.trust_document import add_principal

    added = []
    for given in words:
        if len(given) not in (2, 3):
            raise TrustError(
                "--signer takes a role, a signer file and perhaps a kind of organisation",
                value=" ".join(given),
                hint="write the trust root's file first, then: --signer assessor ada.signer.json",
            )
        role, path = given[0], Path(given[1])
        (signer,) = read_signers([path])
        known = {one["name"]: one["kind"] for one in document["organisations"]}
        usual = known.get(signer.file.organisation, "assessor") if role == "sealer" else "assessor"
        kind = given[2] if len(given) == 3 else _USUAL_KIND.get(role, usual)
        add_principal(document, signer.file, role, kind, window)
        added.append(signer)
    return added


def _add_authorities(document: Document, arguments: argparse.Namespace) -> None:
    from auditor.jobs.certificates import add_authority_of, read_anchor, read_certificate
    from auditor.jobs.trust_document import add_anchor, add_pdf_certificate

    for name, operator, path, policy in arguments.authority:
        add_authority_of(document, name, operator, Path(path), policy, arguments.began, arguments.ended)
    if arguments.authority:
        document["timeThreshold"] = len({one["operator"] for one in document["authorities"]})
    if arguments.time_threshold is not None:
        document["timeThreshold"] = arguments.time_threshold
    if arguments.time_tolerance is not None:
        document["timeTolerance"] = arguments.time_tolerance
    for anchor in arguments.pdf_anchor:
        add_anchor(document, read_anchor(anchor).der)
    for path, principal in arguments.pdf_certificate:
        add_pdf_certificate(document, read_certificate(Path(path)).der, principal)


def _set_thresholds(document: Document, thresholds: list[list[str]]) -> None:
    from auditor.errors import TrustError
    from auditor.jobs.trust_document import set_threshold

    for kind, role, count in thresholds:
        if not (count.isascii() and count.isdigit() and len(count) < 4):
            raise TrustError("a threshold is a whole number", value=count, hint="write --threshold seal sealer 1")
        set_threshold(document, kind, role, int(count))


def _tell(written: Written, added: list[Signer] | tuple[Signer, ...]) -> None:
    from auditor.cli.trust_text import written_lines

    for line in written_lines(written, added):
        print(line)
