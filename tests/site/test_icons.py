"""The paper's icon, for browsers that ask by name and for pages that link it."""

import re

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from broadsheet.readers.models import User
from broadsheet.site.views import icons

pytestmark = pytest.mark.django_db
ICON = b"\x00\x00\x01\x00"


def linked(page: str) -> set[str]:
    return {re.sub(r".*/static/|\".*", "", tag) for tag in re.findall(r'<link rel="[a-z-]*icon"[^>]*>', page)}


def test_the_icon_is_there_by_name_and_may_be_kept(client, paper):
    answer = client.get("/favicon.ico")

    assert answer.content.startswith(ICON)
    assert "public, max-age=604800" in answer.headers["Cache-Control"]
    assert answer.headers["Surrogate-Key"] == "site"
    assert client.head("/favicon.ico").status_code == 200


def test_a_paper_has_its_own_icon(client, paper, tmp_path, settings):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "favicon.ico").write_bytes(ICON + b"ours")
    settings.STATICFILES_DIRS = [str(tmp_path)]
    finders.get_finder.cache_clear()
    try:
        assert client.get("/favicon.ico").content == ICON + b"ours"
    finally:
        finders.get_finder.cache_clear()
        icons._drawing.cache_clear()


@pytest.mark.parametrize(
    "path", ["/", "/account/login/", "/subscribe/", "/nowhere/", "/newsroom/", "/media/nothing"]
)
def test_every_page_links_the_icon(paper, path, settings):
    settings.BROADSHEET_SECOND_FACTOR = False
    client = Client()
    if path == "/newsroom/":
        client.force_login(User.objects.create_superuser("owner@paper.example"))
    icons_of_page = linked(client.get(path, follow=True).content.decode())

    assert icons_of_page == {"site/favicon.ico", "site/icon.svg", "site/touch-icon.png"}
    assert all(finders.find(name) for name in icons_of_page)
