"""Passkeys in a real browser, with a virtual authenticator: registered, and then the only thing needed to log in."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from broadsheet.readers.models import User
from tests.factories import Paper, make_paper

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = (
        "1"  # Playwright's loop runs in this thread; our database calls are not in it
    )
    with sync_playwright() as driver:
        made = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield made
        made.close()
    os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE")


@pytest.fixture
def site(live_server: Any) -> tuple[str, Paper]:
    """A paper under `localhost`: passkeys belong to names, never to numbers."""
    paper = make_paper(("en", "ar"))
    for section in paper.sections.values():
        section.refresh_from_db()
    return live_server.url.replace("127.0.0.1", "localhost"), paper


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A browser with a key of its own, whose owner always agrees; complaints of the content policy fail the test."""
    context = browser.new_context()
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("WebAuthn.enable")
    wire.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.set_default_timeout(60_000)
    yield page
    context.close()
    assert complaints == []


def test_a_passkey_is_added_and_logs_in_alone_and_back_to_the_story(
    site: tuple[str, Paper], page: Page, last_code: Callable[[], str]
) -> None:
    url, _ = site
    page.goto(f"{url}/account/login/?next=/nation/")
    page.fill("#code_email", "reader@paper.example")
    page.click("text=Continue")
    page.fill("[name=code]", last_code())
    page.click("button:has-text('Confirm')")
    page.wait_for_url(f"{url}/nation/")

    page.goto(f"{url}/account/2fa/webauthn/add/")
    page.check("[name=passwordless]")
    page.click("#mfa_webauthn_add")
    page.wait_for_url(f"{url}/account/2fa/recovery-codes/")
    key = Authenticator.objects.get(type=Authenticator.Type.WEBAUTHN)
    page.goto(f"{url}/account/")
    page.click("button:has-text('Log out')")
    page.wait_for_url(f"{url}/")

    page.goto(f"{url}/account/login/?next=/nation/")
    page.click("#passkey_login")
    page.wait_for_url(f"{url}/nation/")

    assert key.user == User.objects.get(email="reader@paper.example")
    assert any(cookie["name"] == "bs_pass" for cookie in page.context.cookies())
    page.wait_for_selector("[data-reader]:has-text('reader@paper.example')")


def test_the_account_s_pages_are_accessible(
    site: tuple[str, Paper], page: Page, last_code: Callable[[], str]
) -> None:
    url, _ = site
    page.goto(f"{url}/account/login/?next=/account/")
    found = {"login": Axe().run(page)}
    page.fill("#code_email", "reader@paper.example")
    page.click("text=Continue")
    page.wait_for_selector("[name=code]")
    found["code"] = Axe().run(page)
    page.fill("[name=code]", last_code())
    page.click("button:has-text('Confirm')")
    for path in (
        "/account/",
        "/account/sessions/",
        "/account/2fa/webauthn/add/",
        "/account/email/",
        "/ar/nation/",
    ):
        page.goto(url + path)
        found[path] = Axe().run(page)

    assert {name: axe.generate_report() for name, axe in found.items() if axe.violations_count} == {}
