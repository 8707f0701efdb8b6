"""Builds the demo paper: once, dated now, all or nothing.

A marker is written last; a build that was killed is thrown away and begun anew.
"""

from __future__ import annotations

import json
import shutil
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

from tqdm import tqdm

from broadsheet.conf.founding import lay_out, settings_file, template_database
from broadsheet.conf.paper import BadSetting

from . import edition, keeping, studio

LANGUAGES = ("en", "az", "ru", "ar")
ZONE = "Asia/Baku"
MARKER = ".built"


def build(folder: Path, *, url: str) -> bool:
    """Make the demo paper in `folder` if it is not there. Returns whether it was made now.

    Raises `BadSetting` when the folder holds something else or can't be written.
    """
    if (folder / "var" / MARKER).is_file():
        return False
    if folder.exists() and any(folder.iterdir()):
        if not (folder / "var" / ".building").exists():
            raise BadSetting(f"{folder} is not empty and not a demo paper", "--dir", "name another folder")
        shutil.rmtree(folder)
    plates = folder.parent / f".{folder.name}-plates"
    with _Steps() as steps:
        steps.say("Drawing pictures and preparing the database", len(studio.catalogue()))
        # Two cores, two jobs: the migrations' quarter of a minute runs beside the drawing.
        template = ThreadPoolExecutor(1).submit(template_database)
        studio.write_all(plates, studio.catalogue(), progress=lambda done, _: steps.at(done))
        template.result()
        paper = edition.paper()
        text = settings_file(
            paper["name"]["en"],
            url=url,
            languages=LANGUAGES,
            time_zone=ZONE,
            tagline=paper["tagline"]["en"],
            apps=["broadsheet.demo"],
            # Visitors enter by one-time links and have no device enrolled here.
            newsroom_second_factor=False,
            gateway="sandbox",
        )
        lay_out(folder, text)
        (folder / "var" / ".building").touch()
        from broadsheet.conf.boot import setup

        setup(folder)
        _Desk(plates, steps).put_together(paper)
        keeping.keep(folder / "var")
        (folder / "var" / MARKER).touch()
        (folder / "var" / ".building").unlink()
    shutil.rmtree(plates, ignore_errors=True)
    return True


class _Steps:
    """One progress bar at a time, on stderr."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._lock = threading.Lock()

    def __enter__(self) -> _Steps:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar:
            self._bar.close()

    def say(self, what: str, total: int) -> None:
        if self._bar:
            self._bar.close()
        self._bar = tqdm(
            total=total,
            desc=what,
            file=sys.stderr,
            leave=True,
            ncols=90,
            bar_format="{desc:<46}{bar} {n_fmt}/{total_fmt}",
        )

    def at(self, done: int) -> None:
        with self._lock:
            self._bar.n = done
            self._bar.refresh()

    def one(self) -> None:
        with self._lock:
            self._bar.update()


class _Desk:
    """Puts the paper together from its texts and pictures; lives for one build."""

    def __init__(self, plates: Path, steps: _Steps) -> None:
        from django.utils import timezone

        self.plates, self.steps = plates, steps
        self.now: datetime = timezone.now().replace(second=0, microsecond=0)
        self.pictures: dict[str, Any] = {}
        self.sections: dict[tuple[str, str], Any] = {}
        self.authors: dict[tuple[str, str], Any] = {}
        self.topics: dict[tuple[str, str], Any] = {}
        self.stories: dict[tuple[str, str], Any] = {}
        self.galleries: dict[str, Any] = {}
        self.locales: dict[str, Any] = {}

    def put_together(self, paper: dict[str, Any]) -> None:
        from django.core.management import call_command
        from django.db import transaction
        from django_tasks_db.models import DBTaskResult

        from broadsheet.newsroom.roles import install_roles
        from broadsheet.newsroom.services import found_paper, settle_pictures
        from broadsheet.pictures.models import Picture
        from broadsheet.site.services import index_missing

        from .accounts import open_accounts
        from .circulation import open_shop
        from .partners import open_partners
        from .people import hire

        call_command("migrate", verbosity=0)
        with transaction.atomic():
            fronts = found_paper(
                paper["name"]["en"], LANGUAGES, host="localhost", port=80, tagline=paper["tagline"]["en"]
            )
            self.locales = {code: front.locale for code, front in fronts.items()}
            self._take_pictures()
        self._render()
        with transaction.atomic():
            self._people_and_topics(paper)
            self._sections(paper, fronts)
            self._galleries(paper)
            texts = [text for code in LANGUAGES for text in edition.stories(code)]
            self.steps.say("Setting the stories", len(texts))
            for text in texts:
                self._story(text)
                self.steps.one()
            self._fronts(paper, fronts)
            self._info(paper, fronts)
            install_roles(fronts.values())
            hire()
            open_shop()
            open_accounts(LANGUAGES)
            open_partners()
        while index_missing(500):
            pass
        self.steps.say("Indexing", 3)
        # In one go, what a thousand queued tasks would do one by one after the start.
        for command in ("rebuild_references_index", "update_index"):
            call_command(command, verbosity=0)
            self.steps.one()
        DBTaskResult.objects.all().delete()
        settle_pictures(Picture.objects.values_list("pk", flat=True))
        self.steps.one()

    def _take_pictures(self) -> None:
        from broadsheet.pictures.services import add_picture

        for key, plate in studio.catalogue().items():
            data = (self.plates / f"{key}.jpg").read_bytes()
            picture, _ = add_picture(
                data, f"{key}.jpg", title=plate.caption[:120] or plate.alt, description=plate.alt
            )
            if plate.focal != (0.5, 0.5):
                picture.focal_point_x = round(plate.focal[0] * picture.width)
                picture.focal_point_y = round(plate.focal[1] * picture.height)
                picture.focal_point_width = picture.focal_point_height = picture.width // 5
                picture.save()
            self.pictures[key] = picture

    def _render(self) -> None:
        from django.db import connection

        from broadsheet.pictures.services import render

        self.steps.say("Making renditions", len(self.pictures))

        def one(picture: Any) -> None:
            try:
                render(picture)
            finally:
                connection.close()
            self.steps.one()

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(one, self.pictures.values()))

    def _people_and_topics(self, paper: dict[str, Any]) -> None:
        from broadsheet.newsroom.models import Author, Topic

        for entry in paper["authors"]:
            first = None
            for code in LANGUAGES:
                author = Author(
                    locale=self.locales[code],
                    name=entry["name"],
                    slug=entry["slug"],
                    role=entry["role"],
                    beat=entry["beat"],
                    languages=entry["languages"],
                    bio=entry["bio"],
                    email=f"{entry['slug']}@courier.example",
                    photo=self.pictures[f"portrait-{entry['slug']}"],
                )
                if first:
                    author.translation_key = first.translation_key
                author.save()
                first = first or author
                self.authors[code, entry["slug"]] = author
        for entry in paper["topics"]:
            first = None
            for code in LANGUAGES:
                topic = Topic(
                    locale=self.locales[code],
                    name=entry["name"][code],
                    slug=entry["slug"],
                    description=entry["about"] if code == "en" else "",
                    media_topic=entry.get("media_topic", ""),
                )
                if first:
                    topic.translation_key = first.translation_key
                topic.save()
                first = first or topic
                self.topics[code, entry["slug"]] = topic

    def _sections(self, paper: dict[str, Any], fronts: dict[str, Any]) -> None:
        from broadsheet.newsroom.models import Section

        for entry in paper["sections"]:
            first = None
            for code in LANGUAGES:
                section = Section(
                    title=entry["name"][code],
                    slug=entry["slug"],
                    description=entry["about"][code],
                    accent=entry["accent"],
                    show_in_menus=True,
                    locale=self.locales[code],
                )
                if first:
                    section.translation_key = first.translation_key
                self._under(fronts[code], section)
                first = first or section
                self.sections[code, entry["slug"]] = section

    def _under(self, parent: Any, page: Any) -> None:
        parent.refresh_from_db()
        page.first_published_at = page.last_published_at = getattr(page, "published_at", None) or self.now
        parent.add_child(instance=page)

    def _galleries(self, paper: dict[str, Any]) -> None:
        from broadsheet.newsroom.models import Gallery, GalleryItem

        for entry in paper["galleries"]:
            gallery = Gallery(
                title=entry["headline"],
                slug=entry["slug"],
                standfirst=entry["standfirst"],
                byline_text=entry["byline"],
                published_at=self.now - edition.age(entry["age"]),
                locale=self.locales["en"],
            )
            gallery.items = [
                GalleryItem(picture=self.pictures[key], sort_order=number, locale=self.locales["en"])
                for number, key in enumerate(entry["pictures"])
            ]
            self._under(self.sections["en", entry["section"]], gallery)
            self.galleries[entry["slug"]] = gallery

    def _story(self, text: edition.Text) -> None:
        from broadsheet.newsroom.models import Correction, Story, StoryByline

        source = self.stories.get(("en", text.of))
        facts = {**(source["facts"] if source else {}), **text.facts}
        section = source["section"] if source else text.section
        locale = self.locales[text.language]
        published = self.now - edition.age(facts["age"]) if "age" in facts else None
        status = facts.get("status", "live")
        story = Story(
            locale=locale,
            title=text.headline,
            slug=text.slug,
            kicker=facts.get("kicker", ""),
            front_headline=text.facts.get("front_headline", ""),
            standfirst=text.standfirst,
            dateline=text.facts.get("dateline", ""),
            genre=facts.get("genre", "news"),
            access=facts["access"],
            published_at=published if status == "live" else None,
            updated_at=self.now - edition.age(facts["updated"]) if "updated" in facts else None,
            lead_picture=self.pictures.get(facts.get("lead", "")),
            # As JSON, the stored form: as a list, Wagtail takes a nested list's items for bare values.
            body=json.dumps(
                [
                    {"type": kind, "value": self._block(kind, value, text.language)}
                    for kind, value in text.body
                    if self._is_there(kind, value, text.language)
                ]
            ),
            live=status == "live",
            show_in_menus=False,
        )
        if source:
            story.translation_key = source["page"].translation_key
        story.bylines = [
            StoryByline(author=self.authors[text.language, slug], sort_order=n, locale=locale)
            for n, slug in enumerate(facts["by"])
        ]
        story.corrections = [
            Correction(
                kind=c["kind"],
                text=c["text"],
                made_at=self.now - edition.age(c["ago"]),
                sort_order=n,
                locale=locale,
            )
            for n, c in enumerate(text.facts.get("corrections", []))
        ]
        self._under(self.sections[text.language, section], story)
        story.topics.set([self.topics[text.language, slug] for slug in facts["topics"]])
        story.save()
        if status == "scheduled":
            story.go_live_at = self.now + edition.age(facts["in"])
            story.save_revision().publish(skip_permission_checks=True)
        self.stories[text.language, text.slug] = {"page": story, "facts": facts, "section": section}

    def _is_there(self, kind: str, value: Any, language: str) -> bool:
        return kind != "related" or (language, value) in self.stories

    def _block(self, kind: str, value: Any, language: str) -> Any:
        if kind == "picture":
            return {"picture": self.pictures[value].pk, "size": "column"}
        if kind == "gallery":
            return {"pictures": [{"picture": self.pictures[key].pk, "size": "column"} for key in value]}
        if kind == "quote":
            return {"quote": value[0], "by": value[1]}
        if kind == "facts":
            return {"title": value[0], "text": value[1]}
        if kind == "table":
            return {
                "table": {
                    "data": value,
                    "first_row_is_table_header": True,
                    "first_col_is_header": True,
                    "table_header_choice": "both",
                }
            }
        if kind == "embed":
            return {
                "url": value[0],
                "frame_url": value[1],
                "provider": value[2],
                "title": value[3],
                "kind": "video",
            }
        if kind == "related":
            return {"story": self.stories[language, value]["page"].pk}
        return value

    def _fronts(self, paper: dict[str, Any], fronts: dict[str, Any]) -> None:
        for code, front in fronts.items():
            front.refresh_from_db()
            for name in ("tagline", "appeal_title", "appeal_text", "footer_text", "corrections_intro"):
                setattr(front, name, paper[name][code])
            front.title = paper["name"][code]
            front.share_picture = self.pictures["capital-dusk"]
            front.follow = [{"type": "account", "value": account} for account in paper["follow"]]
            boxes = [self._container(box, code, paper) for box in paper["containers"]]
            front.containers = json.dumps([{"type": "container", "value": box} for box in boxes])
            front.save_revision(clean=False).publish(skip_permission_checks=True)

    def _container(self, box: dict[str, Any], code: str, paper: dict[str, Any]) -> dict[str, Any]:
        refill = box.get("refill", {})
        names = {entry["slug"]: entry["name"][code] for entry in paper["sections"]}
        own = {
            "Opinion": {"az": "Rəy", "ru": "Мнения", "ar": "رأي"},
            "In pictures": {"az": "Şəkillərdə", "ru": "В фотографиях", "ar": "بالصور"},
            "Explained": {"az": "İzah", "ru": "Объясняем", "ar": "شرح"},
        }
        section = self.sections.get((code, refill.get("section", "")))
        pinned = [
            self.galleries.get(slug) or (self.stories.get((code, slug)) or {}).get("page")
            for slug in box.get("pinned", [])
        ]
        if code != "en":
            pinned = [page for page in pinned if page and page.locale_id == self.locales[code].pk]
        return {
            "title": names.get(refill.get("section", ""), own.get(box["title"], {}).get(code, box["title"]))
            if box["title"]
            else "",
            "layout": box["layout"],
            "slots": box["slots"],
            "cards": [{"story": page.pk, "headline": "", "boost": False} for page in pinned if page],
            "refill_section": section.pk if section and box["title"] else None,
            "refill_topic": "",
            "refill_genre": refill.get("genre", ""),
            "refill": True,
        }

    def _info(self, paper: dict[str, Any], fronts: dict[str, Any]) -> None:
        from broadsheet.newsroom.models import InfoPage

        for entry in paper["info"]:
            first = None
            for code in LANGUAGES:
                page = InfoPage(
                    title=entry["title"][code],
                    slug=entry["slug"],
                    body=entry["text"][code],
                    states=entry.get("states", ""),
                    show_in_menus=True,
                    locale=self.locales[code],
                )
                if first:
                    page.translation_key = first.translation_key
                self._under(fronts[code], page)
                first = first or page
