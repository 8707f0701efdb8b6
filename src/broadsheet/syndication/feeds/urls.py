"""The feeds' addresses that are the same in every language."""

from django.urls import path

from . import account_views, hub_views

urlpatterns = [
    path("-/hub", hub_views.wish, name="hub"),
    path("account/feeds/", account_views.feeds, name="account_feeds"),
    path("account/feeds/add/", account_views.add, name="account_feed_add"),
    path("account/feeds/<int:number>/end/", account_views.end, name="account_feed_end"),
]
