"""The one-time entry link, and who is reading: for the edge (`renew`) and for the script on each page (`me`)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from .. import devices, facts, passes
from ..adapters import is_own_path
from ..entering import let_in
from ..services import user_for_entry


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
    let_in(request, user, by="link")
    target = request.GET.get("next", "/newsroom/")
    return redirect(target if is_own_path(target) else "/newsroom/")


@never_cache
@require_GET
def me(request: HttpRequest) -> JsonResponse:
    """`{"name", "is_subscriber", "has_newsroom", …}` of whoever is logged in; what apps add comes for strangers too."""
    user = request.user
    told = dict(facts.gathered(request))
    if user.is_authenticated:
        if not devices.may_read(request, user):
            told["is_over_device_limit"] = True
        told |= {
            "name": user.get_short_name() or user.email,
            "is_subscriber": bool(passes.pass_for(user, request).scopes),
            "has_newsroom": user.has_perm("wagtailadmin.access_admin"),
        }
    response = JsonResponse(told)
    response.headers["Cache-Control"] = "private, no-store"
    return response


@never_cache
@csrf_exempt
@require_POST
def renew(request: HttpRequest) -> HttpResponse:
    """A fresh pass for whoever is logged in or holds a gift (204), else none (401)."""
    response = HttpResponse(status=204)
    if not passes.issue_for(request, response):
        response.status_code = 401
        passes.take_back(response)
    return response
