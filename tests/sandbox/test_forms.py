from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stripe._encode import _api_encode

from broadsheet.sandbox.errors import ApiError
from broadsheet.sandbox.forms import Params, parse


def test_brackets_nest_and_arrays_count():
    tree = parse("items[0][price]=a&items[0][tax_rates][0]=x&items[1][price]=b&expand[]=c&expand[]=d")

    params = Params({name: tree[name] for name in ("items", "expand")})
    assert [(i.text("price"), i.texts("tax_rates")) for i in params.many("items")] == [
        ("a", ["x"]),
        ("b", []),
    ]
    assert params.texts("expand") == ["c", "d"]
    assert params.leftovers() == []


@pytest.mark.parametrize("bad", ["a=1&a[b]=2", "a[b=1", "[a]=1", "a" + "[b]" * 9 + "=1", "a=%ff"])
def test_what_cannot_be_read_is_refused(bad):
    with pytest.raises(ApiError):
        parse(bad)


def test_what_was_not_read_is_named():
    params = Params(parse("name=x&sub[known]=1&sub[odd]=2&other=3"))
    params.text("name")
    params.sub("sub").text("known")

    assert sorted(params.leftovers()) == ["other", "sub[odd]"]


_LEAF = st.one_of(st.integers(0, 10**9), st.text("abcəя&=[]% +", min_size=1))
_TREE = st.recursive(
    _LEAF, lambda inner: st.one_of(st.lists(inner, min_size=1, max_size=3), st.dictionaries(st.text("abc_", min_size=1), inner, min_size=1, max_size=3)),
    max_leaves=8,
)  # fmt: skip


def plain(value):
    """A tree as the parser sees it: lists counted, scalars as text."""
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return {str(n): plain(v) for n, v in enumerate(value)}
    return str(value)


@given(st.dictionaries(st.text("abc_", min_size=1), _TREE, max_size=4))
def test_what_the_sdk_writes_is_read_as_it_was(tree):
    from urllib.parse import urlencode

    encoded = urlencode(list(_api_encode(tree)))
    depth = max((name.count("[") for name, _ in _api_encode(tree)), default=0)
    if depth < 8:
        assert parse(encoded) == plain(tree)
