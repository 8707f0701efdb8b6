from django.urls import path

from . import views

urlpatterns = [
    path("-/enter/<str:code>/<str:token>/", views.entry, name="entry"),
    path("account/me", views.me, name="account_me"),
    path("account/renew", views.renew, name="account_renew"),
]
