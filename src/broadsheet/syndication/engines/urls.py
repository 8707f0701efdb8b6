from django.urls import path

from . import views

urlpatterns = [
    path("robots.txt", views.robots, name="robots"),
    path("license.xml", views.licence, name="licence"),
    path("ads.txt", views.ads, name="ads"),
]
