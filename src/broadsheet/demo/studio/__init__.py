"""The programs that draw the demo paper's pictures: landscapes, cities, seas, skies, charts, maps and portraits.

Deterministic: the same plate gives the same picture. numpy and Pillow only; no photograph of anybody else's.
"""

from .plates import Plate, catalogue, render, write_all

__all__ = ["Plate", "catalogue", "render", "write_all"]
