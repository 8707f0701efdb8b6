from django.apps import AppConfig


class SocialConfig(AppConfig):
    name = "broadsheet.readers.social"
    label = "readers_social"
    verbose_name = "Log-in at others"

    def ready(self) -> None:
        from . import connected  # models are ready only now

        connected.register()
