"""Reads feeds: RSS of all versions, Atom and JSON Feed, from a file or an address."""

from .reader import FeedReader

__all__ = ["FeedReader"]
