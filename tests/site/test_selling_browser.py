"""The whole journey in a real browser, against a whole paper: edge, origin, worker and sandbox as processes."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import stripe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from broadsheet.conf.paper import load

from .test_browser import CHROMIUM, QUIET

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("a paper that sells")]
SECRET = "Zanzibarquince"
PATIENCE = 60_000
STOCK = """
import json
from broadsheet.newsroom.models import FrontPage, Section, Story
from broadsheet.subscriptions.models import Plan, Price, Seller
front = FrontPage.objects.get()
section = Section(title="Nation", slug="nation", show_in_menus=True, locale=front.locale)
front.add_child(instance=section)
body = [{"type": "text", "value": "<p>Public one.</p><p>Public two.</p><p>SECRET.</p>"}]
section.refresh_from_db()
section.add_child(instance=Story(title="Walled", slug="walled", locale=front.locale, access="subscribers", body=json.dumps(body)))
for position, (slug, amount) in enumerate((("web", 499), ("all", 999))):
    plan = Plan.objects.create(name=slug.title(), slug=slug, scopes=["stories"], position=position)
    for interval, times in (("month", 1), ("year", 10)):
        Price.objects.create(plan=plan, interval=interval, currency="EUR", amount=amount * times)
seller = Seller.current()
seller.name, seller.country, seller.email = "The Paper Ltd", "AZ", "sales@paper.example"
seller.save()
""".replace("SECRET", SECRET)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Paper:
    """The running paper, and a window into its database."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            k: v for k, v in os.environ.items() if not k.startswith(("BROADSHEET_D", "DJANGO"))
        } | {"BROADSHEET_GATEWAY": "sandbox"}
        self.run("init", str(folder), "--url", self.url)
        self.ask(STOCK)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "broadsheet", "serve", "--dir", str(folder), "--bind", f"127.0.0.1:{self.port}"],
            env=self.environment,
            start_new_session=True,
            stderr=(folder / "served.log").open("wb"),
        )  # fmt: skip
        end = time.monotonic() + 150
        while time.monotonic() < end:
            with suppress(OSError, http.client.HTTPException):
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
                connection.request("GET", "/-/ready")
                if connection.getresponse().status == 200:
                    return
            if self.process.poll() is not None:
                break
            time.sleep(0.2)
        self.stop()
        raise AssertionError((folder / "served.log").read_text())

    def run(self, *words: str) -> str:
        result = subprocess.run(
            [sys.executable, "-m", "broadsheet", *words], env=self.environment, capture_output=True, text=True,
            timeout=180, check=False,
        )  # fmt: skip
        assert result.returncode == 0, result.stderr
        return result.stdout

    def ask(self, code: str) -> str:
        return self.run("manage", "--dir", str(self.folder), "shell", "-v", "0", "-c", code).strip()

    def counts(self) -> list[int]:
        """Subscriptions and paid invoices."""
        said = self.ask(
            "from broadsheet.subscriptions.models import *\n"
            "print(Subscription.objects.exclude(started_at=None).count(), Invoice.objects.filter(state='paid').count())"
        )
        return [int(n) for n in said.split()]

    def stripe(self) -> stripe.StripeClient:
        port = (self.folder / "var" / "sandbox" / "port").read_text().strip()
        return stripe.StripeClient(
            load(self.folder).sandbox_key, base_addresses={"api": f"http://127.0.0.1:{port}"}
        )

    def mails(self) -> str:
        folder = self.folder / "var" / "outbox"
        return "\n".join(path.read_text(errors="replace") for path in folder.glob("*.log"))

    def stop(self) -> None:
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(20)
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Paper]:
    made = Paper(tmp_path_factory.mktemp("selling") / "paper")
    yield made
    made.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as driver:
        made = driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield made
        made.close()


@pytest.fixture
def reader(browser: Browser) -> Iterator[BrowserContext]:
    """A browser of somebody's own."""
    context = browser.new_context()
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


def wall(page: Page, paper: Paper) -> None:
    page.goto(f"{paper.url}/nation/walled/")
    assert SECRET not in page.content()


def offer(page: Page, paper: Paper, email: str, plan: str = "Web") -> None:
    """From the wall to the offer, filled in."""
    wall(page, paper)
    page.locator(".wall a[href*='/subscribe/']").first.click()
    page.wait_for_url(re.compile("/subscribe/"))
    page.get_by_label("Your e-mail address").fill(email)
    page.locator("label", has_text=plan).first.click()


def go(page: Page) -> None:
    page.get_by_role("button", name="Go on to payment").click()
    page.wait_for_url(re.compile(r"http://127\.0\.0\.1:\d+/(?!subscribe)"))
    expect(page.get_by_label("Card number")).to_be_visible()


def pay(page: Page, card: str) -> None:
    page.get_by_label("Card number").fill(card)
    page.get_by_role("button", name="Pay").click()


def settled(question: Any, wanted: Any, seconds: float = 60) -> Any:
    """What `question` says, once it is what is wanted, or at last."""
    end = time.monotonic() + seconds
    while (said := question()) != wanted and time.monotonic() < end:
        time.sleep(1)
    return said


def test_from_the_wall_to_the_wall_again(paper: Paper, reader: BrowserContext) -> None:
    page = reader.new_page()
    offer(page, paper, "journey@reader.example")
    go(page)
    pay(page, "4242 4242 4242 4242")
    page.wait_for_url(f"{paper.url}/nation/walled/")
    assert SECRET in page.content()
    assert settled(
        lambda: "journey@reader.example" in paper.mails() and "application/pdf" in paper.mails(), True
    )
    assert settled(paper.counts, [1, 1]) == [1, 1]

    page.goto(f"{paper.url}/account/")
    page.get_by_role("link", name="Cancel", exact=True).click()
    page.get_by_role("button", name="Cancel my subscription").click()
    expect(page.get_by_role("heading", name="Your subscription is cancelled")).to_be_visible()
    page.goto(f"{paper.url}/nation/walled/")
    assert SECRET in page.content()

    client = paper.stripe()
    client.v1.subscriptions.cancel(client.v1.subscriptions.list().data[0].id)
    status = "from broadsheet.subscriptions.models import *\nprint(Subscription.objects.get().status)"
    assert settled(lambda: paper.ask(status), "expired") == "expired"
    wall(page, paper)


def test_a_decline_then_3d_secure_then_open(paper: Paper, reader: BrowserContext) -> None:
    before = paper.counts()
    page = reader.new_page()
    offer(page, paper, "secure@reader.example")
    go(page)
    pay(page, "4000 0000 0000 0002")
    expect(page.get_by_role("alert")).to_contain_text("declined")
    pay(page, "4000 0027 6000 3184")
    page.get_by_role("button", name="Complete authentication").click()
    page.wait_for_url(f"{paper.url}/nation/walled/")
    assert SECRET in page.content()
    assert settled(paper.counts, [before[0] + 1, before[1] + 1]) == [before[0] + 1, before[1] + 1]


def test_whoever_leaves_the_payment_finds_it_again(paper: Paper, reader: BrowserContext) -> None:
    page = reader.new_page()
    offer(page, paper, "leaver@reader.example")
    go(page)
    payment = page.url
    page.get_by_role("link", name=re.compile("Back|Return|Cancel", re.IGNORECASE)).first.click()
    expect(page.get_by_role("heading", name="You left the payment page")).to_be_visible()
    page.get_by_role("button", name="Back to payment").click()
    page.wait_for_url(payment)
    wall(page, paper)


def test_double_click_back_and_two_tabs_charge_once(paper: Paper, reader: BrowserContext) -> None:
    before = paper.counts()
    page = reader.new_page()
    offer(page, paper, "double@reader.example")
    page.get_by_role("button", name="Go on to payment").dblclick()
    expect(page.get_by_label("Card number")).to_be_visible()
    payment = page.url
    other = reader.new_page()
    offer(other, paper, "double@reader.example")
    go(other)
    assert other.url == payment
    page.go_back()
    page.goto(payment)
    page.get_by_label("Card number").fill("4242 4242 4242 4242")
    page.get_by_role("button", name="Pay").dblclick()
    page.wait_for_url(f"{paper.url}/nation/walled/")
    other.get_by_label("Card number").fill("4242 4242 4242 4242")
    other.get_by_role("button", name="Pay").click()
    other.wait_for_load_state()
    page.go_back()
    page.goto(f"{paper.url}/subscribe/")
    expect(page.get_by_text("You have a subscription already")).to_be_visible()
    assert settled(paper.counts, [before[0] + 1, before[1] + 1]) == [before[0] + 1, before[1] + 1]
    assert len(paper.stripe().v1.charges.list().data) >= before[1] + 1


def test_it_sells_without_script(browser: Browser, paper: Paper) -> None:
    context = browser.new_context(java_script_enabled=False)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    offer(page, paper, "plain@reader.example", plan="All")
    go(page)
    pay(page, "4242 4242 4242 4242")
    page.wait_for_url(f"{paper.url}/nation/walled/")
    assert SECRET in page.content()
    context.close()
