"""A Stripe-shaped server of our own, for the demo and for tests: nothing leaves the machine and no money moves.

Stripe's official SDK talks to it unchanged. It imports nothing else of ours, and no Django. Reference: docs/reference/sandbox.md.
"""

API_VERSION = "2026-10-28.endive"
"""The API version whose shapes the objects have: the one that stripe 16.x pins."""
