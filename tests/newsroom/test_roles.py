import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from broadsheet.newsroom.models import Story
from broadsheet.newsroom.roles import Role, install_roles
from broadsheet.readers.models import User
from tests.factories import Paper

pytestmark = pytest.mark.django_db


@pytest.fixture
def staffed(paper: Paper) -> Paper:
    install_roles(paper.fronts.values())
    return paper


def hire(*groups: str) -> User:
    user = User.objects.create_user(f"person-{User.objects.count()}@paper.example")
    user.groups.set(Group.objects.filter(name__in=groups))
    assert user.groups.count() == len(groups)
    return user


def test_installing_roles_twice_changes_nothing(staffed):
    before = Group.objects.count()
    install_roles(staffed.fronts.values())

    assert Group.objects.count() == before


def test_a_reporter_writes_in_the_own_section_and_publishes_nowhere(staffed):
    reporter = hire(Role.REPORTER, "Nation: reporters")
    nation, culture = staffed.sections["en", "nation"], staffed.sections["en", "culture"]

    assert nation.permissions_for_user(reporter).can_add_subpage()
    assert not culture.permissions_for_user(reporter).can_add_subpage()
    assert not nation.permissions_for_user(reporter).can_publish_subpage()


def test_a_reporter_cant_open_a_draft_of_another_section(client, staffed):
    draft = staffed.story("Secret of culture", section="culture", live=False)
    client.force_login(hire(Role.REPORTER, "Nation: reporters"))

    for name in ("edit", "history", "view_draft", "copy", "delete"):
        answer = client.get(reverse(f"wagtailadmin_pages:{name}", args=[draft.pk]))
        assert "Secret of culture" not in answer.content.decode(), name
        assert answer.status_code in (302, 403), name


def test_a_desk_editor_publishes_in_the_own_section_only(staffed):
    editor = hire(Role.DESK_EDITOR, "Nation: desk", "Nation: reporters")

    assert staffed.sections["en", "nation"].permissions_for_user(editor).can_publish_subpage()
    assert not staffed.sections["en", "culture"].permissions_for_user(editor).can_publish_subpage()


def test_an_editor_in_chief_publishes_everywhere(staffed):
    chief = hire(Role.EDITOR_IN_CHIEF)

    assert all(s.permissions_for_user(chief).can_publish_subpage() for s in staffed.sections.values())


@pytest.mark.parametrize(
    ("role", "reaches"),
    [
        (Role.REPORTER, False),
        (Role.PHOTO_EDITOR, False),
        (Role.TRANSLATOR, False),
        (Role.EDITOR_IN_CHIEF, True),
    ],
)
def test_accounts_and_redirects_are_the_chiefs(client, staffed, role, reaches):
    client.force_login(hire(role))

    assert (client.get("/newsroom/users/").status_code == 200) is reaches
    assert (client.get("/newsroom/redirects/").status_code == 200) is reaches


def test_a_reader_has_no_newsroom(client, staffed):
    client.force_login(User.objects.create_user("reader@paper.example"))

    assert client.get("/newsroom/", follow=True).redirect_chain


@pytest.mark.parametrize(
    "path",
    [
        "/newsroom/",
        "/newsroom/new-story/",
        "/newsroom/images/",
        "/newsroom/pages/",
        "/newsroom/reports/site-history/",
        "/newsroom/snippets/newsroom/author/",
        "/newsroom/snippets/newsroom/topic/",
    ],
)
def test_the_chiefs_pages_answer(client, staffed, path):
    client.force_login(hire(Role.EDITOR_IN_CHIEF))

    assert client.get(path, follow=True).status_code == 200


def test_the_editor_shows_the_checklist(client, staffed):
    story = staffed.story("Ready", live=False)
    client.force_login(hire(Role.EDITOR_IN_CHIEF))
    page = client.get(reverse("wagtailadmin_pages:edit", args=[story.pk])).content.decode()

    assert "Alternative text on every picture" in page
    assert "There is no standfirst" in page


def test_the_front_pages_undo_asks_first_and_then_restores_the_draft_only(client, staffed):
    front = staffed.fronts["en"]
    front.refresh_from_db()
    front.tagline = "First"
    front.save_revision().publish(skip_permission_checks=True)
    front.tagline = "Second"
    front.save_revision()
    client.force_login(hire(Role.EDITOR_IN_CHIEF))
    address = reverse("newsroom_undo", args=[front.pk])

    client.get(address)
    assert front.get_latest_revision_as_object().tagline == "Second", "GET changes nothing"
    client.post(address)

    front.refresh_from_db()
    assert front.get_latest_revision_as_object().tagline == "First"
    assert front.tagline == "First"


def test_changes_to_the_front_page_reach_readers_only_on_publishing(client, staffed):
    front = staffed.fronts["en"]
    story = staffed.story("Pinned story", hours_ago=500)
    for n in range(30):
        staffed.story(f"Newer {n}")
    front.refresh_from_db()
    box = {
        "title": "Box",
        "layout": "list",
        "slots": 1,
        "cards": [{"story": story.pk, "headline": "Said otherwise", "boost": False}],
        "refill": False,
    }
    front.containers = [{"type": "container", "value": box}]
    revision = front.save_revision()

    assert "Said otherwise" not in client.get("/").content.decode()
    revision.publish(skip_permission_checks=True)
    assert "Said otherwise" in client.get("/").content.decode()


def test_free_slots_are_refilled_without_repeating_a_story(client, staffed):
    stories = [staffed.story(f"Filler {n}", hours_ago=n + 1) for n in range(6)]
    front = staffed.fronts["en"]
    front.refresh_from_db()
    nation = staffed.sections["en", "nation"].pk
    box = {"layout": "list", "slots": 3, "refill": True, "refill_section": nation, "cards": []}
    pinned = {
        **box,
        "title": "One",
        "cards": [{"story": stories[5].pk, "headline": "", "boost": False}],
    }
    front.containers = [
        {"type": "container", "value": pinned},
        {"type": "container", "value": {**box, "title": "Two"}},
    ]
    front.save_revision().publish(skip_permission_checks=True)

    main = client.get("/").content.decode().split('class="latest"')[0]
    assert [n for n in range(6) if main.count(f">Filler {n}<") == 1] == list(range(6))
    assert main.index(">Filler 5<") < main.index(">Filler 0<") < main.index(">Filler 2<")


def test_a_story_with_a_silent_picture_is_a_draft_until_it_speaks(client, staffed):
    from tests.factories import make_picture

    picture = make_picture(description="", credit="")
    chief = hire(Role.EDITOR_IN_CHIEF)
    client.force_login(chief)
    section = staffed.sections["en", "nation"]
    data = {
        "title": "With a picture", "slug": "with-a-picture", "access": "free", "genre": "news", "lead_picture": picture.pk,
        "body-count": 0, "bylines-TOTAL_FORMS": 0, "bylines-INITIAL_FORMS": 0, "bylines-MIN_NUM_FORMS": 0, "bylines-MAX_NUM_FORMS": 1000,
        "corrections-TOTAL_FORMS": 0, "corrections-INITIAL_FORMS": 0, "corrections-MIN_NUM_FORMS": 0, "corrections-MAX_NUM_FORMS": 1000,
        "comments-TOTAL_FORMS": 0, "comments-INITIAL_FORMS": 0, "comments-MIN_NUM_FORMS": 0, "comments-MAX_NUM_FORMS": 1000,
    }  # fmt: skip
    address = reverse("wagtailadmin_pages:add", args=["newsroom", "story", section.pk])

    refused = client.post(address, {**data, "action-publish": "1"})
    assert "has no alternative text" in refused.content.decode()
    assert not Story.objects.filter(live=True, slug="with-a-picture").exists()

    type(picture).objects.filter(pk=picture.pk).update(description="A wall", credit="Ann / The Gazette")
    client.post(address, {**data, "action-publish": "1"})
    assert Story.objects.filter(live=True, slug="with-a-picture").exists()
