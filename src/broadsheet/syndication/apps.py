from django.apps import AppConfig


class SyndicationConfig(AppConfig):
    name = "broadsheet.syndication"
    label = "syndication"
    verbose_name = "Syndication"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import signals  # noqa: F401  (connects the receivers; models are ready only now)
        from .engines import signals as _  # noqa: F401  (as above)
        from .fediverse import switching  # noqa: F401  (as above)
        from .feeds import account
        from .trade import versions  # noqa: F401  (as above)

        account.register()
