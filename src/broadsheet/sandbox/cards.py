"""The numbers that can be paid with, and what each of them does. None is anybody's."""

from __future__ import annotations

from dataclasses import dataclass

from broadsheet.sandbox.errors import Json


@dataclass(frozen=True)
class Card:
    """`effect`: succeeds, declines, declines_later (attaches well, then never pays), challenges (every time),
    challenges_once (until set up), delays, delays_then_fails, disputes, inquires."""

    number: str
    effect: str
    says: str
    brand: str = "visa"
    code: str = "card_declined"
    decline_code: str | None = None
    tokens: tuple[str, ...] = ()


CARDS = (
    Card("4242424242424242", "succeeds", "Succeeds", tokens=("visa",)),
    Card("5555555555554444", "succeeds", "Succeeds (Mastercard)", "mastercard", tokens=("mastercard",)),
    Card("378282246310005", "succeeds", "Succeeds (American Express)", "amex", tokens=("amex",)),
    Card("4000000000000002", "declines", "Declined", decline_code="generic_decline",
         tokens=("visa_chargeDeclined", "chargeDeclined")),
    Card("4000000000009995", "declines", "Insufficient funds", decline_code="insufficient_funds",
         tokens=("visa_chargeDeclinedInsufficientFunds", "chargeDeclinedInsufficientFunds")),
    Card("4000000000009987", "declines", "Lost card", decline_code="lost_card",
         tokens=("visa_chargeDeclinedLostCard",)),
    Card("4000000000009979", "declines", "Stolen card", decline_code="stolen_card",
         tokens=("visa_chargeDeclinedStolenCard",)),
    Card("4000000000000069", "declines", "Expired card", code="expired_card",
         tokens=("chargeDeclinedExpiredCard",)),
    Card("4000000000000127", "declines", "Wrong security code", code="incorrect_cvc",
         tokens=("chargeDeclinedIncorrectCvc",)),
    Card("4000000000000119", "declines", "Processing error", code="processing_error",
         tokens=("chargeDeclinedProcessingError",)),
    Card("4000000000000341", "declines_later", "Can be saved, then every charge is declined",
         decline_code="generic_decline", tokens=("chargeCustomerFail",)),
    Card("4000002760003184", "challenges", "3-D Secure, always", tokens=("authenticationRequired",)),
    Card("4000002500003155", "challenges_once", "3-D Secure, until it is set up",
         tokens=("authenticationRequiredOnSetup",)),
    Card("4000008400001629", "challenges", "3-D Secure, then declined", decline_code="generic_decline",
         tokens=("authenticationRequiredChargeDeclined",)),
    Card("4000000000000259", "disputes", "Succeeds, then disputed as fraudulent", tokens=("createDispute",)),
    Card("4000000000002685", "disputes", "Succeeds, then disputed: not received", code="product_not_received",
         tokens=("createDisputeProductNotReceived",)),
    Card("4000000000001976", "inquires", "Succeeds, then an inquiry", tokens=("createDisputeInquiry",)),
    Card("AT611904300234573201", "delays", "Bank debit: succeeds a little later", "sepa_debit",
         tokens=("sepaDebit",)),
    Card("AT861904300235473202", "delays_then_fails", "Bank debit: fails a little later", "sepa_debit",
         code="payment_intent_payment_attempt_failed", tokens=("sepaDebitFail",)),
)  # fmt: skip
_BY_NUMBER = {card.number: card for card in CARDS}
_BY_TOKEN = {token: card for card in CARDS for token in card.tokens}


def by_number(number: str) -> Card | None:
    return _BY_NUMBER.get("".join(number.split()).replace("-", "").upper())


def by_token(token: str) -> Card | None:
    """`pm_card_visa`, `tok_visa`: Stripe's names of the same cards."""
    for prefix in ("pm_card_", "tok_", "pm_"):
        if token.startswith(prefix):
            return _BY_TOKEN.get(token.removeprefix(prefix))
    return None


def by_last4(last4: str) -> Card:
    return next(card for card in CARDS if card.number.endswith(last4))


def details(card: Card, month: int, year: int) -> Json:
    """The part of a payment method that is named after its type."""
    if card.brand == "sepa_debit":
        return {
            "bank_code": "19043", "branch_code": "", "country": "AT", "fingerprint": f"fp{card.number[-8:]}",
            "generated_from": {"charge": None, "setup_attempt": None}, "last4": card.number[-4:],
        }  # fmt: skip
    return {
        "brand": card.brand, "checks": {
            "address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass",
        },
        "country": "US", "display_brand": card.brand, "exp_month": month, "exp_year": year,
        "fingerprint": f"fp{card.number[-12:]}", "funding": "credit", "generated_from": None,
        "last4": card.number[-4:], "networks": {"available": [card.brand], "preferred": None},
        "three_d_secure_usage": {"supported": True}, "wallet": None, "regulated_status": "unregulated",
    }  # fmt: skip
