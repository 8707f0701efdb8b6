"""No secret of an address stands in a log."""

import logging

import pytest
from django.conf import settings

from broadsheet.conf.discretion import Discreet


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/partners/bsp_secret/stories.ninjs", "/partners/"),
        ("/az/feeds/private/secret/latest.rss", "/az/feeds/private/"),
        ("/nation/a-story/", "/nation/a-story/"),
    ],
)
def test_a_path_is_cut_where_a_secret_begins(path, told):
    line = logging.LogRecord("django.request", logging.WARNING, "", 0, "%s: %s", ("Not Found", path), None)
    assert Discreet().filter(line)
    assert line.getMessage() == f"Not Found: {told}"


def test_every_line_of_ours_goes_through_it():
    assert "discreet" in settings.LOGGING["handlers"]["stderr"]["filters"]
