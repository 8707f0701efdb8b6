"""Partners, what they were given, which version of a story is out, and what the public may do with what it reads."""

from __future__ import annotations

from typing import ClassVar
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting

from broadsheet.newsroom.models import Section

from ..sealed import SealedField

A_WEEK = 7 * 24 * 60
SCHEMES = ("https", "http", "sftp")


class StoryVersion(models.Model):
    """Which version of a story is out, and since when; written with each of its events, and kept for good.

    A story without a row (it came in bulk and never changed since) is in its first version.
    """

    story = models.PositiveBigIntegerField(primary_key=True)
    number = models.PositiveIntegerField(default=1)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"version {self.number} of story {self.story}"


class PublicUse(models.TextChoices):
    """What anybody may do with a story, in RightsML."""

    RESERVED = "reserved", _("Read it; anything else must be agreed")
    ATTRIBUTION = "attribution", _("Print it, naming the paper")


@register_setting(icon="form")
class TradeTerms(BaseGenericSetting):
    """What ninjs and NewsML-G2 say of rights to whoever reads them without being a partner."""

    copyright_notice = models.CharField(
        _("copyright notice"), max_length=255, blank=True, help_text=_("Empty: ©, the year and the paper.")
    )
    usage_terms = models.TextField(_("usage terms"), blank=True)
    public_use = models.CharField(
        _("what anybody may do"), max_length=12, choices=PublicUse, default=PublicUse.RESERVED
    )

    # By which the paper logs in at partners' SFTP servers.
    sftp_key = SealedField(editable=False, blank=True, default="")

    class Meta:
        verbose_name = _("rights in trade formats")

    @classmethod
    def current(cls) -> TradeTerms:
        """The ones there are, or unsaved ones: no reader waits for a write."""
        return cls.objects.first() or cls()


class Push(models.TextChoices):
    """What is pushed."""

    NINJS = "ninjs", "ninjs"
    NEWSML = "newsml", "NewsML-G2"


class Partner(models.Model):
    """A newsroom that the paper supplies: what of it, how much, how late, in which form.

    Of the token only its SHA-256 is kept; `start` are its first letters. Empty choices mean all. `languages` are codes,
    `topics` slugs, with commas. Held back for `embargo` minutes after publication. `push_token` goes along with HTTP.
    """

    name = models.CharField(_("name"), max_length=120, unique=True)
    contact = models.EmailField(_("contact"), blank=True)
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("Without this it is refused from the next request on.")
    )
    valid_until = models.DateField(_("valid until"), null=True, blank=True, help_text=_("That day included."))
    sections = models.ManyToManyField(
        Section,
        blank=True,
        related_name="+",
        verbose_name=_("sections"),
        help_text=_("None chosen: all of them, those that come later too."),
    )
    topics = models.TextField(
        _("topics"), blank=True, help_text=_("As they stand in addresses, with commas; empty: any.")
    )
    languages = models.CharField(
        _("languages"), max_length=100, blank=True, help_text=_("Codes with commas; empty: all.")
    )
    only_free = models.BooleanField(_("free stories only"), default=False)
    is_whole = models.BooleanField(
        _("whole text of every story"),
        default=False,
        help_text=_("Otherwise only free stories come whole, of all others the public preview."),
    )
    with_others = models.BooleanField(
        _("stories of other sources too"),
        default=False,
        help_text=_("Agencies' and guests' texts, where your contracts with them allow it."),
    )
    with_pictures = models.BooleanField(
        _("pictures"),
        default=False,
        help_text=_("Only those without usage terms and expiry: what is borrowed is never passed on."),
    )
    embargo = models.PositiveIntegerField(
        _("minutes held back"), default=0, validators=[MaxValueValidator(A_WEEK)]
    )
    usage_terms = models.TextField(_("usage terms"), blank=True)
    may_print = models.BooleanField(_("may print and publish"), default=True)
    by_ninjs = models.BooleanField(_("may take ninjs"), default=True)
    by_newsml = models.BooleanField(_("may take NewsML-G2"), default=True)
    by_rss = models.BooleanField(_("may take RSS"), default=True)

    push_url = models.CharField(
        _("push to"),
        max_length=500,
        blank=True,
        help_text=_(
            "A folder: sftp://user@host/path/ or https://host/path/. One file for each version of a story."
        ),
    )
    push_format = models.CharField(_("in the form of"), max_length=8, choices=Push, default=Push.NINJS)
    host_key = models.TextField(
        _("the server's host key"),
        blank=True,
        help_text=_(
            "For SFTP: the line that the partner names, such as ssh-ed25519 AAAA… Any other is refused."
        ),
    )
    push_token = SealedField(
        _("token for HTTP"), blank=True, default="", help_text=_("Sent as a bearer token, if there is one.")
    )

    start = models.CharField(_("token begins with"), max_length=12, editable=False, default="")
    digest = models.CharField(max_length=64, unique=True, null=True, editable=False)
    made_at = models.DateTimeField(auto_now_add=True)
    used_on = models.DateField(_("last used"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("partner")
        verbose_name_plural = _("partners")
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_valid(self) -> bool:
        """Whether it may have anything today."""
        return self.is_active and (self.valid_until is None or self.valid_until >= timezone.localdate())

    @property
    def language_codes(self) -> tuple[str, ...]:
        return _parted(self.languages)

    @property
    def topic_slugs(self) -> tuple[str, ...]:
        return _parted(self.topics)

    def clean(self) -> None:
        """A folder that can be pushed to, by SFTP to a server that is known."""
        if not self.push_url:
            return
        try:
            parts = urlsplit(self.push_url)
            is_one = parts.scheme in SCHEMES and bool(parts.hostname) and (parts.port or 1) > 0
        except ValueError:
            is_one = False
        if not is_one or parts.password:
            raise ValidationError(
                {"push_url": _("Write sftp://user@host/path/ or https://host/path/, without a password.")}
            )
        if parts.scheme == "http" and parts.hostname not in settings.PAPER.partner_hosts:
            raise ValidationError(
                {"push_url": _("Without https only to hosts that broadsheet.toml names in partner_hosts.")}
            )
        if parts.scheme == "sftp" and not parts.username:
            raise ValidationError({"push_url": _("Name the user: sftp://user@host/path/")})
        if parts.scheme == "sftp" and not self.host_key.strip():
            raise ValidationError(
                {"host_key": _("Without it nobody knows whether it is the partner's server.")}
            )


def _parted(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


class PartnerItem(models.Model):
    """A story that a partner was given, in which version, and whether its withdrawal was given too."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="items")
    story = models.PositiveBigIntegerField()
    version = models.PositiveIntegerField()
    is_withdrawn = models.BooleanField(default=False)
    at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("partner", "story", name="partner_item_once")]

    def __str__(self) -> str:
        return f"story {self.story} for {self.partner_id}"
