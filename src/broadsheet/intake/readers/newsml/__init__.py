"""IPTC's NewsML-G2, 2.x."""

from .reader import NewsmlReader

__all__ = ["NewsmlReader"]
