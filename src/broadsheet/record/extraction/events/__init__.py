"""Events: what the triggers of a sentence tell of, when, where, who took part, and what became of it."""

from __future__ import annotations

from .finding import find_events

__all__ = ["find_events"]
