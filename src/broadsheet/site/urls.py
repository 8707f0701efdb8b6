"""The reader's addresses in one language; what is none of these is Wagtail's to route (or to refuse)."""

from django.urls import include, path
from wagtail import urls as wagtail_urls

from .views import author, corrections, front, latest, routing, search, subscribe, topic

urlpatterns = [
    path("", front.home, name="home"),
    path("latest/", latest.latest, name="latest"),
    path("search/", search.search, name="search"),
    path("corrections/", corrections.corrections, name="corrections"),
    path("subscribe/", subscribe.subscribe, name="subscribe"),
    path("author/<slug:slug>/", author.author, name="author"),
    path("topic/<slug:slug>/", topic.topic, name="topic"),
    path("<slug:section_slug>/", routing.section, name="section"),
    path("<slug:section_slug>/<slug:slug>/", routing.page, name="page"),
    path("", include(wagtail_urls)),
]
