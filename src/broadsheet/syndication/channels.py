"""Who hears of story events, and who hands over what is owed: by channel, the function that does it."""

# Called with a sequence of `StoryEvent`, inside a transaction: see `following`.
FOLLOWERS: dict[str, str] = {
    "cards": "broadsheet.syndication.engines.cards.making.heard",
    "indexnow": "broadsheet.syndication.engines.indexnow.heard",
    "fediverse": "broadsheet.syndication.fediverse.telling.heard",
    "feeds": "broadsheet.syndication.feeds.following.told",
    "partners": "broadsheet.syndication.trade.pushing.heard",
    "sharing": "broadsheet.syndication.sharing.services.heard",
    "webhooks": "broadsheet.syndication.webhooks.services.heard",
}
# Called with a `Delivery`, outside any transaction: see `delivering`.
SENDERS: dict[str, str] = {
    "indexnow": "broadsheet.syndication.engines.indexnow.send",
    "fediverse": "broadsheet.syndication.fediverse.sending.send",
    "feed-pings": "broadsheet.syndication.feeds.hub.ping",
    "hub-asking": "broadsheet.syndication.feeds.hub.ask",
    "hub": "broadsheet.syndication.feeds.hub.distribute",
    "partners": "broadsheet.syndication.trade.pushing.send",
    "sharing": "broadsheet.syndication.sharing.services.send",
    "unsharing": "broadsheet.syndication.sharing.services.take_back",
    "webhooks": "broadsheet.syndication.webhooks.services.send",
}
