"""The whole journey in a real browser, against a whole paper: edge, origin, worker and sandbox as processes."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from .selling import SECRET, Paper, settled
from .test_browser import CHROMIUM, QUIET

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("a paper that sells")]
PATIENCE = 60_000


@pytest.fixture
def paper(selling_paper: Paper) -> Paper:
    return selling_paper


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


def offer(page: Page, paper: Paper, email: str, plan: str = "Web", interval: str = "") -> None:
    """From the wall to the offer, filled in."""
    wall(page, paper)
    page.locator(".wall a[href*='/subscribe/']").first.click()
    page.wait_for_url(re.compile("/subscribe/"))
    if interval:
        page.get_by_role("link", name=interval).click()
        page.wait_for_url(re.compile("interval="))
    page.get_by_label("Your e-mail address").fill(email)
    page.locator("label", has_text=plan).first.click()


def go(page: Page) -> None:
    page.get_by_role("button", name="Go on to payment").click()
    page.wait_for_url(re.compile(r"http://127\.0\.0\.1:\d+/(?!subscribe)"))
    expect(page.get_by_label("Card number")).to_be_visible()


def pay(page: Page, card: str) -> None:
    page.get_by_label("Card number").fill(card)
    page.get_by_role("button", name="Pay").click()


def test_from_the_wall_to_the_open_story_and_cancelled(paper: Paper, reader: BrowserContext) -> None:
    before = paper.counts()
    page = reader.new_page()
    offer(page, paper, "journey@reader.example")
    go(page)
    pay(page, "4242 4242 4242 4242")
    page.wait_for_url(f"{paper.url}/nation/walled/")
    assert SECRET in page.content()
    assert settled(
        lambda: "journey@reader.example" in paper.mails() and "application/pdf" in paper.mails(), True
    )
    assert settled(paper.counts, [before[0] + 1, before[1] + 1]) == [before[0] + 1, before[1] + 1]

    page.goto(f"{paper.url}/account/")
    page.get_by_role("link", name="Cancel", exact=True).click()
    page.get_by_role("button", name="Cancel my subscription").click()
    expect(page.get_by_role("heading", name="Your subscription is cancelled")).to_be_visible()
    page.goto(f"{paper.url}/nation/walled/")
    assert SECRET in page.content()


def year_before(moment: datetime) -> datetime:
    """A year's subscription that began then ends at `moment`."""
    return moment.replace(year=moment.year - 1)


def advanced(paper: Paper, clock: str, moment: int) -> None:
    """Let the sandbox's clock go on to `moment`, and what is due then be done."""
    clocks = paper.stripe().v1.test_helpers.test_clocks
    clocks.advance(clock, {"frozen_time": moment})
    assert settled(lambda: clocks.retrieve(clock).status, "ready", 30) == "ready"


@pytest.mark.skipif(f"{datetime.now(UTC):%m%d}" == "0229", reason="last year had no such day")
def test_cancelled_it_is_open_to_the_end_of_its_period_and_walled_after(
    paper: Paper, reader: BrowserContext
) -> None:
    """The year that was paid ends a minute and a half from now, by the sandbox's clock and by ours."""
    end = (datetime.now(UTC) + timedelta(seconds=90)).replace(microsecond=0)
    clocks = paper.stripe().v1.test_helpers.test_clocks
    clock = clocks.create({"frozen_time": int(year_before(end).timestamp())}).id
    email = f"end-{clock[-6:].lower()}@reader.example"
    paper.control("settings", {"clocks": {"new_customers": clock}})
    page = reader.new_page()
    try:
        offer(page, paper, email, interval="Yearly")
        go(page)
        pay(page, "4242 4242 4242 4242")
        page.wait_for_url(f"{paper.url}/nation/walled/")
    finally:
        paper.control("settings", {"clocks": {"new_customers": ""}})
    page.goto(f"{paper.url}/account/")
    page.get_by_role("link", name="Cancel", exact=True).click()
    page.get_by_role("button", name="Cancel my subscription").click()
    expect(page.get_by_role("heading", name="Your subscription is cancelled")).to_be_visible()
    row = f"Subscription.objects.get(reader__email={email!r})"
    models = "from broadsheet.subscriptions.models import *\n"
    until = paper.ask(f"{models}print(int({row}.access_until.timestamp()), {row}.status)")
    assert until == f"{int(end.timestamp())} cancelled"

    advanced(paper, clock, int(end.timestamp()) - 1)
    time.sleep(max(0.0, end.timestamp() - 4 - time.time()))
    page.goto(f"{paper.url}/nation/walled/")
    is_before_end = time.time() < end.timestamp()
    assert SECRET in page.content()
    assert is_before_end

    time.sleep(max(0.0, end.timestamp() - time.time()))
    advanced(paper, clock, int(end.timestamp()))

    def is_walled() -> bool:
        page.goto(f"{paper.url}/nation/walled/")
        return SECRET not in page.content()

    assert settled(is_walled, True, 30)
    expect(page.locator(".wall")).to_be_visible()
    assert settled(lambda: paper.ask(f"{models}print({row}.status)"), "expired") == "expired"
    told = paper.ask(
        f"{models}from django.db.models import Q\n"
        f"ended = LedgerEntry.objects.filter(subscription_ref={row}.ref, event_id__startswith='evt_')\n"
        "print([entry.facts['ended_at'] for entry in ended if entry.facts.get('stage') == 'ended'])"
    )
    assert end.isoformat() in told


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
