"""The wires in the newsroom: the inbox, an item, notices, health; and what is done there, each by a POST."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST
from wagtail.permission_policies.pages import PagePermissionPolicy

from broadsheet.newsroom.models import Section, Story
from broadsheet.newsroom.selectors import Cursor
from broadsheet.newsroom.views import sections_to_write_in
from broadsheet.outward.errors import OutsideError

from ..readers.jsonl.fields import BadLine
from . import drafting, flagging, selectors
from .content import unpacked
from .models import State, WireItem, WireNotice, WireSource

CHANGE = "intake.change_wiresource"
STATE_NAMES = {
    "": gettext_lazy("Waiting"),
    "new": gettext_lazy("New"),
    "drafted": gettext_lazy("Drafted"),
    "dropped": gettext_lazy("Dropped"),
    "killed": gettext_lazy("Withdrawn"),
    "all": gettext_lazy("All"),
}


def may_look(user: Any) -> bool:
    """Whoever may add pages anywhere sees the wires."""
    return bool(PagePermissionPolicy().user_has_permission(user, "add"))


def _check(request: HttpRequest) -> None:
    if not may_look(request.user):
        raise PermissionDenied


@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """What came, newest first."""
    _check(request)
    asked = request.GET
    state = asked.get("state", "")
    filters = selectors.Filters(
        desk=_number(asked.get("desk")),
        source=_number(asked.get("source")),
        state=state if state in selectors.STATES else "",
        words=asked.get("words", "")[:200],
    )
    page = selectors.inbox(filters, Cursor.parse(asked.get("before", "")))
    kept = {name: asked[name] for name in ("desk", "source", "state", "words") if asked.get(name)}
    context = {
        "page": page,
        "filters": filters,
        "older": urlencode({**kept, "before": str(page.older)}) if page.older else "",
        "here": request.get_full_path(),
        "desks": Section.objects.select_related("locale").order_by("path"),
        "sources": WireSource.objects.only("pk", "name").order_by("name"),
        "states": STATE_NAMES.items(),
        "writable": {section.pk for section in sections_to_write_in(request.user)},
        "tab": "inbox",
    }
    return render(request, "intake/wires/inbox.html", context)


@require_GET
def item(request: HttpRequest, pk: int) -> HttpResponse:
    """One item as it came."""
    _check(request)
    found = get_object_or_404(WireItem.objects.select_related("source", "desk", "story"), pk=pk)
    try:
        story = unpacked(found)
    except BadLine:
        story = None
    context = {
        "item": found,
        "wire": story,
        "terms": (story.usage_terms if story else "") or found.source.usage_terms,
        "credit": found.source.credit or (story.source_name if story else "") or found.source.name,
        "desks": sections_to_write_in(request.user),
        "versions": selectors.versions(found),
        "copies": selectors.copies(found),
        "tab": "inbox",
    }
    return render(request, "intake/wires/item.html", context)


@require_POST
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the draft and open it; the one that is there already where there is one."""
    found = get_object_or_404(WireItem.objects.select_related("source", "desk", "story"), pk=pk)
    if found.story is not None:
        _check(request)
        return redirect("wagtailadmin_pages:edit", found.story.pk)
    wanted = _number(request.POST.get("desk")) or found.desk_id
    desk = Section.objects.select_related("locale").filter(pk=wanted).first() if wanted else None
    if desk is None:
        _check(request)
        messages.warning(request, _("Choose a desk."))
        return redirect("wires:item", pk)
    if not desk.permissions_for_user(request.user).can_add_subpage():
        raise PermissionDenied
    try:
        made = drafting.make_draft(found, desk, request.user)
    except (OutsideError, ValidationError, DatabaseError) as error:
        messages.error(request, str(error))
        return redirect("wires:item", pk)
    return redirect("wagtailadmin_pages:edit", made.pk)


@require_POST
def put(request: HttpRequest, pk: int, state: str) -> HttpResponse:
    """Drop an item, or take it up again."""
    found = get_object_or_404(WireItem.objects.select_related("desk"), pk=pk)
    if found.desk is not None and not found.desk.permissions_for_user(request.user).can_add_subpage():
        raise PermissionDenied
    _check(request)
    before, after = (State.NEW, State.DROPPED) if state == "drop" else (State.DROPPED, State.NEW)
    WireItem.objects.filter(pk=pk, state=before).update(state=after, is_wanted=False)
    return _back(request)


@require_GET
def notices(request: HttpRequest, story: int) -> HttpResponse:
    """What agencies have said since of what a story was made from."""
    found = get_object_or_404(Story, pk=story)
    if not found.permissions_for_user(request.user).can_edit():
        raise PermissionDenied
    context = {"story": found, "notices": selectors.open_notices(story=found), "tab": ""}
    return render(request, "intake/wires/notices.html", context)


@require_POST
def see(request: HttpRequest, pk: int) -> HttpResponse:
    """A notice is seen to."""
    notice = get_object_or_404(WireNotice.objects.select_related("story"), pk=pk)
    if not notice.story.permissions_for_user(request.user).can_edit():
        raise PermissionDenied
    flagging.see_to(notice, request.user)
    return _back(request)


@require_GET
def health(request: HttpRequest) -> HttpResponse:
    """How the sources are."""
    _check(request)
    context = {"sources": selectors.health(), "may_change": request.user.has_perm(CHANGE), "tab": "health"}
    return render(request, "intake/wires/health.html", context)


@require_POST
def look(request: HttpRequest, pk: int) -> HttpResponse:
    """Have the worker look at a source at once: it fetches, this page does not wait."""
    if not request.user.has_perm(CHANGE):
        raise PermissionDenied
    if WireSource.objects.filter(pk=pk, is_enabled=True).update(next_look_at=timezone.now()):
        messages.success(request, _("It is looked at within seconds."))
    return redirect("wires:health")


def _back(request: HttpRequest) -> HttpResponse:
    there = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(there, {request.get_host()}, request.is_secure())
    return redirect(there if is_ours and there.startswith("/") else reverse("wires:inbox"))


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 18 else None
