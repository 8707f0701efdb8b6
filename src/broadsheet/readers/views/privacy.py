"""One's own data: taken along, or erased."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from .. import privacy
from ..selectors import reader_of


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def export(request: HttpRequest) -> HttpResponse:
    """GET says what is in it, POST gives the zip."""
    if request.method != "POST":
        return render(request, "readers/export_ask.html")
    response = HttpResponse(privacy.export(reader_of(request)), content_type="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="account-{timezone.now():%Y-%m-%d}.zip"'
    return response


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest) -> HttpResponse:
    """GET says what happens and what must be kept, POST begins it."""
    told = {"kept": privacy.kept_by_law(), "days": privacy.WAIT.days}
    if request.method != "POST":
        return render(request, "readers/delete.html", told)
    try:
        erasure = privacy.ask_erasure(reader_of(request))
    except privacy.HasNewsroomRole:
        return render(request, "readers/delete.html", {**told, "is_staff": True}, status=409)
    logout(request)
    return render(request, "readers/deleted.html", {"erasure": erasure})


@login_required
@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Take the deletion back."""
    if privacy.take_back(reader_of(request)):
        messages.success(request, _("Your account stays."))
    return redirect("account_home")
