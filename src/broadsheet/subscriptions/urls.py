from django.urls import path

from . import webhooks

urlpatterns = [path("-/gateways/<slug:name>/", webhooks.take, name="gateway_webhook")]
