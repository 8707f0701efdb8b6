"""Keeps what the record says true when stories change."""
