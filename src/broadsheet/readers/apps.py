from django.apps import AppConfig


class ReadersConfig(AppConfig):
    name = "broadsheet.readers"
    label = "readers"
    verbose_name = "Readers"

    def ready(self) -> None:
        from . import own_panels, receivers  # noqa: F401  (connects the receivers; models are ready only now)

        own_panels.register()
