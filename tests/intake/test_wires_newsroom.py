"""The wires in the newsroom: who sees and does what, one click, notices, and queries that do not grow."""

import threading
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.utils import timezone

from broadsheet.intake.incoming import IncomingBlock, IncomingPicture, IncomingStory
from broadsheet.intake.models import WireItem, WireNotice, WireRule, WireSource
from broadsheet.intake.wires import drafting
from broadsheet.intake.wires.arriving import take_in
from broadsheet.newsroom.models import Story
from broadsheet.newsroom.roles import Role, install_roles
from broadsheet.readers.models import User
from tests.factories import make_paper

BASE = "/newsroom/wires/"
WORDS = [
    "harbour",
    "bridge",
    "tunnel",
    "valley",
    "winter",
    "market",
    "council",
    "doctor",
    "teacher",
    "farmer",
    "orchestra",
    "museum",
    "station",
    "ferry",
]


def story(number=1, headline="", text="", **facts):
    made = {
        "source_id": f"urn:agency:{number}",
        "headline": headline or f"Story {number} of the {WORDS[number % len(WORDS)]}",
        "body": (IncomingBlock("text", f"<p>{text or f'Only line {number}.'}</p>"),),
        "source_url": f"https://agency.example/{number}",
        "published": timezone.now(),
        **facts,
    }
    return IncomingStory(**made)


@pytest.fixture
def staffed(paper):
    install_roles(paper.fronts.values())
    return paper


def hire(*groups):
    user = User.objects.create_user(f"person-{User.objects.count()}@paper.example")
    user.groups.set(Group.objects.filter(name__in=groups))
    assert user.groups.count() == len(groups)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def reporter(staffed):
    return hire(Role.REPORTER, "Nation: reporters")


@pytest.fixture
def editor(staffed):
    return hire(Role.DESK_EDITOR, "Nation: desk", "Nation: reporters")


@pytest.fixture
def chief(staffed):
    return hire(Role.EDITOR_IN_CHIEF)


@pytest.fixture
def source(staffed):
    return WireSource.objects.create(
        name="Agency A",
        address="https://agency.example/feed",
        desk=staffed.sections["en", "nation"],
        credit="The Wire",
        usage_terms="Not after 30 days.",
    )


def arrive(source, *stories):
    return take_in(source, stories, {}, is_whole=False)


# -- the inbox ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_inbox_shows_what_came_newest_first_and_leads_on(reporter, source):
    for number in range(1, 36):
        arrive(source, story(number))
        WireItem.objects.filter(guid=f"urn:agency:{number}").update(
            arrived_at=timezone.now() - timedelta(minutes=100 - number)
        )

    first = reporter.get(BASE)
    older = first.context["older"]
    second = reporter.get(f"{BASE}?{older}")

    shown = [item.guid for page in (first, second) for item in page.context["page"].items]
    assert shown == [f"urn:agency:{number}" for number in range(35, 0, -1)]
    assert second.context["older"] == ""


@pytest.mark.django_db
@pytest.mark.parametrize("where", ["", "health/"])
def test_queries_do_not_grow_with_what_there_is(chief, source, staffed, django_assert_max_num_queries, where):
    def fill(start, count):
        for number in range(start, start + count):
            arrive(source, story(number))
            other = WireSource.objects.create(name=f"B{number}", address="https://b.example/feed")
            arrive(other, story(number))

    fill(1, 2)
    drafting.make_draft(WireItem.objects.first(), staffed.sections["en", "nation"])
    chief.get(BASE + where)
    with django_assert_max_num_queries(100) as few:
        chief.get(BASE + where)
    fill(3, 20)
    for item in WireItem.objects.filter(source=source)[1:8]:
        drafting.make_draft(item, staffed.sections["en", "nation"])
    with django_assert_max_num_queries(len(few)):
        chief.get(BASE + where)


@pytest.mark.django_db
def test_the_inbox_is_filtered_by_desk_source_state_and_words(reporter, source, staffed):
    other = WireSource.objects.create(
        name="B", address="https://b.example/", desk=staffed.sections["en", "culture"]
    )
    arrive(source, story(1, "Bridge opens"), story(2, "Bakıda KÜLƏK əsir"))
    arrive(other, story(3, "Opera opens"))
    WireItem.objects.filter(headline="Bridge opens").update(state="dropped")

    def headlines(query):
        return {item.headline for item in reporter.get(f"{BASE}?{query}").context["page"].items}

    assert headlines("") == {"Bakıda KÜLƏK əsir", "Opera opens"}
    arrive(source, story(9, "KILL: Nothing opens"))
    assert "KILL: Nothing opens" in headlines("")
    WireItem.objects.filter(state="killed").update(arrived_at=timezone.now() - timedelta(days=2))
    assert headlines("") == {"Bakıda KÜLƏK əsir", "Opera opens"}
    assert headlines("state=killed") == {"KILL: Nothing opens"}
    WireItem.objects.filter(state="killed").delete()
    assert headlines("state=all&words=OPENS") == {"Bridge opens", "Opera opens"}
    assert headlines("state=dropped") == {"Bridge opens"}
    assert headlines(f"desk={staffed.sections['en', 'culture'].pk}") == {"Opera opens"}
    assert headlines(f"source={source.pk}") == {"Bakıda KÜLƏK əsir"}
    assert headlines("words=külək") == {"Bakıda KÜLƏK əsir"}
    assert headlines("desk=x&source=-1&state=odd&before=%00&words=%27") == set()


@pytest.mark.django_db
def test_a_story_of_two_sources_is_shown_once_with_both_names(reporter, source):
    other = WireSource.objects.create(name="Agency B", address="https://b.example/")
    arrive(source, story(1, "Bridge opens"))
    arrive(other, story(1, "Bridge is open"))

    page = reporter.get(BASE).content.decode()

    assert page.count("wires__headline") == 1
    assert "Agency B" in page.split("Also from")[1].split("</p>")[0]


@pytest.mark.django_db
def test_scripts_of_a_source_are_text_or_nothing(reporter, source):
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)><p onclick='x'><a href='javascript:x'>Link</a></p>"
    arrive(
        source,
        story(
            1,
            "<script>alert(2)</script>",
            standfirst="<img src=x onerror=y>",
            body=(IncomingBlock("text", evil),),
        ),
    )
    item = WireItem.objects.get()

    pages = [reporter.get(address).content.decode() for address in (BASE, f"{BASE}{item.pk}/")]

    for page in pages:
        assert "alert(1)" not in page
        assert "<script>alert" not in page
        assert "onerror" not in page.replace("&lt;img src=x onerror=y&gt;", "")
        assert "javascript:" not in page
        assert "onclick" not in page.split("wires__text")[-1].split("</article>")[0]


# -- acts --------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_one_click_makes_a_draft_and_opens_it(reporter, source):
    arrive(source, story(1, "Bridge opens", bylines=("Ann Author",)))
    item = WireItem.objects.get()

    answers = [reporter.post(f"{BASE}{item.pk}/draft/") for _ in range(2)]

    draft = Story.objects.get(title="Bridge opens")
    assert [answer.url for answer in answers] == [f"/newsroom/pages/{draft.pk}/edit/"] * 2
    editor = reporter.get(answers[0].url)
    assert editor.status_code == 200
    assert (draft.owner.email[:6], draft.live) == ("person", False)
    assert (draft.source_name, draft.usage_terms, draft.source_url) == (
        "The Wire",
        "Not after 30 days.",
        "https://agency.example/1",
    )


@pytest.mark.django_db
def test_who_may_not_write_at_a_desk_makes_no_draft_there(reporter, source, staffed):
    arrive(source, story(1))
    item = WireItem.objects.get()
    culture = staffed.sections["en", "culture"]

    assert reporter.post(f"{BASE}{item.pk}/draft/", {"desk": culture.pk}).status_code in (302, 403)
    WireItem.objects.update(desk=culture)
    for act in ("draft", "drop", "take-up"):
        reporter.post(f"{BASE}{item.pk}/{act}/")
    assert not Story.objects.exists()
    assert WireItem.objects.get().state == "new"
    assert "Make a draft</button>" not in reporter.get(BASE).content.decode()


@pytest.mark.django_db
def test_strangers_and_circulation_see_nothing(staffed, source, client):
    arrive(source, story(1, "Bridge opens"))
    item = WireItem.objects.get()
    for visitor in (client, hire(Role.CIRCULATION)):
        for path in ("", "health/", f"{item.pk}/"):
            assert "Bridge opens" not in visitor.get(BASE + path, follow=True).content.decode()
        visitor.post(f"{BASE}{item.pk}/draft/")
        visitor.post(f"{BASE}{item.pk}/drop/")
    assert not Story.objects.exists()
    assert WireItem.objects.get().state == "new"


@pytest.mark.django_db
def test_nothing_is_done_by_a_get(chief, source):
    arrive(source, story(1))
    item = WireItem.objects.get()

    for path in (f"{item.pk}/draft/", f"{item.pk}/drop/", f"{item.pk}/take-up/", f"health/{source.pk}/look/"):
        assert chief.get(BASE + path).status_code == 405


@pytest.mark.django_db
def test_an_item_without_a_desk_asks_for_one(editor, source, staffed):
    WireSource.objects.update(desk=None)
    source.refresh_from_db()
    arrive(source, story(1))
    item = WireItem.objects.get()

    assert editor.post(f"{BASE}{item.pk}/draft/").url == f"{BASE}{item.pk}/"
    editor.post(f"{BASE}{item.pk}/draft/", {"desk": staffed.sections["en", "nation"].pk})
    assert Story.objects.get().get_parent().slug == "nation"


@pytest.mark.django_db
def test_drop_and_take_up_lead_back_to_where_one_was(reporter, source):
    arrive(source, story(1))
    item = WireItem.objects.get()

    answer = reporter.post(f"{BASE}{item.pk}/drop/", {"next": f"{BASE}?words=x"})
    assert (answer.url, WireItem.objects.get().state) == (f"{BASE}?words=x", "dropped")
    answer = reporter.post(f"{BASE}{item.pk}/take-up/", {"next": "https://evil.example/"})
    assert (answer.url, WireItem.objects.get().state) == (BASE, "new")


@pytest.mark.django_db
def test_what_was_withdrawn_makes_no_draft(reporter, source):
    arrive(source, story(1, "KILL: Bridge opens"))
    item = WireItem.objects.get()

    reporter.post(f"{BASE}{item.pk}/draft/")

    assert not Story.objects.exists()
    assert "Make a draft" not in reporter.get(f"{BASE}{item.pk}/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_make_one_draft():
    paper = make_paper()
    source = WireSource.objects.create(
        name="A", address="https://a.example/", desk=paper.sections["en", "nation"]
    )
    arrive(source, story(1, bylines=("Ann Author",), topics=("Bridges",)))
    item, desk, made, failed = WireItem.objects.get(), paper.sections["en", "nation"], [], []
    together = threading.Barrier(4)

    def click():
        try:
            together.wait(10)
            made.append(
                drafting.make_draft(WireItem.objects.select_related("source").get(pk=item.pk), desk).pk
            )
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert failed == []
    assert len(made) == 4
    assert set(made) == {Story.objects.get().pk}


# -- notices -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def flagged(source, staffed):
    arrive(source, story(1, "Bridge of Kish opens"))
    drafting.make_draft(WireItem.objects.get(), staffed.sections["en", "nation"])
    arrive(source, story(2, "KILL: Bridge of Kish opens"))
    return WireNotice.objects.get()


@pytest.mark.django_db
def test_a_kill_is_told_in_the_inbox_the_editor_and_at_home(editor, flagged):
    edit = f"/newsroom/pages/{flagged.story_id}/edit/"

    assert "Withdrawn by its agency" in editor.get(BASE).content.decode()
    assert "Withdrawn by its agency: KILL: Bridge of Kish opens" in editor.get(edit).content.decode()
    home = editor.get("/newsroom/").content.decode()
    assert "Agencies have said more" in home
    assert f"{BASE}notices/{flagged.pk}/seen/" in home


@pytest.mark.django_db
def test_the_words_of_a_notice_are_words_in_the_editor_and_at_home(editor, source, staffed):
    arrive(source, story(1, "Bridge of Kish opens"))
    drafting.make_draft(WireItem.objects.get(), staffed.sections["en", "nation"])
    arrive(source, story(1, "CORRECTED-<script>alert(7)</script><b>Bridge</b>", text="New text."))
    WireSource.objects.update(name="<i>Agency</i>")
    notice = WireNotice.objects.get()

    for path in (
        f"/newsroom/pages/{notice.story_id}/edit/",
        "/newsroom/",
        f"{BASE}notices/{notice.story_id}/",
        BASE,
    ):
        page = editor.get(path).content.decode()
        assert "Bridge" in page
        assert "<script>alert(7)" not in page
        assert "<b>Bridge" not in page
        assert "<i>Agency" not in page


@pytest.mark.django_db
def test_a_notice_is_shown_until_somebody_has_seen_to_it(editor, flagged):
    edit = f"/newsroom/pages/{flagged.story_id}/edit/"
    listing = f"{BASE}notices/{flagged.story_id}/"
    assert "KILL: Bridge of Kish opens" in editor.get(listing).content.decode()

    assert editor.post(f"{BASE}notices/{flagged.pk}/seen/", {"next": listing}).url == listing

    assert "KILL: Bridge of Kish opens" not in editor.get(edit).content.decode()
    assert "Agencies have said more" not in editor.get("/newsroom/").content.decode()
    flagged.refresh_from_db()
    assert flagged.seen_by is not None


@pytest.mark.django_db
def test_another_desk_neither_reads_nor_ends_a_notice(flagged):
    other = hire(Role.DESK_EDITOR, "Culture: desk")

    assert "Agencies have said more" not in other.get("/newsroom/").content.decode()
    assert other.get(f"{BASE}notices/{flagged.story_id}/").status_code in (302, 403)
    other.post(f"{BASE}notices/{flagged.pk}/seen/")
    flagged.refresh_from_db()
    assert flagged.seen_at is None


# -- sources and rules -------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_editors_change_sources_and_rules_and_reporters_do_not(editor, reporter, staffed):
    add = "/newsroom/snippets/intake/wiresource/add/"
    form = {
        "name": "Agency C",
        "kind": "feed",
        "address": "https://c.example/feed",
        "interval": "15",
        "is_enabled": "on",
        "desk": "",
        "language": "en",
        "credit": "C",
        "usage_terms": "",
    }
    assert editor.post(add, form).status_code == 302
    assert WireSource.objects.get().interval == 15
    rule = {"order": "1", "source": "", "words": "quiz", "topic": "", "desk": "", "action": "drop"}
    assert editor.post("/newsroom/snippets/intake/wirerule/add/", rule).status_code == 302
    assert WireRule.objects.get().words == "quiz"
    reporter.post(add, {**form, "name": "Agency D"})
    assert WireSource.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("newsml", "/etc"),
        ("feed", "file:///etc/passwd"),
        ("feed", "https://a:b@c.example/"),
        ("ninjs", "../../x"),
    ],
)
def test_addresses_that_are_none_are_refused_in_the_form(editor, kind, address):
    form = {"name": "Bad", "kind": kind, "address": address, "interval": "15", "is_enabled": "on"}

    assert editor.post("/newsroom/snippets/intake/wiresource/add/", form).status_code == 200
    assert not WireSource.objects.exists()


@pytest.mark.django_db
def test_health_tells_how_sources_are_and_looks_now(editor, reporter, source):
    arrive(source, story(1))
    WireSource.objects.update(
        last_error="the server answered 500", failures=3, next_look_at=timezone.now() + timedelta(hours=3)
    )

    page = editor.get(f"{BASE}health/").content.decode()
    assert "the server answered 500" in page
    assert "0.1" in page
    # An address, and so an error, may hold a key.
    assert "agency.example/feed" in page
    seen = reporter.get(f"{BASE}health/").content.decode()
    assert "agency.example/feed" not in seen
    assert "answered 500" not in seen
    reporter.post(f"{BASE}health/{source.pk}/look/")
    assert WireSource.objects.get().next_look_at > timezone.now()
    editor.post(f"{BASE}health/{source.pk}/look/")
    assert WireSource.objects.get().next_look_at <= timezone.now()


@pytest.mark.django_db
def test_pictures_are_named_with_their_credit(reporter, source):
    lead = IncomingPicture("https://agency.example/photo.jpg", caption="The bridge", credit="Ann Photo")
    arrive(source, story(1, lead=lead))

    page = reporter.get(f"{BASE}{WireItem.objects.get().pk}/").content.decode()

    assert "The bridge" in page
    assert "Ann Photo" in page
    assert '<img src="https://agency' not in page
