"""Changed terms are everywhere at once."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from broadsheet.press import log

from .models import CrawlerRule, MachineTerms
from .rsl import KEY


@receiver(post_save, sender=MachineTerms, dispatch_uid="engines_terms")
@receiver(post_save, sender=CrawlerRule, dispatch_uid="engines_rule")
@receiver(post_delete, sender=CrawlerRule, dispatch_uid="engines_no_rule")
def changed_terms(**_: Any) -> None:
    """Whatever holds the terms is out of date."""
    log.write({KEY}, is_hard=True)
