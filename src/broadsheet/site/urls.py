"""The reader's addresses in one language; what is none of these is Wagtail's to route (or to refuse)."""

from django.urls import include, path
from wagtail import urls as wagtail_urls

from .views import (
    author,
    changing,
    corrections,
    front,
    giving,
    latest,
    mine,
    returning,
    routing,
    search,
    sharing,
    subscribe,
    topic,
)

urlpatterns = [
    path("", front.home, name="home"),
    path("latest/", latest.latest, name="latest"),
    path("search/", search.search, name="search"),
    path("corrections/", corrections.corrections, name="corrections"),
    path("subscribe/", subscribe.subscribe, name="subscribe"),
    path("subscribe/done/<uuid:key>/", returning.done, name="subscribe_done"),
    path("subscribe/left/<uuid:key>/", returning.left, name="subscribe_left"),
    path("subscribe/again/<uuid:key>/", returning.again, name="subscribe_again"),
    path("subscribe/transfer/<uuid:key>/", returning.transfer, name="subscribe_transfer"),
    path("subscribe/gift/", giving.gift, name="gift"),
    path("subscribe/redeem/", giving.redeem, name="redeem"),
    path("subscribe/donate/", giving.donate, name="donate"),
    path("subscribe/links/", sharing.give, name="gift_links"),
    path("subscribe/open/<str:token>/", sharing.opened, name="gift_open"),
    path("subscribe/groups/<int:number>/", sharing.group, name="group"),
    path("subscribe/groups/<int:number>/remove/", sharing.unseat, name="group_remove"),
    path("subscribe/join/<str:token>/", sharing.join, name="group_join"),
    path("subscribe/mine/pause/", mine.pause, name="plan_pause"),
    path("subscribe/mine/resume/", mine.resume, name="plan_resume"),
    path("subscribe/mine/cancel/", mine.cancel, name="plan_cancel"),
    path("subscribe/mine/keep/", mine.keep, name="plan_keep"),
    path("subscribe/mine/stay/", mine.stay, name="plan_stay"),
    path("subscribe/mine/change/", changing.change, name="plan_change"),
    path("subscribe/mine/invoices/<int:number>.pdf", mine.invoice, name="my_invoice"),
    path("subscribe/mine/payment/", mine.portal, name="plan_payment"),
    path("author/<slug:slug>/", author.author, name="author"),
    path("topic/<slug:slug>/", topic.topic, name="topic"),
    path("<slug:section_slug>/", routing.section, name="section"),
    path("<slug:section_slug>/<slug:slug>/", routing.page, name="page"),
    path("", include(wagtail_urls)),
]
