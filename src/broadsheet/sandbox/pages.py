"""The hosted pages' HTML: plain, without script, everything escaped."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from urllib.parse import urlsplit

from broadsheet.sandbox import money
from broadsheet.sandbox.cards import CARDS
from broadsheet.sandbox.errors import Json

COUNTRIES = (
    "",
    "AE",
    "AT",
    "AZ",
    "CH",
    "DE",
    "EG",
    "FR",
    "GB",
    "GE",
    "IT",
    "JP",
    "KZ",
    "PL",
    "RU",
    "SA",
    "TR",
    "UA",
    "US",
    "UZ",
)


def policy(*returns: str | None) -> str:
    """The page's Content-Security-Policy; forms may end at the addresses the person returns to."""
    origins = {
        f"{parts.scheme}://{parts.netloc}" for url in returns if url and (parts := urlsplit(url)).netloc
    }
    return "; ".join([
        "default-src 'none'", "style-src 'self'", "img-src data:", f"form-action {' '.join(['self', *sorted(origins)])}",
        "base-uri 'none'", "frame-ancestors 'none'",
    ]).replace("form-action self", "form-action 'self'")  # fmt: skip


def document(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f'<title>{escape(title)}</title><link rel="stylesheet" href="/sandbox.css"><link rel="icon" href="data:,"></head>'
        f"<body><header>Sandbox: a test payment page. No money moves.</header><main><h1>{escape(title)}</h1>{body}</main></body></html>"
    )


def day(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%d %B %Y")


def problem(message: str) -> str:
    return f'<p class="bad" role="alert">{escape(message)}</p>' if message else ""


def _field(name: str, label: str, value: str = "", **more: str) -> str:
    extra = "".join(f' {key.replace("_", "-")}="{escape(text)}"' for key, text in more.items())
    return f'<label><span>{escape(label)}</span><input name="{name}" value="{escape(value)}"{extra}></label>'


def card_fields(form: dict[str, str], *, needed: bool = True) -> str:
    must = {"required": "required"} if needed else {}
    country = "".join(
        f"<option{' selected' if code == form.get('country', '') else ''}>{code}</option>"
        for code in COUNTRIES
    )
    return (
        _field(
            "card", "Card number", form.get("card", ""), autocomplete="cc-number", inputmode="text", **must
        )
        + '<div class="pair">'
        + _field("expiry", "Expiry (MM/YY)", form.get("expiry", "12/34"), autocomplete="cc-exp")
        + _field("cvc", "Security code", form.get("cvc", "123"), autocomplete="cc-csc", inputmode="numeric")
        + "</div>"
        + _field("name", "Name on card", form.get("name", ""), autocomplete="cc-name")
        + f'<label><span>Country</span><select name="country" autocomplete="country">{country}</select></label>'
    )


def card_list() -> str:
    rows = "".join(
        f"<tr><td><code>{_grouped(c.number)}</code></td><td>{escape(c.says)}</td></tr>" for c in CARDS
    )
    return f'<h2>Test cards</h2><div class="scroll"><table><tbody>{rows}</tbody></table></div>'


def _grouped(number: str) -> str:
    return " ".join(number[i : i + 4] for i in range(0, len(number), 4))


def checkout(
    session: Json, items: list[Json], form: dict[str, str], error: str, *, trial_end: int | None
) -> str:
    code = session["currency"]
    rows = "".join(
        f'<tr><td>{escape(i["description"])}</td><td class="money">{money.shown(i["amount"], code)}</td></tr>'
        for i in items
    )
    details = session["total_details"]
    if details["amount_discount"]:
        rows += f'<tr><td>Discount</td><td class="money">{money.shown(-details["amount_discount"], code)}</td></tr>'
    if details["amount_tax"]:
        rows += f'<tr><td>Tax</td><td class="money">{money.shown(details["amount_tax"], code)}</td></tr>'
    total = money.shown(session["amount_total"], code)
    rows += f'<tr><th>Due today</th><th class="money">{total}</th></tr>'
    trial = (
        f"<p>Free until {day(trial_end)}, then charged as above until you cancel.</p>" if trial_end else ""
    )
    email = "" if session["customer"] else _field(
        "email", "E-mail", form.get("email") or session["customer_email"] or "", type="email", required="required",
        autocomplete="email",
    )  # fmt: skip
    promotion = ""
    if session["allow_promotion_codes"]:
        promotion = _field("code", "Promotion code", form.get("code", "")) + (
            '<p><button class="plain" name="do" value="code" formnovalidate>Apply code</button></p>'
        )
    collects = bool(session["amount_total"]) or session["payment_method_collection"] == "always"
    card = card_fields(form) if collects else ""
    what = (
        "Start the subscription"
        if session["mode"] == "subscription" and not session["amount_total"]
        else f"Pay {total}"
    )
    back = (
        f'<p><a href="{escape(session["cancel_url"])}">Go back without paying</a></p>'
        if session["cancel_url"]
        else ""
    )
    body = (
        f'{problem(error)}<div class="scroll"><table><tbody>{rows}</tbody></table></div>{trial}'
        f'<form method="post">{email}{card}<p><button name="do" value="pay">{escape(what)}</button></p>{promotion}</form>'
        f"{back}{card_list()}"
    )
    return document("Checkout", body)


def message(title: str, text: str, link: str | None = None, words: str = "Continue") -> str:
    onward = f'<p><a href="{escape(link)}">{escape(words)}</a></p>' if link else ""
    return document(title, f"<p>{escape(text)}</p>{onward}")


def challenge(amount: str) -> str:
    return document(
        "Your bank asks: is it you?",
        f"<p>3-D Secure for a payment of {escape(amount)}.</p>"
        '<form method="post"><p><button name="do" value="pass">Complete authentication</button> '
        '<button class="plain" name="do" value="fail">Fail authentication</button></p></form>',
    )


def portal(
    session: Json, subscriptions: list[Json], invoices: list[Json], method: Json | None, error: str, done: str
) -> str:
    parts = [problem(error), f'<p class="good" role="status">{escape(done)}</p>' if done else ""]
    if session["return_url"]:
        parts.append(f'<p><a href="{escape(session["return_url"])}">Return to the paper</a></p>')
    parts.append("<h2>Subscriptions</h2>")
    parts += [_subscription(s) for s in subscriptions] or ["<p>There are none.</p>"]
    held = f"Card ending {method[method['type']]['last4']}" if method else "No card is kept."
    parts.append(
        f'<h2>Payment method</h2><p>{escape(held)}</p><form method="post">{card_fields({})}'
        '<p><button name="do" value="card">Use this card</button></p></form><h2>Invoices</h2>'
    )
    rows = "".join(
        f'<tr><td>{day(i["created"])}</td><td><a href="/i/{i["id"]}">{escape(i["number"] or "draft")}</a></td>'
        f'<td>{escape(i["status"])}</td><td class="money">{money.shown(i["total"], i["currency"])}</td></tr>'
        for i in invoices
    )
    parts.append(
        f'<div class="scroll"><table><tbody>{rows}</tbody></table></div>'
        if rows
        else "<p>There are none.</p>"
    )
    parts.append(card_list())
    return document("Your subscription", "".join(parts))


def _subscription(found: Json) -> str:
    item = found["items"]["data"][0]
    cost = money.shown(item["plan"]["amount"] * item["quantity"], found["currency"])
    end = day(item["current_period_end"])
    if found["cancel_at"]:
        words, verb, label = f"ends on {day(found['cancel_at'])}", "resume", "Keep the subscription"
    else:
        words, verb, label = f"renews on {end}", "cancel", "Cancel at the end of the period"
    return (
        f"<p>{escape(found['_name'])}: {cost} / {item['plan']['interval']} · {escape(found['status'])} · {words}</p>"
        f'<form method="post"><input type="hidden" name="subscription" value="{escape(found["id"])}">'
        f'<p><button class="plain" name="do" value="{verb}">{label}</button></p></form>'
    )


def invoice(found: Json, error: str, *, action: bool) -> str:
    code = found["currency"]
    rows = "".join(
        f'<tr><td>{escape(i["description"] or "")}</td><td class="money">{money.shown(i["amount"], code)}</td></tr>'
        for i in found["lines"]["data"]
    )
    rows += f'<tr><th>Total</th><th class="money">{money.shown(found["total"], code)}</th></tr>'
    form = ""
    if found["status"] == "open":
        due = money.shown(found["amount_remaining"], code)
        form = f'<form method="post">{card_fields({})}<p><button name="do" value="pay">Pay {due}</button></p></form>'
        if action:
            form = (
                '<form method="post"><p><button name="do" value="confirm">Confirm with your bank</button></p></form>'
                + form
            )
        form += card_list()
    return document(
        f"Invoice {found['number'] or ''}",
        f'{problem(error)}<p>{escape(found["status"])}</p><div class="scroll"><table><tbody>{rows}</tbody></table></div>{form}',
    )
