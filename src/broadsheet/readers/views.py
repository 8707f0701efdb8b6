"""The one-time entry link: GET shows a button, POST spends the token and starts a fresh session."""

from __future__ import annotations

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from .services import user_for_entry


@never_cache
@sensitive_variables("token")
@require_http_methods(["GET", "POST"])
def entry(request: HttpRequest, code: str, token: str) -> HttpResponse:
    """Let the owner of an unused link in; 410 when it was used, is too old or was never ours."""
    user = user_for_entry(code, token)
    if user is None:
        return render(request, "readers/entry_gone.html", status=410)
    if request.method != "POST":
        return render(request, "readers/entry.html", {"person": user})
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    target = request.GET.get("next", "/newsroom/")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        target = "/newsroom/"
    return redirect(target)
