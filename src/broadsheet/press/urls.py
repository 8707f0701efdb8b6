from django.urls import path

from . import views

urlpatterns = [
    path("-/log", views.follow, name="invalidation_log"),
    path("-/rights", views.rights, name="rights"),
]
