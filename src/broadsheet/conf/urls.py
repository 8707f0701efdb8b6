"""Every address of the origin. Reader pages stand last: they take what is left."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path
from django.views.generic.base import RedirectView
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from broadsheet.site.views import icons

from . import health

urlpatterns = [
    path("-/health", health.alive),
    path("-/ready", health.ready),
    path("favicon.ico", icons.favicon),
    # One log-in for all: Wagtail's own knows no limits and no second factor.
    path("newsroom/login/", RedirectView.as_view(pattern_name="account_login", query_string=True)),
    path("newsroom/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("", include("broadsheet.press.urls")),
    path("", include("broadsheet.audience.urls")),
    path("", include("broadsheet.pictures.urls")),
    path("", include("broadsheet.readers.urls")),
    path("", include("broadsheet.subscriptions.urls")),
    path("", include("broadsheet.intake.urls")),
    path("", include("broadsheet.syndication.urls")),
    *(path("", include(f"{app}.urls")) for app in settings.PAPER.apps),
    *i18n_patterns(
        path("", include("broadsheet.syndication.language_urls")),
        path("", include("broadsheet.site.urls")),
        prefix_default_language=False,
    ),
]
handler404 = "broadsheet.site.views.errors.not_found"
handler500 = "broadsheet.site.views.errors.broken"
