"""Replies in the newsroom: seen and decided by those who may, as clean as they came to be kept."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from broadsheet.newsroom.roles import Role, install_roles
from broadsheet.readers.models import User
from broadsheet.syndication.fediverse.models import Actor, ActorKey, BlockedDomain, Peer, Reply

pytestmark = pytest.mark.django_db


@pytest.fixture
def reply(paper):
    uri = "https://elsewhere.example/users/ann"
    peer = Peer.objects.create(
        uri=uri, host="elsewhere.example", kind="Person", handle="@ann@elsewhere.example", inbox=uri,
        delivers_to=uri, key_id=uri, public_pem="", read_at=timezone.now(),
    )  # fmt: skip
    story = paper.story("A bridge opens")
    return Reply.objects.create(
        peer=peer, story=story.pk, uri=f"{uri}/1", url=f"{uri}/1", html="<p>Well said.</p>"
    )


def as_(client, paper, role):
    from django.contrib.auth.models import Group

    install_roles(paper.fronts.values())
    user = User.objects.create_user(email=f"{role.name}@paper.example".lower())
    user.groups.add(Group.objects.get(name=role.value))
    client.force_login(user)
    return user


def test_a_desk_editor_approves_and_hides(client, paper, reply):
    editor = as_(client, paper, Role.DESK_EDITOR)
    page = client.get(reverse("syndication:replies"))
    assert page.status_code == 200
    assert "Well said." in page.content.decode()
    assert "A bridge opens" in page.content.decode()
    client.post(reverse("syndication:decide_reply", args=[reply.pk, "approve"]))
    reply.refresh_from_db()
    assert (reply.state, reply.decided_by) == ("shown", editor)
    assert "Well said." not in client.get(reverse("syndication:replies")).content.decode()
    client.post(
        reverse("syndication:decide_reply", args=[reply.pk, "hide"]), {"next": "https://evil.example/"}
    )
    reply.refresh_from_db()
    assert reply.state == "hidden"
    assert client.post(reverse("syndication:block_domain", args=[reply.pk])).status_code == 302
    assert not BlockedDomain.objects.exists(), "that is for the editor-in-chief"


def test_the_editor_in_chief_blocks_a_domain_with_all_that_came_from_it(client, paper, reply):
    as_(client, paper, Role.EDITOR_IN_CHIEF)
    client.post(reverse("syndication:block_domain", args=[reply.pk]))
    assert BlockedDomain.objects.get().domain == "elsewhere.example"
    assert not Reply.objects.exists()


def test_nobody_else_decides(client, paper, reply):
    as_(client, paper, Role.REPORTER)
    for name, args in (("replies", []), ("decide_reply", [reply.pk, "approve"])):
        address = reverse(f"syndication:{name}", args=args)
        client.post(address) if args else client.get(address)
    reply.refresh_from_db()
    assert reply.state == "held"


def test_an_account_is_set_up_and_no_page_shows_its_key(client, paper):
    user = as_(client, paper, Role.EDITOR_IN_CHIEF)
    add = reverse("wagtailsnippets_syndication_actor:add")
    made = client.post(add, {"handle": "gazette", "language": "en", "is_on": "on", "hides_followers": "on"})
    assert made.status_code == 302
    actor = Actor.objects.get()
    assert client.get(f"/-/ap/actor/{actor.pk}").status_code == 200
    secret = ActorKey.objects.get().private_pem.splitlines()[3]
    assert "BEGIN PRIVATE KEY" in ActorKey.objects.get().private_pem
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT private_pem FROM syndication_actorkey")
        assert secret not in cursor.fetchone()[0]
    edit = reverse("wagtailsnippets_syndication_actor:edit", args=[actor.pk])
    for address in (reverse("wagtailsnippets_syndication_actor:list"), edit):
        page = client.get(address).content.decode()
        assert "gazette" in page
        assert secret not in page
    assert "PRIVATE" not in repr(ActorKey.objects.get())
    assert user.has_perm("syndication.change_actor")
    assert Permission.objects.filter(codename="change_actorkey").exists()
    refused = client.post(edit, {"handle": "other", "language": "en", "is_on": "on"})
    assert refused.status_code == 200, "other servers know it by its handle"


@pytest.mark.parametrize(
    "fields",
    [
        {"handle": "a b", "language": "en"},
        {"handle": "Gazette", "language": "en"},
        {"handle": "gazette"},
        {"handle": "gazette", "language": "en", "section": "SECTION"},
    ],
)
def test_an_account_stands_for_one_thing(client, paper, fields):
    as_(client, paper, Role.EDITOR_IN_CHIEF)
    given = {k: paper.sections["en", "nation"].pk if v == "SECTION" else v for k, v in fields.items()}
    assert client.post(reverse("wagtailsnippets_syndication_actor:add"), given).status_code == 200
    assert not Actor.objects.exists()
