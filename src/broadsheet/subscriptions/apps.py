from django.apps import AppConfig


class SubscriptionsConfig(AppConfig):
    name = "broadsheet.subscriptions"
    label = "subscriptions"
    verbose_name = "Subscriptions"

    def ready(self) -> None:
        from broadsheet.readers import passes

        from . import entitlements, receivers, telling

        passes.register_scopes(entitlements.scopes_of)
        telling.connect()
        receivers.connect()
