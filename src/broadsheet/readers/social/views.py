"""To a provider and back, and the accounts that a reader has connected."""

from __future__ import annotations

from allauth.account.internal.decorators import login_not_required
from allauth.socialaccount.models import SocialAccount, SocialApp
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from ..adapters import is_own_path
from ..selectors import reader_of
from . import connected
from .provider import Connector


@never_cache
@login_not_required
@require_http_methods(["GET", "POST"])
def login(request: HttpRequest, provider_id: str) -> HttpResponse:
    """A question by GET; by POST to the provider, over a page of ours that keeps `form-action 'self'` true."""
    connector = _connector(request, provider_id)
    response: HttpResponse = OAuth2LoginView.adapter_view(connector)(request)
    if response.status_code != 302 or is_own_path(response.headers["Location"]):
        return response
    told = {"url": response.headers["Location"], "provider": connector.provider.name}
    return render(request, "readers/social/onward.html", told)


@never_cache
@login_not_required
@require_GET
def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Back from the provider."""
    response: HttpResponse = OAuth2CallbackView.adapter_view(_connector(request, provider_id))(request)
    return response


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def connections(request: HttpRequest) -> HttpResponse:
    """What is connected and what could be; a POST takes one away."""
    reader = reader_of(request)
    if request.method == "POST":
        number = request.POST.get("account", "")
        mine = SocialAccount.objects.filter(user=reader)
        connected.disconnect(request, get_object_or_404(mine, pk=number if number.isdecimal() else None))
        return redirect("socialaccount_connections")
    return render(request, "readers/social/connections.html", connected.told(request, reader))


def _connector(request: HttpRequest, provider_id: str) -> Connector:
    try:
        return Connector(request, provider_id)
    except SocialApp.DoesNotExist:
        raise Http404 from None
