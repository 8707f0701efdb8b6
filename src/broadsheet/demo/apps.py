from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "broadsheet.demo"
    label = "demo"
    verbose_name = "Demo"

    def ready(self) -> None:
        from broadsheet.readers import facts

        from . import roles

        facts.register(roles.bar)
