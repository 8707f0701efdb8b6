"""What the paper's settings mean for log-in: django-allauth, headed, with our own adapters, forms and templates."""

from __future__ import annotations

from email.utils import formataddr
from typing import Any

from .paper import Paper

APPS = ("allauth", "allauth.account", "allauth.mfa", "allauth.usersessions")


def account_settings(paper: Paper) -> dict[str, Any]:
    """E-mail code first; password, passkey and one-time codes beside it; every limit counts real addresses.

    The address is the one that the edge signs (`press.middleware`): no forwarded header is ever believed here.
    """
    secure = paper.base_url.startswith("https://")
    return {
        "AUTHENTICATION_BACKENDS": ["allauth.account.auth_backends.AuthenticationBackend"],
        "LOGIN_URL": "account_login",
        "LOGIN_REDIRECT_URL": "account_home",
        "LOGOUT_REDIRECT_URL": "/",
        "DEFAULT_FROM_EMAIL": formataddr((paper.name, f"noreply@{paper.host}")),
        "ACCOUNT_ADAPTER": "broadsheet.readers.adapters.AccountAdapter",
        "ACCOUNT_FORMS": {"request_login_code": "broadsheet.readers.forms.AskForCode"},
        "ACCOUNT_USER_MODEL_USERNAME_FIELD": None,
        "ACCOUNT_LOGIN_METHODS": {"email"},
        "ACCOUNT_SIGNUP_FIELDS": ["email*", "password1"],
        "ACCOUNT_LOGIN_BY_CODE_ENABLED": True,
        "ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS": 5,
        "ACCOUNT_LOGIN_BY_CODE_TIMEOUT": 10 * 60,
        "ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND": True,
        "ACCOUNT_EMAIL_VERIFICATION": "mandatory",
        "ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED": True,
        "ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND": True,
        "ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED": True,
        "ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT": 10 * 60,
        "ACCOUNT_PREVENT_ENUMERATION": True,
        "ACCOUNT_CHANGE_EMAIL": True,
        "ACCOUNT_EMAIL_NOTIFICATIONS": True,
        "ACCOUNT_EMAIL_SUBJECT_PREFIX": "",
        "ACCOUNT_SESSION_REMEMBER": True,
        "ACCOUNT_LOGOUT_ON_GET": False,
        "ACCOUNT_RATE_LIMITS": {
            "login": "30/m/ip,300/h/ip",
            "login_failed": "10/m/ip,5/5m/key",
            "signup": "10/m/ip,60/h/ip",
            "request_login_code": "10/m/ip,60/h/ip,3/m/key",
            "reset_password": "10/m/ip,60/h/ip,3/m/key",
        },
        # `readers.freshness` asks again before every act that matters, for people without a password too.
        "ACCOUNT_REAUTHENTICATION_REQUIRED": False,
        "MFA_REAUTHENTICATION_REQUIRED": False,
        "MFA_ADAPTER": "broadsheet.readers.adapters.FactorAdapter",
        "MFA_FORMS": {"add_webauthn": "broadsheet.readers.forms.AddKey"},
        "MFA_SUPPORTED_TYPES": ["totp", "webauthn", "recovery_codes"],
        "MFA_PASSKEY_LOGIN_ENABLED": True,
        "MFA_PASSKEY_SIGNUP_ENABLED": True,
        "MFA_TOTP_ISSUER": paper.name,
        "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN": not secure,
        # People change passwords and addresses in their account, where it is asked who they are.
        "WAGTAILADMIN_LOGIN_URL": "account_login",
        "WAGTAIL_PASSWORD_RESET_ENABLED": False,
        "WAGTAIL_PASSWORD_MANAGEMENT_ENABLED": False,
        "WAGTAIL_EMAIL_MANAGEMENT_ENABLED": False,
        "WAGTAILUSERS_PASSWORD_REQUIRED": False,
        "BROADSHEET_SECOND_FACTOR": paper.newsroom_second_factor,
        "BROADSHEET_DEVICE_LIMIT": paper.device_limit,
    }
