"""The shortcut to canonical bytes writes what RFC 8785 asks for."""

from __future__ import annotations

from typing import Any

import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from auditor.canon.json import canonical_bytes, canonical_bytes_of_parsed, parse_strict

_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53 - 1), 2**53 - 1) | _TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(_VALUES)
@example({"\U00010000": 1, "\uffff": 2, "\x7f\x1f\u2028/": '"\\'})
def test_the_fast_canonical_form_is_the_canonical_form(value: Any) -> None:
    expected = rfc8785.dumps(value)
    assert canonical_bytes(value) == expected
    assert canonical_bytes_of_parsed(parse_strict(expected)) == expected
