from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.paywall import Access, Limits, Meter, Pass, Reason, Variant, decide, on_network

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LIMITS = Limits(stories=3, days=30)
stories = st.integers(1, 50)


def full(access: Access, story: int = 1, pass_: Pass | None = None, meter: Meter | None = None) -> bool:
    return decide(access, story, pass_, meter or Meter(), LIMITS, NOW).variant is Variant.FULL


def test_rereading_a_metered_story_costs_nothing():
    first = decide(Access.METERED, 7, None, Meter(), LIMITS, NOW)
    again = decide(Access.METERED, 7, None, first.meter or Meter(), LIMITS, NOW + timedelta(days=2))

    assert (first.variant, again.variant) == (Variant.FULL, Variant.FULL)
    assert (first.left, again.left) == (2, 2)
    assert again.meter is None, "nothing changed, so no cookie is sent"


def test_the_fourth_story_meets_the_wall():
    meter = Meter(tuple((n, NOW) for n in (1, 2, 3)))

    assert decide(Access.METERED, 4, None, meter, LIMITS, NOW).reason is Reason.WALL


PREMIUM = [access for access in Access if access is not Access.FREE]
ALIVE = NOW + timedelta(minutes=10)
others = st.frozensets(st.sampled_from(["archive", "epaper", "ad-free"]))


@pytest.mark.parametrize(
    ("access", "scopes", "reason"),
    [
        (Access.METERED, None, Reason.WALL),
        (Access.METERED, set(), Reason.WALL),
        (Access.REGISTERED, None, Reason.REGISTRATION),
        (Access.SUBSCRIBERS, None, Reason.SUBSCRIBERS),
        (Access.SUBSCRIBERS, set(), Reason.SUBSCRIBERS),
        (Access.SUBSCRIBERS, {"past_due"}, Reason.SUBSCRIBERS),
        (Access.SUBSCRIBERS, {"story:2", "past_due"}, Reason.SUBSCRIBERS),
        (Access.SUBSCRIBERS, {"epaper", "past_due"}, Reason.TIER),
        (Access.METERED, {"epaper"}, Reason.TIER),
        (Access.SUBSCRIBERS, {"devices"}, Reason.DEVICES),
        (Access.METERED, {"devices", "story:2"}, Reason.DEVICES),
        (Access.SUBSCRIBERS, {"devices", "story:1"}, Reason.GIFT),
        (Access.REGISTERED, {"devices"}, Reason.REGISTERED),
        (Access.METERED, {"stories", "past_due"}, Reason.ENTITLED),
        (Access.SUBSCRIBERS, {"story:1"}, Reason.GIFT),
        (Access.METERED, {"story:1", "epaper"}, Reason.GIFT),
        (Access.REGISTERED, {"epaper"}, Reason.REGISTERED),
    ],
)
def test_a_wall_and_an_open_story_say_why(access, scopes, reason):
    pass_ = None if scopes is None else Pass(7, frozenset(scopes), ALIVE)

    assert decide(access, 1, pass_, Meter.spent(), LIMITS, NOW).reason is reason


@given(access=st.sampled_from(PREMIUM), seconds=st.integers(-(10**6), 10**6))
def test_too_many_devices_open_no_more_than_an_account_does(access, seconds):
    expires = NOW + timedelta(seconds=seconds)
    over, none = (Pass(7, frozenset(scopes), expires) for scopes in ({"devices"}, set()))

    assert full(access, pass_=over, meter=Meter.spent()) is full(access, pass_=none, meter=Meter.spent())


@given(
    access=st.sampled_from(PREMIUM), given_=st.frozensets(stories, max_size=4), also=others, story=stories,
    is_late=st.booleans(),
)  # fmt: skip
def test_a_strangers_pass_opens_the_stories_that_were_given_and_no_other(
    access, given_, also, story, is_late
):
    scopes = {f"story:{n}" for n in given_} | also | ({"past_due"} if is_late else set())
    pass_ = Pass(0, frozenset(scopes), ALIVE)

    assert full(access, story, pass_, Meter.spent()) is (story in given_)


@given(
    access=st.sampled_from(PREMIUM), scopes=others, given_=st.frozensets(stories, max_size=4), story=stories
)
def test_a_network_opens_what_its_scopes_do_and_takes_nothing_away(access, scopes, given_, story):
    held = scopes | {f"story:{n}" for n in given_}
    wall = decide(access, story, None, Meter.spent(), LIMITS, NOW)
    open_ = decide(access, story, Pass(7, frozenset({"stories"}), ALIVE), Meter(), LIMITS, NOW)

    assert (on_network(wall, story, held).reason is Reason.NETWORK) is (story in given_)
    assert on_network(wall, story, held | {"stories"}).reason is Reason.NETWORK
    assert on_network(open_, story, held) is open_


@given(access=st.sampled_from(PREMIUM), scopes=others, story=stories, age=st.integers(301, 10**6))
def test_a_run_out_gift_opens_nothing(access, scopes, story, age):
    pass_ = Pass(7, scopes | {f"story:{story}"}, NOW - timedelta(seconds=age))

    assert not full(access, story, pass_, Meter.spent())


def test_a_read_leaves_the_meter_when_its_period_is_over():
    meter = Meter(tuple((n, NOW - timedelta(days=30)) for n in (1, 2, 3)))

    assert full(Access.METERED, 4, meter=meter)


def test_a_registered_reader_opens_registered_stories_only():
    registered = Pass(1, frozenset(), NOW + timedelta(minutes=10))

    assert full(Access.REGISTERED, pass_=registered)
    assert not full(Access.SUBSCRIBERS, pass_=registered)


def test_a_pass_that_claims_a_longer_life_than_fifteen_minutes_opens_nothing():
    eternal = Pass(1, frozenset({"stories"}), NOW + timedelta(days=365))

    assert not full(Access.SUBSCRIBERS, pass_=eternal)


@given(story=stories, reads=st.lists(stories, max_size=10), is_spent=st.booleans())
def test_never_full_for_subscribers_stories_without_a_pass(story, reads, is_spent):
    meter = Meter(tuple((n, NOW) for n in reads), is_spent)

    assert not full(Access.SUBSCRIBERS, story, meter=meter)
    assert not full(Access.REGISTERED, story, meter=meter)


@given(order=st.permutations([1, 2, 3]), extra=st.lists(st.sampled_from([1, 2, 3]), max_size=6))
def test_the_order_and_number_of_reads_do_not_matter_within_the_limit(order, extra):
    meter = Meter()
    for story in [*order, *extra]:
        grant = decide(Access.METERED, story, None, meter, LIMITS, NOW)
        assert grant.variant is Variant.FULL
        meter = grant.meter or meter

    assert {story for story, _ in meter.reads} == {1, 2, 3}
    assert not full(Access.METERED, 4, meter=meter)


@given(skew=st.integers(-300, 300), life=st.integers(0, 900))
def test_clocks_five_minutes_apart_neither_lock_out_nor_break(skew, life):
    issued = Pass(1, frozenset({"stories"}), NOW + timedelta(seconds=life))

    assert issued.opens(Access.SUBSCRIBERS, 1, NOW + timedelta(seconds=skew)) is (
        skew - life <= 300 and life - skew <= 1200
    )


@given(skew=st.integers(-300, 300), reads=st.lists(stories, max_size=3, unique=True), story=stories)
def test_a_meter_written_by_a_clock_five_minutes_off_counts_the_same(skew, reads, story):
    there = Meter(tuple((n, NOW) for n in reads))
    here = NOW + timedelta(seconds=skew)

    same = decide(Access.METERED, story, None, there, LIMITS, NOW)
    shifted = decide(Access.METERED, story, None, there, LIMITS, here)

    assert (shifted.variant, shifted.left) == (same.variant, same.left)


def test_a_spent_meter_opens_nothing_metered_but_everything_free():
    assert not full(Access.METERED, meter=Meter.spent())
    assert full(Access.FREE, meter=Meter.spent())
