"""Broadsheet: the online newspaper in one install."""

__version__ = "0.1.0"
