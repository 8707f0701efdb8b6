"""Saving stories and remembering what was read. The forms stand on cached pages, which can hold no CSRF token."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from .. import passes, stories
from ..selectors import reader_of


def is_own_form(request: HttpRequest) -> bool:
    """Whether a page of this paper sent the request, by what browsers say of it. Silence counts as no."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin", "")
    return bool(origin) and urlsplit(origin).netloc == request.get_host()


@csrf_exempt
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep the story that the form names. From elsewhere, or from a browser that says nothing, a person confirms it."""
    story = _story(request)
    line = stories.public([story]).get(story)
    if line is None:
        raise Http404
    if not request.user.is_authenticated:
        return redirect_to_login(line.url)
    if not is_own_form(request):
        return render(request, "readers/save.html", {"story": story, "line": line})
    return _save(request, story)


@login_required
@require_POST
def save_confirmed(request: HttpRequest) -> HttpResponse:
    """The same with a token, from our own question."""
    return _save(request, _story(request))


@login_required
@require_POST
def unsave(request: HttpRequest) -> HttpResponse:
    """Keep it no longer."""
    stories.unsave(reader_of(request), _story(request))
    return redirect("account_saved")


@never_cache
@login_required
@require_GET
def saved(request: HttpRequest) -> HttpResponse:
    """`/account/saved/`."""
    return render(request, "readers/saved.html", {"stories": stories.saved(reader_of(request))})


@csrf_exempt
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """The beacon of a story's page, heeded only for those who want a history."""
    if request.user.is_authenticated and is_own_form(request):
        stories.remember(reader_of(request), _story(request))
    return HttpResponse(status=204)


@never_cache
@login_required
@require_GET
def history(request: HttpRequest) -> HttpResponse:
    """`/account/history/`."""
    return render(request, "readers/history.html", {"stories": stories.history(reader_of(request))})


@login_required
@require_POST
def change_history(request: HttpRequest) -> HttpResponse:
    """`act`: on, off (and forget), forget."""
    act = request.POST.get("act")
    if act in {"on", "off"}:
        stories.keep_history(reader_of(request), wanted=act == "on")
    elif act == "forget":
        stories.forget_history(reader_of(request))
    messages.success(request, _("Saved."))
    response = redirect("account_history")
    passes.mark_history(response, wanted=reader_of(request).keeps_history)
    return response


def _save(request: HttpRequest, story: int) -> HttpResponse:
    if not stories.save(reader_of(request), story):
        raise Http404
    if request.headers.get("Accept") == "application/json":
        return HttpResponse(status=204)
    messages.success(request, _("The story is saved."))
    return redirect("account_saved")


def _story(request: HttpRequest) -> int:
    text = request.POST.get("story", "")
    if not text.isascii() or not text.isdecimal() or len(text) > 15:
        raise Http404
    return int(text)
