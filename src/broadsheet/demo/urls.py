from django.urls import path

from . import views

urlpatterns = [
    path("-/demo/as/", views.view_as, name="demo_as"),
    path("-/demo/outbox/", views.outbox, name="demo_outbox"),
    path("-/demo/reset/", views.reset, name="demo_reset"),
]
