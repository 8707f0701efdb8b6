from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "broadsheet.site"
    label = "site"
    verbose_name = "Reader's site"

    def ready(self) -> None:
        from broadsheet.intake import members
        from broadsheet.newsroom import rendering
        from broadsheet.newsroom.models import FrontPage, Gallery, InfoPage, Section, Story
        from broadsheet.press import networks
        from broadsheet.readers import facts, stories
        from broadsheet.subscriptions import dashboard, entitlements, previews

        from . import joining, rights, selectors, signals  # noqa: F401  (connects the receivers; models are ready only now)
        from .views import front, gallery, info, section, story, subscribe

        rendering.register(FrontPage, front.front)
        rendering.register(Section, section.section)
        rendering.register(Story, story.story)
        rendering.register(Gallery, gallery.gallery)
        rendering.register(InfoPage, info.info)
        stories.register_resolver(selectors.public_lines)
        previews.register(subscribe.subscribe)
        dashboard.register_titles(selectors.headlines)
        networks.register(entitlements.networks)
        facts.register(rights.standing)
        members.register(joining.take_member)
