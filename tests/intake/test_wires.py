"""Wires end to end: an agency on this machine, looks, versions, copies, rules, notices, folders."""

import dataclasses
import json
import os
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from broadsheet.intake.models import WireItem, WireNotice, WireRule, WireSource
from broadsheet.intake.wires import gathering, keeping, looking
from broadsheet.intake.wires.drafting import draft_wanted, make_draft
from broadsheet.newsroom.models import Story
from tests.factories import picture_bytes

pytestmark = pytest.mark.django_db

BODY = (
    "The central bank kept its main interest rate at seven percent on Thursday, saying that inflation had eased "
    "less than it had expected in the spring and that wages were still growing faster than output. Governor Leyla "
    "Aslan told reporters in the capital that the board had been unanimous, and that a cut before the end of the year "
    "was possible if food prices fell again in the autumn. Analysts had been split over the decision, with nine of "
    "sixteen expecting a cut of a quarter of a point. The currency rose slightly after the announcement and bonds of "
    "two years lost a little. The bank will publish its new forecast on the first day of next month."
)
OTHER = (
    "Rescue teams pulled eleven hikers from a flooded valley in the northern mountains overnight after two days of "
    "rain washed away the only road and a bridge near the village of Kish, officials of the district said early on "
    "Friday. Nobody was badly hurt, but three of the hikers were taken to a hospital for the cold that they had caught "
    "while they waited on the roof of a shepherd's hut. Helicopters could not fly until the clouds lifted at dawn."
)


def rss(*items, head=""):
    now = format_datetime(datetime.now(UTC))
    parts = "".join(
        f"<item><title>{i['title']}</title><guid isPermaLink='false'>{i['guid']}</guid>"
        f"<link>{i.get('link', 'https://agency.example/' + i['guid'].rsplit(':')[-1])}</link>"
        f"<pubDate>{i.get('date', now)}</pubDate><description>&lt;p&gt;{i.get('body', BODY)}&lt;/p&gt;</description>"
        f"{i.get('more', '')}</item>"
        for i in items
    )
    return (
        '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<channel><title>Agency A</title><link>https://agency.example/</link>{head}{parts}</channel></rss>"
    )


def item(number=1, title="Central bank keeps rate at seven percent", **facts):
    return {"guid": f"urn:agency:{number}", "title": title, **facts}


@pytest.fixture
def source(paper, agency):
    def make(name="Agency A", path="/feed", **facts):
        facts = {"desk": paper.sections["en", "nation"], "address": agency.address + path, **facts}
        return WireSource.objects.create(name=name, **facts)

    return make


def look(made):
    made.refresh_from_db()
    taken = looking.look(made, allow_private=True)
    made.refresh_from_db()
    return taken


def shown():
    return WireItem.objects.filter(is_current=True, same_as=None)


# -- looking -----------------------------------------------------------------------------------------------------------


def test_what_a_feed_lists_is_in_the_inbox_once(agency, source):
    agency.say("/feed", rss(item(1), item(2, "Hikers saved from a flood", body=OTHER)), ETag='"one"')
    made = source()

    first, second = look(made), look(made)

    assert (first.new, second.new, WireItem.objects.count()) == (2, 0, 2)
    assert agency.asked[1][2]["if-none-match"] == '"one"'
    assert made.last_ok_at is not None
    assert made.failures == 0
    assert made.next_look_at > timezone.now() + timedelta(minutes=9)
    newest = WireItem.objects.order_by("-arrived_at", "-pk").first()
    assert newest.headline == "Central bank keeps rate at seven percent"
    assert newest.desk.slug == "nation"


def test_failures_back_off_up_to_a_day_and_one_good_look_forgets_them(agency, source):
    made = source()
    agency.say("/feed", "no", 500)
    delays = []
    for _ in range(12):
        look(made)
        delays.append(made.next_look_at - timezone.now())
    assert made.failures == 12
    assert "500" in made.last_error
    assert delays[0] < timedelta(minutes=21)
    assert delays[2] > delays[0]
    assert timedelta(hours=19) < delays[-1] <= timedelta(days=1)

    agency.say("/feed", rss(item()))
    look(made)

    assert (made.failures, made.last_error) == (0, "")


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("as_date", [True, False])
def test_a_busy_agency_is_left_alone_for_as_long_as_it_asks(agency, source, status, as_date):
    until = timezone.now() + timedelta(hours=5)
    agency.say("/feed", "no", status, Retry_After=format_datetime(until) if as_date else "18000")
    made = source()

    look(made)

    assert timedelta(hours=4.9) < made.next_look_at - timezone.now() < timedelta(hours=5.1)


def test_one_bad_source_stops_no_other(agency, source, monkeypatch):
    agency.say("/good", rss(item()))
    agency.say("/broken", "<rss><channel><item>")
    agency.say("/strange", rss(item(5)))
    for name in ("broken", "missing", "good"):
        source(name, f"/{name}")
    source("strange", "/strange", kind="ninjs")
    read = looking.read

    def failing(kind, document):
        if kind == "ninjs":
            raise ZeroDivisionError
        return read(kind, document)

    monkeypatch.setattr(looking, "read", failing)

    assert looking.look_at_due(allow_private=True) == 4
    assert looking.look_at_due(allow_private=True) == 0
    assert list(WireItem.objects.values_list("source__name", flat=True)) == ["good"]
    errors = dict(WireSource.objects.values_list("name", "last_error"))
    assert errors["good"] == ""
    assert "ZeroDivisionError" in errors["strange"]
    assert "404" in errors["missing"]


def test_a_source_that_is_not_watched_is_not_asked(agency, source):
    agency.say("/feed", rss(item()))
    source(is_enabled=False)

    assert looking.look_at_due(allow_private=True) == 0
    assert agency.asked == []


def test_private_addresses_are_not_looked_at(agency, source):
    agency.say("/feed", rss(item()))
    made = source()

    looking.look(made)

    made.refresh_from_db()
    assert "not a public address" in made.last_error
    assert agency.asked == []


# -- versions and copies -----------------------------------------------------------------------------------------------


def test_a_changed_item_is_a_new_version_that_knows_the_earlier(agency, source):
    agency.say("/feed", rss(item()))
    made = source()
    look(made)
    agency.say("/feed", rss(item(body=BODY + " The governor added that nothing was decided.")))

    taken = look(made)

    assert (taken.new, taken.versions) == (0, 1)
    now = shown().get()
    assert (now.number, now.supersedes.number, now.supersedes.is_current) == (2, 1, False)


def test_a_changed_tracking_address_is_no_new_version(agency, source):
    agency.say("/feed", rss(item(link="https://agency.example/1?utm_source=a")))
    made = source()
    look(made)
    agency.say("/feed", rss(item(link="https://agency.example/1?utm_source=b")))
    look(made)

    assert WireItem.objects.count() == 1


@pytest.mark.parametrize(
    "copy",
    [
        pytest.param(item(1, "Rates: bank holds", body=OTHER), id="agency id"),
        pytest.param(
            {
                "guid": "77",
                "title": "Bank holds",
                "body": "Short.",
                "link": "https://www.agency.example/1/?utm_medium=rss",
            },
            id="canonical link",
        ),
        pytest.param(
            {"guid": "78", "title": "Central bank keeps rate", "body": "BAKU (AG) - " + BODY}, id="text"
        ),
        pytest.param(
            {"guid": "79", "title": "Central bank keeps its rate at seven percent", "body": BODY[:460]},
            id="cut",
        ),
        pytest.param(
            {"guid": "80", "title": "Central bank keeps rate at seven percent", "body": "A line."},
            id="headline",
        ),
    ],
)
def test_the_same_story_from_two_sources_is_shown_once(agency, source, copy):
    agency.say("/a", rss(item(), item(2, "Hikers saved from a flood", body=OTHER)))
    agency.say("/b", rss(copy))
    look(source("A", "/a"))
    look(source("B", "/b"))

    original = shown().get(guid__endswith="agency:1")
    assert [found.source.name for found in original.copies.all()] == ["B"]
    assert shown().count() == 2


def test_other_news_under_a_like_headline_is_no_copy(agency, source):
    agency.say("/a", rss(item()))
    agency.say("/b", rss({"guid": "9", "title": "Central bank keeps rate at nine percent", "body": OTHER}))
    look(source("A", "/a"))
    look(source("B", "/b"))

    assert shown().count() == 2


def test_copies_follow_to_the_newer_version(agency, source):
    agency.say("/a", rss(item()))
    agency.say("/b", rss({"guid": "8", "title": "Central bank keeps rate", "body": BODY}))
    a = source("A", "/a")
    look(a)
    look(source("B", "/b"))
    agency.say("/a", rss(item(body=BODY + " Markets in the region fell after the statement.")))
    look(a)

    now = shown().get()
    assert now.number == 2
    assert [found.source.name for found in now.copies.all()] == ["B"]


# -- rules -------------------------------------------------------------------------------------------------------------


def test_the_first_rule_that_holds_decides(agency, source, paper):
    culture = paper.sections["en", "culture"]
    agency.say(
        "/feed",
        rss(
            item(1, "Opera opens"),
            item(2, "Hikers saved", body=OTHER),
            item(3, "A quiz", body="Ten questions."),
            item(4, "Nothing else", body="More of it.", more="<category>Theatre</category>"),
        ),
    )
    WireRule.objects.create(order=1, words="quiz\nhoroscope", action="drop")
    WireRule.objects.create(order=2, words="opera\nhikers", desk=culture)
    WireRule.objects.create(order=3, topic="theatre", desk=culture, action="draft")
    WireRule.objects.create(order=4, words="hikers", action="drop")
    look(source())

    found = {i.headline: (i.state, i.desk.slug, i.is_wanted) for i in WireItem.objects.all()}
    assert found == {
        "Opera opens": ("new", "culture", False),
        "Hikers saved": ("new", "culture", False),
        "A quiz": ("dropped", "nation", False),
        "Nothing else": ("new", "culture", True),
    }


def test_words_of_rules_are_whole_words(agency, source):
    agency.say("/feed", rss(item(1, "Quizzical looks"), item(2, "Hikers saved", body=OTHER)))
    WireRule.objects.create(order=1, words="quiz", action="drop")
    look(source())

    assert not WireItem.objects.filter(state="dropped").exists()


def test_a_rule_makes_drafts_by_itself_once(agency, source):
    agency.say("/feed", rss(item()))
    made = source()
    WireRule.objects.create(source=made, action="draft")
    look(made)

    assert (draft_wanted(), draft_wanted()) == (1, 0)
    draft = Story.objects.get(title="Central bank keeps rate at seven percent")
    assert draft.live is False
    assert WireItem.objects.get().state == "drafted"


def test_a_rule_drafts_no_notice_no_copy_and_no_second_story_of_an_item(agency, source, paper):
    WireRule.objects.create(action="draft")
    agency.say("/a", rss(item()))
    agency.say("/b", rss({"guid": "8", "title": "Central bank keeps rate", "body": BODY}))
    a = source("A", "/a")
    look(a)
    draft_wanted()
    look(source("B", "/b"))
    agency.say(
        "/a", rss(item(body=BODY + " More."), item(2, "CORRECTED-Central bank keeps rate at seven percent"))
    )
    look(a)
    draft_wanted()

    assert WireItem.objects.count() == 4
    assert Story.objects.count() == 1


def test_an_agencys_word_does_not_stand_in_a_drafts_headline(agency, source, paper):
    agency.say(
        "/feed", rss(item(1, "UPDATE 2-Bank opens"), item(2, "Update your phone, experts say", body=OTHER))
    )
    look(source())
    for found in WireItem.objects.all():
        make_draft(found, paper.sections["en", "nation"])

    assert set(Story.objects.values_list("title", flat=True)) == {
        "Bank opens",
        "Update your phone, experts say",
    }


# -- drafts ------------------------------------------------------------------------------------------------------------


def test_a_draft_has_everything_that_its_source_asks_for(agency, source, paper):
    picture = agency.say("/photo.jpg", picture_bytes(), Content_Type="image/jpeg")
    more = (
        f'<enclosure url="{picture}" type="image/jpeg" length="1"/><dc:creator>Ann Author</dc:creator>'
        "<category>Banks</category>"
    )
    agency.say("/feed", rss(item(more=more)))
    look(source(credit="Agency A / The Wire", usage_terms="Not after 30 days."))
    found = WireItem.objects.get()

    draft = make_draft(found, paper.sections["en", "culture"], allow_private=True)
    again = make_draft(found, paper.sections["en", "nation"], allow_private=True)

    assert again == draft
    assert Story.objects.count() == 1
    assert (draft.live, draft.get_parent().slug, draft.locale.language_code) == (False, "culture", "en")
    assert (draft.source_name, draft.usage_terms) == ("Agency A / The Wire", "Not after 30 days.")
    assert draft.source_url == "https://agency.example/1"
    assert draft.published_at is None
    assert [line.author.name for line in draft.bylines.all()] == ["Ann Author"]
    assert [topic.name for topic in draft.topics.all()] == ["Banks"]
    assert draft.lead_picture is not None
    assert draft.lead_credit == "" or draft.lead_credit == "Agency A / The Wire"
    assert draft.lead_picture.credit == "Agency A / The Wire"
    assert "seven percent on Thursday" in str(draft.body)
    found.refresh_from_db()
    assert (found.state, found.story) == ("drafted", draft)


def test_a_draft_that_was_deleted_may_be_made_again(agency, source, paper):
    agency.say("/feed", rss(item()))
    look(source())
    found, desk = WireItem.objects.get(), paper.sections["en", "nation"]
    make_draft(found, desk).delete()
    found.refresh_from_db()

    again = make_draft(found, desk)

    assert Story.objects.get() == again


# -- notices -----------------------------------------------------------------------------------------------------------


def test_a_newer_version_is_told_on_the_story_and_changes_nothing(agency, source, paper):
    agency.say("/feed", rss(item()))
    made = source()
    look(made)
    draft = make_draft(WireItem.objects.get(), paper.sections["en", "nation"])
    before = Story.objects.filter(pk=draft.pk).values().get()
    agency.say("/feed", rss(item(title="Central bank keeps rate, says more", body=BODY + " More followed.")))

    look(made)
    look(made)

    notice = WireNotice.objects.get()
    assert (notice.story, notice.kind, notice.text) == (draft, "update", "Central bank keeps rate, says more")
    assert Story.objects.filter(pk=draft.pk).values().get() == before


@pytest.mark.parametrize(
    ("headline", "kind"),
    [
        ("KILL: Central bank keeps rate at seven percent", "kill"),
        ("CORRECTED-Central bank keeps rate at seven percent", "correction"),
        ("UPDATE 2-Central bank keeps rate at seven percent", "update"),
        ("РАНЕЕ", ""),
    ],
)
def test_a_notice_under_an_id_of_its_own_finds_its_story(agency, source, paper, headline, kind):
    agency.say("/feed", rss(item()))
    made = source()
    look(made)
    draft = make_draft(WireItem.objects.get(), paper.sections["en", "nation"])
    agency.say("/feed", rss(item(2, headline, body="See the note to editors.")))

    look(made)

    assert list(WireNotice.objects.values_list("story", "kind")) == ([(draft.pk, kind)] if kind else [])
    assert WireItem.objects.get(guid__endswith=":2").notice == kind


def test_a_killed_item_is_killed_for_every_source_that_repeats_it(agency, source, paper):
    agency.say("/a", rss(item()))
    agency.say("/b", rss({"guid": "8", "title": "Central bank keeps rate", "body": BODY}))
    a = source("A", "/a")
    look(a)
    look(source("B", "/b"))
    draft = make_draft(WireItem.objects.get(source__name="B"), paper.sections["en", "nation"])
    agency.say(
        "/a", rss(item(2, "MANDATORY KILL: Central bank keeps rate at seven percent", body="Do not use."))
    )

    look(a)

    assert list(WireNotice.objects.values_list("story", "kind")) == [(draft.pk, "kill")]
    assert WireItem.objects.get(guid__endswith="agency:1").state == "killed"
    draft.refresh_from_db()
    assert draft.title == "Central bank keeps rate"


# -- ninjs and NewsML-G2 -----------------------------------------------------------------------------------------------


def ninjs(version="1", status="usable", **facts):
    return {
        "uri": "urn:agency:bank",
        "type": "text",
        "version": version,
        "pubstatus": status,
        "versioncreated": datetime.now(UTC).isoformat(),
        "headline": "Central bank keeps rate",
        "body_text": BODY,
        "usageterms": "For subscribers",
        **facts,
    }


def test_ninjs_versions_and_a_kill_without_a_story(agency, source, paper):
    made = source(kind="ninjs")
    agency.say("/feed", json.dumps(ninjs()))
    look(made)
    agency.say("/feed", json.dumps(ninjs("2", body_text=BODY + " More.")))
    look(made)
    draft = make_draft(shown().get(), paper.sections["en", "nation"])
    agency.say("/feed", json.dumps(ninjs("3", "canceled")))

    look(made)
    look(made)

    assert draft.usage_terms == "For subscribers"
    assert [i.number for i in WireItem.objects.order_by("pk")] == [1, 2, 3]
    assert shown().get().state == "killed"
    assert list(WireNotice.objects.values_list("story", "kind")) == [(draft.pk, "kill")]


def test_an_earlier_version_that_comes_late_replaces_nothing(agency, source):
    made = source(kind="ninjs")
    agency.say("/feed", json.dumps(ninjs("2")))
    look(made)
    agency.say("/feed", json.dumps(ninjs("1", body_text=OTHER)))
    look(made)

    assert shown().get().version.startswith("2:")


def g2(version="1", status="stat:usable", signal=""):
    text = "".join(f"<p>{part}.</p>" for part in BODY.split(". "))
    return f"""<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="urn:agency:bank" version="{version}"
 standard="NewsML-G2" standardversion="2.30" conformance="power" xml:lang="en">
<itemMeta><itemClass qcode="ninat:text"/><provider qcode="prov:A"/><versionCreated>{datetime.now(UTC).isoformat()}
</versionCreated><pubStatus qcode="{status}"/>{signal}</itemMeta>
<contentMeta><headline>Central bank keeps rate</headline></contentMeta>
<contentSet><inlineXML contenttype="application/xhtml+xml"><html xmlns="http://www.w3.org/1999/xhtml"><body>{text}</body>
</html></inlineXML></contentSet></newsItem>"""


@pytest.mark.parametrize(
    ("later", "kind"),
    [
        (("2", "stat:canceled"), "kill"),
        (("2", "stat:usable", '<signal qcode="sig:correction"/>'), "correction"),
        (("2", "stat:usable", '<signal qcode="sig:update"/>'), "update"),
    ],
)
def test_what_newsml_says_of_its_earlier_version_is_told(agency, source, paper, later, kind):
    made = source(kind="newsml")
    agency.say("/feed", g2())
    look(made)
    draft = make_draft(shown().get(), paper.sections["en", "nation"])
    agency.say("/feed", g2(*later).replace("unanimous", "split"))

    look(made)

    assert list(WireNotice.objects.values_list("story", "kind")) == [(draft.pk, kind)]


# -- folders -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path, settings):
    root = tmp_path / "wires"
    (root / "ap").mkdir(parents=True)
    settings.PAPER = dataclasses.replace(settings.PAPER, wire_folders=(str(root),))
    return root / "ap"


def put(folder, name, text, seconds_ago=60):
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    moment = time.time() - seconds_ago
    os.utime(path, (moment, moment))
    return path


def test_of_a_folder_new_and_changed_files_alone_are_read(source, folder, monkeypatch):
    whole = json.dumps(ninjs())
    put(folder, "one.json", whole)
    made = source(kind="ninjs", address=str(folder))
    names = []
    read = looking.read
    monkeypatch.setattr(
        looking, "read", lambda kind, document: names.append(document.name) or read(kind, document)
    )
    look(made)
    look(made)
    put(folder, "two.json", json.dumps(ninjs(uri="urn:agency:2", headline="Hikers", body_text=OTHER)), 50)
    put(folder, "notes.txt", "no")
    look(made)
    put(folder, "one.json", whole, 40)
    look(made)
    put(folder, "one.json", json.dumps(ninjs("2", body_text=BODY + " And more.")), 30)
    look(made)

    assert names == ["one.json", "two.json", "one.json"]
    assert sorted(shown().values_list("number", flat=True)) == [1, 2]


def test_a_file_that_is_still_written_waits_for_the_next_look(source, folder):
    whole = json.dumps(ninjs())
    put(folder, "one.json", whole[:200], 0)
    made = source(kind="ninjs", address=str(folder))
    look(made)
    assert (WireItem.objects.count(), made.last_error) == (0, "")
    assert made.next_look_at < timezone.now() + timedelta(seconds=30)

    put(folder, "one.json", whole, 0)
    look(made)
    assert WireItem.objects.count() == 0
    look(made)
    assert WireItem.objects.count() == 1


def test_a_file_that_cant_be_read_is_told_of_once_and_the_others_are_read(source, folder):
    put(folder, "a.json", "{not json")
    put(folder, "b.json", json.dumps(ninjs()))
    made = source(kind="ninjs", address=str(folder))
    look(made)

    assert WireItem.objects.count() == 1
    assert "a.json" in made.last_error
    assert made.failures == 0


def test_one_look_holds_no_more_than_its_share_and_the_next_goes_on(source, folder, monkeypatch):
    for number in range(6):
        put(
            folder,
            f"{number}.json",
            json.dumps(ninjs(uri=f"urn:agency:{number}", body_text=f"Text {number}.")),
        )
    monkeypatch.setattr(gathering, "MOST_LOOK_BYTES", 600)
    made = source(kind="ninjs", address=str(folder))
    counts = []
    for _ in range(6):
        look(made)
        counts.append(WireItem.objects.count())

    assert counts[0] < 6
    assert counts[-1] == 6


def test_pictures_beside_a_file_come_along(source, folder, paper):
    (folder / "photo.jpg").write_bytes(picture_bytes())
    picture = {"type": "picture", "renditions": {"main": {"href": "photo.jpg", "mimetype": "image/jpeg"}}}
    put(folder, "one.json", json.dumps(ninjs(associations={"main": picture})))
    look(source(kind="ninjs", address=str(folder)))

    draft = make_draft(WireItem.objects.get(), paper.sections["en", "nation"])

    assert draft.lead_picture is not None


@pytest.mark.parametrize(
    "address", ["/etc", "{root}/../..", "{root}/../../etc", "{root}/link", "../..", "\x00", "file:///etc"]
)
def test_folders_that_the_owner_does_not_allow_are_refused(folder, address, paper):
    root = str(folder.parent)
    (folder.parent / "link").symlink_to("/etc")
    made = WireSource(name="Bad", kind="newsml", address=address.format(root=root))

    with pytest.raises(ValidationError):
        made.full_clean()
    # PostgreSQL itself refuses that one.
    made.address = made.address.replace("\x00", "/etc")
    made.save()
    looking.look(made)
    made.refresh_from_db()
    assert made.failures == 1
    assert WireItem.objects.count() == 0


def test_links_out_of_a_folder_are_not_followed(source, folder, tmp_path):
    put(tmp_path, "secret.json", json.dumps(ninjs()))
    (folder / "one.json").symlink_to(tmp_path / "secret.json")
    (folder / "deep").symlink_to(tmp_path)
    look(source(kind="ninjs", address=str(folder)))

    assert WireItem.objects.count() == 0


# -- keeping -----------------------------------------------------------------------------------------------------------


def test_what_is_old_goes_except_what_a_story_was_made_from_and_does_not_come_back(agency, source, paper):
    undated = {"date": ""}
    agency.say("/feed", rss(item(1, **undated), item(2, "Hikers saved", body=OTHER, **undated)))
    made = source()
    look(made)
    make_draft(WireItem.objects.get(headline="Hikers saved"), paper.sections["en", "nation"])
    WireItem.objects.update(arrived_at=timezone.now() - timedelta(days=15))

    assert keeping.forget_old() == 1
    assert [i.headline for i in WireItem.objects.all()] == ["Hikers saved"]
    look(made)
    assert WireItem.objects.count() == 1


def test_news_that_is_older_than_the_inbox_keeps_does_not_come_in(agency, source):
    agency.say("/feed", rss(item(date=format_datetime(datetime.now(UTC) - timedelta(days=20)))))
    look(source())

    assert WireItem.objects.count() == 0
