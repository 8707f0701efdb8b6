"""Addresses of what stands on other people's pages."""

from django.urls import path

from . import views

urlpatterns = [
    path("oembed", views.provide, name="oembed"),
    path("embed/<int:pk>/", views.card, name="embed"),
]
