"""The picture's form: a reader who can't see it is served, or it says that there is nothing to serve."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail.images.forms import BaseImageForm


class PictureForm(BaseImageForm):
    """Alternative text or the decorative mark is asked for once the picture is in; uploads of many come first."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "description" in self.fields:
            self.fields["description"].label = _("Alternative text")
            self.fields["description"].help_text = _("What somebody who can't see the picture needs to know.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        is_there = bool(self.instance and self.instance.pk)
        if (
            is_there
            and "description" in self.fields
            and not cleaned.get("description", "").strip()
            and not cleaned.get("is_decorative")
        ):
            raise ValidationError({"description": _("Write what the picture shows, or mark it decorative.")})
        return cleaned
