"""Refusals in Stripe's error shape: `{"error": {"type", "code", "message", "param", …}}`."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


class ApiError(Exception):
    """A refusal. `keep` says that what was written before it stands, as after a declined card."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        keep: bool = False,
        **more: Any,
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.keep = status, code, keep
        self.body: Json = {"type": kind, "message": message} | {
            k: v for k, v in {"code": code, "param": param, **more}.items() if v is not None
        }


def invalid(message: str, param: str | None = None, code: str | None = None) -> ApiError:
    return ApiError(message, code=code, param=param)


def missing(kind: str, key: str, param: str | None = None, *, status: int = 400) -> ApiError:
    """404 for the object an address names, 400 for one that a parameter names."""
    name = kind.rpartition(".")[2].replace("_", " ")
    return ApiError(f"No such {name}: '{key}'", status=status, code="resource_missing", param=param or "id")


def required(param: str) -> ApiError:
    return ApiError(f"Missing required param: {param}.", code="parameter_missing", param=param)


def declined(
    code: str,
    decline_code: str | None,
    *,
    charge: str | None = None,
    intent: Json | None = None,
    keep: bool = True,
) -> ApiError:
    """402, as the bank says no."""
    words = {
        "card_declined": "Your card was declined.",
        "insufficient_funds": "Your card has insufficient funds.",
        "expired_card": "Your card has expired.",
        "incorrect_cvc": "Your card's security code is incorrect.",
        "processing_error": "An error occurred while processing your card. Try again in a little bit.",
        "authentication_required": "Your card was declined. This transaction requires authentication.",
        "payment_intent_authentication_failure": "The payer could not be authenticated.",
    }
    message = words.get(decline_code or code) or words.get(code) or "Your card was declined."
    return ApiError(
        message,
        status=402,
        kind="card_error",
        code=code,
        decline_code=decline_code,
        charge=charge,
        payment_intent=intent,
        keep=keep,
    )
