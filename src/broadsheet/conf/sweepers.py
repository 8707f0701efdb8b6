"""What the worker runs every few seconds: each finishes or undoes work that a killed process left behind.

The task queue is only a hint (a killed worker loses its task); the truth is in our own tables, and these read it.
"""

SWEEPERS: list[str] = [
    "broadsheet.pictures.services.render_pending",
    "broadsheet.newsroom.services.publish_due",
    "broadsheet.site.services.index_missing",
    "broadsheet.press.services.tidy",
    "broadsheet.subscriptions.ledger.age_statuses",
    "broadsheet.subscriptions.sweeping.sweep_transfers",
    "broadsheet.subscriptions.sweeping.ask_gateways",
    "broadsheet.subscriptions.posting.post_due",
    "broadsheet.subscriptions.moving.move_some",
    "broadsheet.readers.services.forget_unconfirmed",
    "broadsheet.readers.privacy.erase_due",
    "broadsheet.readers.counting.forget_expired",
    "broadsheet.intake.wires.looking.look_at_due",
    "broadsheet.intake.wires.subscribing.keep_leases",
    "broadsheet.intake.wires.drafting.draft_wanted",
    "broadsheet.intake.wires.keeping.forget_old",
    "broadsheet.syndication.following.hand_on",
    "broadsheet.syndication.engines.months.cut_stale",
    "broadsheet.syndication.engines.cards.making.make_stale",
    "broadsheet.syndication.delivering.deliver_due",
    "broadsheet.syndication.fediverse.keeping.tidy",
    "broadsheet.syndication.feeds.hub.forget_old",
    "broadsheet.syndication.following.forget_old",
    "broadsheet.syndication.delivering.forget_old",
]
