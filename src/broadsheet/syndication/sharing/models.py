"""The paper's accounts on other services, and what was shared where."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from ..sealed import SealedField


class Service(models.TextChoices):
    """Where accounts may be."""

    MASTODON = "mastodon", "Mastodon"
    BLUESKY = "bluesky", "Bluesky"
    TELEGRAM = "telegram", "Telegram"
    X = "x", "X"
    FACEBOOK = "facebook", "Facebook"


SERVERS = {
    Service.BLUESKY: "https://bsky.social",
    Service.TELEGRAM: "https://api.telegram.org",
    Service.X: "https://api.x.com",
    Service.FACEBOOK: "https://graph.facebook.com/v23.0",
}


# What a template may name.
WORD = re.compile(r"\{([^{}]*)\}")
WORDS = frozenset(("headline", "standfirst", "section", "kicker", "url"))


class ShareAccount(models.Model):
    """One account. `server` is the base address of its service, `handle` whose it is there (a Bluesky handle, a
    Telegram chat, a Facebook page's number), `secret` what the service gave to post with."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    service = models.CharField(_("service"), max_length=12, choices=Service)
    server = models.URLField(
        _("server"),
        max_length=500,
        blank=True,
        help_text=_("The address of a Mastodon or Bluesky server; empty for the others."),
    )
    handle = models.CharField(
        _("account there"),
        max_length=200,
        blank=True,
        help_text=_(
            "Bluesky: the handle. Telegram: @channel or the chat's number. Facebook: the page's number."
        ),
    )
    secret = SealedField(_("key"), editable=False, default="")
    language = models.CharField(
        _("language"), max_length=12, blank=True, help_text=_("Only stories in this one; empty: in any.")
    )
    section = models.ForeignKey(
        "newsroom.Section",
        verbose_name=_("section"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("Only stories of this one; empty: of all."),
    )
    shares_all = models.BooleanField(
        _("share every story when it is published"),
        default=False,
        help_text=_("Otherwise only those that an editor chooses."),
    )
    wait_minutes = models.PositiveSmallIntegerField(
        _("minutes to wait"), default=2, help_text=_("After publishing, for second thoughts.")
    )
    template = models.TextField(
        _("text"),
        max_length=500,
        default="{headline}\n\n{url}",
        help_text=_("{headline}, {standfirst}, {section}, {kicker} and {url} are filled in."),
    )
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("account elsewhere")
        verbose_name_plural = _("accounts elsewhere")

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if not self.server and self.service in SERVERS:
            self.server = SERVERS[Service(self.service)]
        if not self.server:
            raise ValidationError(
                {"server": _("Give the address of the server, such as https://mastodon.social.")}
            )
        if not self.server.startswith("https://"):
            raise ValidationError({"server": _("The address must begin with https://.")})
        if self.service in (Service.BLUESKY, Service.TELEGRAM, Service.FACEBOOK) and not self.handle:
            raise ValidationError({"handle": _("Say which account it is.")})
        if set(WORD.findall(self.template)) - WORDS:
            raise ValidationError({"template": _("There is a word in braces that is none of these.")})

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.server = self.server.rstrip("/")
        # A browser sends its own line ends, which would count twice.
        self.template = self.template.replace("\r\n", "\n")
        super().save(*args, **kwargs)


class Share(models.Model):
    """One story on one account: planned, posted, or taken back. An empty `text` is the account's template.

    `due_at` None: as soon as it is published. `tried_at` without `remote_id`: the service was asked, and what it did
    is not known.
    """

    account = models.ForeignKey(ShareAccount, on_delete=models.CASCADE, related_name="shares")
    story = models.PositiveBigIntegerField(db_index=True)
    text = models.TextField(blank=True, default="")
    due_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    remote_id = models.CharField(max_length=500, blank=True, default="")
    remote_url = models.CharField(max_length=500, blank=True, default="")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["account", "story"], name="shared_once")]

    def __str__(self) -> str:
        return f"story {self.story} on {self.account}"

    @property
    def subject(self) -> str:
        """What its deliveries are about."""
        return f"share/{self.pk}"
