"""Reads what Ghost exports: its JSON of stories and members, and its CSV of members."""

from .reader import GhostReader

__all__ = ["GhostReader"]
