"""Replies from the fediverse in the newsroom: held until somebody approves or hides them."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem

from broadsheet.newsroom.models import Story

from .models import BlockedDomain, Reply

MAY = "syndication.change_reply"
BLOCK = "syndication.add_blockeddomain"
PAGE = 50
ACTS = {"approve": Reply.State.SHOWN, "hide": Reply.State.HIDDEN, "hold": Reply.State.HELD}


class RepliesItem(MenuItem):
    """In the menu of whoever may decide."""

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(MAY))


def _check(request: HttpRequest, permission: str = MAY) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied


@require_GET
def replies(request: HttpRequest) -> HttpResponse:
    """Those of one state, newest first, with the story that each answers."""
    _check(request)
    state = request.GET.get("state", Reply.State.HELD)
    if state not in Reply.State.values:
        raise Http404
    rows = Reply.objects.filter(state=state).select_related("peer").order_by("-pk")
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows[: PAGE + 1])
    page = found[:PAGE]
    titles = dict(Story.objects.filter(pk__in={reply.story for reply in page}).values_list("pk", "title"))
    context: dict[str, Any] = {
        "replies": [(reply, titles.get(reply.story, "")) for reply in page],
        "older": page[-1].pk if len(found) > PAGE else None,
        "state": state,
        "states": Reply.State.choices,
        "may_block": request.user.has_perm(BLOCK),
        "here": request.get_full_path(),
    }
    return render(request, "syndication/fediverse/replies.html", context)


@require_POST
def decide(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Approve, hide or hold one."""
    _check(request)
    if act not in ACTS:
        raise Http404
    reply = get_object_or_404(Reply, pk=pk)
    Reply.objects.filter(pk=pk).update(state=ACTS[act], decided_by=request.user.pk)
    reply.refresh_from_db()
    messages.success(
        request, _("{state}: {who}").format(state=reply.get_state_display(), who=reply.peer.handle)
    )
    return _back(request)


@require_POST
def block(request: HttpRequest, pk: int) -> HttpResponse:
    """Block the domain that a reply came from, with all that was said there."""
    _check(request, BLOCK)
    domain = get_object_or_404(Reply.objects.select_related("peer"), pk=pk).peer.host.partition(":")[0]
    BlockedDomain.objects.get_or_create(domain=domain)
    messages.success(request, _("{domain} is blocked.").format(domain=domain))
    return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    there = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(there, allowed_hosts=None):
        there = reverse("syndication:replies")
    return redirect(there)
