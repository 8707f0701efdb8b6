"""Smooth random fields, the stuff that ridges, clouds and waves are made of."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Field = NDArray[np.floating]


def fbm(
    height: int,
    width: int,
    rng: np.random.Generator,
    cells: tuple[int, int],
    octaves: int = 5,
    gain: float = 0.5,
) -> Field:
    """Fractal noise in 0..1 of shape (height, width); `cells` is its coarsest grid (rows, columns)."""
    total = np.zeros((height, width), np.float32)
    weight, norm = 1.0, 0.0
    rows, columns = cells
    for _ in range(octaves):
        grid = rng.random((min(rows, height) + 2, min(columns, width) + 2), np.float32)
        layer = Image.fromarray(grid).resize((width, height), Image.Resampling.BICUBIC)
        total += weight * np.asarray(layer)
        norm += weight
        weight *= gain
        rows, columns = rows * 2, columns * 2
    total /= norm
    low, high = float(total.min()), float(total.max())
    return (total - low) / max(high - low, 1e-6)


def line(width: int, rng: np.random.Generator, cells: int, octaves: int = 7, gain: float = 0.5) -> Field:
    """Fractal noise along one axis, 0..1, shape (width,)."""
    return fbm(2, width, rng, (1, cells), octaves, gain)[0]


def smoothstep(low: float, high: float, x: Field) -> Field:
    """0 below `low`, 1 above `high`, smooth between."""
    t = np.clip((x - low) / (high - low), 0, 1)
    return (t * t * (3 - 2 * t)).astype(np.float32)


def mix(a: Field, b: Field, amount: Field | float) -> Field:
    """Blend colour `b` over `a`."""
    weight = amount[..., None] if isinstance(amount, np.ndarray) and amount.ndim == 2 else amount
    return (a + (b - a) * weight).astype(np.float32)
