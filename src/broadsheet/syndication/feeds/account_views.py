"""Private feeds in the reader's account: made, seen once, ended; when each was used last."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from broadsheet.newsroom.selectors import front_page, language_prefix, navigation, web
from broadsheet.readers.selectors import reader_of

from . import private
from .views import language_of


@never_cache
@login_required
@require_GET
def feeds(request: HttpRequest) -> HttpResponse:
    """`/account/feeds/`."""
    return _page(request)


@never_cache
@login_required
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Make an address and show it, this once."""
    try:
        token = private.make(reader_of(request), request.POST.get("name", ""))
    except private.NoSubscription:
        messages.error(request, _("Private feeds come with a subscription."))
    except private.TooMany:
        messages.error(request, _("End one of your feeds first."))
    else:
        return _page(request, token)
    return redirect("account_feeds")


@login_required
@require_POST
def end(request: HttpRequest, number: int) -> HttpResponse:
    """The address opens nothing any more."""
    if private.revoke(reader_of(request), number):
        messages.success(request, _("That feed has ended."))
    return redirect("account_feeds")


def _page(request: HttpRequest, token: str = "") -> HttpResponse:
    reader = reader_of(request)
    told = {
        "feeds": private.of(reader),
        "may_add": private.is_subscriber(reader),
        "most": private.MOST_FEEDS,
        "longest": private.LONGEST_NAME,
        "addresses": _addresses(token) if token else [],
    }
    return render(request, "syndication/feeds/account.html", told)


def _addresses(token: str) -> list[tuple[str, str]]:
    """What a token opens, by name: everything, and each section."""
    language = language_of()
    base = web(f"{language_prefix(language)}/feeds/private/{token}")
    front = front_page(language)
    sections = navigation(front)[0] if front else []
    return [
        (_("All stories"), f"{base}/latest.rss"),
        *((section.name, f"{base}/{section.slug}/feed.rss") for section in sections),
    ]
