"""Reads a saved page, HTML or plain text, one story each."""

from .reader import PageReader

__all__ = ["PageReader"]
