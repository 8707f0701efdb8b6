"""Dates in words, as EDTF: a grammar for English, tables for Azerbaijani, Russian and Arabic, resolved on the dateline."""

from __future__ import annotations

from .edtf import DateMention
from .finding import find_dates

__all__ = ["DateMention", "find_dates"]
