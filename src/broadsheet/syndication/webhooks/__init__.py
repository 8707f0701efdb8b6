"""Webhooks: what became of a story, posted to whoever asked to hear of it, signed after Standard Webhooks."""
