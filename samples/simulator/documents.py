"""The documents an assessor reads: short invented policies in Markdown, one of them as a hand-made PDF."""

from __future__ import annotations

from dataclasses import dataclass

from samples.simulator.facility import Facility


@dataclass(frozen=True)
class Document:
    """One document of the bundle."""

    item: str
    path: str
    title: str
    data: bytes


def documents(facility: Facility) -> list[Document]:
    """Every document, worded for the facility."""
    custody, key, security = (f"{facility.prefix}{number}" for number in (1001, 1013, 1070))
    made = [
        Document(
            "policy-physical-access",
            "programme/physical-access-policy.pdf",
            "Physical access policy",
            pdf("Physical access policy", _physical(facility, security)),
        )
    ]
    for item, path, title, lines in (
        ("policy-visitors", "physical/visitor-policy.md", "Visitor policy", _VISITORS),
        ("procedure-key-ceremony", "weights/key-ceremony-procedure.md", "Key ceremony procedure", _CEREMONY),
        (
            "procedure-weights-handling",
            "weights/weights-handling-procedure.md",
            "Weights handling procedure",
            _HANDLING,
        ),
        ("procedure-leavers", "programme/joiners-movers-leavers.md", "Joiners, movers and leavers", _LEAVERS),
        ("policy-logging", "cyber/logging-policy.md", "Logging and time policy", _LOGGING),
        ("statement-egress", "cyber/egress-limitation.md", "Statement on outbound bandwidth", _EGRESS),
    ):
        text = f"# {title}\n\n{facility.operator}, {facility.name}. Version 3, in force since 2026-03-01.\n"
        text += f"Approved by {custody} (weights custody), {key} (key management) and {security} (security).\n\n"
        made.append(Document(item, path, title, (text + lines.strip() + "\n").encode()))
    return made


def _physical(facility: Facility, security: str) -> list[str]:
    weights = " and ".join(facility.weights_zones)
    return [
        f"{facility.operator}",
        f"{facility.name}, {facility.address}".encode("ascii", "replace").decode().replace("?", "o"),
        f"Version 4, in force since 2026-02-01. Approved by {security}.",
        "",
        f"1. The zones {weights} are weights zones. Nobody stays in one alone.",
        "   While anybody is inside, at least two authorised people are inside.",
        "   At a handover one person may be alone for at most one minute.",
        "2. Every door between zones has a reader on both sides. Everybody reads",
        "   the badge on entering and on leaving. Emergency exits are alarmed.",
        "3. A badge is disabled within one hour of the end of an engagement.",
        "   Authorisations are renewed within one day of a change of role.",
        "4. A camera without recording is restored or, if it has to be taken out",
        "   of service, announced beforehand and a guard takes its place.",
        "5. Guards walk a round every two hours, day and night.",
        "6. Visitors are escorted beyond the lobby at all times.",
    ]


_VISITORS = """
1. Reception checks an identity document and hands out a badge for the approved area.
2. The host fetches the visitor and stays with them; a minute apart at a door is tolerated.
3. Visitors to a weights zone are received by the whole team on duty, never by one host alone.
4. The badge comes back on leaving. At 18:00 the register signs out whoever is still in the book; such an entry does
   not say when the visitor left, so reception compares it with the turnstile the next morning.
5. A visit that runs over its approved window by more than half an hour is reported.
"""
_CEREMONY = """
1. Key operations that export, destroy or change policy need an approval by two custodians other than the one who asks
   and the one who acts. Approvals are given before, for one operation, and expire.
2. Ceremonies take place in the console zone with at least two custodians present and are entered in the logbook.
3. The security modules log every operation and stop when their log is full.
4. A restart of a module is announced by a work order of kind hsm-restart. The log is extracted before and after.
5. Clients of the key store count their own successful operations each day; the counts are compared with the log.
"""
_HANDLING = """
1. Every copy of model weights is an object on one of the three object stores and is entered in the register.
2. Copying, restoring and deleting need an approval that names the object and, for a copy, the destination.
3. Reading more than a twentieth of an artefact needs an approval for that artefact. Serving systems hold standing
   approvals, renewed every forty days.
4. The stores are listed every week and at the beginning and end of each quarter's assessment period.
5. Failed media are destroyed in the presence of a witness and entered in the media register.
"""
_LEAVERS = """
1. Human resources enters the moment of leaving beforehand. Badge and accounts are disabled within one hour.
2. On a change of role all authorisations end and the new ones begin; nothing is carried over.
3. Accounts not used for 35 days are disabled by the directory job of the following night.
4. Custodians are screened at tier 3 and trained every year.
"""
_LOGGING = """
1. Assets marked so in the inventory send their logs to the collector, numbered at the source.
2. A source that is silent for an hour raises an alert unless a work order covers it.
3. Clocks follow two local time servers. An offset of more than a second is repaired the same day.
4. Door controllers follow the access control host; the intrusion panel keeps its own clock and is compared daily.
"""
_EGRESS = """
1. Two interfaces lead out. Each is capped in hardware; the caps are changed only by change request.
2. Flows are recorded at taps outside the firewalls. Octets counted by the interfaces are compared with the flows.
3. The caps are chosen so that the smallest artefact, compressed as well as an attacker could, takes longer to send than
   three times the time within which we are sure to notice.
"""


def pdf(title: str, lines: list[str]) -> bytes:
    """A one-page PDF 1.4 with plain text, the same bytes every time."""

    def escape(text: str) -> str:
        return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")

    body = ["BT", "/F2 18 Tf", "72 770 Td", f"({escape(title)}) Tj", "/F1 11 Tf", "0 -30 Td"]
    for line in lines:
        body += [f"({escape(line)}) Tj", "0 -16 Td"]
    content = "\n".join([*body, "ET"]).encode("latin-1")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
            b"/Resources << /Font << /F1 5 0 R /F2 6 0 R >> >> >>"
        ),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
        b"<< /Title (%s) >>" % escape(title).encode("latin-1"),
    ]
    out = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"
    offsets = []
    for number, text in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, text)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    return (
        out
        + b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
        + b"trailer\n<< /Size %d /Root 1 0 R /Info 7 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(out))
    )
