"""What a script makes of the wall: the edge's word for a reader's state, shown once and at its own address only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.factories import Paper, make_paper

from .test_browser import browser

__all__ = ["browser"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BODY = [("text", "<p>Public one.</p><p>Public two.</p><p>Zanzibarquince three.</p>")]


@pytest.fixture
def site(live_server: Any, settings: Any) -> tuple[str, Paper]:
    settings.PAPER = settings.PAPER.__class__(
        **{**{f: getattr(settings.PAPER, f) for f in settings.PAPER.__slots__}, "base_url": live_server.url}
    )
    paper = make_paper(("en", "ar"))
    for language in ("en", "ar"):
        for access in ("free", "registered", "metered", "subscribers"):
            paper.story(f"A {access} story", language=language, slug=access, access=access, body=BODY)
    return live_server.url, paper


@pytest.fixture(params=["en", "ar"])
def at(request: Any, browser: Any, site: tuple[str, Paper]) -> Iterator[Any]:
    """Opens a story as somebody whose free stories are read, unless told otherwise."""
    url, _ = site
    prefix = "" if request.param == "en" else "/ar"
    contexts = []

    def open_(access: str, *, told: dict[str, Any] | None = None, width: int = 390, **cookies: str) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900}, reduced_motion="reduce")
        contexts.append(context)
        address = f"{url}{prefix}/nation/{access}/"
        why = cookies.pop("bs_wall", "")
        held = {"bs_meter": "spent", **cookies}
        context.add_cookies([{"name": name, "value": value, "url": url} for name, value in held.items()])

        def as_the_edge(route: Any) -> None:
            answer = route.fetch()
            said = f"bs_wall={why}; Max-Age=60; SameSite=Lax"
            route.fulfill(response=answer, headers={**answer.headers, "set-cookie": said})

        if why:
            context.route(address, as_the_edge, times=1)
        if told is not None:
            context.route("**/account/me*", lambda route: route.fulfill(json=told))
        page = context.new_page()
        page.goto(address, wait_until="networkidle")
        return page

    yield open_
    for context in contexts:
        context.close()


@pytest.mark.parametrize("why", ["tier", "devices"])
def test_another_tier_and_too_many_devices_are_told_once_and_to_nobody_else(at: Any, why: str) -> None:
    page = at("subscribers", bs_wall=why)

    assert page.locator(f"[data-state={why}]").is_visible()
    assert not page.locator(".wall__state").first.is_visible()
    assert page.locator(".wall").get_attribute("aria-labelledby") == f"wall-{why}"
    assert not Axe().run(page, context=".wall").response["violations"]
    page.reload(wait_until="networkidle")
    assert page.locator(".wall__state").first.is_visible()
    assert not page.locator(f"[data-state={why}]").is_visible()


@pytest.mark.parametrize("width", [390, 1440])
def test_whoever_is_in_is_not_asked_to_log_in_and_nothing_overflows(at: Any, width: int) -> None:
    for access in ("registered", "metered", "subscribers"):
        page = at(access, width=width)
        assert page.locator(".wall__state").first.is_visible()
        assert page.locator(".wall a[href*='/account/login/']").is_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page = at("subscribers", told={"name": "Ann"}, bs_in="1", width=width)
    assert not page.locator(".wall [data-stranger]").is_visible()


def test_a_gift_and_a_network_are_named_on_the_open_story(at: Any) -> None:
    for why in ("gift", "network"):
        page = at("metered", bs_meter="", bs_wall=why)
        assert page.locator(f".opened[data-state={why}]").is_visible()
        assert page.locator(".opened:visible").count() == 1
        assert not Axe().run(page, context=".opened").response["violations"]


def test_a_late_payment_is_said_to_whom_it_concerns(at: Any) -> None:
    assert not at("free", told={"name": "Ann"}, bs_in="1").locator("[data-late]").is_visible()
    page = at("free", told={"name": "Ann", "is_past_due": True}, bs_in="1")

    assert page.locator("[data-late]").is_visible()
    assert not Axe().run(page, context=".late").response["violations"]
