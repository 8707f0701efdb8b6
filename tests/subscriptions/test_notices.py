"""Who is written to, and that nobody is written to twice."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import pytest_django
from django.utils import timezone

from broadsheet.readers.models import User
from broadsheet.subscriptions import ledger, letters, notices, posting
from broadsheet.subscriptions.events import Event, Kind, Stage
from broadsheet.subscriptions.models import Invoice, Notice, Price

from .smtp_sink import Sink
from .test_standing import snapshot

pytestmark = pytest.mark.django_db
MONTH = timedelta(days=30)


@pytest.fixture
def sink(settings: pytest_django.Settings) -> Iterator[Sink]:
    with Sink() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        yield server


def now() -> datetime:
    return timezone.now().replace(microsecond=0)


def paid(reader: User) -> list[Event]:
    start = now()
    sold = {"currency": "EUR", "net": 423, "tax": 76, "total": 499, "paid_at": start.isoformat()}
    return [
        snapshot(start, Stage.INCOMPLETE, 0, reader=reader.pk, period_end=start + MONTH),
        snapshot(start, Stage.ACTIVE, 1, reader=reader.pk, period_end=start + MONTH),
        Event("i", Kind.INVOICE, start, "in_1", "sub_1", "in_1", facts={**sold, "status": "open", "paid": 0}),
        Event(
            "j", Kind.INVOICE, start, "in_1", "sub_1", "in_1", facts={**sold, "status": "paid", "paid": 499}
        ),
    ]


def kinds() -> list[str]:
    return sorted(Notice.objects.values_list("kind", flat=True))


@pytest.mark.parametrize("seed", range(6))
def test_whatever_order_events_come_in_each_mail_is_owed_once(reader: User, price: Price, seed: int) -> None:
    events = paid(reader)
    chance = random.Random(seed)
    told = events + chance.choices(events, k=6)
    chance.shuffle(told)
    for event in told:
        ledger.record("test", [event])
    assert kinds() == ["receipt", "welcome"]


def test_a_failed_charge_is_reminded_of_on_days_and_no_more_once_paid(reader: User, price: Price) -> None:
    start = now()
    ledger.record("test", [snapshot(start - MONTH, Stage.ACTIVE, 0, reader=reader.pk)])
    ledger.record("test", [snapshot(start, Stage.PAST_DUE, 1, reader=reader.pk, period_end=start + MONTH)])
    dunning = Notice.objects.filter(kind="payment_failed").order_by("due_at")
    assert [(row.due_at - start).days for row in dunning] == [0, 3, 7, 13]
    posting.post_due()
    ledger.record(
        "test",
        [snapshot(start + timedelta(hours=1), Stage.ACTIVE, 2, reader=reader.pk, period_end=start + MONTH)],
    )
    assert [row.sent_at is not None for row in dunning.all()] == [True]
    assert Notice.objects.filter(kind="recovered").count() == 1


def test_old_news_is_written_to_nobody(reader: User, price: Price) -> None:
    ended = now() - timedelta(days=200)
    ledger.record(
        "test",
        [
            snapshot(ended - MONTH, Stage.ACTIVE, 0, reader=reader.pk),
            snapshot(ended, Stage.ENDED, 1, reader=reader.pk, ended_at=ended),
        ],
    )
    assert kinds() == []


def test_a_mail_that_is_no_longer_true_is_not_sent(reader: User, price: Price, sink: Sink) -> None:
    start = now()
    trial = {
        "reader": reader.pk,
        "trial_end": start + timedelta(days=2),
        "period_end": start + timedelta(days=2),
    }
    ledger.record("test", [snapshot(start, Stage.TRIALING, 0, **trial)])
    cancelled = replace(
        snapshot(start + timedelta(seconds=1), Stage.TRIALING, 1, **trial, cancel_at=trial["trial_end"])
    )
    ledger.record("test", [cancelled])
    posting.post_due()
    subjects = [str(mail["Subject"]) for mail in sink.mails]
    assert not any("trial ends" in subject for subject in subjects)
    assert any("will not renew" in subject for subject in subjects)


def test_a_receipt_goes_out_once_with_its_invoice(reader: User, price: Price, sink: Sink) -> None:
    ledger.record("test", paid(reader))
    assert posting.post_due() == 2
    assert posting.post_due() == 0
    receipt = next(mail for mail in sink.mails if "receipt" in str(mail["Subject"]))
    number = Invoice.objects.get().number
    attached = [part for part in receipt.walk() if part.get_filename()]
    assert [part.get_filename() for part in attached] == [f"{number}.pdf"]
    body = attached[0].get_payload(decode=True)
    assert isinstance(body, bytes)
    assert body.startswith(b"%PDF")
    assert receipt["Message-ID"] == posting.message_id(f"receipt:test:{Invoice.objects.get().ref}")


def test_a_refused_mail_waits_and_goes_out_later(reader: User, sink: Sink) -> None:
    notices.owe("one", "recovered", email=reader.email, reader=reader)
    sink.refuses = 1
    assert posting.post_due() == 0
    notice = Notice.objects.get()
    assert (notice.attempts, notice.claimed_at, notice.sent_at) == (1, None, None)
    Notice.objects.update(due_at=timezone.now())
    assert posting.post_due() == 1
    assert len(sink.mails) == 1


def test_a_mail_server_that_is_away_costs_nothing(reader: User, settings: pytest_django.Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    notices.owe("one", "recovered", email=reader.email, reader=reader)
    assert posting.post_due() == 0
    assert Notice.objects.get().claimed_at is None


def test_a_mail_in_the_hands_of_a_process_that_died_is_never_sent_again(reader: User, sink: Sink) -> None:
    notices.owe("one", "recovered", email=reader.email, reader=reader)
    Notice.objects.update(claimed_at=timezone.now())
    assert posting.post_due() == 0
    assert sink.mails == []


def test_a_gifts_code_is_nowhere_once_it_is_sent(reader: User, sink: Sink) -> None:
    facts = {
        "giver": "A",
        "plan": "Digital",
        "months": 3,
        "address": "http://testserver/subscribe/redeem/?code=s3cret",
    }
    notices.owe("gift", "gift", email="friend@reader.example", **facts)
    assert posting.post_due() == 1
    assert "s3cret" not in str(Notice.objects.get().facts)
    assert "s3cret" in str(sink.mails[0])


@pytest.mark.parametrize("language", ["en", "az", "ru", "ar"])
@pytest.mark.parametrize(
    "kind",
    ["welcome", "trial_ending", "payment_failed", "recovered", "cancelled", "ended", "win_back", "receipt"],
)
def test_every_mail_can_be_written_in_every_language(
    reader: User, price: Price, kind: str, language: str
) -> None:
    ledger.record("test", paid(reader))
    subscription = reader.subscriptions.get()
    facts = {"invoice": Invoice.objects.get().pk} if kind == "receipt" else {"subscription": subscription.pk}
    letter = letters.written(Notice(kind=kind, email=reader.email, language=language, facts=facts))
    assert letter.subject
    assert "\n" not in letter.subject
    assert "http://testserver" in letter.text or kind == "recovered"
    assert f'lang="{language}"' in letter.html
    if language != "en":
        assert (
            letter.subject
            != letters.written(Notice(kind=kind, email=reader.email, language="en", facts=facts)).subject
        )
