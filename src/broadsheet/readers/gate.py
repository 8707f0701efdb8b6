"""The door of the newsroom, and the questions before acts that matter.

The newsroom stands on the readers' origin (SAFETY finding 14): staff show a second factor in each session, and owners
are asked again before they change who may do what.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from .freshness import GUARDED, ask_again, has_shown_factor, is_fresh

NEWSROOM = "/newsroom/"
# Open before the door: coming and going.
OPEN = ("/newsroom/login/", "/newsroom/logout/")
OWNERS_ACTS = ("/newsroom/users/", "/newsroom/groups/", "/newsroom/sites/", "/newsroom/settings/")


class Gate:
    """Lets through, or sends to the question that has to be answered first."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith(NEWSROOM) and not request.path.startswith(OPEN):
            stop = _newsroom(request)
            if stop is not None:
                return stop
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Guarded acts of the account."""
        match = request.resolver_match
        if match is None or match.url_name not in GUARDED or not request.user.is_authenticated:
            return None
        return None if is_fresh(request) else ask_again(request)


def _newsroom(request: HttpRequest) -> HttpResponse | None:
    user = request.user
    if not user.is_authenticated:
        return None
    if not user.has_perm("wagtailadmin.access_admin"):
        # Asking them to log in would lead straight back here.
        messages.error(request, _("This account has no access to the newsroom."))
        return redirect("account_home")
    if not settings.BROADSHEET_SECOND_FACTOR:
        return None
    if not has_shown_factor(request):
        if Authenticator.objects.filter(user=user).exists():
            return ask_again(request, factor=True)
        return redirect(f"{reverse('account_enrol')}?{urlencode({'next': request.path})}")
    if request.path.startswith(OWNERS_ACTS) and not is_fresh(request):
        return ask_again(request, factor=True)
    return None
