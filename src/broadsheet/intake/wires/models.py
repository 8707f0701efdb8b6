"""What is watched, by which rules, what came, and what an agency has said since of stories that were made from it."""

from __future__ import annotations

import secrets
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from broadsheet.outward.errors import RefusedAddress

from .folders import folder_of
from .notices import ADVISORY, CORRECTION, KILL, UPDATE


class SourceKind(models.TextChoices):
    """The readers that wires come through."""

    FEED = "feed", _("Feed (RSS, Atom, JSON Feed)")
    NINJS = "ninjs", "ninjs"
    NEWSML = "newsml", "NewsML-G2"


class Action(models.TextChoices):
    """What a rule does with an item."""

    HOLD = "hold", _("Hold in the inbox")
    DRAFT = "draft", _("Make a draft by itself")
    DROP = "drop", _("Drop")


class State(models.TextChoices):
    """Where an item is."""

    NEW = "new", _("New")
    DRAFTED = "drafted", _("Drafted")
    DROPPED = "dropped", _("Dropped")
    KILLED = "killed", _("Withdrawn")


class NoticeKind(models.TextChoices):
    """What an agency says of something that it sent before."""

    KILL = KILL, _("Withdrawn by its agency")
    CORRECTION = CORRECTION, _("Corrected by its agency")
    UPDATE = UPDATE, _("Newer version")
    ADVISORY = ADVISORY, _("Advisory")


class WireSource(models.Model):
    """A feed, or ninjs or NewsML-G2 at an address or in a folder of the server.

    `interval` is in minutes. `files` remembers a folder's files (name → time in ns, bytes, digest), `listed` digests of
    what a feed held when it was last read: what was deleted from the inbox meanwhile does not come back.
    """

    name = models.CharField(_("name"), max_length=120, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=SourceKind, default=SourceKind.FEED)
    address = models.CharField(
        _("address"),
        max_length=1000,
        help_text=_("An http(s) address, or a folder on the server that the owner allows."),
    )
    desk = models.ForeignKey(
        "newsroom.Section",
        verbose_name=_("desk"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    language = models.CharField(
        _("language"), max_length=35, blank=True, help_text=_("Where items don't say theirs: en, az, ru…")
    )
    credit = models.CharField(
        _("credit"), max_length=255, blank=True, help_text=_("Printed as the source of the story.")
    )
    usage_terms = models.TextField(
        _("usage terms"), blank=True, help_text=_("Where items don't say theirs; never printed.")
    )
    interval = models.PositiveIntegerField(
        _("minutes between looks"),
        default=10,
        validators=[MinValueValidator(1), MaxValueValidator(1440)],
    )
    is_enabled = models.BooleanField(_("watched"), default=True)

    etag = models.CharField(max_length=500, blank=True, editable=False)
    last_modified = models.CharField(max_length=100, blank=True, editable=False)
    next_look_at = models.DateTimeField(default=timezone.now, editable=False, db_index=True)
    failures = models.PositiveIntegerField(default=0, editable=False)
    last_ok_at = models.DateTimeField(null=True, editable=False)
    last_error = models.CharField(max_length=500, blank=True, editable=False)
    files = models.JSONField(default=dict, editable=False)
    listed = models.JSONField(default=list, editable=False)

    class Meta:
        verbose_name = _("wire source")
        verbose_name_plural = _("wire sources")
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_folder(self) -> bool:
        return not self.address.lower().startswith(("http://", "https://"))

    def clean(self) -> None:
        """An address that can be watched."""
        self.address = self.address.strip()
        try:
            if self.is_folder:
                if "://" in self.address or self.kind == SourceKind.FEED:
                    raise ValidationError({"address": _("Use an http(s) address.")})
                folder_of(self.address)
            elif (parts := urlsplit(self.address)).username or parts.password or not parts.hostname:
                raise ValidationError({"address": _("Use an http(s) address without a password.")})
        except RefusedAddress as error:
            raise ValidationError({"address": str(error)}) from None
        except ValueError:
            raise ValidationError({"address": _("Use an http(s) address.")}) from None

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A changed address starts afresh; a source that is watched again is looked at soon."""
        before = type(self).objects.filter(pk=self.pk).values("address", "kind", "is_enabled").first()
        if before and (before["address"], before["kind"]) != (self.address, self.kind):
            self.etag = self.last_modified = self.last_error = ""
            self.failures, self.files, self.listed = 0, {}, []
            self.next_look_at = timezone.now()
        elif before and self.is_enabled and not before["is_enabled"]:
            self.next_look_at = timezone.now()
        super().save(*args, **kwargs)


class WireRule(models.Model):
    """Sends items to a desk. All that is filled in must hold; the first rule that does decides."""

    order = models.PositiveIntegerField(_("order"), default=100, help_text=_("Lower comes first."))
    source = models.ForeignKey(
        WireSource,
        verbose_name=_("source"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="rules",
        help_text=_("Empty: every source."),
    )
    words = models.TextField(
        _("words or phrases"), blank=True, help_text=_("One a line; any of them in headline or text.")
    )
    topic = models.CharField(_("topic"), max_length=120, blank=True)
    desk = models.ForeignKey(
        "newsroom.Section",
        verbose_name=_("desk"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        help_text=_("Empty: the source's."),
    )
    action = models.CharField(_("action"), max_length=8, choices=Action, default=Action.HOLD)

    class Meta:
        verbose_name = _("wire rule")
        verbose_name_plural = _("wire rules")
        ordering: ClassVar = ["order", "pk"]

    def __str__(self) -> str:
        what = ", ".join(filter(None, (str(self.source or ""), self.words.replace("\n", ", "), self.topic)))
        return f"{what or '*'} → {self.desk or ''} {self.get_action_display()}"[:200]


class WireItem(models.Model):
    """One version of one item of one source.

    `guid` is the source's own id. `content` is the story as `readers.jsonl` writes it. `is_current` is false of versions that a later one has replaced.
    `same_as` names the item of another source that this one repeats; lists show that one alone. `version` is the
    agency's and a digest of the words. `words` is what filters and rules search, in lower case.
    """

    source = models.ForeignKey(WireSource, on_delete=models.CASCADE, related_name="items")
    guid = models.CharField(max_length=500)
    version = models.CharField(max_length=80)
    number = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=8, choices=State, default=State.NEW)
    notice = models.CharField(max_length=12, choices=NoticeKind, blank=True)
    desk = models.ForeignKey("newsroom.Section", null=True, on_delete=models.SET_NULL, related_name="+")
    arrived_at = models.DateTimeField(default=timezone.now)
    is_current = models.BooleanField(default=True)
    is_wanted = models.BooleanField(default=False)
    trouble = models.CharField(max_length=300, blank=True)
    headline = models.CharField(max_length=255)
    summary = models.CharField(max_length=400, blank=True)
    words = models.TextField(blank=True)
    language = models.CharField(max_length=35, blank=True)
    content = models.JSONField()
    folder = models.CharField(max_length=1000, blank=True)
    agency_id = models.CharField(max_length=500, blank=True)
    link = models.CharField(max_length=500, blank=True)
    headline_key = models.CharField(max_length=160, blank=True)
    fingerprint = models.BigIntegerField(null=True)
    same_as = models.ForeignKey(
        "self", null=True, on_delete=models.SET_NULL, related_name="copies", db_index=False
    )
    supersedes = models.ForeignKey(
        "self", null=True, on_delete=models.SET_NULL, related_name="newer", db_index=False
    )
    story = models.ForeignKey(
        "newsroom.Story", null=True, on_delete=models.SET_NULL, related_name="wire_items"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "guid", "version"], name="wire_item_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["-arrived_at", "-id"], name="wire_newest"),
            # Without the rows that have none: planners take "is null" for rare and would sort the whole inbox.
            models.Index(fields=["same_as"], name="wire_copies", condition=models.Q(same_as__isnull=False)),
            models.Index(
                fields=["supersedes"], name="wire_versions", condition=models.Q(supersedes__isnull=False)
            ),
            models.Index(fields=["desk", "-arrived_at", "-id"], name="wire_by_desk"),
            models.Index(fields=["agency_id"], name="wire_by_agency_id"),
            models.Index(fields=["link"], name="wire_by_link"),
        ]

    def __str__(self) -> str:
        return self.headline


class WireNotice(models.Model):
    """An agency's word on something that a story here was made from: shown until somebody has seen to it."""

    story = models.ForeignKey("newsroom.Story", on_delete=models.CASCADE, related_name="wire_notices")
    by = models.ForeignKey(WireItem, null=True, on_delete=models.SET_NULL, related_name="notices")
    kind = models.CharField(max_length=12, choices=NoticeKind)
    text = models.CharField(max_length=300)
    made_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(null=True)
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["story", "by", "kind"], name="wire_notice_once")
        ]
        indexes: ClassVar = [models.Index(fields=["seen_at", "-made_at"], name="wire_notice_open")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.text}"


def _key() -> str:
    return secrets.token_urlsafe(32)


class WireSubscription(models.Model):
    """A WebSub subscription to a source's hub. `key` is the unguessable part of our address, `secret` signs what comes."""

    source = models.OneToOneField(WireSource, on_delete=models.CASCADE, related_name="subscription")
    key = models.CharField(max_length=64, unique=True, default=_key)
    secret = models.CharField(max_length=64, default=_key)
    hub = models.CharField(max_length=1000)
    topic = models.CharField(max_length=1000)
    is_active = models.BooleanField(default=False)
    lease_until = models.DateTimeField(null=True)
    next_ask_at = models.DateTimeField(default=timezone.now, db_index=True)
    failures = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=500, blank=True)
    heard_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.source} ← {self.hub}"
