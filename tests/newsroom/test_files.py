"""Which files are public: what something public shows, and nothing that it has stopped showing."""

from __future__ import annotations

import pytest

from broadsheet.press.models import LogRow
from tests.factories import Paper, make_picture

pytestmark = pytest.mark.django_db


def test_a_picture_taken_out_of_a_live_story_is_withheld_and_purged(paper: Paper) -> None:
    old, new = make_picture(), make_picture()
    story = paper.story("Here", lead_picture=old)
    story.save_revision().publish()
    old.refresh_from_db()
    assert old.released

    story.lead_picture = new
    story.save_revision().publish()

    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.released, new.released) == (False, True)
    told = [key for row in LogRow.objects.filter(is_hard=True) for key in row.keys]
    assert f"picture/{old.pk}" in told


def test_a_picture_that_another_story_shows_stays(paper: Paper) -> None:
    picture = make_picture()
    story, _other = paper.story("Here", lead_picture=picture), paper.story("There", lead_picture=picture)

    story.lead_picture = make_picture()
    story.save_revision().publish()

    picture.refresh_from_db()
    assert picture.released
