from django.urls import path

from . import views

urlpatterns = [path("-/reads", views.reads, name="reads")]
