"""The demo paper's partner: a newsroom down the river that may print what is free, an hour later. Its token was never told."""

from __future__ import annotations

from broadsheet.syndication.trade.models import Partner
from broadsheet.syndication.trade.partners import give

NAME = "The Vesk Weekly"


def open_partners() -> None:
    """One that pulls. Nothing is pushed: the demo calls no other server."""
    if Partner.objects.filter(name=NAME).exists():
        return
    partner = Partner(
        name=NAME,
        contact="desk@vesk.example",
        only_free=True,
        embargo=60,
        usage_terms="For the printed edition. Names the paper and the author.",
    )
    give(partner)
    partner.save()
