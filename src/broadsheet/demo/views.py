"""The demo bar's three acts: read as somebody else, look into the outbox, start over."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage

from django.conf import settings
from django.contrib.auth import logout
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from broadsheet.conf.migrating import migrate_if_needed
from broadsheet.press import log
from broadsheet.press.middleware import METER_COOKIE, PASS_COOKIE
from broadsheet.readers import entering, passes
from broadsheet.readers.models import User

from . import keeping
from .roles import EDITOR, SUBSCRIBER

# Set by the edge beside the meter, for the script that says how many stories are left.
LEFT_COOKIE = "bs_left"
LOOPBACK = ("127.0.0.1", "::1")


def _is_own_form(request: HttpRequest) -> bool:
    """A form of this very site: the bar stands on cached pages, which can't hold a CSRF token."""
    return (
        request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
        and request.META.get("REMOTE_ADDR", "127.0.0.1") in LOOPBACK
    )


@csrf_exempt
@require_POST
def view_as(request: HttpRequest) -> HttpResponse:
    """Read as a reader, a subscriber or an editor, from this machine only."""
    if not _is_own_form(request):
        return HttpResponseForbidden(
            "The demo's roles can be changed from its own pages on this machine only."
        )
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        target = "/"
    role = request.POST.get("role", "reader")
    logout(request)
    response = HttpResponseRedirect(target)
    passes.take_back(response)
    for name in (METER_COOKIE, LEFT_COOKIE):
        response.delete_cookie(name)
    email = {"editor": EDITOR, "subscriber": SUBSCRIBER}.get(role, "")
    if user := User.objects.filter(email=email).first():
        entering.let_in(request, user, by="demo")
        passes.issue(response, user, request)
    return response


@never_cache
@require_safe
def outbox(request: HttpRequest) -> HttpResponse:
    """Every mail that the site would have sent, newest first."""
    folder = settings.PAPER.var / "outbox"
    files = sorted(folder.glob("*.log"), reverse=True)[:50] if folder.is_dir() else []
    mails = []
    for path in files:
        mail = message_from_bytes(path.read_bytes(), policy=policy.default)
        assert isinstance(mail, EmailMessage)
        body = mail.get_body(("plain",))
        mails.append(
            {
                "to": mail["To"],
                "subject": mail["Subject"],
                "date": mail["Date"],
                "text": body.get_content() if body else "",
            }
        )
    return render(request, "demo/outbox.html", {"mails": mails})


@csrf_exempt
@require_POST
def reset(request: HttpRequest) -> HttpResponse:
    """Put everything back to what the build made while the site is serving: the database in one step, then the rest."""
    if not _is_own_form(request):
        return HttpResponseForbidden("The demo can be reset from its own pages on this machine only.")
    connection.ensure_connection()
    keeping.put_back(settings.PAPER.var, connection.connection)
    connection.close()
    keeping.empty_sandbox(settings.PAPER)
    # The copy may be of an older release, and its log is another past than the one edges have followed.
    migrate_if_needed()
    log.new_epoch()
    response = HttpResponseRedirect("/")
    for name in (PASS_COOKIE, passes.MARKER, METER_COOKIE, LEFT_COOKIE, settings.SESSION_COOKIE_NAME):
        response.delete_cookie(name)
    return response
