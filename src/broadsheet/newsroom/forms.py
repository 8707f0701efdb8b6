"""The story's form: drafts are never blocked; going live needs what readers and the law need."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from wagtail.admin.forms import WagtailAdminPageForm

PUBLISHING = ("action-publish",)


class StoryForm(WagtailAdminPageForm):
    """Refuses to publish while the checklist lacks something that is needed, and says what."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:
            # Left empty it is made from the headline, in any script, by the model.
            self.fields["slug"].required = False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if any(name in self.data for name in PUBLISHING) and not self.errors:
            self._check_pictures(cleaned)
        return cleaned

    def _check_pictures(self, cleaned: dict[str, Any]) -> None:
        from broadsheet.pictures.models import Picture

        from .documents import picture_ids

        body = cleaned.get("body")
        ids = {
            i
            for block in (body.get_prep_value() if body else [])
            for i in picture_ids(block["type"], block["value"])
            if i
        }
        if cleaned.get("lead_picture"):
            ids.add(cleaned["lead_picture"].pk)
        for picture in Picture.objects.filter(pk__in=ids):
            if not picture.has_alternative:
                self.add_error(
                    None,
                    _(
                        "“%(name)s” has no alternative text. Open the picture and write one, or mark it decorative."
                    )
                    % {"name": picture.title},
                )
            if not (picture.credit or picture.creator):
                self.add_error(
                    None,
                    _("“%(name)s” has no credit. Open the picture and fill it in.") % {"name": picture.title},
                )
            if not picture.has_rights:
                self.add_error(
                    None,
                    _("The rights of “%(name)s” are over. Choose another picture.") % {"name": picture.title},
                )
