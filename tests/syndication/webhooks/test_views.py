"""Webhooks and keys in the newsroom: set up by who may, secrets shown once, every message to be seen and sent again."""

import html
import re

import pytest
from django.contrib.auth.models import Group

from broadsheet.newsroom.roles import Role, install_roles
from broadsheet.readers.models import User
from broadsheet.syndication.api import keys
from broadsheet.syndication.api.models import ApiKey
from broadsheet.syndication.models import Delivery
from broadsheet.syndication.webhooks import services
from broadsheet.syndication.webhooks.models import Webhook

pytestmark = pytest.mark.django_db
SECRET = re.compile(r'class="secret__text" dir="ltr">([^<]+)<')


def secrets_on(page):
    return [html.unescape(found) for found in SECRET.findall(page.content.decode())]


ADD = "/newsroom/snippets/syndication/{}/add/"


@pytest.fixture(autouse=True)
def _names(monkeypatch):
    """Nobody outside is asked."""
    addresses = {"partner.example": "93.184.216.34", "inside.example": "10.0.0.7"}

    def found(host, port, **_):
        if host not in addresses:
            raise OSError("no such name")
        return [(2, 1, 6, "", (addresses[host], port))]

    monkeypatch.setattr("broadsheet.outward.fetch.socket.getaddrinfo", found)


@pytest.fixture
def staffed(paper):
    install_roles(paper.fronts.values())
    return paper


@pytest.fixture
def chief(client, staffed):
    client.force_login(_member(Role.EDITOR_IN_CHIEF))
    return client


def _member(role):
    user = User.objects.create_user(f"{role.name.lower()}@paper.example")
    user.groups.add(Group.objects.get(name=role.value))
    return user


def add_webhook(client, url="https://partner.example/hook"):
    form = {"name": "Partner", "url": url, "on_published": "on", "is_active": "on"}
    return client.post(ADD.format("webhook"), form)


def test_a_secret_is_shown_once(chief):
    page = add_webhook(chief)
    hook = Webhook.objects.get()

    assert secrets_on(page) == [hook.secret]
    assert "no-store" in page.headers["Cache-Control"]
    assert hook.secret not in str(page.cookies)
    for path in (f"/newsroom/syndication/webhooks/{hook.pk}/", f"/newsroom/snippets/syndication/webhook/edit/{hook.pk}/",
                 "/newsroom/snippets/syndication/webhook/"):  # fmt: skip
        again = chief.get(path)
        assert again.status_code == 200
        assert hook.secret not in again.content.decode()
    assert (hook.on_published, hook.on_updated) == (True, False)


@pytest.mark.parametrize(
    "url",
    ["http://partner.example/", "ftp://partner.example/", "partner", "https://", "https://inside.example/"],
)
def test_only_public_https_is_taken(chief, url):
    assert add_webhook(chief, url).status_code == 200
    assert not Webhook.objects.exists()


def test_a_name_that_is_not_there_yet_is_taken(chief):
    add_webhook(chief, "https://soon.example/")
    assert Webhook.objects.get().url == "https://soon.example/"


def test_sections_are_chosen_by_language(chief, staffed):
    page = chief.get(ADD.format("webhook")).content.decode()
    assert "Nation (en)" in page
    assert "Nation (az)" in page
    chosen = staffed.sections["az", "nation"]
    chief.post(
        ADD.format("webhook"), {"name": "P", "url": "https://partner.example/", "sections": [chosen.pk]}
    )
    assert [section.pk for section in Webhook.objects.get().sections.all()] == [chosen.pk]


def test_ping_log_and_again(chief):
    add_webhook(chief)
    hook = Webhook.objects.get()
    page = f"/newsroom/syndication/webhooks/{hook.pk}/"

    assert chief.post(f"{page}ping/").status_code == 302
    assert "On its way" in chief.get(page).content.decode()
    delivery = Delivery.objects.get()
    Delivery.objects.update(state="failed", status=410, error="the server answered 410", tries=1)
    shown = chief.get(page).content.decode()
    assert "Given up; last answer 410" in shown
    assert "Send again" in shown
    assert chief.post(f"{page}{delivery.pk}/again/").status_code == 302
    ids = {row.payload["id"] for row in Delivery.objects.all()}
    assert (len(ids), Delivery.objects.count()) == (1, 2)


def test_a_log_has_pages(chief, monkeypatch):
    monkeypatch.setattr("broadsheet.syndication.webhooks.selectors.ON_A_PAGE", 3)
    add_webhook(chief)
    hook = Webhook.objects.get()
    for _ in range(4):
        services.ping(hook)
    page = f"/newsroom/syndication/webhooks/{hook.pk}/"

    first = chief.get(page).content.decode()
    older = re.search(r"\?before=\d+", first)[0]

    assert (
        first.count('class="hook__row'),
        chief.get(page + older).content.decode().count('class="hook__row'),
    ) == (3, 1)


def test_another_secret(chief):
    add_webhook(chief)
    old = Webhook.objects.get().secret

    page = chief.post(f"/newsroom/syndication/webhooks/{Webhook.objects.get().pk}/secret/")

    hook = Webhook.objects.get()
    assert secrets_on(page) == [hook.secret]
    assert hook.old_secret == old != hook.secret


def test_a_key_is_shown_once_and_works_until_it_is_taken_back(chief, client):
    page = chief.post(ADD.format("apikey"), {"name": "Partner", "per_minute": "7", "is_active": "on"})
    (secret,) = secrets_on(page)
    key = ApiKey.objects.get()

    assert key.digest == keys.digest(secret)
    assert secret not in chief.get("/newsroom/snippets/syndication/apikey/").content.decode()
    shown = {"Authorization": f"Bearer {secret}"}
    assert client.get("/api/v1/sections", headers=shown).headers["RateLimit-Policy"] == '"key";q=7;w=60'
    form = {"name": "Partner", "per_minute": "7"}
    chief.post(f"/newsroom/snippets/syndication/apikey/edit/{key.pk}/", form)
    assert client.get("/api/v1/sections", headers=shown).status_code == 401
    assert ApiKey.objects.get().digest == key.digest


@pytest.mark.parametrize("role", [Role.REPORTER, Role.DESK_EDITOR, Role.CIRCULATION])
def test_nobody_else_gets_there(client, staffed, role):
    hook = Webhook(name="Partner", url="https://partner.example/")
    services.renew_secret(hook)
    client.force_login(_member(role))
    page = f"/newsroom/syndication/webhooks/{hook.pk}/"

    answers = [
        client.get(page), client.post(f"{page}ping/"), client.post(f"{page}secret/"), client.get(ADD.format("webhook")),
        client.get(ADD.format("apikey")),
    ]  # fmt: skip

    # Wagtail sends whoever lacks a right to its own front page.
    assert {answer.status_code for answer in answers} <= {302, 403}
    assert Webhook.objects.get().secret == hook.secret
    assert not Delivery.objects.exists()
