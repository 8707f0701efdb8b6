"""News in open pages, in a real browser before a real paper."""

from __future__ import annotations

import pytest
from playwright.sync_api import sync_playwright

from tests.edge.test_paper import Paper
from tests.edge.test_paper import paper as paper  # the fixture
from tests.site.test_browser import CHROMIUM, QUIET

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("a paper behind its edge")]


def test_open_pages_say_that_there_is_news_and_do_not_move(paper: Paper) -> None:
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        try:
            context = browser.new_context(viewport={"width": 390, "height": 400})
            pages = []
            for path in ("/latest/", "/"):
                page = context.new_page()
                with page.expect_request(lambda asked: "/latest/stream" in asked.url):
                    page.goto(f"http://127.0.0.1:{paper.port}{path}")
                page.evaluate("scrollTo({ top: 300, behavior: 'instant' })")
                assert page.locator("[data-news]").is_hidden()
                place = page.locator("main a").nth(3)
                pages.append((page, place, page.evaluate("scrollY"), place.bounding_box()))

            paper.newsroom(
                {"do": "publish", "slug": "just-in", "access": "free", "title": "Just in"},
                {"do": "publish", "slug": "also-in", "access": "free", "title": "Also in"},
            )

            for page, place, top, box in pages:
                button = page.locator("[data-news]")
                button.get_by_text("2 new stories").wait_for(timeout=10_000)
                assert button.is_visible()
                assert top > 0
                assert (page.evaluate("scrollY"), place.bounding_box()) == (top, box)
                assert page.get_by_text("Just in").count() == 0
            latest = pages[0][0]
            latest.locator("[data-news]").click()
            latest.locator("[data-more-list] a", has_text="Also in").first.wait_for(timeout=10_000)
        finally:
            browser.close()
