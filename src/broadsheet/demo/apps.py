from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "broadsheet.demo"
    label = "demo"
    verbose_name = "Demo"

    def ready(self) -> None:
        from broadsheet.readers import facts, passes

        from . import roles

        facts.register(roles.bar)
        passes.register_scopes(roles.scopes)
