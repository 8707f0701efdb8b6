"""What we hold of a reader, handed to them or erased. Other apps register what is theirs.

Erasure comes fourteen days after it was asked for, so that a stolen session or a moment's anger is not for ever; until
then a log-in can take it back. What remains is a row without a person in it, so that what the law makes the paper keep
(invoices) still points somewhere.
"""

from __future__ import annotations

import io
import json
import logging
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.functional import Promise

from . import services
from .models import Erasure, User

log = logging.getLogger(__name__)
WAIT = timedelta(days=14)
MOST_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Exporter:
    """What an app holds of a reader: `gather` gives lists and dicts of texts, numbers, dates."""

    key: str
    title: str | Promise
    gather: Callable[[User], Any]


@dataclass(frozen=True, slots=True)
class Eraser:
    """How an app forgets a reader. `erase` may run any number of times; `keeps` says what the law makes us keep."""

    key: str
    erase: Callable[[User], None]
    keeps: str | Promise = ""


class HasNewsroomRole(Exception):
    """Staff leave the newsroom first: somebody has to take over what is theirs."""


_exporters: dict[str, Exporter] = {}
_erasers: dict[str, Eraser] = {}


def register_exporter(exporter: Exporter) -> None:
    """Add to every export what this app holds."""
    _exporters[exporter.key] = exporter


def register_eraser(eraser: Eraser) -> None:
    """Have this app forget readers too."""
    _erasers[eraser.key] = eraser


def kept_by_law() -> list[str]:
    """What deletion leaves, in words."""
    return [str(eraser.keeps) for eraser in _erasers.values() if eraser.keeps]


def export(user: User) -> bytes:
    """A zip of everything we hold of `user`: `account.json` for machines, `account.html` for people."""
    parts = [(exporter, exporter.gather(user)) for exporter in _exporters.values()]
    data = json.dumps(
        {exporter.key: told for exporter, told in parts}, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2
    )
    page = render_to_string(
        "readers/export.html",
        {
            "paper": settings.PAPER,
            "person": user,
            "made": timezone.now(),
            "parts": [(exporter.title, told) for exporter, told in parts],
        },
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("account.json", data)
        archive.writestr("account.html", page)
    return file.getvalue()


def own_data(user: User) -> dict[str, Any]:
    """What `readers` itself holds."""
    return {
        "account": {
            "e-mail": user.email,
            "first name": user.first_name,
            "last name": user.last_name,
            "language": user.language,
            "joined": user.date_joined,
            "last log-in": user.last_login,
        },
        "addresses": list(EmailAddress.objects.filter(user=user).values("email", "verified", "primary")),
        "second factors": list(
            Authenticator.objects.filter(user=user).values("type", "created_at", "last_used_at")
        ),
        "devices": list(
            UserSession.objects.filter(user=user).values("ip", "user_agent", "created_at", "last_seen_at")
        ),
        "newsletters": list(user.newsletter_choices.values("kind", "is_wanted", "changed_at")),
        "saved stories": list(user.saved_stories.values("headline", "url", "saved_at")),
        "reading history": list(user.read_stories.values("headline", "url", "read_at")),
    }


@transaction.atomic
def ask_erasure(user: User) -> Erasure:
    """Begin the fourteen days: mails stop and every session ends at once. Raises `HasNewsroomRole` for staff."""
    if user.is_superuser or user.has_perm("wagtailadmin.access_admin"):
        raise HasNewsroomRole
    erasure, _ = Erasure.objects.get_or_create(user=user, defaults={"due_at": timezone.now() + WAIT})
    user.newsletter_choices.all().delete()
    services.sign_out_everywhere(user)
    return erasure


def take_back(user: User) -> bool:
    """Keep the account after all. False when there was nothing to take back."""
    gone, _ = Erasure.objects.filter(user=user, done_at=None).delete()
    return bool(gone)


def erase_due() -> int:
    """Erase every account whose time has come. Returns how many; what failed is tried again next time."""
    due = Erasure.objects.filter(done_at=None, due_at__lte=timezone.now()).select_related("user")
    done = 0
    for erasure in due[:MOST_AT_ONCE]:
        try:
            erase(erasure)
            done += 1
        except Exception:  # another app's eraser may fail in any way; the other readers' erasure goes on
            log.exception("Account %s could not be erased yet", erasure.user_id)
    return done


def erase(erasure: Erasure) -> None:
    """Forget the person: other apps first, our own rows with the mark of completion last. May be run again."""
    user = erasure.user
    for eraser in _erasers.values():
        eraser.erase(user)
    with transaction.atomic():
        for rows in (user.saved_stories, user.read_stories, user.newsletter_choices):
            rows.all().delete()
        EmailAddress.objects.filter(user=user).delete()
        Authenticator.objects.filter(user=user).delete()
        services.sign_out_everywhere(user)
        user.groups.clear()
        user.email = f"erased-{user.pk}@erased.invalid"
        user.first_name = user.last_name = user.language = ""
        user.keeps_history = user.is_active = False
        user.last_login = None
        user.set_unusable_password()
        user.save()
        erasure.done_at = timezone.now()
        erasure.save(update_fields=["done_at"])
