"""The paper's accounts elsewhere, as editors set them up. A key once given is never shown again."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.snippets.views.snippets import SnippetViewSet

from .models import Service, ShareAccount

KEY_PARTS = {Service.X: 4}


class ShareAccountForm(WagtailAdminModelForm):
    """Takes a new key, and keeps the one that is there when none is given."""

    new_secret = forms.CharField(
        label=_("Key"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 1, "autocomplete": "off", "spellcheck": "false"}),
        help_text=_(
            "Mastodon: an access token. Bluesky: an app password. Telegram: the bot's token. Facebook: the page's token."
            " X: its four keys, one a line. Empty: the one given before stays."
        ),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        given = str(cleaned.get("new_secret") or "").split()
        if not given and not self.instance.secret:
            self.add_error("new_secret", _("Without a key nothing can be posted."))
        elif given and len(given) != KEY_PARTS.get(cleaned.get("service", ""), 1):
            self.add_error("new_secret", _("X needs four keys, all others one."))
        elif given:
            self.instance.secret = "\n".join(given)
        return cleaned


class ShareAccountViewSet(SnippetViewSet):
    """Accounts."""

    model = ShareAccount
    icon = "link"
    menu_label = _("Accounts elsewhere")
    list_display = ("name", "service", "handle", "shares_all", "is_active")
    search_fields = ("name", "handle")
    copy_view_enabled = False
    edit_handler = ObjectList(
        [
            FieldPanel("name"),
            FieldRowPanel([FieldPanel("service"), FieldPanel("server")]),
            FieldPanel("handle"),
            FieldPanel("new_secret"),
            MultiFieldPanel(
                [
                    FieldPanel("shares_all"),
                    FieldRowPanel([FieldPanel("language"), FieldPanel("section")]),
                    FieldPanel("wait_minutes"),
                    FieldPanel("template"),
                ],
                heading=_("What is shared"),
            ),
            FieldPanel("is_active"),
        ],
        base_form_class=ShareAccountForm,
    )
