"""The demo's bar: a visitor is let in as who they chose, from the demo's own pages only."""

import pytest
from django.urls import include, path

from broadsheet.conf import urls
from broadsheet.demo.circulation import open_shop
from broadsheet.demo.people import entry_links, hire
from broadsheet.newsroom.roles import install_roles

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]
urlpatterns = [path("", include("broadsheet.demo.urls")), *urls.urlpatterns]


@pytest.fixture
def staffed(paper):
    install_roles(paper.fronts.values())
    hire()
    open_shop()


def test_reading_as_the_subscriber_opens_the_account(client, staffed):
    client.post("/-/demo/as/", {"role": "subscriber", "next": "/account/"})

    assert "Sara" in client.get("/account/me").json()["name"]
    assert client.get("/account/me").json()["is_subscriber"]
    assert client.get("/account/").status_code == 200


def test_reading_as_the_editor_opens_the_newsroom_and_as_a_reader_shuts_it(client, staffed, settings):
    settings.BROADSHEET_SECOND_FACTOR = False
    client.post("/-/demo/as/", {"role": "editor"})
    inside = client.get("/newsroom/").status_code
    client.post("/-/demo/as/", {"role": "reader"})

    assert (inside, client.get("/newsroom/").status_code) == (200, 302)
    assert "name" not in client.get("/account/me").json()


def test_other_sites_and_other_machines_change_no_role(client, staffed):
    refused = [
        client.post("/-/demo/as/", {"role": "editor"}, headers={"Sec-Fetch-Site": "cross-site"}),
        client.post("/-/demo/as/", {"role": "editor"}, REMOTE_ADDR="203.0.113.5"),
        client.post("/-/demo/reset/", headers={"Sec-Fetch-Site": "cross-site"}),
    ]

    assert [response.status_code for response in refused] == [403, 403, 403]
    assert "name" not in client.get("/account/me").json()


def test_the_link_for_circulation_opens_its_numbers_and_no_stories(client, staffed, settings):
    settings.BROADSHEET_SECOND_FACTOR = False
    client.post(dict(entry_links())["Circulation"])
    home = client.get("/newsroom/").content.decode()

    assert client.get("/newsroom/circulation/").status_code == 200
    assert "/newsroom/circulation/" in home
    assert "/newsroom/new-story/" not in home
    shut = ("pages", "images", "documents", "users", "reports/locked")
    assert [path for path in shut if client.get(f"/newsroom/{path}/").status_code != 302] == []
