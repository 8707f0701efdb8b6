"""Stories given away, and groups that read together."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from broadsheet.newsroom.models import Story
from broadsheet.newsroom.selectors import page_path, public
from broadsheet.readers import passes
from broadsheet.subscriptions import groups, links
from broadsheet.subscriptions.models import Seat

from . import buyers


@never_cache
@login_required(login_url="/account/")
@require_http_methods(["GET", "HEAD", "POST"])
def give(request: HttpRequest) -> HttpResponse:
    """`/subscribe/links/?story=<id>`: the button; POST makes a link and shows it, once."""
    number = request.POST.get("story", "") or request.GET.get("story", "")
    story = _story(int(number)) if number.isascii() and number.isdigit() and len(number) < 18 else None
    if story is None:
        raise Http404("no such story")
    context: dict[str, Any] = {
        "story": story,
        "path": _path(story),
        "left": links.left(buyers.person(request)),
    }
    if request.method != "POST":
        return buyers.answer(request, "site/subscribe/give.html", context)
    try:
        token = links.give(buyers.person(request), story.pk)
    except links.CannotGive as reason:
        return buyers.answer(request, "site/subscribe/give.html", {**context, "line": str(reason)}, 422)
    context |= {
        "url": buyers.base_url() + reverse("gift_open", args=[token]),
        "left": links.left(buyers.person(request)),
        "until": timezone.now() + links.LINK_LIFE,
    }
    return buyers.answer(request, "site/subscribe/give.html", context)


@never_cache
@sensitive_variables("token")
@require_GET
def opened(request: HttpRequest, token: str) -> HttpResponse:
    """`/subscribe/open/<token>/`: the story, open in this browser for some days. Spends nothing."""
    number = links.story_of(token)
    story = _story(number) if number is not None else None
    if story is None:
        return buyers.answer(request, "site/subscribe/link_gone.html", status=410)
    links.count(token)
    response = HttpResponseRedirect(_path(story))
    response.headers["Cache-Control"] = buyers.PERSONAL
    response.headers["X-Robots-Tag"] = "noindex"
    passes.grant_story(request, response, story.pk, timezone.now() + links.OPEN_FOR)
    return response


def _story(pk: int) -> Story | None:
    found: Story | None = public(Story.objects.all()).filter(pk=pk).first()
    return found


def _path(story: Story) -> str:
    return page_path(story.url_path, story.language)


@never_cache
@login_required(login_url="/account/")
@require_http_methods(["GET", "HEAD", "POST"])
def group(request: HttpRequest, number: int) -> HttpResponse:
    """`/subscribe/groups/<id>/`: its seats, for its manager alone."""
    found = get_object_or_404(groups.managed(buyers.person(request)), pk=number)
    context: dict[str, Any] = {"group": found, "addresses": ""}
    status = 200
    if request.method == "POST":
        join_url = buyers.base_url() + reverse("group_join", args=["TOKEN"])
        try:
            seats = groups.invite(
                found, request.POST.get("addresses", ""), join_url, translation.get_language() or ""
            )
            context["said"] = _("Invitations sent: %(count)s.") % {"count": len(seats)}
        except groups.CannotSeat as reason:
            context |= {"line": str(reason), "addresses": request.POST.get("addresses", "")}
            status = 422
    taken = list(found.taken_seats.select_related("reader").order_by("email")[:1000])
    context |= {"seats": taken, "free": max(0, found.seats - len(taken))}
    return buyers.answer(request, "site/subscribe/group.html", context, status)


@never_cache
@login_required(login_url="/account/")
@require_POST
def unseat(request: HttpRequest, number: int) -> HttpResponse:
    """`/subscribe/groups/<id>/remove/`."""
    found = get_object_or_404(groups.managed(buyers.person(request)), pk=number)
    seat = get_object_or_404(Seat, group=found, pk=request.POST.get("seat", "0"))
    groups.remove(found, seat.pk)
    return HttpResponseRedirect(reverse("group", args=[found.pk]))


@never_cache
@sensitive_variables("token")
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """`/subscribe/join/<token>/`: says what it is; the button takes the seat of whoever is logged in."""
    seat = groups.seat_of(token)
    if seat is None:
        return buyers.answer(request, "site/subscribe/link_gone.html", status=410)
    context: dict[str, Any] = {"seat": seat}
    if request.method != "POST":
        return buyers.answer(request, "site/subscribe/join.html", context)
    if not request.user.is_authenticated:
        return HttpResponseRedirect(f"/account/?next={request.path}")
    try:
        seat = groups.join(token, request.user)
    except groups.CannotSeat as reason:
        return buyers.answer(request, "site/subscribe/join.html", {**context, "line": str(reason)}, 422)
    response = buyers.answer(request, "site/subscribe/join.html", {"seat": seat, "is_seated": True})
    passes.issue(response, buyers.person(request), request)
    return response
