"""The account's home, and what is decided there."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from .. import newsletters, panels
from ..adapters import is_own_path
from ..forms import Profile
from ..freshness import has_shown_factor
from ..selectors import reader_of


@never_cache
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """`/account/`: the panels of every app. A stranger logs in and goes back to the page they came from."""
    if not request.user.is_authenticated:
        back = request.GET.get("next", "")
        return redirect_to_login(back if is_own_path(back) else request.path)
    return render(request, "readers/home.html", {"panels": panels.shown(request)})


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Name and language."""
    form = Profile(request.POST or None, instance=reader_of(request))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("account_home")
    return render(request, "readers/profile.html", {"form": form})


@never_cache
@login_required
@require_GET
def enrol(request: HttpRequest) -> HttpResponse:
    """Why staff need a second factor, and the ways to one."""
    has_factor = Authenticator.objects.filter(user=reader_of(request)).exists()
    if has_factor and has_shown_factor(request):
        return redirect("/newsroom/")
    return render(request, "readers/enrol.html", {"has_factor": has_factor})


@login_required
@require_POST
def choose_newsletters(request: HttpRequest) -> HttpResponse:
    """Which mails to send from now on."""
    newsletters.choose(reader_of(request), set(request.POST.getlist("kind")))
    messages.success(request, _("Saved."))
    return redirect("account_home")


@never_cache
@csrf_exempt
@require_http_methods(["GET", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """The link in a mail: GET asks, POST (a mail program's too, hence no CSRF token) does. Needs no log-in."""
    meant = newsletters.behind(token)
    if meant is None:
        return render(request, "readers/unsubscribe.html", {"is_unknown": True}, status=404)
    user, key = meant
    if request.method == "POST":
        newsletters.set_one(user, key, is_wanted=False)
    kind = newsletters.kind(key)
    told = {"is_done": request.method == "POST", "title": kind.title if kind else key}
    return render(request, "readers/unsubscribe.html", told)
