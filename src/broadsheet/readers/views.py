"""The one-time entry link, and who is reading: for the edge (`renew`) and for the script on each page (`me`)."""

from __future__ import annotations

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from . import facts, passes
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


@never_cache
@require_GET
def me(request: HttpRequest) -> JsonResponse:
    """`{"name", "is_subscriber", "has_newsroom", …}` of whoever is logged in; what apps add comes for strangers too."""
    user = request.user
    told = dict(facts.gathered(request))
    if user.is_authenticated:
        told |= {
            "name": user.get_short_name() or user.email,
            "is_subscriber": bool(passes.pass_for(user).scopes),
            "has_newsroom": user.has_perm("wagtailadmin.access_admin"),
        }
    response = JsonResponse(told)
    response.headers["Cache-Control"] = "private, no-store"
    return response


@never_cache
@csrf_exempt
@require_POST
def renew(request: HttpRequest) -> HttpResponse:
    """A fresh pass for whoever is logged in (204), else none (401). Changes nothing but the caller's own cookies."""
    if not request.user.is_authenticated:
        response = HttpResponse(status=401)
        passes.take_back(response)
        return response
    response = HttpResponse(status=204)
    passes.issue(response, request.user)
    return response
