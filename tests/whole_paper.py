"""A paper with one of everything, and one that is empty again: what goes out and comes in is held against both."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, PageViewRestriction

from broadsheet.intake.models import ImportItem, ImportPicture
from broadsheet.newsroom.models import Author, Correction, InfoPage, Section, Topic
from broadsheet.pictures.models import Picture
from tests.factories import Paper, make_gallery, make_picture


def whole_paper(paper: Paper) -> Paper:
    """`paper` with one of everything that a body and a story may hold."""
    english, baku = paper.sections["en", "nation"], paper.sections["az", "nation"]
    pictures = [make_picture(caption=f"Caption {n}", description="") for n in range(4)]
    gallery = make_gallery(english, "The bridge in pictures", pictures[:3], standfirst="Three views")
    topics = [Topic.objects.create(name=name, locale=english.locale) for name in ("Rivers", "Bridges")]
    first = paper.story("The first story", slug="first", hours_ago=9)
    body = [
        (
            "text",
            f'<p data-block-key="x1">See <a linktype="page" id="{first.pk}">the first</a> &amp; more.</p>',
        ),
        ("picture", {"picture": pictures[0].pk, "caption": "Here", "credit": "", "alt": "", "size": "wide"}),
        ("gallery", {"gallery": gallery.pk, "pictures": []}),
        (
            "gallery",
            {"gallery": None, "pictures": [{"picture": pictures[3].pk, "caption": "", "credit": "Us"}]},
        ),
        ("quote", {"quote": "It holds.", "by": "An engineer"}),
        ("facts", {"title": "The bridge", "text": "<ul><li>Two lanes</li></ul>"}),
        (
            "embed",
            {
                "url": "https://video.example/1",
                "frame_url": "https://video.example/frame/1",
                "provider": "Video",
                "title": "The opening",
                "kind": "video",
                "poster": pictures[1].pk,
            },
        ),
        (
            "table",
            {
                "caption": "Cost",
                "source": "City",
                "table": {
                    "data": [["Year", "Cost"], ["2024", None]],
                    "first_row_is_table_header": True,
                    "first_col_is_header": True,
                    "table_header_choice": "both",
                },
            },
        ),
        ("related", {"story": first.pk}),
        ("html", "<dl><dt>Length</dt><dd>900 m</dd></dl>"),
        ("missing_picture", {"address": "https://old.example/x.jpg", "caption": "Gone", "reason": "404"}),
    ]
    rich = paper.story(
        "Bridge opens early",
        slug="bridge",
        body=body,
        bylines=("Ann Author", "Bob Writer"),
        topics=tuple(topics),
        hours_ago=5,
        access="subscribers",
        kicker="Traffic",
        standfirst="A month early.",
        dateline="Baku",
        genre="analysis",
        lead_picture=pictures[2],
        lead_caption="On top",
        updated_at=timezone.now() - timedelta(hours=2),
        source_name="Wire",
        source_url="https://wire.example/1",
        front_headline="Early!",
        seo_title="Bridge",
    )
    Correction.objects.create(story=rich, kind="correction", text="It is 900 m.", locale=rich.locale)
    Redirect.objects.create(old_path="/2022/bridge", redirect_page=rich)
    Redirect.objects.create(old_path="/2021/bridge?p=1", redirect_page=rich)
    twin = paper.story("Körpü açıldı", slug="korpu", language="az", hours_ago=5)
    twin.translation_key = rich.translation_key
    twin.published_at = rich.published_at
    twin.save()
    private = paper.story("Only for us", slug="private", hours_ago=3)
    PageViewRestriction.objects.create(page=private, restriction_type="login")
    draft = paper.story("Old words", slug="draft", live=False)
    draft.title = "New words"
    draft.save_revision()
    scheduled = paper.story("Tomorrow's", slug="tomorrow", live=False)
    scheduled.go_live_at = timezone.now() + timedelta(days=1)
    scheduled.save_revision().publish(skip_permission_checks=True)
    front = paper.fronts["en"]
    front.refresh_from_db()
    front.add_child(
        instance=InfoPage(title="About", slug="about", body="<p>Who we are.</p>", locale=front.locale)
    )
    assert baku.locale != english.locale
    return paper


def emptied() -> None:
    """As if the paper had just been founded."""
    PageViewRestriction.objects.all().delete()
    for page in Page.objects.filter(depth__gte=4).order_by("-depth"):
        page.specific.delete()
    for model in (Section, InfoPage):
        for page in model.objects.all():
            page.delete()
    for model in (Topic, Author, Picture, Redirect, ImportItem, ImportPicture):
        model.objects.all().delete()
