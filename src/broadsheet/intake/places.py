"""Where a story lands: its front page and its section, made when the source names one that the paper has not."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction

from broadsheet.newsroom.models import FrontPage, Section
from broadsheet.newsroom.slugs import slug_for
from broadsheet.outward.errors import OutsideError

from .incoming import IncomingStory
from .values import writable

# A reader's menu holds this many; further sections that an archive brings are made without a place in it.
MOST_IN_MENU = 8


class Places:
    """The paper's sections by language and slug. `wanted` is the section that was asked for, for every story."""

    def __init__(self, wanted: str = "") -> None:
        self._wanted = wanted
        self._fronts = {
            front.locale.language_code: front
            for front in FrontPage.objects.live().select_related("locale").order_by("path")
        }
        self._sections: dict[tuple[str, str], Section] = {}
        self.look_again()
        if wanted and wanted not in {slug for _, slug in self._sections}:
            known = ", ".join(dict.fromkeys(slug for _, slug in self._sections)) or "none"
            raise OutsideError(f"there is no section {wanted!r}", "--section", f"use one of: {known[:300]}")

    def look_again(self) -> None:
        """After something went wrong: an editor may have moved or deleted a section meanwhile."""
        self._sections.clear()
        for section in Section.objects.live().select_related("locale").order_by("path"):
            self._sections.setdefault((section.locale.language_code, section.slug), section)

    @property
    def slugs(self) -> frozenset[str]:
        """The slugs that sections have."""
        return frozenset(slug for _, slug in self._sections)

    def language_of(self, story: IncomingStory) -> str:
        """The edition that a story belongs to: its own language, less exactly, or the paper's first."""
        for code in (story.language.lower(), story.language.lower().partition("-")[0]):
            if code in self._fronts:
                return code
        return str(settings.LANGUAGE_CODE)

    def front(self, story: IncomingStory) -> FrontPage:
        """The front page of the story's edition. Raises `OutsideError` in a paper that has none."""
        front = self._fronts.get(self.language_of(story))
        if front is None:
            raise OutsideError("the paper has no front page", "newsroom", "make the paper with `init` first")
        return front

    def section(self, story: IncomingStory) -> Section:
        """The section to file under. Raises `OutsideError` in a paper without any, when the story names none."""
        language = self.language_of(story)
        slug = self._wanted or story.section
        if found := self._sections.get((language, slug)):
            return found
        if slug and not self._wanted and story.section_name:
            return self._make(story, language, slug)
        for (code, name), section in self._sections.items():
            if code == language and (not slug or slug == name):
                return section
        for (_, name), section in self._sections.items():
            if slug and slug == name:
                return section
        for (code, _), section in self._sections.items():
            if code == language:
                return section
        raise OutsideError("the paper has no section", "newsroom", "make one under /newsroom/ first")

    def _make(self, story: IncomingStory, language: str, slug: str) -> Section:
        in_menu = sum(s.show_in_menus for (code, _), s in self._sections.items() if code == language)
        with transaction.atomic():
            front = self.front(story)
            front.refresh_from_db()
            section = Section(
                title=writable(story.section_name, 255),
                slug=slug_for(slug),
                locale=front.locale,
                show_in_menus=in_menu < MOST_IN_MENU,
            )
            known = Section.objects.child_of(front).filter(slug=section.slug).first()
            if known is None:
                front.add_child(instance=section)
        # Only what was committed is remembered.
        self._sections[(language, slug)] = known or section
        return known or section
