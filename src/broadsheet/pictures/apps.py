from django.apps import AppConfig


class PicturesConfig(AppConfig):
    name = "broadsheet.pictures"
    label = "pictures"
    verbose_name = "Pictures"

    def ready(self) -> None:
        from . import signals  # noqa: F401  (connects the receivers; models are ready only now)
