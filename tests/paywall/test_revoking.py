from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from broadsheet.paywall import LIFE, Pass
from broadsheet.paywall.revoking import KEPT, MOST, Revoked

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
readers = st.integers(1, 6)
told = st.lists(st.tuples(readers, st.integers(1, 100).map(float)), max_size=20)


def given_at(moment: datetime, reader: int = 7) -> Pass:
    return Pass(reader, frozenset({"stories"}), moment + LIFE)


@given(seconds=st.integers(-3600, 3600), reader=st.integers(6, 8))
def test_passes_from_before_the_moment_are_refused_and_later_ones_count(seconds, reader):
    revoked = Revoked({7: NOW.timestamp()})

    assert revoked.holds(given_at(NOW + timedelta(seconds=seconds), reader)) is (reader == 7 and seconds <= 0)


@given(told=told, order=st.randoms())
def test_the_order_and_number_of_tellings_do_not_matter(told, order):
    shuffled = [*told, *told[:3]]
    order.shuffle(shuffled)
    one, other = Revoked(), Revoked()
    one.merge(told)
    other.merge(shuffled)

    assert one.moments == other.moments


def test_what_no_pass_can_outlive_is_forgotten():
    now = NOW.timestamp()
    revoked = Revoked({1: now - KEPT - 1, 2: now - KEPT + 1})

    assert revoked.tidy(now) == [1]
    assert set(revoked.moments) == {2}
    assert timedelta(seconds=KEPT) == timedelta(hours=25)


def test_beyond_the_bound_the_oldest_are_refused_with_everybody_else_of_their_time():
    now = NOW.timestamp()
    revoked = Revoked({reader: now - reader * 0.1 for reader in range(1, MOST + 101)})

    assert len(revoked.tidy(now)) == 100
    assert len(revoked.moments) == MOST
    assert revoked.holds(given_at(NOW - timedelta(seconds=0.1 * MOST + 20), reader=MOST + 50))
    assert not revoked.holds(given_at(NOW, reader=MOST + 50))
