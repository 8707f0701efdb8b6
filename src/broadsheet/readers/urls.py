from django.urls import path

from . import views

urlpatterns = [path("-/enter/<str:code>/<str:token>/", views.entry, name="entry")]
