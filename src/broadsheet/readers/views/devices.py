"""Where one is logged in, and ending that."""

from __future__ import annotations

from urllib.parse import urlencode

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from .. import devices, services
from ..adapters import is_own_path
from ..selectors import reader_of


@never_cache
@login_required
@require_GET
def sessions(request: HttpRequest) -> HttpResponse:
    """Every device, this one marked."""
    told = {
        "devices": devices.devices(request, reader_of(request)),
        "limit": devices.limit_for(reader_of(request)),
        "next": _story(request.GET.get("next", "")),
    }
    return render(request, "readers/devices.html", told)


@login_required
@require_POST
def end(request: HttpRequest, number: int) -> HttpResponse:
    """Sign one device out; its pass ends within a quarter of an hour."""
    session = UserSession.objects.filter(user=reader_of(request), pk=number).first()
    if session is not None and session.session_key == request.session.session_key:
        logout(request)
        return redirect("/")
    if session is not None:
        session.end()
        messages.success(request, _("That device is signed out."))
    story = _story(request.POST.get("next", ""))
    query = f"?{urlencode({'next': story})}" if story else ""
    return redirect(reverse("account_sessions") + query)


def _story(path: str) -> str:
    """The page that somebody came from, when it is one of ours."""
    return path if is_own_path(path) else ""


@login_required
@require_POST
def end_all(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere, here too; passes end at once."""
    services.sign_out_everywhere(reader_of(request))
    logout(request)
    return redirect("account_login")
