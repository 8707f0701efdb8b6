from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from broadsheet.paywall import Access, Limits, Meter, Pass, Reason, Variant, decide

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

    assert issued.opens(Access.SUBSCRIBERS, NOW + timedelta(seconds=skew)) is (
        skew - life <= 300 and life - skew <= 1200
    )


def test_a_spent_meter_opens_nothing_metered_but_everything_free():
    assert not full(Access.METERED, meter=Meter.spent())
    assert full(Access.FREE, meter=Meter.spent())
