"""What the paper's settings mean for log-in at others: OpenID Connect providers, none unless the paper names them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from .paper import FILE_NAME, SOCIAL_PARTS, BadSetting, Paper

APPS = ("broadsheet.readers.social", "allauth.socialaccount")
KNOWN_ISSUERS = {"google": "https://accounts.google.com"}
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class Provider:
    """Who vouches for readers: `issuer` exactly as in its discovery document, `title` as on the button."""

    name: str
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    title: str


def providers(paper: Paper) -> tuple[Provider, ...]:
    """The paper's providers in its order. Raises `BadSetting` for one that could not work or not be trusted."""
    return tuple(_provider(paper, name) for name in dict.fromkeys(paper.social_providers))


def social_settings(paper: Paper) -> dict[str, Any]:
    """Nothing without providers: no app, no address, no query."""
    named = providers(paper)
    if not named:
        return {}
    apps = [
        {
            "provider_id": one.name,
            "name": one.title,
            "client_id": one.client_id,
            "secret": one.client_secret,
            "settings": {"issuer": one.issuer},
        }
        for one in named
    ]
    return {
        "SOCIALACCOUNT_ADAPTER": "broadsheet.readers.social.adapter.SocialAdapter",
        "SOCIALACCOUNT_PROVIDERS": {"oidc": {"APPS": apps}},
        "SOCIALACCOUNT_LOGIN_ON_GET": False,
        "SOCIALACCOUNT_STORE_TOKENS": False,
        "SOCIALACCOUNT_EMAIL_AUTHENTICATION": False,
    }


def _provider(paper: Paper, name: str) -> Provider:
    where = f"social_providers in {paper.folder / FILE_NAME}"
    if not re.fullmatch(r"[a-z][a-z0-9]{0,30}", name):
        raise BadSetting(
            f"{name!r} can't name a provider", where, "use small letters and digits, such as google"
        )
    told = {part: paper.social_keys.get(f"social_{name}_{part}", "") for part in SOCIAL_PARTS}
    issuer = told["issuer"] or KNOWN_ISSUERS.get(name, "")
    for part, value in (("issuer", issuer), ("id", told["id"]), ("secret", told["secret"])):
        if not value:
            raise BadSetting(
                f"setting 'social_{name}_{part}' is missing", where, "add it, or the provider away"
            )
    url = urlsplit(issuer)
    is_open = url.scheme == "http" and url.hostname in LOOPBACK
    if not url.hostname or not (url.scheme == "https" or is_open) or url.query or url.fragment:
        raise BadSetting(
            f"social_{name}_issuer {issuer!r} is not an https address", where, "copy it from the provider"
        )
    return Provider(name, issuer, told["id"], told["secret"], told["title"] or name.capitalize())
