"""Hands owed mails to the mail server: each at most once, whatever dies in between."""

from __future__ import annotations

import logging
import smtplib
from datetime import timedelta
from hashlib import blake2b

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from . import letters, notices
from .models import Notice

log = logging.getLogger("broadsheet.notices")
MOST_AT_ONCE = 200
FIRST_WAIT = timedelta(minutes=2)
LONGEST_WAIT = timedelta(hours=6)


class _Refused(Exception):
    """The server said no before it took the mail: it may be tried again."""


def post_due() -> int:
    """The sweeper: send what is due, at most two hundred. Gives how many went out."""
    now = timezone.now()
    due = list(
        Notice.objects.filter(due_at__lte=now, claimed_at=None, sent_at=None)
        .order_by("due_at")
        .values_list("pk", flat=True)[:MOST_AT_ONCE]
    )
    if not due:
        return 0
    connection = get_connection()
    try:
        connection.open()
    except OSError as error:
        log.warning("the mail server can't be reached (%s): %d mails wait", error, len(due))
        return 0
    try:
        return sum(_post(pk, connection) for pk in due)
    finally:
        connection.close()


def _post(pk: int, connection: BaseEmailBackend) -> bool:
    # Claimed and committed before the hand-over: should we die now, nobody sends it a second time.
    if not Notice.objects.filter(pk=pk, claimed_at=None).update(claimed_at=timezone.now()):
        return False
    notice = Notice.objects.select_related("reader").get(pk=pk)
    if not notices.is_still_true(notice):
        notice.delete()
        return False
    try:
        _hand_over(letters.written(notice), notice, connection)
    except _Refused as error:
        _wait(notice, str(error))
        return False
    # A gift's code is nowhere but in its mail.
    facts = {name: value for name, value in notice.facts.items() if name != "address"}
    Notice.objects.filter(pk=pk).update(sent_at=timezone.now(), facts=facts)
    return True


def _hand_over(letter: letters.Letter, notice: Notice, connection: BaseEmailBackend) -> None:
    message = EmailMultiAlternatives(
        letter.subject,
        letter.text,
        to=[notice.email],
        headers=_headers(letter, notice),
        connection=connection,
        attachments=list(letter.attachments),
    )
    message.attach_alternative(letter.html, "text/html")
    try:
        message.send()
    except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused) as error:
        raise _Refused(type(error).__name__) from error


def _headers(letter: letters.Letter, notice: Notice) -> dict[str, str]:
    headers = {"Message-ID": message_id(notice.key), "Auto-Submitted": "auto-generated"}
    if letter.leave:
        headers["List-Unsubscribe"] = f"<{letter.leave}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def message_id(key: str) -> str:
    """The same for the same mail, so that whoever gets it twice can tell."""
    return f"<{blake2b(key.encode(), digest_size=16).hexdigest()}@{settings.PAPER.host}>"


def _wait(notice: Notice, reason: str) -> None:
    attempts = notice.attempts + 1
    wait = min(FIRST_WAIT * 2 ** min(attempts, 12), LONGEST_WAIT)
    log.warning("a %s mail was refused (%s): next attempt in %s", notice.kind, reason, wait)
    Notice.objects.filter(pk=notice.pk).update(
        claimed_at=None, attempts=attempts, due_at=timezone.now() + wait
    )
