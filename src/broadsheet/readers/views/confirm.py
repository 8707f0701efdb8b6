"""The question by mail, before an act that matters."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from allauth.core.internal import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from .. import confirming
from ..adapters import is_own_path
from ..selectors import reader_of


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """GET offers to send a code, POST `send` sends it, POST `code` takes it and goes back to `next`."""
    if get_reauthentication_flows(reader_of(request)):
        # Whoever has a password or a factor is asked for that: a mailbox is less.
        return redirect("account_reauthenticate")
    target = request.POST.get("next") or request.GET.get("next", "")
    target = target if is_own_path(target) else "/account/"
    if request.method == "POST":
        if not ratelimit.consume(
            request, app="allauth.account", action="reauthenticate", user=reader_of(request)
        ):
            return ratelimit.respond_429(request)
        if "send" in request.POST:
            confirming.send_code(request)
        elif confirming.accept(request, request.POST.get("code", "")):
            return redirect(target)
        else:
            messages.error(request, str(get_adapter().error_messages["incorrect_code"]))
    told = {"next": target, "is_waiting": confirming.is_waiting(request), "email": reader_of(request).email}
    status = 200 if request.method != "POST" or "send" in request.POST else 422
    return render(request, "readers/confirm.html", told, status=status)
