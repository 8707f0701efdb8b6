"""Checkout and the portal in a real browser, under their own content security policy."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

pytestmark = pytest.mark.browser
CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
SERIOUS = ("serious", "critical")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("there is no Chromium")
    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


@pytest.fixture
def paper() -> Iterator[str]:
    """Another origin, to which payers come back."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b"<!doctype html><title>The paper</title><h1>The paper</h1>"
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def fill(page: Page, card: str) -> None:
    if page.get_by_label("E-mail").count():
        page.get_by_label("E-mail").fill("reader@example.org")
    page.get_by_label("Card number").fill(card)


def problems(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [v["id"] for v in found if v["impact"] in SERIOUS]


def test_a_reader_pays_with_a_challenge_goes_back_and_cancels(browser, api, shop, paper):
    price = shop.price(450)
    session = api.v1.checkout.sessions.create({
        "mode": "subscription", "line_items": [{"price": price.id, "quantity": 1}],
        "success_url": f"{paper}/story?s={{CHECKOUT_SESSION_ID}}", "cancel_url": f"{paper}/offer", "allow_promotion_codes": True,
    })  # fmt: skip
    context = browser.new_context(java_script_enabled=True)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    for width, scheme in ((390, "light"), (820, "dark"), (1440, "light")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        page.goto(session.url)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert problems(page) == []

    fill(page, "4000000000000002")
    page.get_by_role("button", name="Pay").click()
    assert "declined" in page.get_by_role("alert").inner_text()
    fill(page, "4000 0027 6000 3184")
    page.get_by_role("button", name="Pay").click()
    page.get_by_role("button", name="Complete authentication").click()
    page.wait_for_url(f"{paper}/story?s={session.id}")
    page.go_back()
    page.goto(session.url)
    assert page.get_by_text("This purchase is complete").is_visible()
    assert [c.status for c in api.v1.charges.list().data] == ["succeeded", "failed"]

    bought = api.v1.subscriptions.list().data[0]
    portal = api.v1.billing_portal.sessions.create(
        {"customer": bought.customer, "return_url": f"{paper}/account"}
    )
    page.goto(portal.url)
    assert problems(page) == []
    page.get_by_role("button", name="Cancel at the end").click()
    assert page.get_by_role("button", name="Keep the subscription").is_visible()
    page.get_by_role("link", name="Return to the paper").click()
    page.wait_for_url(f"{paper}/account")
    assert api.v1.subscriptions.retrieve(bought.id).cancel_at_period_end
    assert [line for line in said if "Content Security Policy" in line] == []
    context.close()
