"""Values that try to be something else: markup, templates, styles, queries, hidden and reordering characters."""

from __future__ import annotations

from typing import Any

HTML = "<script>alert(1)</script><img src='http://evil.example/x.png'><link rel=stylesheet href=//evil.example/a.css>"
JINJA = "{{ view.cover.facility }}{% for x in range(9) %}{{ 7*7 }}{% endfor %}{# gone #}"
CSS = "url(http://evil.example/f.woff); } @import 'http://evil.example/b.css'; * { display: none } /*"
SQL = "Robert'); DROP TABLE findings;--"
BIDI = "invoice\u202etxt.exe\u2066hidden\u2069\u200b\u200d\ufeff\u00ad"
CONTROL = "bell\x07 null\x00 escape\x1b[31m line\nend tab\t del\x7f nel\x85"
UNDRAWN = "名前 שם 🔥 e\u0301 \U000e0041 ‹U+202E›"
HUGE = "W" * 3000
ATTRIBUTE = '" onmouseover="alert(2)" style="background:url(http://evil.example/)'
ENTITY = "&lt;b&gt; &amp;amp; &#x202e; ]]> <!-- "
ALL = (HTML, JINJA, CSS, SQL, BIDI, CONTROL, UNDRAWN, HUGE, ATTRIBUTE, ENTITY)

# Members that are names or fixed words by the model's own rule: they cannot hold free text.
_FIXED = {
    "format", "asOf", "from", "to", "id", "control", "objective", "method", "outcome", "computed", "reason", "gates",
    "domain", "severity", "role", "level", "state", "kind", "coverage", "depth", "mapping", "streams", "collected",
    "received", "leaf", "sensitivity", "root", "digest", "stream", "item", "items", "earliest", "latest", "certainty",
    "began", "ended", "dependsOn", "setBy", "country", "timezone", "methods", "binding", "levels",
}  # fmt: skip
_FREE_REASONS = {"gaps", "rejects"}


def poison(document: dict[str, Any]) -> None:
    """Put a hostile value into every free-text member of a results document."""
    _walk(document, "", [0])


def _walk(node: Any, inside: str, turn: list[int]) -> None:
    if isinstance(node, dict):
        for name, value in node.items():
            if isinstance(value, str):
                if name not in _FIXED or (name == "reason" and inside in _FREE_REASONS):
                    node[name] = _next(turn) if name != "name" or inside != "parameters" else value
            elif name not in _FIXED or name in ("levels", "items"):
                _walk(value, name, turn)
    elif isinstance(node, list):
        for index, value in enumerate(node):
            if isinstance(value, str):
                node[index] = _next(turn)
            else:
                _walk(value, inside, turn)


def _next(turn: list[int]) -> str:
    turn[0] += 1
    return ALL[turn[0] % len(ALL)]
