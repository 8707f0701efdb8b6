from django.apps import AppConfig


class SubscriptionsConfig(AppConfig):
    name = "broadsheet.subscriptions"
    label = "subscriptions"
    verbose_name = "Subscriptions"

    def ready(self) -> None:
        from broadsheet.readers import facts, passes

        from . import entitlements, keeping, panels, receivers, telling

        passes.register_scopes(entitlements.scopes_of)
        telling.connect()
        receivers.connect()
        panels.register()
        keeping.register()
        facts.register(panels.facts)
