"""Results of every shape, properly signed by all who sign: a signer whom the reader trusts may sign anything."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from auditor.attestation.envelope import PAYLOAD_TYPE, Signature, encode_envelope, pae
from auditor.canon.json import canonical_bytes
from samples.identities import signing_keys
from tests.browser import factory

Results = dict[str, Any]
Change = Callable[[Results], object]

LONG = "x" * 20_000
MARKUP = "<img src=x onerror='window.owned=1'><script>window.owned=1</script><b>"
VALUES: tuple[Any, ...] = (
    None, True, 0, -1, 2**53 - 1, "", "   ", LONG, "a\nb\r\u2028c\u2029d\u0000\u0007", "\u202egnp.exe\u2066\u200f",
    MARKUP, "__proto__", "constructor", "toString", "satisfied", [], {}, [[]], [None, 7, "x", {}, []],
    {"__proto__": {"name": "x"}}, {"then": 1, "toJSON": 1, "toString": 1, "constructor": 1, "length": 9},
    {"name": {"name": []}, "id": None, "from": [], "title": {}},
    {"name": MARKUP, "id": "\u202e", "from": LONG, "title": "__proto__"},
)  # fmt: skip
"""What stands where something else is looked for."""
FINDING = ("control", "objective", "title", "determine", "domain", "severity", "level", "detail", "state", "outcome")
NEEDED: dict[str, tuple[str, ...]] = {
    "profile": ("digest",), "bundle": ("root",), "catalog": ("digest",), "engine": ("version",),
}  # fmt: skip
"""Of what the statement itself rests on, the members that have to be there."""
TOLD = ("facility", "period", "findings", "profile")
"""What the page tells of the results."""
UNTOLD = ("plan", "observations", "controls", "risks", "format", "bundle", "catalog", "engine")


def signed(change: Change) -> Callable[[bytes], bytes]:
    """A report whose results are changed and signed anew by all three, by hand: no maker would make some of these."""

    def make(report: bytes) -> bytes:
        statement = json.loads(factory.payload_of(report))
        results = statement["predicate"]["results"]
        change(results)
        statement["subject"][-1]["digest"]["sha256"] = hashlib.sha256(canonical_bytes(results)).hexdigest()
        payload = canonical_bytes(statement)
        keys = [key for name in ("assessor", "reviewer", "official") for key in signing_keys(name)]
        return encode_envelope(payload, [Signature(k.public.keyid, k.sign(pae(PAYLOAD_TYPE, payload))) for k in keys])

    return make


def replaced(name: str, value: Any) -> Change:
    """`value` for the member `name`; a verdict over findings of another shape would be refused before all else."""

    def change(results: Results) -> None:
        kept = {member: results[name][member] for member in NEEDED.get(name, ())}
        results[name] = {**value, **kept} if isinstance(value, dict) else kept or value
        results.pop("verdict", None)

    return change


def in_each_finding(value: Any) -> Change:
    """`value` for every text of every finding."""

    def change(results: Results) -> None:
        for finding in results["findings"]:
            finding.update(dict.fromkeys(FINDING, value))
        results.pop("verdict", None)

    return change


SHAPES: dict[str, Change] = {
    "as assessed": lambda results: None,
    "nothing that can be left out": lambda results: [
        results.pop(name, None) for name in (*TOLD, *UNTOLD, "verdict") if name not in NEEDED
    ],
    **{f"{name}: {number}": replaced(name, value) for name in TOLD for number, value in enumerate(VALUES)},
    **{f"{name}: {number}": replaced(name, value) for name in UNTOLD for number, value in enumerate(VALUES[::4])},
    **{f"findings of {number}": in_each_finding(value) for number, value in enumerate(VALUES)},
    "findings of __proto__": replaced("findings", [{"__proto__": 1, "domain": "__proto__", "state": "x"}] * 3),
    "many findings": replaced("findings", [{"control": "X-1", "state": "satisfied"}] * 5000),
    "many domains": replaced("findings", [{"domain": f"d{number}"} for number in range(3000)]),
}


# --- verdicts that are not what the findings come to


def verdict(**members: Any) -> Change:
    return lambda results: results["verdict"].update(members)


def rung(**members: Any) -> Change:
    return lambda results: results["verdict"]["levels"][0].update(members)


def domain(index: int, **members: Any) -> Change:
    return lambda results: results["verdict"]["domains"][index].update(members)


def without(*names: str) -> Change:
    return lambda results: [results["verdict"].pop(name) for name in names]


def listed_level(results: Results) -> None:
    """A list whose text is the level of the findings."""
    results["verdict"]["levels"][0]["level"] = ["SL2"]
    for finding in results["findings"]:
        finding["level"] = "['SL2']"


CONTRADICTIONS: dict[str, Change] = {
    "everything satisfied": verdict(satisfied=9),
    "one more satisfied": verdict(satisfied=7),
    "one less": verdict(satisfied=5),
    "fewer findings": verdict(total=6),
    "counts of another kind": verdict(satisfied="6"),
    "true": verdict(satisfied=True),
    "no counts": without("satisfied", "total"),
    "the level reached": verdict(level="SL2"),
    "a level that is none": verdict(level="SL5"),
    "no text for a level": verdict(level=False),
    "a rung reached": rung(reached=True),
    "a rung reached, as a number": rung(reached=0),
    "nothing in the way": rung(binding=[]),
    "something less in the way": lambda results: results["verdict"]["levels"][0]["binding"].pop(),
    "something else in the way": lambda results: results["verdict"]["levels"][0]["binding"].reverse(),
    "a rung with fewer controls": rung(total=6),
    "a rung with more satisfied": rung(satisfied=9),
    "no rung": verdict(levels=[]),
    "rungs left out": without("levels"),
    "a rung of which there is no finding": lambda results: results["verdict"]["levels"].append(
        {"level": "SL5", "title": "Top", "reached": False, "satisfied": 0, "total": 0, "binding": []}
    ),
    "a rung twice": lambda results: results["verdict"]["levels"].append(results["verdict"]["levels"][0]),
    "a rung of another name": rung(level="SL5"),
    "a rung whose name is a list": listed_level,
    "a rung that is none": verdict(levels=["SL2"]),
    "a domain better": domain(1, satisfied=3),
    "a domain under another name": domain(1, domain="physical"),
    "domains in another order": lambda results: results["verdict"]["domains"].reverse(),
    "no domains": verdict(domains=[]),
    "domains left out": without("domains"),
    "a finding turned round": lambda results: results["findings"][0].update(state="other-than-satisfied"),
    "a finding turned the other way": lambda results: results["findings"][1].update(state="satisfied"),
    "a finding left out": lambda results: results["findings"].pop(),
    "a finding of another level": lambda results: results["findings"][0].update(level="SL3"),
    "a finding of no level": lambda results: results["findings"][0].pop("level"),
    "a finding that is none": lambda results: results["findings"].append(None),
    "findings left out": lambda results: results.pop("findings"),
    "no list of findings": lambda results: results.update(findings={}),
    "no findings": lambda results: results.update(findings=[]),
    **{
        f"a verdict that is none: {value!r}": lambda results, value=value: results.update(verdict=value)
        for value in (None, [], "satisfied", 7, {}, {"state": "satisfied"})
    },
}


def all_met(results: Results) -> None:
    for finding in results["findings"]:
        finding["state"] = "satisfied"
    counts = {"satisfied": 9, "total": 9}
    named = {"level": "SL2", "reached": True, "binding": []}
    domains = [{"domain": name, "satisfied": 3, "total": 3} for name in ("physical", "cyber", "weights")]
    results["verdict"] = {**counts, "level": "SL2", "levels": [{**named, **counts}], "domains": domains}


def odd_names(results: Results) -> None:
    """Names that every object of some languages has, for control, level and domain."""
    for finding in results["findings"]:
        finding.update(control="__proto__", level="constructor", domain="__proto__", state="satisfied")
    counts = {"satisfied": 9, "total": 9}
    level = {"level": "constructor", "reached": True, "binding": [], "satisfied": 1, "total": 1}
    results["verdict"] = {
        **counts, "level": "constructor", "levels": [level], "domains": [{"domain": "__proto__", **counts}],
    }  # fmt: skip


def two_rungs(results: Results) -> None:
    """The upper rung has nothing in its way, and is not reached for that of the lower one."""
    for finding in results["findings"][6:]:
        finding.update(level="SL3", state="satisfied")
    low = {"reached": False, "satisfied": 4, "total": 6, "binding": ["X-01", "X-04"]}
    rungs = [{"level": "SL2", **low}, {"level": "SL3", "reached": False, "satisfied": 3, "total": 3, "binding": []}]
    domains = [{"domain": "physical", "satisfied": 3}, {"domain": "cyber", "satisfied": 1}]
    domains = [{**one, "total": 3} for one in (*domains, {"domain": "weights", "satisfied": 3})]
    results["verdict"] = {"satisfied": 7, "total": 9, "level": None, "levels": rungs, "domains": domains}


def surrogates(results: Results) -> None:
    """Names whose order by code points is not their order by UTF-16 units."""
    names = ["\uffee", "\U00010000"]
    results["findings"] = results["findings"][:2]
    for finding, name in zip(results["findings"], names, strict=True):
        finding.update(control=name, state="not", domain="cyber")
    rung = {"level": "SL2", "reached": False, "satisfied": 0, "total": 2, "binding": names}
    domains = [{"domain": "cyber", "satisfied": 0, "total": 2}]
    results["verdict"] = {"satisfied": 0, "total": 2, "levels": [rung], "domains": domains}


CONCLUSIONS: dict[str, Change] = {
    "as assessed": lambda results: None,
    "no verdict": lambda results: results.pop("verdict"),
    "no level, unsaid": without("level"),
    "a title more": rung(title="Another title"),
    "all met": all_met,
    "odd names": odd_names,
    "two rungs": two_rungs,
    "names beyond the first plane": surrogates,
}


# --- what ties findings to evidence


def coverage(*streams: Any) -> Change:
    return lambda results: results["bundle"].update(coverage=list(streams))


def activity(**members: Any) -> Change:
    return lambda results: results["plan"]["activities"][0].update(members)


def citing(*rows: Any) -> Change:
    return lambda results: results["observations"][0].update(exceptions=[{"evidence": list(rows)}])


def together(*changes: Change) -> Change:
    return lambda results: [change(results) for change in changes]


def too_much(results: Results) -> None:
    """Findings on sixty different choices out of a hundred streams, of a thousand items each."""
    streams = [f"stream-{number}" for number in range(100)]
    results["bundle"]["coverage"] = [
        {"stream": one, "items": [f"{one}-{number}" for number in range(1000)]} for one in streams
    ]
    keys = [{"control": f"Q-{number:02}", "objective": "a"} for number in range(60)]
    results["plan"]["activities"] += [
        {**key, "streams": [one for one in streams if one != streams[left]]} for left, key in enumerate(keys)
    ]
    results["findings"] = [results["findings"][0] | key for key in keys]
    results.pop("verdict")


TIED: dict[str, Change] = {
    "as assessed": lambda results: None,
    "nothing delivered": coverage(),
    "a stream that nobody delivered": activity(streams=["x"]),
    "a record of an item that nobody has": citing({"item": "x", "record": 7}),
    "names that every object has": together(
        coverage({"stream": "__proto__", "items": ["constructor", "__proto__"]}),
        activity(streams=["__proto__", "toString"]),
        citing({"item": "__proto__", "record": 1}),
    ),
    "the same observation twice": lambda results: results["observations"].append(results["observations"][1]),
}
UNTIED: dict[str, Change] = {
    "no coverage": lambda results: results["bundle"].pop("coverage"),
    "no plan": lambda results: results.pop("plan"),
    "a plan that is a list": lambda results: results.update(plan=[]),
    "no observations": lambda results: results.pop("observations"),
    "an observation that is none": lambda results: results["observations"].append(None),
    "activities that are texts": lambda results: results["plan"].update(activities=["x"]),
    "coverage that is text": coverage("pacs_events"),
    "items that are text": coverage({"stream": "pacs_events", "items": "badge-log-001"}),
    "items that are numbers and texts": coverage({"stream": "pacs_events", "items": [1, "badge-log-001"]}),
    "streams that are text": activity(streams="pacs_events"),
    "a record that is text": citing({"item": "badge-log-001", "record": "1"}),
    "a record that is true": citing({"item": "badge-log-001", "record": True}),
    "a record that is none": citing({"item": "badge-log-001", "record": None}, {"item": "badge-log-001", "record": 1}),
    "an item that is an object": citing({"item": {"toString": 1}, "record": 1}),
    "a row that is none": citing(None),
    "a control that is a list": activity(control=["X-00"]),
}
