"""Addresses of the fediverse. Those below `/-/ap/` are kept by other servers for ever."""

from django.urls import path

from . import discovery, inbox, views

urlpatterns = [
    path(".well-known/webfinger", discovery.webfinger),
    path(".well-known/host-meta", discovery.host_meta),
    path(".well-known/nodeinfo", discovery.nodeinfo_links),
    path("-/ap/nodeinfo/2.1", discovery.nodeinfo),
    path("-/ap/inbox", inbox.shared),
    path("-/ap/actor/<int:number>", views.actor),
    path("-/ap/actor/<int:number>/inbox", inbox.own),
    path("-/ap/actor/<int:number>/followers", views.followers),
    path("-/ap/actor/<int:number>/followers/page", views.followers_page),
    path("-/ap/actor/<int:number>/outbox", views.outbox),
    path("-/ap/actor/<int:number>/outbox/page", views.outbox_page),
    path("-/ap/story/<int:number>", views.story),
    path("-/ap/story/<int:number>/<int:life>", views.story),
]
