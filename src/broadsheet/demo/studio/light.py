"""The hours of the day as colours: sky from top to horizon, sun, haze and ambient light. Linear-ish RGB, 0..1."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .noise import Field


def rgb(text: str) -> Field:
    """`#c08050` as three floats."""
    return np.array([int(text[i : i + 2], 16) / 255 for i in (1, 3, 5)], np.float32)


@dataclass(frozen=True, slots=True)
class Light:
    """One hour and weather. `sun` is (x, y) in 0..1 of the picture, `glow` how far its light spreads."""

    top: str
    middle: str
    horizon: str
    haze: str
    shade: str
    lit: str
    cloud: str
    sun: tuple[float, float]
    glow: float
    night: float = 0.0


HOURS = {
    "dawn": Light(
        "#3b5878", "#a9a5b4", "#f6c9a0", "#d9b8a8", "#27364a", "#f3c8a2", "#f2b89c", (0.24, 0.60), 0.9
    ),
    "noon": Light(
        "#3f7fb8", "#8fbbdc", "#dbe9ee", "#c2d5de", "#2f4a4c", "#f5efd9", "#ffffff", (0.72, 0.10), 0.4
    ),
    "gold": Light(
        "#5a7fa3", "#d6c3a0", "#f7d9a2", "#e3c79b", "#3a3f3c", "#f9d79a", "#ffe6bd", (0.80, 0.48), 0.9
    ),
    "dusk": Light(
        "#1f2f52", "#6d5d86", "#f08f61", "#b77e7c", "#161d31", "#f4a06e", "#c97a78", (0.68, 0.62), 1.0
    ),
    "night": Light(
        "#060b1a", "#0d1a33", "#233a5a", "#182842", "#05080f", "#7f9cc4", "#1b2a44", (0.30, 0.16), 0.25, 1.0
    ),
    "storm": Light(
        "#2b3138", "#535c63", "#a2a69f", "#858b8a", "#1e2425", "#c8cbbd", "#3a4046", (0.50, 0.70), 0.5
    ),
    "haze": Light(
        "#9fb4bd", "#c6ccc6", "#e8dfcb", "#d5d2c4", "#4b5a57", "#f2e8d0", "#f3efe4", (0.55, 0.40), 0.9
    ),
    "snow": Light(
        "#8e9cab", "#bcc4cc", "#e2e3e4", "#d2d6da", "#3d4854", "#f3f5f7", "#e9edf0", (0.40, 0.35), 0.5
    ),
}
