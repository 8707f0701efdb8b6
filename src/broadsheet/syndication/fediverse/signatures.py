"""Whether a request was signed by the owner of a key: draft-cavage-12 as most servers speak it, and RFC 9421.

No I/O and no clock of its own. A signature counts only if it covers the method, the address, our host, the time and,
through its digest, the body: whatever it leaves out an attacker could change.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from http_message_signatures import HTTPMessageVerifier, HTTPSignatureKeyResolver, algorithms
from http_message_signatures.exceptions import HTTPMessageSignaturesException

# How old a signature may be, and how far ahead a clock. What was heard is kept for longer than that.
OLDEST, AHEAD = timedelta(hours=1), timedelta(minutes=5)
LEAST_BITS, MOST_BITS = 2048, 8192
_PARAMETER = re.compile(r'\s*([A-Za-z]+)=(?:"([^"]*)"|([0-9]+))\s*(?:,|$)')
_NEEDED = frozenset({"(request-target)", "host", "date", "digest"})


class Forged(Exception):
    """The request is not to be believed; the text says why, for the log."""


@dataclass(frozen=True, slots=True)
class Message:
    """A request as it came. `headers` have small letters; `url` is the full address that it was sent to."""

    method: str
    url: str
    target: str
    host: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Claim:
    """Who a request says has signed it. `signature` is a digest of the signature itself."""

    key_id: str
    signature: str
    parameters: Mapping[str, str]

    @property
    def is_rfc9421(self) -> bool:
        return not self.parameters


def claim_of(message: Message, now: datetime) -> Claim:
    """Everything that can be checked without the key: form, coverage, host, time and digest. Raises `Forged`."""
    text = message.headers.get("signature", "")
    if not text or len(text) > 4096:
        raise Forged("no signature")
    seen = sha256(text.encode("utf-8", "replace")).hexdigest()
    if "signature-input" in message.headers:
        return Claim(_key_of_input(message.headers["signature-input"]), seen, {})
    parameters = _parameters(text)
    covered = parameters.get("headers", "").lower().split()
    if missing := _NEEDED - set(covered):
        raise Forged(f"not signed: {', '.join(sorted(missing))}")
    if not parameters.get("keyId") or not parameters.get("signature"):
        raise Forged("no key or no signature")
    if parameters.get("algorithm", "hs2019") not in ("rsa-sha256", "hs2019"):
        raise Forged("an algorithm that is not taken")
    if message.headers.get("host", "").lower() != message.host:
        raise Forged("signed for another host")
    _check_date(message.headers.get("date", ""), now)
    _check_digest(message.headers.get("digest", ""), message.body)
    return Claim(parameters["keyId"], seen, parameters)


def verify(message: Message, claim: Claim, pem: str) -> None:
    """Check the signature itself with the key of the one who claims it. Raises `Forged`."""
    key = public_key(pem)
    if claim.is_rfc9421:
        _verify_rfc9421(message, claim, key)
        return
    lines = []
    for name in claim.parameters["headers"].lower().split():
        if name == "(request-target)":
            value = f"{message.method.lower()} {message.target}"
        elif name in message.headers:
            value = message.headers[name].strip()
        else:
            raise Forged(f"{name} is signed but was not sent")
        lines.append(f"{name}: {value}")
    try:
        given = base64.b64decode(claim.parameters["signature"], validate=True)
        key.verify(given, "\n".join(lines).encode("latin-1"), padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        raise Forged("the signature is wrong") from None


def public_key(pem: str) -> rsa.RSAPublicKey:
    """The key in `pem`. Raises `Forged` for one that we do not trust or that costs too much."""
    try:
        key = load_pem_public_key(pem.encode())
    except Exception:  # what a broken key raises is the library's own matter
        raise Forged("the key can't be read") from None
    if not isinstance(key, rsa.RSAPublicKey) or not LEAST_BITS <= key.key_size <= MOST_BITS:
        raise Forged("a kind of key that is not taken")
    return key


def _parameters(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    at = 0
    while at < len(text):
        part = _PARAMETER.match(text, at)
        if part is None or part[1] in found:
            raise Forged("the signature's field can't be read")
        found[part[1]] = part[2] if part[2] is not None else part[3]
        at = part.end()
    return found


def _check_date(text: str, now: datetime) -> None:
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        raise Forged("no date") from None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    if not now - OLDEST <= at <= now + AHEAD:
        raise Forged("too old, or of the future")


def _check_digest(text: str, body: bytes) -> None:
    wanted = base64.b64encode(sha256(body).digest()).decode()
    given = [part.partition("=") for part in text.split(",")]
    ours = [value.strip() for name, _, value in given if name.strip().lower() == "sha-256"]
    if len(ours) != 1 or not hmac.compare_digest(ours[0].encode(), wanted.encode()):
        raise Forged("the digest is wrong")


# -- RFC 9421 ---------------------------------------------------------------------------------------------------------

_KEY_ID = re.compile(r';keyid="([^"\\]{1,500})"')


def _key_of_input(text: str) -> str:
    found = _KEY_ID.findall(text) if len(text) <= 4096 else []
    if len(found) != 1:
        raise Forged("not one signature with one key")
    return str(found[0])


class _OneKey(HTTPSignatureKeyResolver):
    """The library's way to ask for keys: there is one here, and it is the claimed one's."""

    def __init__(self, claim: Claim, key: rsa.RSAPublicKey) -> None:
        self._claim, self._key = claim, key

    def resolve_public_key(self, key_id: str) -> rsa.RSAPublicKey:
        if key_id != self._claim.key_id:
            raise Forged("another key")
        return self._key

    def resolve_private_key(self, key_id: str) -> Any:
        raise Forged("nothing is signed here")


def _verify_rfc9421(message: Message, claim: Claim, key: rsa.RSAPublicKey) -> None:
    verifier = HTTPMessageVerifier(
        signature_algorithm=algorithms.RSA_V1_5_SHA256, key_resolver=_OneKey(claim, key)
    )
    verifier.max_clock_skew = AHEAD
    try:
        results = verifier.verify(message, max_age=OLDEST, body=message.body)
    except (HTTPMessageSignaturesException, Forged, ValueError) as error:
        raise Forged(f"the signature is wrong ({str(error)[:100]})") from None
    covered = {name.strip('"') for name in results[0].covered_components}
    has_target = "@target-uri" in covered or {"@authority", "@path"} <= covered
    if "@method" not in covered or not has_target:
        raise Forged("not signed: the method or the address")
