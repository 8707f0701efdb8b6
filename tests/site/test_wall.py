"""What stands before a story: words that suit its level without any script, and the states that a script may show."""

import pytest
from django.utils import translation
from lxml import html

from broadsheet.paywall import Access

pytestmark = pytest.mark.django_db
BODY = [("text", "<p>Public one.</p><p>Public two.</p><p>Zanzibarquince three.</p>")]
SPENT = "forged, and so spent"


@pytest.fixture
def page(client, paper):
    """A story's page for somebody of whom nothing is known and whose free stories are read."""

    def make(access, cookie=SPENT, language="en"):
        story = paper.story("Premium", access=access, body=BODY)
        client.cookies["bs_meter"] = cookie
        with translation.override(language):
            answer = client.get(f"/nation/{story.slug}/")
        return f"/nation/{story.slug}/", html.fromstring(answer.content)

    return make


def shown(tree, name):
    """The text of the parts of that class which are not hidden."""
    found = tree.find_class(name)
    return " ".join(" ".join(one.text_content().split()) for one in found if "hidden" not in one.attrib)


def states(tree, name):
    return tree.xpath(f"//*[@data-state='{name}']")


@pytest.mark.parametrize(
    ("access", "title", "first"),
    [
        (Access.REGISTERED, "Register to read on", "/account/login/"),
        (Access.METERED, "You have read your 3 free stories of this month", "/subscribe/"),
        (Access.SUBSCRIBERS, "This story is for subscribers", "/subscribe/"),
    ],
)
def test_without_script_the_wall_says_what_is_true_of_the_story(page, access, title, first):
    path, tree = page(access)

    assert shown(tree, "wall__state").startswith(title)
    links = [link.get("href") for one in states(tree, "") for link in one.iter("a")]
    next_ = path.replace("/", "%2F")
    assert links[0] == f"{first}?next={next_}"
    assert sorted(links) == [f"/account/login/?next={next_}", f"/subscribe/?next={next_}"]
    assert not tree.find_class("opened")


def test_the_words_of_another_tier_are_there_but_hidden(page):
    _, tree = page(Access.SUBSCRIBERS)
    [state] = states(tree, "tier")

    assert "hidden" in state.attrib
    assert "does not include this story" in state.text_content()
    assert not states(page(Access.REGISTERED)[1], "tier"), "any reader opens these"


def test_a_reader_on_too_many_devices_finds_the_way_to_them(page):
    path, tree = page(Access.METERED)
    [state] = states(tree, "devices")

    assert "hidden" in state.attrib
    assert "too many devices" in state.text_content()
    assert [link.get("href") for link in state.iter("a")] == [
        "/account/sessions/?next=" + path.replace("/", "%2F")
    ]
    assert not states(page(Access.REGISTERED)[1], "devices"), "any reader opens these"


def test_an_open_story_can_say_whose_gift_it_is(page):
    _, tree = page(Access.METERED, cookie="")

    assert [one.get("data-state") for one in tree.find_class("opened")] == ["gift", "network"]
    assert shown(tree, "opened") == ""
    assert not tree.find_class("wall")
    free = page(Access.FREE)[1]
    assert not free.find_class("opened") + free.find_class("wall")


def test_every_state_has_words_in_every_language():
    words = [
        "An account is free, and you come straight back to this story.",
        "Your subscription does not include this story",
        "A friend gave you this story.",
        "You are reading with the access of your library, university or company.",
        "Your last payment did not go through. You can read on while we try again.",
    ]
    for language in ("az", "ru", "ar"):
        with translation.override(language):
            assert all(translation.gettext(text) != text for text in words), language
            read = [translation.ngettext("You have read your %(n)s free story of this month", "You have read your %(n)s free stories of this month", n) % {"n": n} for n in (1, 2, 3, 12)]  # fmt: skip
            assert all(str(n) in text for n, text in zip((1, 2, 3, 12), read, strict=True))
