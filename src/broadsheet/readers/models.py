"""The one account of a person, reader or staff: known by e-mail address, no user name."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from . import signals


class UserManager(BaseUserManager["User"]):
    """Makes accounts. Addresses are compared without regard to case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A new account; without a password it can only be entered by a one-time link."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A new account with every right; Django's `createsuperuser` calls this."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").lower())


class User(AbstractUser):
    """One person. Newsroom access is a permission, given by a role (group)."""

    username = None  # type: ignore[assignment]  # Django's documented way to drop an inherited field
    email = models.EmailField(_("e-mail address"), unique=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    keeps_history = models.BooleanField(_("keeps a reading history"), default=False)
    # Part of what a session is checked against: raising it ends every session of this person.
    session_epoch = models.PositiveIntegerField(default=0, editable=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]  # AbstractUser's own manager needs user names

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")

    def __str__(self) -> str:
        return self.get_full_name() or self.email

    def save(self, *args: Any, **fields: Any) -> None:
        is_new_password = self.pk is not None and self._password is not None  # type: ignore[attr-defined]  # Django's, set by `set_password`
        super().save(*args, **fields)
        if is_new_password:
            signals.tell_signed_out(self.pk)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        value = super()._get_session_auth_hash(secret)  # type: ignore[misc]  # not in the stubs
        return f"{value}.{self.session_epoch}" if self.session_epoch else value


class SavedStory(models.Model):
    """A story that a reader keeps; address and headline as they were then, in case the story goes."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_stories")
    story = models.PositiveBigIntegerField()
    url = models.CharField(max_length=500)
    headline = models.CharField(max_length=300)
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "story"], name="saved_once"),)
        indexes = (models.Index(fields=["user", "-saved_at"]),)

    def __str__(self) -> str:
        return self.headline


class ReadStory(models.Model):
    """A story that a reader opened, kept only for those who asked for a history."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="read_stories")
    story = models.PositiveBigIntegerField()
    url = models.CharField(max_length=500)
    headline = models.CharField(max_length=300)
    read_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "story"], name="read_once"),)
        indexes = (models.Index(fields=["user", "-read_at"]),)

    def __str__(self) -> str:
        return self.headline


class NewsletterChoice(models.Model):
    """What a reader said about one kind of mail. No row: never asked for, so never sent."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="newsletter_choices")
    kind = models.CharField(max_length=50)
    is_wanted = models.BooleanField()
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "kind"], name="one_choice_per_kind"),)

    def __str__(self) -> str:
        return f"{self.kind}: {self.is_wanted}"


class Erasure(models.Model):
    """A reader's wish to be forgotten. Kept, with nothing of theirs in it, so that it is never half done."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="erasure")
    asked_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(db_index=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("erasure")

    def __str__(self) -> str:
        return f"account {self.user_id}"


class CacheEntry(models.Model):
    """One entry of the shared cache, in the columns that Django's database cache expects; see `counting`."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "broadsheet_cache"

    def __str__(self) -> str:
        return self.cache_key
