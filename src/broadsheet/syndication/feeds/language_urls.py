"""The feeds' addresses in each language."""

from django.urls import path, register_converter

from . import private_views, views
from .converters import KindConverter

register_converter(KindConverter, "feed")
urlpatterns = [
    path("feeds/latest.<feed:kind>", views.latest, name="feed_latest"),
    path("feeds/private/<str:token>/latest.<feed:kind>", private_views.feed, name="feed_private"),
    path(
        "feeds/private/<str:token>/<slug:slug>/feed.<feed:kind>",
        private_views.feed,
        name="feed_private_section",
    ),
    path("search/feed.<feed:kind>", views.search, name="feed_search"),
    path("author/<slug:slug>/feed.<feed:kind>", views.author, name="feed_author"),
    path("topic/<slug:slug>/feed.<feed:kind>", views.topic, name="feed_topic"),
    path("<slug:slug>/feed.<feed:kind>", views.section, name="feed_section"),
]
