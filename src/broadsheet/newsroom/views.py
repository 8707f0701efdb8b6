"""Admin views of our own: choosing a section for a new story, and undoing the last change of a draft."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from wagtail.models import Page

from .models import Section


def sections_to_write_in(user: Any) -> list[Section]:
    """The sections where this person may add a story."""
    sections = Section.objects.select_related("locale").order_by("path")
    return [section for section in sections if section.permissions_for_user(user).can_add_subpage()]


def by_language(sections: Sequence[Section]) -> list[tuple[str, list[Section]]]:
    """The same sections under the name of their language, the languages in the tree's order."""
    found: dict[str, list[Section]] = {}
    for section in sections:
        found.setdefault(section.locale.get_display_name(), []).append(section)
    return list(found.items())


def new_story(request: HttpRequest) -> HttpResponse:
    """Straight to the editor when there is one section to write in, else a choice of sections."""
    sections = sections_to_write_in(request.user)
    if len(sections) == 1:
        return redirect("wagtailadmin_pages:add", "newsroom", "story", sections[0].pk)
    return render(request, "newsroom/new_story.html", {"desks": by_language(sections)})


@require_http_methods(["GET", "POST"])
def undo(request: HttpRequest, page_id: int) -> HttpResponse:
    """Put the draft back to the revision before its latest. GET asks, POST does; what readers see stays."""
    page = get_object_or_404(Page, pk=page_id).specific
    if not page.permissions_for_user(request.user).can_edit():
        raise PermissionDenied
    revisions = list(page.revisions.order_by("-created_at", "-pk")[:2])
    if request.method != "POST":
        return render(request, "newsroom/undo.html", {"page": page, "can_undo": len(revisions) == 2})
    if len(revisions) < 2:
        messages.warning(request, _("There is nothing to undo."))
    else:
        revisions[1].as_object().save_revision(
            user=request.user, previous_revision=revisions[1], log_action="wagtail.revert"
        )
        messages.success(request, _("The last change is undone. Readers see it when you publish."))
    return redirect("wagtailadmin_pages:edit", page_id)
