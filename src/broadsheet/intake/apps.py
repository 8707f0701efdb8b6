from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "broadsheet.intake"
    label = "intake"
    verbose_name = "Intake"
