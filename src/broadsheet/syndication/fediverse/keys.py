"""The keys of our actors, and requests signed with them: HTTP signatures of draft-cavage-12, which every server reads."""

from __future__ import annotations

import base64
import logging
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from django.db import transaction
from django.utils.http import http_date

from .addresses import key_uri
from .models import Actor, ActorKey

log = logging.getLogger("broadsheet.fediverse")
KEY_BITS = 2048


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs for one actor, in any thread. What it shows of itself holds no key."""

    key_id: str
    private: rsa.RSAPrivateKey

    def __repr__(self) -> str:
        return f"Signer({self.key_id})"

    def headers(self, method: str, url: str, body: bytes = b"") -> dict[str, str]:
        """The fields that make a request to `url` a signed one, for this second."""
        parts = urlsplit(url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        signed = {"host": parts.netloc, "date": http_date()}
        if body:
            signed["digest"] = f"SHA-256={base64.b64encode(sha256(body).digest()).decode()}"
        text = f"(request-target): {method.lower()} {target}\n"
        text += "\n".join(f"{name}: {value}" for name, value in signed.items())
        made = self.private.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
        return {
            **{name.title(): value for name, value in signed.items()},
            "Signature": ",".join(
                (
                    f'keyId="{self.key_id}"',
                    'algorithm="rsa-sha256"',
                    f'headers="(request-target) {" ".join(signed)}"',
                    f'signature="{base64.b64encode(made).decode()}"',
                )
            ),
        }


def signer_of(actor: Actor) -> Signer:
    """The signer of an actor of ours; its keys are made when they are first needed."""
    key = key_of(actor)
    return Signer(key_uri(actor), _loaded(key.private_pem))


def public_pem(actor: Actor) -> str:
    return key_of(actor).public_pem


def key_of(actor: Actor) -> ActorKey:
    """The pair of an actor; a new one where there is none that the paper's secret key opens."""
    held = ActorKey.objects.filter(actor=actor).first()
    if held is not None and held.private_pem:
        return held
    if held is not None:
        log.warning("the key of %s can't be opened with this secret key: it gets another", actor)
    public, private = _new_pair()
    with transaction.atomic():
        Actor.objects.select_for_update().get(pk=actor.pk)
        # Another process may have made one meanwhile.
        held = ActorKey.objects.filter(actor=actor).first()
        if held is None or not held.private_pem:
            held, _ = ActorKey.objects.update_or_create(
                actor=actor, defaults={"public_pem": public, "private_pem": private}
            )
    return held


def _new_pair() -> tuple[str, str]:
    private = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    secret = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return public.decode(), secret.decode()


@lru_cache(maxsize=256)
def _loaded(pem: str) -> rsa.RSAPrivateKey:
    """Reading one checks its numbers, which takes as long as many signatures."""
    key = load_pem_private_key(pem.encode(), password=None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key
