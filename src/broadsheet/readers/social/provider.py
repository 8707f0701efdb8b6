"""One OpenID Connect provider, as a relying party should treat it (OpenID Connect Core 1.0, §3.1; Discovery 1.0, §4.3).

allauth's own neither sends a nonce nor checks signatures; ours does both, and believes `email_verified` only if it is true.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import jwt
import requests
from allauth.account.models import EmailAddress
from allauth.account.utils import get_next_redirect_url
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.providers.base import AuthProcess, ProviderAccount
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.provider import OAuth2Provider
from allauth.socialaccount.providers.oauth2.views import OAuth2Adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import constant_time_compare

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
NEEDED = ["iss", "sub", "aud", "exp", "iat", "nonce"]
# Clocks differ.
LEEWAY = 120


class Connector(OAuth2Adapter):
    """Speaks with the provider; every answer of its that can't be used is an `OAuth2Error` or `RequestException`."""

    def __init__(self, request: HttpRequest, provider_id: str) -> None:
        super().__init__(request)
        self.provider_id = provider_id
        self.provider = self.get_provider()
        self._found: dict[str, Any] = {}
        self._verifier = ""

    @property
    def found(self) -> dict[str, Any]:
        """The provider's discovery document, asked for once in a request."""
        if not self._found:
            issuer: str = self.provider.app.settings["issuer"]
            found = _json(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
            if found.get("issuer") != issuer:
                raise OAuth2Error(f"The discovery document is of another issuer than {issuer}")
            self._found = found
        return self._found

    @property
    def authorize_url(self) -> str:
        return _endpoint(self.found, "authorization_endpoint")

    @property
    def access_token_url(self) -> str:
        return _endpoint(self.found, "token_endpoint")

    @property
    def basic_auth(self) -> bool:
        # Discovery 1.0 §3: what is not named means `client_secret_basic`.
        ways = self.found.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        return "client_secret_post" not in ways

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        """On the paper's own address, whatever host the request names."""
        path = reverse("oidc_callback", kwargs={"provider_id": self.provider_id})
        return f"{str(settings.PAPER.base_url).rstrip('/')}{path}"

    def get_access_token_data(
        self, request: HttpRequest, app: Any, client: Any, pkce_code_verifier: str | None = None
    ) -> dict[str, Any]:
        self._verifier = pkce_code_verifier or ""
        try:
            told: dict[str, Any] = super().get_access_token_data(request, app, client, pkce_code_verifier)
        except (ValueError, KeyError) as error:
            raise OAuth2Error("The token endpoint's answer is not JSON") from error
        return told

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:
        claims = self._claims(app, str(kwargs["response"].get("id_token") or ""))
        if not claims.get("email") and self.found.get("userinfo_endpoint"):
            bearer = {"Authorization": f"Bearer {token.token}"}
            more = _json(_endpoint(self.found, "userinfo_endpoint"), headers=bearer)
            if more.get("sub") != claims["sub"]:
                raise OAuth2Error("The user info is about somebody else")
            claims = {**more, **claims}
        return self.provider.sociallogin_from_response(request, claims)

    def _claims(self, app: Any, id_token: str) -> dict[str, Any]:
        """What the ID token says. It is ours, signed, of now, and of this very log-in; else `OAuth2Error`."""
        try:
            keys = jwt.PyJWKSet.from_dict(_json(_endpoint(self.found, "jwks_uri")))
            wanted = jwt.get_unverified_header(id_token).get("kid")
            key = next(key for key in keys.keys if wanted in (None, key.key_id))
            claims: dict[str, Any] = jwt.decode(
                id_token,
                key.key,
                algorithms=ALGORITHMS,
                audience=app.client_id,
                issuer=self.found["issuer"],
                leeway=LEEWAY,
                options={"require": NEEDED},
            )
        except (jwt.PyJWTError, StopIteration, TypeError, ValueError) as error:
            raise OAuth2Error("The ID token can't be believed") from error
        if claims.get("azp", app.client_id) != app.client_id:
            raise OAuth2Error("The ID token was made for somebody else")
        if not self._verifier or not constant_time_compare(str(claims["nonce"]), nonce_for(self._verifier)):
            raise OAuth2Error("The ID token belongs to another log-in")
        return claims


class ConnectedAccount(ProviderAccount):
    """An account at a provider; all we keep beside its number is the address it had."""


class OpenIDProvider(OAuth2Provider):
    """See the module."""

    id = "oidc"
    name = "OpenID Connect"
    account_class = ConnectedAccount
    oauth2_adapter_class = Connector
    pkce_enabled_default = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.name = self.app.name

    def get_login_url(self, request: HttpRequest, **kwargs: Any) -> str:
        return reverse("oidc_login", kwargs={"provider_id": self.app.provider_id})

    def get_callback_url(self) -> str:
        return reverse("oidc_callback", kwargs={"provider_id": self.app.provider_id})

    def get_oauth2_adapter(self, request: HttpRequest) -> Connector:
        return Connector(request, self.app.provider_id)

    def get_default_scope(self) -> list[str]:
        return ["openid", "email", "profile"]

    def get_pkce_params(self) -> dict[str, str]:
        """With the nonce: both are of one log-in, and only the verifier has to be remembered."""
        params: dict[str, str] = super().get_pkce_params()
        return {**params, "nonce": nonce_for(params["code_verifier"])}

    def get_redirect_from_request_kwargs(self, request: HttpRequest) -> dict[str, Any]:
        """Whoever is logged in connects, whoever is not logs in; nothing else of the request counts but `next`."""
        process = AuthProcess.CONNECT if request.user.is_authenticated else AuthProcess.LOGIN
        return {"process": process, "next_url": get_next_redirect_url(request)}

    def redirect(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().redirect(request, *args, **kwargs)
        except (OAuth2Error, requests.RequestException) as error:
            return render_authentication_error(request, self, exception=error)

    def extract_uid(self, data: dict[str, Any]) -> str:
        return str(data["sub"])

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, str]:
        return {"email": str(data.get("email") or "")}

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, Any]:
        names = {"first_name": data.get("given_name"), "last_name": data.get("family_name")}
        return {**names, "name": data.get("name"), "email": str(data.get("email") or "").lower()}

    def extract_email_addresses(self, data: dict[str, Any]) -> list[EmailAddress]:
        email = str(data.get("email") or "").lower()
        # Some write the truth as text; every other text is not it.
        proved = str(data.get("email_verified")).lower() == "true"
        return [EmailAddress(email=email, verified=proved, primary=True)] if email else []


def nonce_for(verifier: str) -> str:
    """The nonce of the log-in that `verifier` belongs to; tells nothing about it."""
    return sha256(b"readers.social.nonce:" + verifier.encode()).hexdigest()


def _json(url: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
    with get_adapter().get_requests_session() as session:
        response = session.get(url, headers=headers)
        response.raise_for_status()
        told = response.json()
    if not isinstance(told, dict):
        raise OAuth2Error(f"{url} does not answer with an object")
    return told


def _endpoint(found: dict[str, Any], name: str) -> str:
    """An address in the discovery document; never one that is less safe than the issuer's own."""
    url = found.get(name)
    scheme = str(found["issuer"]).partition("://")[0]
    if not isinstance(url, str) or not url.startswith(("https://", f"{scheme}://")):
        raise OAuth2Error(f"The discovery document has no usable {name}")
    return url


provider_classes = [OpenIDProvider]
