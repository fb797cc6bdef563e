"""The document as text without typesetting it: the templates read by rules of our own, for verifying.

The templates are Jinja's, of which they use a small part: `for` with `else`, `if` with `else`, `include`, `import`,
`macro`, a path, `not`, a text, `join`. Here that part is read by one screen of code that shares nothing with Jinja, and
gives what a reader is to see, in order: words of the templates, fields, and where each anchor stands. A test compares
the two.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from auditor.errors import RenderError
from auditor.report.signed import Printed

_TOKEN = re.compile(r"(\{%.*?%\}|\{\{.*?\}\})", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_OPEN_TAG = re.compile(r"<[^>]*$")
_ATTRIBUTE = re.compile(r'\b(id|data-page)="#?([^"]*)$')
_WHOLE_ATTRIBUTE = re.compile(r'\b(id|data-page)="#?([^"]+)"')
_CALL = re.compile(r"print\.(\w+)\((.*)\)")
_JOIN = re.compile(r'([\w.]+)\|join\("\\n"\)')


class Piece(NamedTuple):
    """Something to see: `field` is its id, "" for words of the template; or, with no text, an anchor or a page number.

    `kind` is `text`, `id` (an anchor, named in `text`) or `data-page` (the page of the anchor named in `text`).
    """

    field: str
    text: str
    kind: str = "text"


Scope = dict[str, Any]
_Step = Callable[[Scope], Iterator[Piece]]
_Value = Callable[[Scope], Any]


class Edition:
    """Templates, ready to be read with a view.

    Raises:
        RenderError: a template uses more of Jinja than is read here.
    """

    def __init__(self, templates: Mapping[str, str]) -> None:
        self._sources = templates
        self._macros: dict[str, tuple[list[str], _Step]] = {}
        self._parsed: dict[str, _Step] = {}

    def pieces(self, view: object, main: str = "attestation.html.j2") -> Iterator[Piece]:
        """What the document shows of `view` on its pages, in the order of the source."""
        return self._template(main)({"view": view})

    def _template(self, name: str) -> _Step:
        if name not in self._parsed:
            if name not in self._sources:
                raise RenderError("no such template", value=name)
            self._parsed[name] = _Parser(self, name, self._sources[name]).all()
        return self._parsed[name]

    def include(self, name: str) -> _Step:
        """Another template, read with the same names."""
        return lambda scope: self._template(name)(scope)

    def define(self, name: str, names: list[str], body: _Step) -> None:
        """Keep a macro."""
        self._macros[name] = (names, body)

    def call(self, name: str, values: list[_Value]) -> _Step:
        """A macro with its arguments."""

        def step(scope: Scope) -> Iterator[Piece]:
            names, body = self._macros[name]
            yield from body(dict(zip(names, (value(scope) for value in values), strict=True)))

        return step

    def load(self, name: str) -> None:
        """Read a template for its macros alone."""
        self._template(name)


class _Parser:
    def __init__(self, edition: Edition, name: str, source: str) -> None:
        self._edition = edition
        self._name = name
        body = source.partition("<body>")[2].partition("</body>")[0] or source
        self._tokens = [token for token in _TOKEN.split(body) if token]
        self._at = 0
        self._tag = ""

    def all(self) -> _Step:
        step, end = self._block()
        if end:
            raise self._refusal(end)
        return step

    def _block(self) -> tuple[_Step, str]:
        """Steps up to a word that ends or divides a block, and that word."""
        steps: list[_Step] = []
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            self._at += 1
            if token.startswith("{%"):
                words = token[2:-2].strip()
                if words.split()[0] in ("else", "endif", "endfor", "endmacro"):
                    return _sequence(steps), words
                steps.append(self._statement(words))
            elif token.startswith("{{"):
                steps.append(self._output(token[2:-2].strip()))
            else:
                steps.extend(self._words(token))
        return _sequence(steps), ""

    def _statement(self, words: str) -> _Step:
        head, _, rest = words.partition(" ")
        if head == "include":
            return self._edition.include(rest.strip('"'))
        if head == "import":
            self._edition.load(rest.split('"')[1])
            return _sequence([])
        if head == "macro":
            name, _, names = rest.rstrip(")").partition("(")
            body, _ = self._block()
            self._edition.define(name, [one.strip() for one in names.split(",")], body)
            return _sequence([])
        then, end = self._block()
        other, end = self._block() if end == "else" else (_sequence([]), end)
        if end != f"end{head}":
            raise self._refusal(words)
        if head == "if":
            condition = self._value(rest)
            return lambda scope: then(scope) if condition(scope) else other(scope)
        if head == "for" and (found := re.fullmatch(r"(\w+) in ([\w.]+)", rest)):
            return _loop(found[1], self._value(found[2]), then, other)
        raise self._refusal(words)

    def _output(self, words: str) -> _Step:
        if self._tag:
            # Inside a tag a value is seen only where it names a place.
            found = _ATTRIBUTE.search(self._tag)
            self._tag += "?"
            value = self._value(words)
            return _mark(found[1], value) if found else _sequence([])
        if found := _CALL.fullmatch(words):
            return self._edition.call(found[1], [self._value(one) for one in re.split(r",\s*", found[2])])
        return _show(self._value(words))

    def _words(self, text: str) -> list[_Step]:
        steps: list[_Step] = []
        if self._tag:
            inside, closed, text = text.partition(">")
            steps += _places(inside)
            self._tag += inside
            if not closed:
                return steps
            self._tag = ""
        if found := _OPEN_TAG.search(text):
            self._tag = found[0]
            text = text[: found.start()]
        last = 0
        for tag in _TAG.finditer(text):
            steps += [_words(text[last : tag.start()]), *_places(tag[0])]
            last = tag.end()
        return [*steps, _words(text[last:]), *_places(self._tag)]

    def _value(self, words: str) -> _Value:
        if words.startswith("not "):
            inner = self._value(words[4:])
            return lambda scope: not inner(scope)
        if re.fullmatch(r'"[^"]*"', words):
            text = words[1:-1].replace(r"\n", "\n")
            return lambda scope: text
        if found := _JOIN.fullmatch(words):
            return _path(found[1])
        if re.fullmatch(r"[a-z]\w*(\.[a-z]\w*)*", words):
            return _path(words)
        raise self._refusal(words)

    def _refusal(self, words: str) -> RenderError:
        return RenderError("the template uses more of Jinja than verifying reads", place=self._name, value=words)


def _sequence(steps: list[_Step]) -> _Step:
    def step(scope: Scope) -> Iterator[Piece]:
        for one in steps:
            yield from one(scope)

    return step


def _words(text: str) -> _Step:
    piece = Piece("", html.unescape(text))
    found = (piece,) if piece.text.strip() else ()
    return lambda scope: iter(found)


def _places(tag: str) -> list[_Step]:
    """What a tag, or a part of one, says of places by itself."""
    return [_mark(one[1], lambda _, name=one[2]: name) for one in _WHOLE_ATTRIBUTE.finditer(tag)]  # type: ignore[misc]


def _mark(kind: str, value: _Value) -> _Step:
    return lambda scope: iter((Piece("", str(value(scope)), kind),))


def _show(value: _Value) -> _Step:
    def step(scope: Scope) -> Iterator[Piece]:
        found = value(scope)
        for one in found if isinstance(found, tuple) else (found,):
            if not isinstance(one, str):
                raise RenderError("the template prints something that is not text", value=type(one).__name__)
            if one.strip():
                yield Piece(one.id if isinstance(one, Printed) else "", str(one))

    return step


def _path(words: str) -> _Value:
    first, *rest = words.split(".")

    def value(scope: Scope) -> Any:
        found = scope[first]
        for name in rest:
            found = found[name] if isinstance(found, dict) else getattr(found, name)
        return found

    return value


def _loop(name: str, value: _Value, body: _Step, other: _Step) -> _Step:
    def step(scope: Scope) -> Iterator[Piece]:
        entries = value(scope)
        for position, entry in enumerate(entries, start=1):
            place = {"first": position == 1, "last": position == len(entries)}
            yield from body({**scope, name: entry, "loop": place})
        if not entries:
            yield from other(scope)

    return step
