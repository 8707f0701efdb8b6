from django.apps import AppConfig


class PressConfig(AppConfig):
    name = "broadsheet.press"
    label = "press"
    verbose_name = "Press"
