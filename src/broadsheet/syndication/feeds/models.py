"""What the paper decides about its feeds, readers' private addresses, and who listens through our hub."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting

from broadsheet.press import log

from ..sealed import SealedField

# The surrogate key of every feed.
KEY = "feeds"
MOST_HUBS = 5


def check_hubs(text: str) -> None:
    """Each line is the address of a hub. Raises `ValidationError`."""
    lines = text.split()
    if len(lines) > MOST_HUBS:
        raise ValidationError(_("At most %(most)d hubs."), params={"most": MOST_HUBS})
    for line in lines:
        URLValidator(schemes=("http", "https"))(line)


@register_setting(icon="link")
class FeedSettings(BaseGenericSetting):
    """The paper's feeds; edited under the newsroom's settings."""

    has_own_hub = models.BooleanField(
        _("our own hub"),
        default=True,
        help_text=_("Whoever reads a feed can ask to be told of new stories at once (WebSub)."),
    )
    hubs = models.TextField(
        _("other hubs"),
        blank=True,
        validators=[check_hubs],
        help_text=_("Addresses of outside WebSub hubs, one a line. They are told of every change."),
    )

    class Meta:
        verbose_name = _("feeds")

    def save(self, *args: Any, **fields: Any) -> None:
        """Every feed names the hubs: kept ones go."""
        with transaction.atomic():
            super().save(*args, **fields)
            log.write([KEY])

    @classmethod
    def current(cls) -> FeedSettings:
        """The one there is, or an unsaved one."""
        return cls.objects.first() or cls()

    @property
    def hub_lines(self) -> list[str]:
        return list(dict.fromkeys(self.hubs.split()))


class PrivateFeed(models.Model):
    """A secret address under which a subscriber's feed reader gets whole stories.

    Of the token only a digest (SHA-256, hex) is kept. It ends with `epoch`: whoever signs out everywhere ends it too.
    `window_at` and `window_count` are how often it was asked lately.
    """

    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="private_feeds"
    )
    digest = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=60, blank=True, default="")
    epoch = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(null=True)
    window_at = models.DateTimeField(default=timezone.now)
    window_count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return self.name or f"feed {self.pk}"


class HubSubscription(models.Model):
    """Somebody who asked our hub for a feed and proved that the callback is theirs.

    `topic` and `callback` are full addresses; `key` is the digest of both, by which a pair is there once.
    """

    key = models.CharField(max_length=64, unique=True)
    topic = models.CharField(max_length=500, db_index=True)
    callback = models.CharField(max_length=1000)
    secret = SealedField(blank=True, default="")
    lease_until = models.DateTimeField(db_index=True)
    made_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.callback} to {self.topic}"


class HubRequest(models.Model):
    """A wish to subscribe or unsubscribe that is still to be verified with its callback; the newest of a pair counts."""

    key = models.CharField(max_length=64, unique=True)
    mode = models.CharField(max_length=11)
    topic = models.CharField(max_length=500)
    callback = models.CharField(max_length=1000)
    host = models.CharField(max_length=255, db_index=True)
    secret = SealedField(blank=True, default="")
    lease = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return f"{self.mode} {self.callback} to {self.topic}"
