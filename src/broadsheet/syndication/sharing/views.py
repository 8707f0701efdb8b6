"""Sharing one story: its text for each account, now, at a time, or once it is published."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from broadsheet.newsroom.models import Story

from ..stories import public_stories, released
from . import selectors, services
from .adapters import ADAPTERS
from .models import Share, ShareAccount


def may_share(user: Any, story: Story) -> bool:
    """Whoever may publish it."""
    return bool(story.permissions_for_user(user).can_publish())


def _story(request: HttpRequest, pk: int) -> Story:
    story = get_object_or_404(Story.objects.select_related("desk", "lead_clip"), pk=pk)
    if not may_share(request.user, story):
        raise PermissionDenied
    return story


@require_http_methods(["GET", "POST"])
def share(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the accounts; plan what was chosen."""
    story = _story(request, pk)
    # What is posted is made of what anybody may read, of a draft too.
    document = released([story], is_whole=lambda _: False)[0]
    places = selectors.places(story, document)
    problems: dict[int, str] = {}
    if request.method == "POST":
        chosen = [place for place in places if request.POST.get(f"share-{place.account.pk}")]
        due_at, problem = _due(request.POST.get("when", ""), request.POST.get("at", ""))
        texts = {
            p.account.pk: request.POST.get(f"text-{p.account.pk}", "").replace("\r\n", "\n") for p in chosen
        }
        problems = {pk: said for pk, text in texts.items() if (said := _too_long(pk, text, places))}
        if problem:
            messages.error(request, problem)
        elif not chosen:
            messages.warning(request, _("Choose an account."))
        elif not problems:
            for place in chosen:
                services.plan(story, place.account, texts[place.account.pk], due_at)
            messages.success(request, _("It is planned."))
            return redirect("syndication:share", pk)
    context = {
        "story": story,
        "document": document,
        "places": places,
        "problems": problems,
        "is_public": public_stories().filter(pk=story.pk).exists(),
        "posted": request.POST,
    }
    return render(request, "syndication/sharing/share.html", context)


@require_POST
def cancel(request: HttpRequest, pk: int, share: int) -> HttpResponse:
    """Drop a plan, or take a post back."""
    story = _story(request, pk)
    found = get_object_or_404(Share.objects.select_related("account"), pk=share, story=story.pk)
    services.cancel(found)
    messages.success(
        request, _("It is taken back within a minute.") if found.remote_id else _("It is not shared.")
    )
    return redirect("syndication:share", pk)


def _due(when: str, at: str) -> tuple[datetime | None, str]:
    """The moment in the paper's zone that a form names, None for once it is published; and what is wrong with it."""
    if when != "at":
        return None, ""
    try:
        moment = parse_datetime(at)
    except ValueError:
        moment = None
    if moment is None:
        return None, _("Say when: day and time.")
    return timezone.make_aware(moment) if timezone.is_naive(moment) else moment, ""


def _too_long(pk: int, text: str, places: list[selectors.Place]) -> str:
    """A text of one's own is not cut behind one's back."""
    account: ShareAccount = next(place.account for place in places if place.account.pk == pk)
    adapter = ADAPTERS[account.service]
    length = adapter.length(text.strip())
    if length <= adapter.limit:
        return ""
    return _("%(length)d characters; %(service)s takes %(limit)d.") % {
        "length": length,
        "service": account.get_service_display(),
        "limit": adapter.limit,
    }
