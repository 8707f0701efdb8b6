"""The site in a real browser: what readers see, press and hear."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from broadsheet.newsroom.models import Correction, InfoPage, Topic
from broadsheet.newsroom.roles import Role, install_roles
from broadsheet.pictures.services import render_pending
from broadsheet.readers.models import User
from broadsheet.site.services import index_missing
from tests.factories import Paper, make_gallery, make_paper, make_picture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = (
        "1"  # Playwright's loop runs in this thread; our database calls are not in it
    )
    with sync_playwright() as driver:
        made = driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield made
        made.close()
    os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE")


@pytest.fixture
def site(live_server: Any, settings: Any) -> tuple[str, Paper]:
    """A small paper with everything on it, served."""
    settings.PAPER = settings.PAPER.__class__(
        **{**{f: getattr(settings.PAPER, f) for f in settings.PAPER.__slots__}, "base_url": live_server.url}
    )
    paper = make_paper(("en", "ar"))
    pictures = [make_picture(caption=f"Caption {n}") for n in range(6)]
    for code in ("en", "ar"):
        section = paper.sections[code, "nation"]
        topic = Topic.objects.create(name="Water", locale=section.locale)
        for n in range(34):
            paper.story(
                f"Filler story number {n}",
                language=code,
                hours_ago=n + 2,
                bylines=("Ann Author",),
                lead_picture=pictures[n % 6],
                standfirst="A standfirst of one sentence.",
                topics=(topic,),
            )
        body = [
            ("text", "<p>First paragraph of the story.</p><h2>A heading</h2><p>Second paragraph.</p>"),
            ("picture", {"picture": pictures[1].pk, "size": "column"}),
            ("quote", {"quote": "We looked at the river.", "by": "Ann Author"}),
            ("facts", {"title": "The facts", "text": "<ul><li>One</li><li>Two</li></ul>"}),
            (
                "table",
                {
                    "table": {
                        "data": [["a", "b"], ["c", "d"]],
                        "first_row_is_table_header": True,
                        "table_header_choice": "row",
                    },
                    "caption": "A table",
                },
            ),
            (
                "gallery",
                {
                    "gallery": None,
                    "pictures": [{"picture": p.pk} for p in pictures[:4]],
                },
            ),
            (
                "embed",
                {
                    "url": "https://video.example/1",
                    "frame_url": "https://video.example/player/1",
                    "provider": "video.example",
                    "title": "A film",
                    "kind": "video",
                },
            ),
            ("text", "<p>Last paragraph.</p>"),
        ]
        story = paper.story(
            "The whole story",
            language=code,
            slug="whole",
            body=body,
            bylines=("Ann Author",),
            topics=(topic,),
            lead_picture=pictures[0],
            standfirst="What it is about.",
        )
        Correction.objects.create(
            story=story, text="It was Tuesday.", made_at=timezone.now(), locale=story.locale
        )
        make_gallery(section, "All the pictures", pictures, slug="pictures")
        front = paper.fronts[code]
        front.refresh_from_db()
        front.add_child(
            instance=InfoPage(
                title="About", slug="about", body="<p>We are.</p>", show_in_menus=True, locale=front.locale
            )
        )
        front.refresh_from_db()
        boxes = [("lead", 8), ("grid", 6), ("strip", 4), ("opinion", 3), ("list", 6)]
        front.containers = [
            {
                "type": "container",
                "value": {
                    "title": "" if n == 0 else f"Box {n}",
                    "layout": layout,
                    "slots": slots,
                    "cards": [],
                    "refill_section": section.pk,
                    "refill": True,
                },
            }
            for n, (layout, slots) in enumerate(boxes)
        ]
        front.appeal_title, front.appeal_text = "Read everything", "Subscribe by the month."
        front.save_revision().publish(skip_permission_checks=True)
    render_pending()
    type(pictures[0]).objects.update(released=True)
    index_missing(500)
    return live_server.url, paper


def opened(browser: Browser, address: str, **options: Any) -> tuple[BrowserContext, Page, list[str]]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, **options)
    page = context.new_page()
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "request",
        lambda request: (
            errors.append(f"third party: {request.url}")
            if not request.url.startswith((address.split("/", 3)[0] + "//" + address.split("/")[2], "data:"))
            else None
        ),
    )
    page.goto(address)
    return context, page, errors


def until(page: Page, expression: str) -> None:
    """Wait for a truth in the page; Playwright's own way evaluates text, which our policy forbids."""
    for _ in range(100):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"never true: {expression}")


PAGES = [
    "/",
    "/nation/",
    "/nation/whole/",
    "/nation/pictures/",
    "/latest/",
    "/author/ann-author/",
    "/topic/water/",
    "/search/?q=filler",
    "/search/?q=xyzzy",
    "/about/",
    "/corrections/",
    "/subscribe/",
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("prefix", ["", "/ar"])
def test_every_page_is_accessible_complains_of_nothing_and_asks_nobody_else(browser, site, scheme, prefix):
    address, _ = site
    found = []
    for path in PAGES:
        context, page, errors = opened(browser, address + prefix + path, color_scheme=scheme, bypass_csp=True)
        found += [f"{path}: {error}" for error in errors]
        result = Axe().run(page)
        found += [f"{path}: {v['id']} {v['nodes'][0]['html'][:100]}" for v in result.response["violations"]]
        context.close()
    assert found == []


@pytest.mark.parametrize("width", [320, 390, 820, 1440])
def test_no_page_is_wider_than_the_screen(browser, site, width):
    address, _ = site
    for path in ("/", "/nation/whole/", "/latest/", "/nation/pictures/", "/search/?q=filler", "/ar/"):
        context, page, _ = opened(browser, address + path)
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        context.close()


def test_see_more_loads_in_place_and_joins_the_day(browser, site):
    address, _ = site
    context, page, errors = opened(browser, f"{address}/latest/")
    before = page.locator("[data-more-list] li").count()
    page.click("[data-more]")
    until(page, f"document.querySelectorAll('[data-more-list] li').length > {before}")

    assert page.url == f"{address}/latest/"
    assert page.locator("[data-more-list] li").count() == 35
    days = page.locator("[data-day]").evaluate_all("e => e.map(x => x.dataset.day)")
    assert len(days) == len(set(days))
    assert page.locator("[data-more]").count() == 0
    assert errors == []
    context.close()


def test_the_lightbox_opens_from_the_address_and_back_closes_it(browser, site):
    address, _ = site
    context, page, errors = opened(browser, f"{address}/nation/pictures/#picture-3")
    page.wait_for_selector(".pswp--open")
    assert page.url.endswith("#picture-3")
    page.keyboard.press("ArrowRight")
    until(page, "location.hash === '#picture-4'")
    page.go_back()
    page.wait_for_selector(".pswp", state="detached")

    assert "/nation/pictures/" in page.url
    assert page.evaluate("document.activeElement.closest('figure')?.id") == "picture-4"
    assert errors == []
    context.close()


def test_escape_closes_the_lightbox_and_the_address_is_as_before(browser, site):
    address, _ = site
    context, page, errors = opened(browser, f"{address}/nation/pictures/")
    page.click("#picture-2 a")
    page.wait_for_selector(".pswp--open")
    page.keyboard.press("Escape")
    page.wait_for_selector(".pswp", state="detached")
    until(page, "location.hash === ''")

    assert errors == []
    context.close()


def test_an_embed_asks_before_anything_is_loaded(browser, site):
    address, _ = site
    context, page, errors = opened(browser, f"{address}/nation/whole/")
    assert page.locator("iframe").count() == 0
    assert errors == []
    context.route(
        "https://video.example/**", lambda route: route.fulfill(body="<p>film</p>", content_type="text/html")
    )
    page.click("[data-embed-agree]")

    assert page.locator("iframe").get_attribute("src") == "https://video.example/player/1"
    context.close()


def test_everything_is_there_without_script(browser, site):
    address, _ = site
    context, page, _ = opened(browser, f"{address}/nation/whole/", java_script_enabled=False)
    assert page.locator("figure img").count() >= 6
    assert page.get_by_text("Open it there").is_visible()
    page.goto(f"{address}/latest/")
    page.click("text=See more")
    assert "before=" in page.url
    context.close()


def test_the_theme_is_kept_without_a_flash(browser, site):
    address, _ = site
    context, page, _ = opened(browser, f"{address}/", color_scheme="light")
    page.click("[data-theme-toggle]")
    page.goto(f"{address}/latest/", wait_until="commit")
    page.wait_for_selector("h1")

    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    context.close()


@pytest.mark.parametrize("path", ["/", "/nation/whole/", "/ar/", "/ar/nation/whole/", "/latest/"])
def test_nothing_moves_and_the_main_picture_comes_first(browser, site, path):
    address, _ = site
    context, page, _ = opened(browser, address + path)
    shift = page.evaluate(
        "new Promise(done => { let sum = 0; new PerformanceObserver(list => { for (const e of list.getEntries()) sum += e.value; }).observe({type: 'layout-shift', buffered: true}); setTimeout(() => done(sum), 800); })"
    )
    first = page.locator("main img").first

    assert shift <= 0.02
    assert first.get_attribute("loading") is None
    assert first.get_attribute("fetchpriority") == "high"
    context.close()


@pytest.mark.parametrize(
    ("prefix", "word"), [("", "plain"), ("", "Bakı, İsmayıl, Şəki, Ağdam"), ("", "Баку"), ("/ar", "")]
)
def test_a_page_loads_no_more_than_110_kb_of_fonts(browser, site, prefix, word):
    address, paper = site
    paper.story(
        f"Words {word}", slug="words", body=[("text", f"<p>{word} <b>{word}</b></p>")], standfirst=word
    )
    path = prefix + ("/nation/words/" if not prefix else "/nation/whole/")
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    sizes: dict[str, int] = {}
    page.on(
        "response",
        lambda r: sizes.update({r.url: len(r.body())}) if r.request.resource_type == "font" else None,
    )
    page.goto(address + path)
    page.wait_for_load_state("networkidle")
    context.close()

    assert 2 <= len(sizes) <= 4
    assert sum(sizes.values()) <= 110_000


@pytest.mark.parametrize("code", ["en", "ar"])
def test_the_sliders_buttons_say_what_they_do_and_which_picture_stands_first(browser, site, code):
    address, paper = site
    pictures = make_gallery(
        paper.sections[code, "nation"], "In a story", [make_picture() for _ in range(4)], slug="row"
    )
    render_pending()
    type(pictures.items.first().picture).objects.update(released=True)
    paper.story("With a slider", language=code, slug="slider", lead_gallery=pictures)
    prefix = "" if code == "en" else f"/{code}"
    context, page, errors = opened(browser, f"{address}{prefix}/nation/slider/")
    acts = page.locator(".slider__acts")
    names = acts.locator("button").evaluate_all("e => e.map(x => x.getAttribute('aria-label'))")
    places = [acts.locator("span").inner_text()]
    acts.locator("button").nth(1).click()
    until(page, "document.querySelector('.slider__acts span').textContent.startsWith('2')")
    places.append(acts.locator("span").inner_text())

    assert (
        names
        == {"en": ["Previous picture", "Next picture"], "ar": ["الصورة السابقة", "الصورة التالية"]}[code]
    )
    assert places == ["1 / 4", "2 / 4"]
    assert errors == []
    context.close()


def test_a_story_goes_from_new_to_published_in_six_clicks(browser, site, client):
    address, paper = site
    install_roles(paper.fronts.values())
    chief = User.objects.create_user("chief@paper.example", first_name="Nadia")
    from django.contrib.auth.models import Group

    chief.groups.add(Group.objects.get(name=Role.EDITOR_IN_CHIEF))
    client.force_login(chief)
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    context.add_cookies([{"name": "bs_session", "value": client.cookies["bs_session"].value, "url": address}])
    page = context.new_page()
    page.goto(f"{address}/newsroom/")
    clicks = 0

    def click(selector: str) -> None:
        nonlocal clicks
        page.locator(selector).first.click()
        clicks += 1

    click(".desks a:has-text('Nation')")
    click("#id_title")
    page.keyboard.type("Published in six clicks")
    page.locator(".public-DraftEditor-content").first.focus()
    page.keyboard.type("This is the text of the story.")
    click("button:has-text('Choose an image')")
    page.wait_for_selector(".modal-body .image-choice, .modal-body [data-chooser-modal-choice]")
    click(".modal-body [data-chooser-modal-choice]")
    page.wait_for_selector(".modal-body", state="detached")
    click(".footer [data-w-dropdown-target='toggle'], footer [data-w-dropdown-target='toggle']")
    click("button[name='action-publish']")
    page.wait_for_selector(".messages")

    assert clicks <= 6
    public = client.get("/nation/published-in-six-clicks/")
    assert public.status_code == 200
    assert "This is the text of the story." in public.content.decode()
    context.close()
