"""Skies, ridges, water, plains and rows: the country."""

from __future__ import annotations

import numpy as np
from PIL import Image

from .light import Light, rgb
from .noise import Field, fbm, line, mix, smoothstep


def sky(h: int, w: int, light: Light, rng: np.random.Generator, clouds: float = 0.5) -> Field:
    """A sky that fills the picture; clouds 0..1."""
    y = np.linspace(0, 1, h, dtype=np.float32)[:, None] * np.ones((1, w), np.float32)
    x = np.linspace(0, 1, w, dtype=np.float32)[None, :] * np.ones((h, 1), np.float32)
    image = mix(
        mix(rgb(light.top) * np.ones((h, w, 3), np.float32), rgb(light.middle), smoothstep(0.0, 0.42, y)),
        rgb(light.horizon),
        smoothstep(0.25, 0.72, y),
    )
    away = np.hypot((x - light.sun[0]) * 1.5, y - light.sun[1])
    if light.night < 0.5:
        image += (np.exp(-away * 5.0) * 0.45 * light.glow)[..., None] * rgb(light.lit)
    if clouds > 0:
        field = fbm(h, w, rng, (6, 3), 6, 0.55) * 0.75 + fbm(h, w, rng, (14, 4), 4) * 0.25
        field = np.clip(field - np.clip((y - 0.65) * 1.5, 0, 1), 0, 1)
        cover = smoothstep(0.68 - 0.35 * clouds, 0.98 - 0.25 * clouds, field)
        relief = np.clip((field - np.roll(field, (int(h * 0.02), int(w * 0.012)), (0, 1))) * 7 + 0.5, 0, 1)
        bright = rgb(light.cloud) * (0.62 + 0.5 * relief[..., None]) + (np.exp(-away * 3.5) * 0.35)[
            ..., None
        ] * rgb(light.lit)
        image = mix(image, bright.astype(np.float32), cover * 0.92)
    if light.night > 0.5:
        stars = rng.random((h, w), np.float32)
        faint = smoothstep(0.9990, 1.0, stars) * (1 - y) * rng.random((h, w), np.float32)
        image += faint[..., None] * 0.9
        moon = smoothstep(0.034, 0.030, away / 1.0)
        image = mix(image, np.array([0.93, 0.94, 0.9], np.float32) * np.ones_like(image), moon)
        image += (np.exp(-away * 7) * 0.22)[..., None] * rgb(light.lit)
    return image


def ridges(
    image: Field,
    light: Light,
    rng: np.random.Generator,
    horizon: float,
    layers: int = 5,
    peak: float = 0.42,
    snow: float = 0.0,
    green: float = 0.3,
) -> Field:
    """Ranges of hills or mountains, far ones in haze, near ones in shade and texture."""
    h, w, _ = image.shape
    rows = np.arange(h, dtype=np.float32)[:, None]
    for layer in range(layers):
        depth = layer / max(layers - 1, 1)
        base = horizon + (1.0 - horizon) * depth**1.6 * 0.75
        height = peak * (1 - 0.62 * depth) * h
        shape = line(w, rng, 3 + layer * 2, 8, 0.48 if snow else 0.42)
        if snow and layer < 3:
            shape = 1 - np.abs(2 * shape - 1)
        top = (base * h + height * 0.18) - shape * height
        inside = smoothstep(-0.8, 0.8, rows - top[None, :])
        texture = fbm(h, w, rng, (4 + 4 * layer, 5 + 4 * layer), 6, 0.5)
        slope = np.gradient(top)[None, :]
        lean = np.clip(
            0.5
            + (texture - np.roll(texture, (int(h * 0.004), int(w * 0.006)), (0, 1))) * 9 * (0.7 + 0.5 * depth)
            - np.clip(slope, -3, 3) * 0.03 * (1 if light.sun[0] > 0.5 else -1),
            0,
            1,
        )
        earth = mix(
            rgb(light.shade) * np.ones((h, w, 3), np.float32),
            rgb("#5f6f43") * (0.35 + 0.65 * rgb(light.lit)),
            green * (0.5 + 0.5 * depth),
        )
        colour = earth * (0.55 + 0.45 * texture[..., None]) + lean[..., None] * rgb(light.lit) * 0.30 * (
            1 - 0.45 * depth
        )
        if snow and layer < 4:
            line_of_snow = top.min() + height * (0.30 + 0.55 * snow)
            white = smoothstep(
                height * 0.25, -height * 0.2, rows - line_of_snow + (texture - 0.5) * height * 0.7
            )
            colour = mix(
                colour,
                (rgb(light.lit) * 0.35 + 0.58) * (0.55 + 0.5 * lean[..., None]),
                white * (0.92 - 0.2 * depth),
            )
        air = (1 - depth) ** 1.25 * 0.86
        colour = mix(colour, rgb(light.haze) * np.ones_like(colour), air)
        foot = np.clip((rows - top[None, :]) / (height * 0.9), 0, 1)
        colour = mix(colour, rgb(light.haze) * np.ones_like(colour), foot * 0.42 * (1 - depth))
        image = mix(image, colour, inside)
    return image


def water(image: Field, light: Light, rng: np.random.Generator, horizon: float, calm: float = 0.6) -> Field:
    """Everything below `horizon` becomes water that mirrors what is above it."""
    h, w, _ = image.shape
    at = int(horizon * h)
    deep = h - at
    above = image[max(0, at - deep) : at][::-1]
    if above.shape[0] < deep:
        above = np.concatenate([above, np.repeat(above[-1:], deep - above.shape[0], 0)])
    near = np.linspace(0, 1, deep, dtype=np.float32)[:, None]
    swell = fbm(deep, w, rng, (max(8, int(70 * (1.2 - calm))), 5), 5, 0.6) - 0.5
    shift = (swell * (6 + 90 * near) * (1.25 - calm)).astype(int)
    columns = np.clip(np.arange(w)[None, :] + shift, 0, w - 1)
    rows = np.clip(np.arange(deep)[:, None] + (shift // 3), 0, deep - 1)
    mirror = above[rows, columns]
    mirror = mix(
        mirror * 0.82,
        rgb(light.shade) * np.ones_like(mirror),
        0.18 + 0.42 * near * np.ones((1, w), np.float32),
    )
    glints = smoothstep(0.16, 0.34, swell) * np.exp(
        -(((np.linspace(0, 1, w)[None, :] - light.sun[0]) / (0.05 + 0.22 * near)) ** 2)
    )
    mirror = mirror + (glints * 0.8 * light.glow)[..., None].astype(np.float32) * rgb(light.lit)
    image = image.copy()
    image[at:] = mirror
    return image


def plain(
    image: Field,
    light: Light,
    rng: np.random.Generator,
    horizon: float,
    colour: str = "#b59b57",
    rows: float = 0.0,
) -> Field:
    """Grassland or fields; `rows` 0..1 draws vines or furrows running to the horizon."""
    h, w, _ = image.shape
    at = int(horizon * h)
    deep = h - at
    near = np.linspace(0.002, 1, deep, dtype=np.float32)[:, None] * np.ones((1, w), np.float32)
    grass = fbm(deep, w, rng, (60, 40), 4, 0.7)
    blades = fbm(deep, w, rng, (26, 160), 3, 0.6)
    ground = (
        rgb(colour)
        * (0.30 + 0.75 * (0.35 * grass + 0.65 * blades * near + 0.35 * (1 - near)))[..., None]
        * (0.4 + 0.7 * rgb(light.lit))
    )
    if rows:
        x = (np.linspace(-1, 1, w, dtype=np.float32)[None, :] - 0.15) / (near + 0.05)
        bands = 0.5 + 0.5 * np.sin(x * 16 + (grass - 0.5) * 1.6)
        crop = smoothstep(0.45, 0.75, bands)
        leaf = rgb("#4d6b2c") * (0.35 + 0.9 * blades[..., None]) * (0.4 + 0.7 * rgb(light.lit))
        ground = mix(ground, leaf.astype(np.float32), crop * rows)
        ground += (smoothstep(0.72, 0.95, bands) * blades * 0.35)[..., None] * rgb(light.lit) * rows
    ground = mix(ground.astype(np.float32), rgb(light.haze) * np.ones_like(ground), np.exp(-near * 9) * 0.85)
    image = image.copy()
    image[at:] = ground
    return image


def weather(image: Field, light: Light, rng: np.random.Generator, kind: str) -> Field:
    """Rain, snow or fog over the whole picture."""
    h, w, _ = image.shape
    if kind == "snow":
        flakes = np.zeros((h, w), np.float32)
        for size, count in ((1, 2600), (2, 900), (4, 160)):
            ys, xs = rng.integers(0, h - size, count), rng.integers(0, w - size, count)
            for dy in range(size):
                for dx in range(size):
                    flakes[ys + dy, xs + dx] = np.maximum(
                        flakes[ys + dy, xs + dx], 0.85 if size < 4 else 0.35
                    )
        return mix(image, np.ones_like(image), flakes)
    if kind == "rain":
        streaks = rng.random((h // 26 + 2, w), np.float32)
        long = np.asarray(Image.fromarray(streaks).resize((w, h), Image.Resampling.BILINEAR))
        return mix(
            image * 0.94, np.ones_like(image) * rgb(light.haze) * 1.15, smoothstep(0.86, 1.0, long) * 0.30
        )
    if kind == "fog":
        y = np.linspace(0, 1, h, dtype=np.float32)[:, None]
        veil = fbm(h, w, rng, (5, 3), 5) * np.exp(-(((y - 0.68) / 0.26) ** 2))
        return mix(image, rgb(light.haze) * np.ones_like(image), np.clip(veil * 1.15, 0, 0.9))
    return image
