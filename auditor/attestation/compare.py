"""What changed between a report and its successor, and what silently disappeared.

Everything signed is compared: lists whose entries have a name are matched by it, so that an entry that is gone is seen
as gone, and all that is left is compared place by place. Nothing here is judged; a reader judges what is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from auditor.attestation.diff import Difference, differences
from auditor.attestation.shape import Node
from auditor.attestation.statements.results import ResultsStatement, parse_results
from auditor.canon.digest import sha512_hex
from auditor.canon.json import canonical_bytes_of_parsed, parse_strict
from auditor.errors import StatementError

_MOST = 1_000_000
_NO_LIST: Any = object()
# Each list of the predicate by where it is, and the members that name an entry.
_LISTS: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("controls", ("results", "controls"), ("id",)),
    ("findings", ("results", "findings"), ("control", "objective")),
    ("observations", ("results", "observations"), ("control", "objective", "method")),
    ("planned activities", ("results", "plan", "activities"), ("control", "objective", "method")),
    ("risks", ("results", "risks"), ("id",)),
    ("evidence items", ("results", "bundle", "items"), ("id",)),
    ("stream coverage", ("results", "bundle", "coverage"), ("stream",)),
    ("record trees", ("records",), ("item",)),
    ("signers", ("signers",), ("principal",)),
)


class Gone(NamedTuple):
    """An entry that the successor does not have, and what in the successor explains that; empty if nothing does."""

    key: str
    because: str


class Changed(NamedTuple):
    """An entry that both have, and every place where it differs."""

    key: str
    differences: tuple[Difference, ...]


class Section(NamedTuple):
    """One list of named entries: which are gone, which appeared and which changed, in the order of their names."""

    title: str
    gone: tuple[Gone, ...]
    appeared: tuple[str, ...]
    changed: tuple[Changed, ...]


class Comparison(NamedTuple):
    """All that differs between two reports.

    `signs_predecessor` is True where the newer report names the digest of the older's envelope, so that its signers
    signed that it replaces it. `facts` are the differences outside the lists, by JSON pointer into the predicate.
    """

    signs_predecessor: bool
    facts: tuple[Difference, ...]
    sections: tuple[Section, ...]

    @property
    def silently_gone(self) -> tuple[tuple[str, str], ...]:
        """(title of the section, key) of every entry that is gone without anything in the successor explaining it."""
        return tuple((one.title, gone.key) for one in self.sections for gone in one.gone if not gone.because)

    @property
    def is_empty(self) -> bool:
        """True if nothing differs."""
        return not self.facts and not any(one.gone or one.appeared or one.changed for one in self.sections)


def compare_reports(old: bytes, new: bytes, old_envelope: bytes | None = None) -> Comparison:
    """What differs from the payload `old` to the payload `new`; with `old_envelope` whether `new` signs it.

    The payloads are those of verified reports; nothing is verified here.

    Raises:
        StatementError: one of them is not a results statement, or an entry has no name or one name twice.
    """
    left, right = parse_results(old), parse_results(new)
    before, after = _predicate(left), _predicate(right)
    sections = []
    for title, way, names in _LISTS:
        ours, theirs = _take(before, way, names, "older report"), _take(after, way, names, "newer report")
        sections.append(_section(title, ours, theirs, right))
        _tell_order(_list(before, way), _list(after, way), ours, theirs)
    # It follows from the rest, and the digest of the predecessor is told by itself.
    for document in (before, after):
        for name in ("package", "supersedes"):
            del document[name]
    signs = old_envelope is not None and right.supersedes == sha512_hex(old_envelope)
    return Comparison(signs, tuple(differences(before, after)), tuple(sections))


def _predicate(statement: ResultsStatement) -> dict[str, Any]:
    predicate: dict[str, Any] = parse_strict(statement.payload)["predicate"]
    return predicate


def _take(predicate: dict[str, Any], way: tuple[str, ...], names: tuple[str, ...], document: str) -> dict[str, Any]:
    """The entries of the list at `way` by their names, taken out of it; a list that is not there has none."""
    found = _list(predicate, way)
    if found is _NO_LIST:
        return {}
    node = Node(found, document, StatementError, "/predicate/" + "/".join(way))
    entries: dict[str, Any] = {}
    for item in node.items(least=0, most=_MOST):
        key = " ".join(item.member(name).text(most=4096) for name in names)
        if key in entries:
            raise item.refusal("named twice, so it cannot be compared", value=key)
        entries[key] = item.value
    # What is left tells an empty list from none.
    found.clear()
    return entries


def _list(predicate: dict[str, Any], way: tuple[str, ...]) -> Any:
    holder: Any = predicate
    for step in way[:-1]:
        holder = holder.get(step) if isinstance(holder, dict) else None
    return holder.get(way[-1], _NO_LIST) if isinstance(holder, dict) else _NO_LIST


def _tell_order(old: Any, new: Any, ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> None:
    """Leave the names of what both have in the two lists, where they come in another order."""
    both = [key for key in ours if key in theirs], [key for key in theirs if key in ours]
    if both[0] != both[1]:
        old.extend(both[0])
        new.extend(both[1])


def _section(title: str, before: Mapping[str, Any], after: Mapping[str, Any], new: ResultsStatement) -> Section:
    changed = []
    for key in sorted(before.keys() & after.keys()):
        found = tuple(differences(before[key], after[key])) if _differ(before[key], after[key]) else ()
        if found:
            changed.append(Changed(key, found))
    gone = tuple(Gone(key, _because(title, before[key], new)) for key in sorted(before.keys() - after.keys()))
    return Section(title, gone, tuple(sorted(after.keys() - before.keys())), tuple(changed))


def _differ(left: Any, right: Any) -> bool:
    # Told apart by their bytes, since true equals 1 to Python.
    return canonical_bytes_of_parsed(left) != canonical_bytes_of_parsed(right)


def _because(title: str, entry: Any, new: ResultsStatement) -> str:
    """What in the successor explains that `entry` is gone: a risk ends when its finding is satisfied."""
    if title != "risks" or not isinstance(entry, dict):
        return ""
    about = (entry.get("control"), entry.get("objective"))
    for finding in new.results.get("findings", ()):
        if (finding.get("control"), finding.get("objective")) == about and finding.get("state") == "satisfied":
            return "its finding is satisfied now"
    return ""
