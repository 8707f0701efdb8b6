"""Our page in place of allauth's."""

from django.urls import path

from . import views

urlpatterns = [path("3rdparty/", views.connections, name="socialaccount_connections")]
