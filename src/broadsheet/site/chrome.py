"""What every page of one language shares: masthead, navigation, appeal, footer. Two queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.http import Http404, HttpRequest
from django.utils import timezone, translation

from broadsheet.newsroom.document import Named
from broadsheet.newsroom.models import FrontPage
from broadsheet.newsroom.selectors import Cursor, front_page, language_prefix, navigation

from .sharing import og_locale

ACCOUNT = ("/account/", "/-/enter/")


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the paper elsewhere."""

    service: str
    handle: str
    url: str


@dataclass(frozen=True, slots=True)
class LanguageLink:
    """The same page in another language where it exists, else that language's front page."""

    code: str
    name: str
    path: str
    is_current: bool
    is_translation: bool = False


@dataclass(frozen=True, slots=True)
class Chrome:
    """See the module. `canonical` is this page's absolute address without any query but the place in a list, `feed_path`
    has no suffix (.rss, .atom, .json).

    `policies` are paths by schema.org's name of what is laid down there.
    """

    name: str
    tagline: str
    now: datetime
    today: date
    zone_name: str
    language: str
    direction: str
    base_url: str
    canonical: str
    home_path: str
    latest_path: str
    search_path: str
    corrections_path: str
    feed_path: str
    subscribe_path: str
    sections: Sequence[Named]
    info_pages: Sequence[Named]
    policies: Mapping[str, str]
    follow: Sequence[Account]
    languages: Sequence[LanguageLink]
    appeal_title: str
    appeal_text: str
    footer_text: str
    share_picture_id: int | None

    @property
    def surrogate_key(self) -> str:
        return f"chrome/{self.language}"

    @property
    def locale(self) -> str:
        return og_locale(self.language)

    @property
    def other_locales(self) -> list[str]:
        """Of the languages that this page is in as well."""
        return [
            og_locale(link.code) for link in self.languages if link.is_translation and not link.is_current
        ]

    @property
    def default_path(self) -> str:
        """This page in the paper's first language, for readers of none of its languages; empty where it is not there."""
        first = self.languages[0]
        return first.path if first.is_translation else ""

    @property
    def x_handle(self) -> str:
        """The paper's account at X."""
        return next((a.handle for a in self.follow if a.service in ("X", "Twitter") and a.handle), "")


def chrome(request: HttpRequest, translations: Iterable[tuple[str, str]] = (), canonical: str = "") -> Chrome:
    """The chrome of this request's language; `translations` are (language, path) of the same page.

    Raises `Http404` when the paper has no live front page in this language.
    """
    language = translation.get_language() or settings.LANGUAGE_CODE
    front = front_page(language)
    if front is None:
        raise Http404(f"no front page in {language}")
    # What stands further down a list is a page of its own: the stories there are on no other.
    before = Cursor.parse(request.GET.get("before", ""))
    path = f"{request.path}?before={before}" if before else request.path
    return chrome_of(front, path, language, () if before else translations, canonical)


def around_account(request: HttpRequest) -> dict[str, object]:
    """A context processor: the chrome around the account's pages, and which page they stand on.

    Those are `readers`', which knows nothing of the newsroom; without a front page they stand on a plain one.
    """
    if not request.path.startswith(ACCOUNT):
        return {}
    language = translation.get_language() or settings.LANGUAGE_CODE
    front = front_page(language) or front_page(settings.LANGUAGE_CODE)
    if front is None:
        return {"account_base": "site/plain.html"}
    query = request.GET.copy()
    others = []
    for code, _ in settings.LANGUAGES:
        query["language"] = code
        others.append((code, f"{request.path}?{query.urlencode()}"))
    return {"account_base": "site/base.html", "chrome": chrome_of(front, request.path, language, others)}


def chrome_of(
    front: FrontPage,
    path: str,
    language: str,
    translations: Iterable[tuple[str, str]] = (),
    canonical: str = "",
) -> Chrome:
    """The chrome around `path`, from a front page that is already read."""
    paper = settings.PAPER
    sections, info_pages, policies = navigation(front)
    prefix = language_prefix(language)
    now = timezone.localtime(timezone.now(), paper.zone)
    base = paper.base_url.rstrip("/")
    return Chrome(
        name=front.title,
        tagline=front.tagline,
        now=now,
        today=now.date(),
        zone_name=paper.time_zone,
        language=language,
        # Not what get_language_info says: it takes Azerbaijani for right-to-left.
        direction="rtl" if language.split("-")[0] in settings.LANGUAGES_BIDI else "ltr",
        base_url=base,
        canonical=base + (canonical or path),
        home_path=f"{prefix}/",
        latest_path=f"{prefix}/latest/",
        search_path=f"{prefix}/search/",
        corrections_path=f"{prefix}/corrections/",
        feed_path=f"{prefix}/feeds/latest",
        subscribe_path=f"{prefix}/subscribe/",
        sections=sections,
        info_pages=info_pages,
        policies=policies,
        follow=[Account(v["service"], v.get("handle") or "", v["url"]) for v in _accounts(front)],
        languages=_languages(language, dict(translations)),
        appeal_title=front.appeal_title,
        appeal_text=front.appeal_text,
        footer_text=front.footer_text,
        share_picture_id=front.share_picture_id,
    )


def _accounts(front: FrontPage) -> list[dict[str, str]]:
    return [block["value"] for block in front.follow.raw_data]


def _languages(current: str, paths: dict[str, str]) -> list[LanguageLink]:
    return [
        LanguageLink(code, name, paths.get(code, f"{language_prefix(code)}/"), code == current, code in paths)
        for code, name in settings.LANGUAGES
    ]
