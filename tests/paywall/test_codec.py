from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from broadsheet.paywall import Meter, Pass, decode_meter, decode_pass, encode_meter, encode_pass

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
KEYS = ["first-key", "second-key"]
moments = st.datetimes(datetime(2020, 1, 1), datetime(2090, 1, 1)).map(
    lambda d: d.replace(microsecond=0, tzinfo=UTC)
)
reads = st.lists(st.tuples(st.integers(1, 2**40), moments), max_size=64).map(tuple)
passes = st.builds(
    Pass, st.integers(0, 2**40), st.frozensets(st.sampled_from(["stories", "archive", "epaper"])), moments
)


@given(pass_=passes)
def test_a_pass_comes_back_as_it_was_sent(pass_):
    assert decode_pass(encode_pass(pass_, KEYS), KEYS) == pass_


@given(reads=reads)
def test_a_meter_comes_back_as_it_was_sent(reads):
    assert decode_meter(encode_meter(Meter(reads), KEYS), KEYS) == Meter(reads)


@given(pass_=passes, at=st.integers(0, 10_000), flip=st.integers(1, 63))
def test_a_changed_pass_grants_nothing(pass_, at, flip):
    token = encode_pass(pass_, KEYS)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    at %= len(token) - 1  # the last character's unused bits may change without changing the bytes
    other = alphabet[(alphabet.index(token[at]) + flip) % 64]

    assert decode_pass(token[:at] + other + token[at + 1 :], KEYS) is None


@given(text=st.text(max_size=200))
def test_any_text_is_no_pass_and_a_spent_meter(text):
    assert decode_pass(text, KEYS) is None
    assert decode_meter(text, KEYS) == (Meter.spent() if text else Meter())


def test_a_meter_is_never_a_pass_nor_the_other_way_round():
    meter = encode_meter(Meter(((1, NOW),)), KEYS)
    pass_ = encode_pass(Pass(1, frozenset({"stories"}), NOW), KEYS)

    assert decode_pass(meter, KEYS) is None
    assert decode_meter(pass_, KEYS).is_spent


def test_the_key_before_the_last_rotation_still_counts_and_the_one_before_does_not():
    old = encode_pass(Pass(1, frozenset(), NOW), ["old"])

    assert decode_pass(old, ["new", "old"]) is not None
    assert decode_pass(old, ["newest", "new", "old"]) is None


@given(pass_=passes, reads=reads)
def test_while_two_keys_live_the_old_is_believed_and_the_new_signs(pass_, reads):
    meter, both = Meter(reads), ["new", "old"]

    assert decode_pass(encode_pass(pass_, ["old"]), both) == pass_
    assert decode_meter(encode_meter(meter, ["old"]), both) == meter
    assert decode_pass(encode_pass(pass_, both), ["new"]) == pass_
    assert decode_meter(encode_meter(meter, both), ["new"]) == meter
    assert decode_pass(encode_pass(pass_, both), ["old"]) is None
    assert decode_meter(encode_meter(meter, ["old"]), ["new"]).is_spent


def test_a_full_meter_fits_a_cookie():
    meter = Meter(tuple((2**40 + n, NOW + timedelta(hours=n)) for n in range(200)))

    assert len(encode_meter(meter, KEYS)) < 1100
