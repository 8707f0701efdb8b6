"""Our actors, whom we know elsewhere, who follows whom, what was said of our stories, and whom we do not hear."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from broadsheet.newsroom.models import Author, Section
from broadsheet.pictures.models import Picture

from ..sealed import SealedField

LONGEST_ID = 500


class Actor(models.Model):
    """One account of ours: a section's, an author's, or with neither the paper's in `language`.

    Its address is made of its id and its handle, both of which other servers keep: the handle is never given to another.
    """

    handle = models.CharField(
        _("handle"),
        max_length=30,
        unique=True,
        validators=[RegexValidator(r"^[a-z0-9_]+$", _("Small letters a–z, digits and underscores only."))],
        help_text=_("The name before the @. It can't be changed once the account was switched on."),
    )
    section = models.OneToOneField(
        Section, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("section")
    )
    author = models.OneToOneField(
        Author, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("author")
    )
    language = models.CharField(
        _("language"),
        max_length=12,
        blank=True,
        help_text=_("For the paper's own account: of which language it brings the stories."),
    )
    summary = models.TextField(
        _("about"),
        blank=True,
        max_length=500,
        help_text=_("Empty: what the section or author says of itself."),
    )
    picture = models.ForeignKey(
        Picture, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("picture")
    )
    is_on = models.BooleanField(
        _("switched on"),
        default=False,
        help_text=_("From then on it can be found and followed, and brings what is published."),
    )
    hides_followers = models.BooleanField(
        _("hide who follows"), default=True, help_text=_("Only their number is told.")
    )
    was_on = models.BooleanField(default=False, editable=False)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("account in the fediverse")
        verbose_name_plural = _("accounts in the fediverse")
        ordering: ClassVar = ["handle"]

    def __str__(self) -> str:
        return f"@{self.handle}"

    def clean(self) -> None:
        if sum(bool(chosen) for chosen in (self.section, self.author, self.language)) != 1:
            raise ValidationError(_("Choose a section, an author, or the paper's language: one of them."))
        before = Actor.objects.filter(pk=self.pk).values_list("handle", "was_on").first()
        if before and before[1] and before[0] != self.handle:
            raise ValidationError({"handle": _("Other servers know it by this handle already.")})
        if self.language and self.language not in dict(settings.LANGUAGES):
            raise ValidationError({"language": _("The paper has no such language.")})
        if self.language:
            others = Actor.objects.filter(language=self.language).exclude(pk=self.pk)
            if others.exists():
                raise ValidationError({"language": _("The paper has an account in this language.")})

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.was_on = self.was_on or self.is_on
        super().save(*args, **kwargs)


class ActorKey(models.Model):
    """The pair of keys of one actor, apart from it so that nothing that shows or exports an actor holds them."""

    actor = models.OneToOneField(Actor, primary_key=True, on_delete=models.CASCADE, related_name="key")
    public_pem = models.TextField()
    private_pem = SealedField()
    made_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"the key of actor {self.actor_id}"


class Peer(models.Model):
    """An actor of another server: where it takes what is for it, and the key it signs with.

    `delivers_to` is its server's shared inbox where there is one, else its own.
    """

    uri = models.CharField(max_length=LONGEST_ID, unique=True)
    host = models.CharField(max_length=255, db_index=True)
    kind = models.CharField(max_length=20)
    handle = models.CharField(max_length=255)
    name = models.CharField(max_length=200, blank=True)
    url = models.CharField(max_length=LONGEST_ID, blank=True)
    inbox = models.CharField(max_length=LONGEST_ID)
    delivers_to = models.CharField(max_length=LONGEST_ID, db_index=True)
    key_id = models.CharField(max_length=LONGEST_ID)
    public_pem = models.TextField()
    read_at = models.DateTimeField()

    class Meta:
        verbose_name = _("account elsewhere")
        verbose_name_plural = _("accounts elsewhere")

    def __str__(self) -> str:
        return self.handle


class Following(models.Model):
    """Somebody elsewhere follows one of our actors. `activity` is the id of the last Follow."""

    actor = models.ForeignKey(Actor, on_delete=models.CASCADE, related_name="followings")
    peer = models.ForeignKey(Peer, on_delete=models.CASCADE, related_name="followings")
    activity = models.CharField(max_length=LONGEST_ID)
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["actor", "peer"], name="following_once")]

    def __str__(self) -> str:
        return f"{self.peer_id} follows {self.actor_id}"


class Post(models.Model):
    """One life of a story out there: from its Create to its Delete. Withdrawn and published again it has another one,
    since other servers never take up an object again that they were told is gone.

    `actor` speaks of it, `shared_by` are the ids of our others that pass it on.
    """

    story = models.PositiveBigIntegerField()
    life = models.PositiveSmallIntegerField(default=1)
    actor = models.ForeignKey(Actor, on_delete=models.CASCADE, related_name="posts")
    shared_by = models.JSONField(default=list)
    made_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["story", "life"], name="post_life_once")]

    def __str__(self) -> str:
        return f"story {self.story}, life {self.life}"


class Reply(models.Model):
    """What somebody elsewhere answered to a story: held until somebody in the newsroom has looked at it.

    `html` is cleaned as a story's own text is.
    """

    class State(models.TextChoices):
        HELD = "held", _("Held")
        SHOWN = "shown", _("Approved")
        HIDDEN = "hidden", _("Hidden")

    peer = models.ForeignKey(Peer, on_delete=models.CASCADE, related_name="replies", verbose_name=_("by"))
    story = models.PositiveBigIntegerField(db_index=True)
    uri = models.CharField(max_length=LONGEST_ID, unique=True)
    url = models.CharField(max_length=LONGEST_ID, blank=True)
    html = models.TextField(_("text"))
    state = models.CharField(_("state"), max_length=6, choices=State.choices, default=State.HELD)
    came_at = models.DateTimeField(_("came"), auto_now_add=True)
    decided_by = models.ForeignKey(
        "readers.User", null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("reply from the fediverse")
        verbose_name_plural = _("replies from the fediverse")
        indexes: ClassVar = [models.Index("state", models.F("id").desc(), name="reply_by_state")]

    def __str__(self) -> str:
        return self.uri


class Reaction(models.Model):
    """A Like or an Announce of a story. `activity` is its id, by which it is undone."""

    class Kind(models.TextChoices):
        LIKE = "Like"
        ANNOUNCE = "Announce"

    kind = models.CharField(max_length=8, choices=Kind.choices)
    peer = models.ForeignKey(Peer, on_delete=models.CASCADE, related_name="reactions")
    story = models.PositiveBigIntegerField()
    activity = models.CharField(max_length=LONGEST_ID)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["story", "kind", "peer"], name="reaction_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} of story {self.story}"


class Heard(models.Model):
    """The SHA-256 of a signature or an activity's id that was acted on: it is not acted on twice."""

    digest = models.CharField(max_length=64, primary_key=True)
    at = models.DateTimeField(auto_now_add=True, db_index=True)

    def __str__(self) -> str:
        return self.digest


class BlockedDomain(models.Model):
    """A domain, and all below it, that we neither hear nor send anything."""

    domain = models.CharField(
        _("domain"),
        max_length=253,
        unique=True,
        validators=[RegexValidator(r"^[a-z0-9.-]+$", _("As in an address, without https://."))],
        help_text=_("All that lies below it is blocked too."),
    )
    reason = models.CharField(_("reason"), max_length=255, blank=True)
    made_at = models.DateTimeField(_("blocked"), auto_now_add=True)

    class Meta:
        verbose_name = _("blocked domain")
        verbose_name_plural = _("blocked domains")
        ordering: ClassVar = ["domain"]

    def __str__(self) -> str:
        return self.domain
