"""Django's settings, made from a `Paper`. The only module that knows both."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF

from . import accounts, database, email, sandbox, social
from .paper import KNOWN_LANGUAGES, Paper

PACKAGE = Path(__file__).resolve().parent.parent

OUR_APPS = (
    "broadsheet.readers",
    "broadsheet.subscriptions",
    "broadsheet.pictures",
    "broadsheet.newsroom",
    "broadsheet.record",
    "broadsheet.press",
    "broadsheet.audience",
    "broadsheet.intake",
    "broadsheet.site",
    "broadsheet.syndication",
)
LIBRARY_APPS = (
    *accounts.APPS,
    "wagtail_localize",
    "wagtail_localize.locales",
    "wagtailmedia",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.contrib.table_block",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_tasks",
    "django_tasks_db",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
)
MIDDLEWARE = (
    "broadsheet.press.middleware.EdgeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "broadsheet.conf.middleware.PolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "broadsheet.conf.middleware.PathLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "broadsheet.readers.middleware.AccountLanguage",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "broadsheet.press.middleware.PassMiddleware",
    "broadsheet.readers.middleware.PassIssuer",
    "broadsheet.readers.gate.Gate",
    "broadsheet.site.old.OldAddressMiddleware",
)


def django_settings(paper: Paper) -> dict[str, Any]:
    """Every Django setting of one paper. Raises `BadSetting` for an address that can't be used."""
    languages = [(code, KNOWN_LANGUAGES[code]) for code in paper.languages]
    secure = paper.base_url.startswith("https://")
    own_apps = [name for name in paper.apps if name not in OUR_APPS]
    databases = {"default": database.from_url(paper.database_url, paper.folder)}
    # Its module needs psycopg, which only papers on PostgreSQL install.
    postgres = ["django.contrib.postgres"] if databases["default"]["ENGINE"].endswith("postgresql") else []
    social_apps = social.APPS if paper.social_providers else ()
    return {
        "PAPER": paper,
        "DEBUG": paper.debug,
        "SECRET_KEY": paper.secret_key,
        "SECRET_KEY_FALLBACKS": [paper.old_secret_key] if paper.old_secret_key else [],
        "ALLOWED_HOSTS": [paper.host, "localhost", "127.0.0.1", "[::1]"],
        "CSRF_TRUSTED_ORIGINS": [paper.base_url.rstrip("/")],
        "ROOT_URLCONF": "broadsheet.conf.urls",
        "WSGI_APPLICATION": "broadsheet.conf.wsgi.application",
        "INSTALLED_APPS": [*own_apps, *OUR_APPS, *social_apps, *LIBRARY_APPS, *postgres],
        "MIDDLEWARE": [*MIDDLEWARE, *(f"{name}.middleware.Middleware" for name in own_apps if _has(name))],
        "AUTH_USER_MODEL": "readers.User",
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        "DATABASES": databases,
        "CACHES": {
            # Rate limits live here: room for more addresses than an attacker has.
            "default": {
                "BACKEND": "broadsheet.readers.counting.SharedCache",
                "LOCATION": "broadsheet_cache",
                "OPTIONS": {"MAX_ENTRIES": 100_000},
            },
            # Rows that Wagtail has read already: each process keeps its own.
            "renditions": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
        },
        "TASKS": {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}},
        "FORM_RENDERER": "django.forms.renderers.DjangoTemplates",
        "TEMPLATES": [_templates(paper)],
        "LANGUAGE_CODE": paper.languages[0],
        "LANGUAGES": languages,
        "WAGTAIL_CONTENT_LANGUAGES": languages,
        "LOCALE_PATHS": [str(PACKAGE / "locale")],
        "USE_I18N": True,
        "WAGTAIL_I18N_ENABLED": True,
        "TIME_ZONE": paper.time_zone,
        "USE_TZ": True,
        "BROADSHEET_KEYS": list(paper.reader_keys),
        "BROADSHEET_EDGE_KEYS": list(paper.edge_keys),
        "BROADSHEET_METER_LIMIT": paper.meter_limit,
        "BROADSHEET_METER_DAYS": paper.meter_days,
        "BROADSHEET_GATEWAY_SETTINGS": _gateway(paper),
        **accounts.account_settings(paper),
        **social.social_settings(paper),
        **email.from_url(paper.email_url, paper.var),
        **_static_and_media(paper),
        **_security(secure=secure),
        **_wagtail(paper),
        "LOGGING": _logging(paper),
    }


def _gateway(paper: Paper) -> dict[str, dict[str, str]]:
    """The settings of the paper's gateway, by its name."""
    if not paper.gateway:
        return {}
    base = paper.base_url.rstrip("/")
    given = {
        "key": paper.gateway_key,
        "webhook_secret": paper.gateway_webhook_secret,
        "webhook_url": f"{base}/-/gateways/{paper.gateway}/",
        "api_base": paper.gateway_api_base,
        "tax": paper.gateway_tax,
        "paper": base,
    }
    if paper.gateway == sandbox.NAME:
        given |= sandbox.settings(paper)
    return {paper.gateway: {name: value for name, value in given.items() if value}}


def _has(app: str) -> bool:
    return importlib.util.find_spec(f"{app}.middleware") is not None


def _templates(paper: Paper) -> dict[str, Any]:
    return {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [str(paper.folder / "templates")],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "broadsheet.site.chrome.around_account",
            ],
        },
    }


def _static_and_media(paper: Paper) -> dict[str, Any]:
    own = paper.folder / "static"
    return {
        "STATIC_URL": "/static/",
        "STATIC_ROOT": str(paper.var / "static"),
        "STATICFILES_DIRS": [str(own)] if own.is_dir() else [],
        "MEDIA_URL": "/media/",
        "MEDIA_ROOT": str(paper.var / "media"),
        "STORAGES": {
            "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
            "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
        },
        "WHITENOISE_MAX_AGE": 3600,
        "DATA_UPLOAD_MAX_MEMORY_SIZE": 10 * 1024 * 1024,
        "DATA_UPLOAD_MAX_NUMBER_FIELDS": 20_000,
        "FILE_UPLOAD_PERMISSIONS": 0o640,
    }


def _security(*, secure: bool) -> dict[str, Any]:
    return {
        "SESSION_COOKIE_NAME": "bs_session",
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "CSRF_COOKIE_NAME": "bs_csrf",
        "CSRF_COOKIE_SECURE": secure,
        "CSRF_COOKIE_HTTPONLY": False,
        "SECURE_HSTS_SECONDS": 31_536_000 if secure else 0,
        # Only from an edge that signs: `press` removes the field from every other request.
        "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
        "SECURE_REFERRER_POLICY": "strict-origin-when-cross-origin",
        "X_FRAME_OPTIONS": "SAMEORIGIN",
        "PASSWORD_HASHERS": [
            "django.contrib.auth.hashers.ScryptPasswordHasher",
            "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        ],
        "AUTH_PASSWORD_VALIDATORS": [
            {"NAME": f"django.contrib.auth.password_validation.{name}"}
            for name in (
                "UserAttributeSimilarityValidator",
                "MinimumLengthValidator",
                "CommonPasswordValidator",
            )
        ],
        "CONTENT_SECURITY_POLICY": {
            "DIRECTIVES": {
                "default-src": [NONE],
                "script-src": [SELF],
                "style-src": [SELF],
                "img-src": [SELF, "data:"],
                "font-src": [SELF],
                "media-src": [SELF],
                "connect-src": [SELF],
                "form-action": [SELF],
                # Click-to-view embeds: the frame exists only after the reader has agreed.
                "frame-src": ["https:"],
                "manifest-src": [SELF],
                "base-uri": [NONE],
                "frame-ancestors": [SELF],
                "object-src": [NONE],
                "require-trusted-types-for": ["'script'"],
            },
        },
    }


def _wagtail(paper: Paper) -> dict[str, Any]:
    return {
        "WAGTAIL_SITE_NAME": paper.name,
        "WAGTAILADMIN_BASE_URL": paper.base_url.rstrip("/"),
        "WAGTAIL_ENABLE_UPDATE_CHECK": False,
        "WAGTAIL_ENABLE_WHATS_NEW_BANNER": False,
        "WAGTAIL_GRAVATAR_PROVIDER_URL": None,
        "WAGTAIL_ALLOW_UNICODE_SLUGS": False,
        "WAGTAIL_WORKFLOW_REQUIRE_REAPPROVAL_ON_EDIT": True,
        "WAGTAILADMIN_COMMENTS_ENABLED": True,
        "WAGTAIL_USAGE_COUNT_ENABLED": True,
        "WAGTAILADMIN_PERMITTED_LANGUAGES": [
            ("en", "English"),
            ("az", "Azərbaycanca"),
            ("ru", "Русский"),
            ("ar", "العربية"),
        ],
        "WAGTAILIMAGES_IMAGE_MODEL": "pictures.Picture",
        "WAGTAILIMAGES_IMAGE_FORM_BASE": "broadsheet.pictures.forms.PictureForm",
        "WAGTAILIMAGES_EXTENSIONS": ["jpg", "jpeg", "png", "webp", "avif", "gif", "heic"],
        "WAGTAILIMAGES_MAX_UPLOAD_SIZE": 50 * 1024 * 1024,
        # A decompression bomb is refused from its header, before a pixel is decoded.
        "WAGTAILIMAGES_MAX_IMAGE_PIXELS": 120_000_000,
        "WAGTAILIMAGES_CHOOSER_PAGE_SIZE": 24,
        "WAGTAILEMBEDS_FINDERS": [],
        "WAGTAILDOCS_SERVE_METHOD": "serve_view",
        "WAGTAILDOCS_EXTENSIONS": ["pdf", "csv", "docx", "xlsx", "pptx", "txt", "zip", "odt", "ods"],
        "WAGTAILSEARCH_BACKENDS": {"default": {"BACKEND": "broadsheet.conf.search"}},
        "MODELSEARCH_BACKENDS": {"default": {"BACKEND": "broadsheet.conf.search"}},
        "WAGTAILMEDIA": {"MEDIA_MODEL": "pictures.Clip"},
        "TAGGIT_CASE_INSENSITIVE": True,
    }


def _logging(paper: Paper) -> dict[str, Any]:
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
        "filters": {"discreet": {"()": "broadsheet.conf.discretion.Discreet"}},
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["discreet"]}
        },
        "root": {"handlers": ["stderr"], "level": "DEBUG" if paper.debug else "WARNING"},
    }
