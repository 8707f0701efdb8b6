"""What became of stories in public, who has heard of it, and what is still to be handed over to whom."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class StoryEvent(models.Model):
    """One change of a story that the public can see, written in the transaction that makes it.

    `story` is no foreign key: a deleted story's event outlives it, and `path` and `language` say where it stood.
    Ids are in the order of commits.
    """

    class Kind(models.TextChoices):
        PUBLISHED = "published"
        UPDATED = "updated"
        CORRECTED = "corrected"
        UNPUBLISHED = "unpublished"

    story = models.PositiveBigIntegerField(db_index=True)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    path = models.CharField(max_length=512)
    language = models.CharField(max_length=12)
    section = models.PositiveBigIntegerField(null=True)
    at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.path}"


class Follower(models.Model):
    """How far one channel has read the events."""

    name = models.CharField(max_length=40, primary_key=True)
    position = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} at {self.position}"


class Unfolding(models.Model):
    """A place in the page tree that opened or closed: an event is still to be written for every story below `tree`.

    `done` is the tree path of the last one that has its event.
    """

    tree = models.CharField(max_length=255)
    kind = models.CharField(max_length=12, choices=StoryEvent.Kind.choices)
    done = models.CharField(max_length=255, blank=True, default="")

    def __str__(self) -> str:
        return f"{self.kind} below {self.tree}"


class Delivery(models.Model):
    """One thing that one channel owes one receiver.

    `channel` names the sender that is registered in `delivering`; `target` is the address; `subject` says what it is
    about (`story/5`): of two waiting deliveries of a channel to one target about one subject the later replaces the
    earlier. `payload` is the sender's own.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        FAILED = "failed"

    channel = models.CharField(max_length=24)
    target = models.CharField(max_length=1000)
    host = models.CharField(max_length=255)
    subject = models.CharField(max_length=200, blank=True, default="")
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    made_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True, blank=True)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    error = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        ordering: ClassVar = ["pk"]
        indexes: ClassVar = [
            models.Index("due_at", name="delivery_due", condition=models.Q(state="waiting")),
            models.Index(models.F("channel"), models.F("id").desc(), name="delivery_channel"),
            models.Index("channel", "subject", name="delivery_subject", condition=models.Q(state="waiting")),
            models.Index("done_at", name="delivery_done"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} to {self.target} ({self.state})"


class TroubledHost(models.Model):
    """A host that has not taken what it was sent: nothing goes there before `paused_until`."""

    channel = models.CharField(max_length=24)
    host = models.CharField(max_length=255)
    failures = models.PositiveIntegerField(default=0)
    since = models.DateTimeField()
    paused_until = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["channel", "host"], name="troubled_host_once")
        ]

    def __str__(self) -> str:
        return f"{self.host} ({self.channel}) until {self.paused_until}"


from .api.models import ApiKey  # noqa: E402, F401  (Django finds models here)
from .engines.models import MachineTerms  # noqa: E402, F401  (as above; one of a module brings the others)
from .fediverse.models import Actor  # noqa: E402, F401  (as above; one of a module brings the others)
from .feeds.models import FeedSettings, HubRequest, HubSubscription, PrivateFeed  # noqa: E402, F401  (as above)
from .sharing.models import Share, ShareAccount  # noqa: E402, F401  (as above)
from .trade.models import Partner, PartnerItem, StoryVersion, TradeTerms  # noqa: E402, F401  (as above)
from .webhooks.models import Webhook  # noqa: E402, F401  (as above)
