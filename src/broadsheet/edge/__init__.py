"""The reader-facing process: a shared HTTP cache that decides, per reader, what of a story to serve.

No Django and no database: it knows an origin's address, the paywall's rules and the invalidation log.
"""
