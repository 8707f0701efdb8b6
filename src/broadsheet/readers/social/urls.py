"""Where log-in at a provider starts and ends; allauth includes these."""

from django.urls import path

from . import views

urlpatterns = [
    path("oidc/<str:provider_id>/login/", views.login, name="oidc_login"),
    path("oidc/<str:provider_id>/login/callback/", views.callback, name="oidc_callback"),
]
