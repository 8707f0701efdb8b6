"""The feeds' addresses that are the same in every language."""

from django.urls import path

from . import hub_views

urlpatterns = [path("-/hub", hub_views.wish, name="hub")]
