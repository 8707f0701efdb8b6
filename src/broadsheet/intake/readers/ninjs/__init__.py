"""IPTC's News in JSON, 1.x to 3.x."""

from .reader import NinjsReader

__all__ = ["NinjsReader"]
