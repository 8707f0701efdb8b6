from hypothesis import given
from hypothesis import strategies as st

from broadsheet.paywall.asking import Asking, sign, verify

KEY, NOW = "k" * 32, 1_800_000_000.0
WORDS = st.text("abcdefghij-/", min_size=1, max_size=12)
FULL = Asking("full", "192.0.2.7")


def test_the_origin_believes_what_the_edge_signed():
    value = sign(KEY, "GET", "/nation/%C4%B1/?before=x", FULL, NOW)

    assert verify(KEY, "GET", "/nation/ı/".encode(), "before=x", value, NOW + 60) == FULL


def test_a_header_opens_nothing_else_and_nothing_for_long():
    value = sign(KEY, "GET", "/nation/a/", FULL, NOW)

    assert verify(KEY, "GET", b"/nation/b/", "", value, NOW) is None
    assert verify(KEY, "POST", b"/nation/a/", "", value, NOW) is None
    assert verify(KEY, "GET", b"/nation/a/", "x=1", value, NOW) is None
    assert verify("another", "GET", b"/nation/a/", "", value, NOW) is None
    assert verify(KEY, "GET", b"/nation/a/", "", value, NOW + 121) is None


@given(value=st.text(max_size=200))
def test_nothing_that_is_made_up_is_believed_or_breaks(value):
    assert verify(KEY, "GET", b"/", "", value, NOW) is None


@given(variant=WORDS, client=WORDS, other=WORDS)
def test_no_word_of_it_can_be_changed(variant, client, other):
    value = sign(KEY, "GET", "/a/", Asking("preview", client), NOW)
    parts = value.split(" ")
    parts[2] = other

    assert other == "preview" or verify(KEY, "GET", b"/a/", "", " ".join(parts), NOW) is None
