from django.apps import AppConfig


class RecordConfig(AppConfig):
    name = "broadsheet.record"
    label = "record"
    verbose_name = "Record"

    def ready(self) -> None:
        from . import signals  # noqa: F401  (connects the receivers; models are ready only now)
