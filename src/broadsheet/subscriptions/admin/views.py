"""Circulation's own pages in the newsroom: the numbers, their export, and acts on one subscription."""

from __future__ import annotations

import csv
import logging
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from wagtail.log_actions import log

from .. import acts, charts, moving, papers
from .. import dashboard as figures
from ..gateways.protocol import GatewayError
from ..models import Invoice, Price, Subscription
from ..money import BadAmount
from .viewsets import SubscriptionViewSet

LOOK = "subscriptions.view_subscription"
CHANGE_PLANS = "subscriptions.change_plan"
ACT = "subscriptions.change_subscription"
EXPORT = "subscriptions.export_subscription"
# Acts that are on one of a subscription's invoices, and on which of them.
ON_INVOICES: dict[str, dict[str, str]] = {
    "refund": {"kind": "invoice", "state": "paid"},
    "transfer": {"kind": "pro_forma", "state": "open"},
}
record = logging.getLogger("broadsheet.circulation")


@permission_required(LOOK, raise_exception=True)
@require_GET
def dashboard(request: HttpRequest) -> HttpResponse:
    """The numbers."""
    numbers = figures.numbers()
    context = {
        "numbers": numbers,
        "chart": charts.begun_and_ended(numbers.months),
        "may_export": request.user.has_perm(EXPORT),
    }
    return render(request, "subscriptions/newsroom/dashboard.html", context)


class _Echo:
    """What `csv` writes to, handing each line on."""

    def write(self, line: str) -> str:
        return line


def _lines(rows: Iterator[Sequence[str]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    # Spreadsheets take a file without this mark for another encoding.
    yield "\ufeff"
    for row in rows:
        yield writer.writerow(row)


@permission_required(EXPORT, raise_exception=True)
@require_POST
def export(request: HttpRequest) -> StreamingHttpResponse:
    """Everybody who subscribes, as CSV: a guarded act, and one that is written down."""
    record.warning("the list of subscribers was exported by account %s", request.user.pk)
    response = StreamingHttpResponse(_lines(figures.exported()), content_type="text/csv; charset=utf-8")
    name = f"subscribers-{timezone.localdate()}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@permission_required(ACT, raise_exception=True)
@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Ask (GET), then do (POST): the form carries the key that makes a second click harmless."""
    subscription = get_object_or_404(Subscription, pk=pk)
    if act not in {*acts.ACTS, *ON_INVOICES}:
        raise Http404
    if request.method != "POST":
        context = {"subscription": subscription, "act": act, "key": uuid.uuid4()}
        context["invoices"] = subscription.invoices.filter(**ON_INVOICES.get(act, {}))
        context["takes_invoice"] = act in ON_INVOICES
        context["today"] = timezone.localdate()
        return render(request, "subscriptions/newsroom/act.html", context)
    try:
        _do(request.POST, subscription, act)
    except (GatewayError, BadAmount) as error:
        messages.error(request, str(error))
    else:
        log(subscription, f"subscriptions.{act}", user=request.user)
        messages.success(request, _("Done."))
    return redirect(inspect_address(subscription))


def _do(form: Any, subscription: Subscription, act: str) -> None:
    key = form.get("key", "")
    if not key:
        raise GatewayError(_("This form is too old: open it again."))
    if act not in ON_INVOICES:
        acts.act(subscription, act, f"{act}:{key}")
        return
    number = form.get("invoice", "")
    invoice = subscription.invoices.filter(pk=int(number)).first() if number.isdecimal() else None
    if invoice is None:
        raise GatewayError(_("Choose an invoice."))
    if act == "refund":
        acts.refund(invoice, form.get("amount", ""), f"refund:{key}")
    else:
        acts.record_transfer(invoice, form.get("amount", ""), form.get("paid_on", ""), f"transfer:{key}")


@permission_required(CHANGE_PLANS, raise_exception=True)
@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask (GET), then have (POST) everybody who pays a replaced price pay the new one from their next period."""
    old = get_object_or_404(Price.objects.exclude(replaced_by=None), pk=pk)
    if request.method != "POST":
        context = {"old": old, "new": old.replaced_by, "count": moving.movable(old).count()}
        return render(request, "subscriptions/newsroom/move.html", context)
    asked = moving.ask(old, request.user.pk or 0)
    if asked is None:
        messages.error(request, _("The new price is for another interval or currency: nobody was moved."))
    else:
        log(old.plan, "wagtail.edit", user=request.user)
        messages.success(request, _("They are being moved; each gets a mail."))
    return redirect("circulation:dashboard")


def inspect_address(subscription: Subscription) -> str:
    """Where one subscription is looked at."""
    return reverse(SubscriptionViewSet().get_url_name("inspect"), args=[subscription.pk])


@permission_required(LOOK, raise_exception=True)
@require_GET
def invoice_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """One invoice, for staff."""
    return papers.answer(get_object_or_404(Invoice.objects.exclude(number=None), pk=pk))
