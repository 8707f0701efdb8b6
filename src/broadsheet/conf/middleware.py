"""Origin-wide middleware: the language comes from the path alone, and every page has its content policy."""

from __future__ import annotations

from csp.middleware import CSPMiddleware
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils import translation

NEWSROOM_PREFIX = "/newsroom/"
# Wagtail's admin sets styles and starts scripts inline; it is never cached and never shown to readers.
NEWSROOM_POLICY = {
    "script-src": ["'self'", "'unsafe-inline'"],
    "style-src": ["'self'", "'unsafe-inline'"],
    "img-src": ["'self'", "data:", "blob:"],
    "frame-src": ["'self'"],
    "worker-src": ["'self'", "blob:"],
    "require-trusted-types-for": None,
}


class PathLanguageMiddleware(LocaleMiddleware):
    """Like Django's, but an address has one language for everybody: no cookie, no Accept-Language, no Vary."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        response.headers.setdefault("Content-Language", translation.get_language() or "en")
        return response


class PolicyMiddleware(CSPMiddleware):
    """Strict policy for readers, Wagtail's needs for the newsroom."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if request.path.startswith(NEWSROOM_PREFIX):
            setattr(response, "_csp_replace", NEWSROOM_POLICY)  # noqa: B010  (django-csp's own way, as its decorators do)
        return super().process_response(request, response)
