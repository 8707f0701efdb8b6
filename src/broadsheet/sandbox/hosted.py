"""The hosted pages: checkout, the bank's challenge, the billing portal, an invoice."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from aiohttp import web

from broadsheet.sandbox import cards, checkout, customers, invoices, money, pages, paying, payments, portal
from broadsheet.sandbox.account import Account
from broadsheet.sandbox.errors import ApiError, Json


class Hosted:
    """Every form's work is one transaction; a repeated one finds it done."""

    def __init__(self, account: Account, changed: Callable[[], None]) -> None:
        self.account = account
        self.changed = changed

    def add_to(self, app: web.Application) -> None:
        for path, handler in (
            ("/c/pay/{key}", self.checkout), ("/c/3ds/{key}", self.challenge),
            ("/p/session/{key}", self.portal), ("/i/{key}", self.invoice), ("/r/{key}", self.receipt),
        ):  # fmt: skip
            app.router.add_route("*", path, handler)

    async def _form(self, request: web.Request) -> dict[str, str]:
        if request.method != "POST":
            return {}
        if request.headers.get("Sec-Fetch-Site") == "cross-site":
            raise web.HTTPForbidden(text="Forms are sent from this page only.")
        return {name: str(value)[:500] for name, value in (await request.post()).items()}

    def _page(self, text: str, *returns: str | None, status: int = 200) -> web.Response:
        headers = {
            "Content-Security-Policy": pages.policy(*returns), "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff",
        }  # fmt: skip
        return web.Response(text=text, content_type="text/html", status=status, headers=headers)

    def _see(self, url: str) -> web.Response:
        self.changed()
        return web.Response(status=303, headers={"Location": url})

    def _find(self, kind: str, key: str) -> Json:
        if (found := self.account.find(kind, key)) is None:
            raise web.HTTPNotFound(text="There is no such page.")
        return found

    async def checkout(self, request: web.Request) -> web.StreamResponse:
        form = await self._form(request)
        key, error = request.match_info["key"], ""
        if form:
            try:
                with self.account.transaction():
                    session = self._find("checkout.session", key)
                    outcome = self._submit(session, form)
                if outcome == "challenge":
                    return self._see(f"/c/3ds/{key}")
                if outcome == "complete":
                    return self._see(arrived(session))
            except ApiError as refused:
                error = str(refused)
            self.changed()
        if request.query.get("failed"):
            error = "Your bank could not authenticate the payment. Choose another card or try again."
        with self.account.transaction():
            session = self._find("checkout.session", key)
            if session["status"] == "complete":
                return self._page(
                    pages.message("Already paid", "This purchase is complete.", arrived(session))
                )
            if session["status"] == "expired":
                text = "This link is no longer good. Nothing was charged."
                return self._page(
                    pages.message("Expired", text, session["cancel_url"], "Go back"), status=410
                )
            items = checkout.add_up(self.account, session)
            page = pages.checkout(
                session, items, form, error, trial_end=checkout.trial_of(self.account, session)
            )
        return self._page(
            page, session["success_url"], session["cancel_url"], status=402 if error and form else 200
        )

    def _submit(self, session: Json, form: dict[str, str]) -> str:
        if session["status"] != "open":
            return str(session["status"])
        if form.get("do") == "code":
            checkout.use_code(self.account, session, form.get("code", ""))
            return "open"
        email = form.get("email", "").strip() or session["customer_email"]
        if not session["customer"] and "@" not in (email or ""):
            raise ApiError("Your e-mail address is incomplete.")
        method = None
        if paying.needs_card(session):
            method = card_of(self.account, form, session["customer"], email)["id"]
        payer = paying.Payer(email, form.get("name") or None, country_of(form), method)
        return paying.pay(self.account, session, payer)

    async def challenge(self, request: web.Request) -> web.StreamResponse:
        form = await self._form(request)
        key = request.match_info["key"]
        if key.startswith("pi_"):
            return self._intent_challenge(form, key)
        passed = form.get("do") == "pass"
        back = f"/c/pay/{key}?failed=1"
        try:
            with self.account.transaction():
                session = self._find("checkout.session", key)
                if session["status"] == "complete":
                    return self._see(arrived(session))
                if session["status"] != "open" or not session.get("_pending"):
                    return self._see(f"/c/pay/{key}")
                if not form:
                    return self._page(
                        pages.challenge(money.shown(session["amount_total"], session["currency"])),
                        session["success_url"],
                    )
                payer = paying.Payer(**session["_pending"])
                if passed:
                    paying.pay(self.account, session, payer, authenticated=True)
                else:
                    session["_pending"] = None
                    self.account.save(session)
                    return self._see(back)
            return self._see(arrived(session))
        except ApiError as refused:
            self.changed()
            text = f"{refused} Nothing was charged."
            return self._page(
                pages.message("Not paid", text, f"/c/pay/{key}", "Choose another card"), status=402
            )

    def _intent_challenge(self, form: dict[str, str], key: str) -> web.Response:
        with self.account.transaction():
            intent = self._find("payment_intent", key)
            if form:
                payments.authenticate(self.account, intent, passed=form.get("do") == "pass")
            elif intent["status"] == "requires_action":
                return self._page(
                    pages.challenge(money.shown(intent["amount"], intent["currency"])),
                    intent.get("_return_url"),
                )
            onward = intent.get("_return_url") or (
                f"/i/{intent['_invoice']}" if intent.get("_invoice") else None
            )
        if onward and form:
            return self._see(onward)
        return self._page(pages.message("Payment", f"The payment is {intent['status']}.", onward))

    async def portal(self, request: web.Request) -> web.StreamResponse:
        form = await self._form(request)
        secret, error = request.match_info["key"], ""
        if form:
            try:
                with self.account.transaction():
                    session = self._portal_session(secret)
                    self._portal_act(session, form)
                return self._see(f"/p/session/{secret}?done={form.get('do', '')}")
            except ApiError as refused:
                error = str(refused)
        with self.account.transaction():
            session = self._portal_session(secret)
            owner = session["customer"]
            running = [
                s
                for s in self.account.where("subscription", customer=owner)
                if s["status"] not in ("canceled", "incomplete_expired")
            ]
            shown = [s | {"_name": self._name(s)} for s in running]
            method = self.account.find(
                "payment_method",
                customers.default_method(self.account, owner, running[0] if running else None),
            )
            bills = self.account.where("invoice", customer=owner)[::-1][:50]
            words = {"cancel": "Your subscription ends with its period.", "resume": "Your subscription goes on.",
                     "card": "Your card was changed."}.get(request.query.get("done", ""), "")  # fmt: skip
            page = pages.portal(session, shown, bills, method, error, words)
        return self._page(page, session["return_url"], status=402 if error else 200)

    def _portal_session(self, secret: str) -> Json:
        if (session := portal.by_secret(self.account, secret)) is None:
            raise web.HTTPNotFound(text="This link is no longer good.")
        return session

    def _portal_act(self, session: Json, form: dict[str, str]) -> None:
        act = form.get("do")
        if act == "cancel":
            portal.cancel(self.account, session, form.get("subscription", ""))
        elif act == "resume":
            portal.resume(self.account, session, form.get("subscription", ""))
        elif act == "card":
            portal.use_method(self.account, session, card_of(self.account, form, session["customer"], None))

    def _name(self, subscription: Json) -> str:
        product = self.account.find("product", subscription["items"]["data"][0]["price"]["product"])
        return str(product["name"]) if product and "name" in product else "Subscription"

    async def invoice(self, request: web.Request) -> web.StreamResponse:
        form = await self._form(request)
        key, error = request.match_info["key"], ""
        if form:
            try:
                with self.account.transaction():
                    outcome = self._invoice_act(key, form)
                return self._see(outcome)
            except ApiError as refused:
                error = str(refused)
            self.changed()
        with self.account.transaction():
            found = self._find("invoice", key)
            intent = invoices.intent_of(self.account, found)
            page = pages.invoice(found, error, action=bool(intent and intent["status"] == "requires_action"))
        return self._page(page, status=402 if error else 200)

    def _invoice_act(self, key: str, form: dict[str, str]) -> str:
        found = self._find("invoice", key)
        intent = invoices.intent_of(self.account, found)
        if found["status"] != "open" or intent is None:
            return f"/i/{key}"
        if form.get("do") == "confirm":
            return f"/c/3ds/{intent['id']}"
        customer = self.account.get("customer", found["customer"])
        method = card_of(self.account, form, customer["id"], customer["email"])
        customers.attach_to(self.account, method, customer)
        outcome = invoices.collect(self.account, found, method)
        if outcome == "failed":
            raise payments.error_of(self.account, intent)
        return f"/c/3ds/{intent['id']}" if outcome == "requires_action" else f"/i/{key}"

    async def receipt(self, request: web.Request) -> web.StreamResponse:
        with self.account.transaction():
            charge = self._find("charge", request.match_info["key"])
        paid = money.shown(charge["amount"] - charge["amount_refunded"], charge["currency"])
        return self._page(pages.message("Receipt", f"{paid} paid on {pages.day(charge['created'])}."))


def arrived(session: Json) -> str:
    """Where the payer goes when it is done."""
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def country_of(form: dict[str, str]) -> str | None:
    code = form.get("country", "").upper()
    return code if re.fullmatch("[A-Z]{2}", code) else None


def card_of(account: Account, form: dict[str, str], customer: str | None, email: str | None) -> Json:
    """A payment method of what was typed. Raises `ApiError` (402) for a number that is no test card."""
    card = cards.by_number(form.get("card", ""))
    if card is None:
        raise ApiError("This is no test card: take a number of the list below.", status=402, kind="card_error",
                       code="incorrect_number", param="number")  # fmt: skip
    expiry = re.fullmatch(r"\s*(\d{1,2})\s*/\s*(?:20)?(\d{2})\s*", form.get("expiry") or "12/34")
    if not expiry or not 1 <= int(expiry[1]) <= 12:
        raise ApiError(
            "Your card's expiration date is invalid.",
            status=402,
            kind="card_error",
            code="invalid_expiry_month",
        )
    billing: dict[str, Any] = {"name": form.get("name") or None, "email": email}
    if country := country_of(form):
        billing["address"] = {"country": country} | dict.fromkeys(
            ("city", "line1", "line2", "postal_code", "state")
        )
    return customers.make_method(account, card, int(expiry[1]), 2000 + int(expiry[2]), billing, customer)
