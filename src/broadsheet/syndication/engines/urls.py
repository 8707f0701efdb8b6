"""Addresses that crawlers know, or read in `/robots.txt`. A site map may list what stands below its own folder, so all stand at the top."""

from django.urls import path, re_path

from . import views
from .cards.views import share_card
from .models import SiteMapMonth

LANGUAGE = r"(?P<language>[a-z]{2,3}(-[a-z0-9]{2,8})*?)"
MONTH = r"(?P<name>\d{4}-\d{2})-(?P<number>[1-9]\d{0,4})"
GALLERIES = {"kind": SiteMapMonth.Kind.GALLERIES}

urlpatterns = [
    path("robots.txt", views.robots, name="robots"),
    path("license.xml", views.licence, name="licence"),
    path("ads.txt", views.ads, name="ads"),
    path("share/<int:story>-<slug:digest>.jpg", share_card, name="share_card"),
    re_path(r"^(?P<key>[0-9a-f]{32})\.txt$", views.index_now_key, name="index_now_key"),
    path("sitemap.xml", views.index, name="sitemap"),
    path("news-sitemap.xml", views.news, name="sitemap_news"),
    re_path(rf"^sitemap-{LANGUAGE}-{MONTH}\.xml$", views.month, name="sitemap_month"),
    re_path(
        rf"^sitemap-{LANGUAGE}-galleries-{MONTH}\.xml$", views.month, GALLERIES, name="sitemap_galleries"
    ),
    re_path(rf"^sitemap-{LANGUAGE}-pages\.xml$", views.pages, name="sitemap_pages"),
    re_path(
        rf"^sitemap-{LANGUAGE}-(?P<kind>authors|topics)-(?P<number>[1-9]\d{{0,6}})\.xml$",
        views.named,
        name="sitemap_named",
    ),
]
