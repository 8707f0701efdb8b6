"""Skylines, harbours, facades, stadiums, halls: what people built."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from .light import Light, rgb
from .noise import Field, fbm, mix, smoothstep

WINDOW = np.array([1.0, 0.80, 0.48], np.float32)


def _mask(size: tuple[int, int]) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("L", size, 0)
    return image, ImageDraw.Draw(image)


def _array(image: Image.Image) -> Field:
    return np.asarray(image, np.float32) / 255


def skyline(
    image: Field, light: Light, rng: np.random.Generator, horizon: float, tall: float = 0.4, layers: int = 3
) -> Field:
    """Rows of buildings standing on `horizon`, windows lit by the hour."""
    h, w, _ = image.shape
    lit_share = 0.55 if light.night > 0.5 else 0.32 if light.glow > 0.85 else 0.05
    for layer in range(layers):
        depth = layer / max(layers - 1, 1)
        body, pen = _mask((w, h))
        glow, lamp = _mask((w, h))
        side, face = _mask((w, h))
        x = -20.0
        base = int(h * horizon) + 2
        while x < w:
            width = int(rng.integers(int(w * 0.018), int(w * 0.05)) * (0.6 + 0.7 * depth))
            centre = 1 - abs((x + width / 2) / w - 0.55) * 1.1
            height = int(
                h
                * tall
                * (0.25 + 0.75 * rng.random() ** 1.8)
                * (0.45 + 0.65 * max(centre, 0.1))
                * (1.0 - 0.30 * depth)
            )
            top = base - height
            pen.rectangle((x, top, x + width, base), fill=255)
            face.rectangle((x + width * 0.62, top, x + width, base), fill=150)
            if rng.random() < 0.18:
                pen.rectangle(
                    (x + width * 0.46, top - height * 0.22, x + width * 0.46 + max(2, width * 0.05), top),
                    fill=255,
                )
            if rng.random() < 0.10:
                pen.pieslice((x, top - width * 0.5, x + width, top + width * 0.5), 180, 360, fill=255)
            cell = max(5, int(w * 0.0052 * (0.7 + 0.6 * depth)))
            for row in range(top + cell, base - cell, cell + 2):
                for column in range(int(x) + 3, int(x + width) - cell // 2, cell):
                    if rng.random() < lit_share:
                        lamp.rectangle(
                            (column, row, column + cell // 2, row + cell // 2),
                            fill=int(90 + 165 * rng.random()),
                        )
            x += width + rng.integers(-4, int(w * 0.012))
        inside = _array(body)
        shade = rgb(light.shade) * (0.8 + 0.5 * (1 - depth)) * np.ones_like(image)
        shade = shade + (_array(side) * 0.22)[..., None] * rgb(light.lit)
        hazy = mix(shade.astype(np.float32), rgb(light.haze) * np.ones_like(image), 0.62 * (1 - depth))
        image = mix(image, hazy, inside)
        windows = _array(glow)
        bloom = _array(glow.filter(ImageFilter.GaussianBlur(w * 0.004)))
        image = image + windows[..., None] * WINDOW * 0.95 + bloom[..., None] * WINDOW * 0.8
    return image


def harbour(image: Field, light: Light, rng: np.random.Generator, horizon: float) -> Field:
    """Cranes and ships in silhouette on the waterline."""
    h, w, _ = image.shape
    body, pen = _mask((w, h))
    base = int(h * horizon) + 3
    for place in (0.10, 0.23, 0.37, 0.78, 0.90):
        x, tall = int(w * (place + rng.normal(0, 0.01))), int(h * (0.24 + 0.10 * rng.random()))
        leg, beam = int(w * 0.022), int(w * 0.085)
        thin = max(3, w // 380)
        for dx in (0, leg):
            pen.line((x + dx, base, x + dx, base - tall), fill=255, width=thin)
        for step in range(1, 4):
            pen.line(
                (x, base - tall * step // 4, x + leg, base - tall * (step - 1) // 4),
                fill=255,
                width=max(1, thin // 2),
            )
        pen.line((x - beam, base - tall, x + leg + beam // 3, base - tall), fill=255, width=thin + 1)
        pen.line(
            (x + leg // 2, base - tall - tall // 4, x - beam, base - tall), fill=255, width=max(1, thin // 2)
        )
        pen.line(
            (x + leg // 2, base - tall - tall // 4, x + leg + beam // 3, base - tall),
            fill=255,
            width=max(1, thin // 2),
        )
        pen.line((x + leg // 2, base - tall - tall // 4, x + leg // 2, base - tall), fill=255, width=thin)
        pen.line((x - beam // 2, base - tall, x - beam // 2, base - tall // 2), fill=255, width=1)
    left, right = int(w * 0.42), int(w * 0.76)
    pen.polygon(
        [
            (left, base - h * 0.05),
            (right, base - h * 0.05),
            (right - w * 0.02, base),
            (left + w * 0.02, base),
        ],
        fill=255,
    )
    x = left + w * 0.03
    while x < right - w * 0.08:
        for level in range(int(rng.integers(1, 5))):
            pen.rectangle(
                (
                    x,
                    base - h * (0.05 + 0.026 * (level + 1)),
                    x + w * 0.026,
                    base - h * (0.052 + 0.026 * level),
                ),
                fill=int(200 + 55 * rng.random()),
            )
        x += w * 0.0275
    pen.rectangle((right - w * 0.06, base - h * 0.19, right - w * 0.03, base - h * 0.05), fill=255)
    dark = mix(rgb(light.shade) * np.ones_like(image), rgb(light.haze) * np.ones_like(image), 0.12)
    return mix(image, dark, _array(body))


def facade(h: int, w: int, light: Light, rng: np.random.Generator, columns: int = 8) -> Field:
    """A public building of columns in slanting light."""
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    y, x = y / h, x / w
    stone = np.array([0.80, 0.75, 0.66], np.float32) * (0.86 + 0.14 * fbm(h, w, rng, (40, 60), 4)[..., None])
    pitch = (x * columns) % 1.0
    shaft = np.abs(pitch - 0.5) < 0.24
    around = (pitch - 0.26) / 0.48
    side = light.sun[0] > 0.5
    lit = np.clip(
        np.sin(np.clip(around, 0, 1) * np.pi) * 0.75 + ((around if side else 1 - around) - 0.5) * 0.75,
        0.05,
        1.1,
    )
    flutes = 0.90 + 0.10 * np.cos(around * np.pi * 14)
    behind = 0.16 + 0.10 * (1 - y)
    value = np.where(shaft, lit * flutes, behind)
    warm = 0.35 + 0.75 * rgb(light.lit)
    image = stone * value[..., None] * warm
    top = smoothstep(0.265, 0.255, y) * np.ones_like(x)
    bands = 0.74 + 0.16 * np.cos(y * 150) * (y < 0.25) - 0.26 * smoothstep(0.05, 0.0, np.abs(y - 0.235))
    image = mix(image.astype(np.float32), (stone * bands[..., None] * warm).astype(np.float32), top)
    gable = y < 0.13 - 0.13 * np.clip(1 - np.abs(x - 0.5) / 0.62, 0, 1)
    back = rgb(light.middle) * np.ones_like(image)
    image = mix(image, back.astype(np.float32), gable.astype(np.float32))
    steps = smoothstep(0.86, 0.865, y)
    treads = 0.50 + 0.42 * (((y - 0.86) * 46) % 1.0) + 0.1 * fbm(h, w, rng, (10, 60), 3)
    image = mix(image, (stone * treads[..., None] * warm).astype(np.float32), steps)
    shadow = smoothstep(0.0, 0.7, (x if side else 1 - x) * 0.9 + y * 0.5 - 0.35)
    image *= (0.42 + 0.62 * shadow)[..., None]
    if light.night > 0.5:
        up = np.exp(-np.abs(pitch - 0.5) * 3.2) * np.exp(-(0.9 - y) * 1.1)
        image = image * 0.30 + up[..., None] * np.array([1.0, 0.78, 0.48], np.float32) * 0.55 * stone
    return image.astype(np.float32)


def stadium(h: int, w: int, light: Light, rng: np.random.Generator) -> Field:
    """A pitch under floodlights, from high in the stand."""
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    y, x = y / h, x / w - 0.5
    image = mix(rgb("#070b14") * np.ones((h, w, 3), np.float32), rgb("#1d3050"), smoothstep(0.0, 0.35, y))
    crowd = rng.random((h, w), np.float32)
    tint = np.stack([crowd, np.roll(crowd, 3, 1), np.roll(crowd, 7, 0)], -1) ** 2 * np.array(
        [0.62, 0.5, 0.5], np.float32
    )
    stands = smoothstep(0.24, 0.25, y - 0.05 * x * x)
    rowing = 0.55 + 0.45 * ((y * 90) % 1.0)
    image = mix(image, (0.05 + tint * rowing[..., None]).astype(np.float32), stands)
    depth = np.clip((y - 0.50) / 0.5, 0.001, 1)
    edge = 0.30 + 0.42 * depth
    pitch = (smoothstep(0.498, 0.502, y) * smoothstep(0.004, 0.0, np.abs(x) - edge)).astype(np.float32)
    lane = (np.floor((1 / (depth + 0.28)) * 5.2) % 2)[..., None]
    green = (
        np.array([0.16, 0.44, 0.17], np.float32)
        * (0.92 + 0.16 * lane)
        * (0.9 + 0.2 * fbm(h, w, rng, (120, 80), 2)[..., None])
    )
    glow = 0.55 + 0.85 * np.exp(-(((x) / 0.5) ** 2)) * (1 - 0.35 * depth)
    image = mix(image, (green * glow[..., None]).astype(np.float32), pitch)
    for where in (0.505, 0.66):
        image = mix(
            image, np.full_like(image, 0.85), smoothstep(0.0022, 0.0005, np.abs(y - where)) * pitch * 0.8
        )
    ring = np.abs(np.hypot(x / 0.16, (y - 0.66) / 0.075) - 1)
    image = mix(image, np.full_like(image, 0.85), smoothstep(0.028, 0.01, ring) * pitch * 0.8)
    for cx in (-0.42, -0.15, 0.15, 0.42):
        away = np.hypot((x - cx) * 1.5, y - 0.11)
        image += (
            smoothstep(0.03, 0.012, away)
            + np.exp(-away * 11) * 0.75
            + np.exp(-np.abs(y - 0.11) * 90) * np.exp(-np.abs(x - cx) * 9) * 0.5
        )[..., None] * np.array([0.92, 0.97, 1.0], np.float32)
    players = Image.new("RGB", (w, h))
    pen = ImageDraw.Draw(players)
    for number in range(20):
        d = float(rng.random())
        py = 0.53 + 0.4 * d
        px = (rng.random() - 0.5) * (0.5 + 0.6 * d) + 0.5
        tall = h * (0.026 + 0.040 * d)
        kit = (214, 44, 40) if number % 2 else (238, 238, 230)
        cx, cy = px * w, py * h
        pen.ellipse((cx - tall * 0.5, cy + tall * 0.46, cx + tall * 0.9, cy + tall * 0.56), fill=(12, 40, 14))
        pen.rectangle((cx - tall * 0.13, cy - tall * 0.25, cx + tall * 0.13, cy + tall * 0.15), fill=kit)
        pen.line(
            (cx - tall * 0.06, cy + tall * 0.1, cx - tall * 0.16, cy + tall * 0.5),
            fill=(30, 26, 24),
            width=max(2, int(tall * 0.1)),
        )
        pen.line(
            (cx + tall * 0.06, cy + tall * 0.1, cx + tall * 0.14, cy + tall * 0.5),
            fill=(30, 26, 24),
            width=max(2, int(tall * 0.1)),
        )
        pen.ellipse(
            (cx - tall * 0.1, cy - tall * 0.46, cx + tall * 0.1, cy - tall * 0.25), fill=(150, 104, 78)
        )
    drawn = np.asarray(players.filter(ImageFilter.GaussianBlur(0.7)), np.float32) / 255
    return mix(image, drawn, (drawn.max(-1) > 0.05).astype(np.float32))


def hall(h: int, w: int, light: Light, rng: np.random.Generator) -> Field:
    """A chamber of curved benches seen from the gallery: parliament, concert hall, lecture theatre."""
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    y, x = y / h, x / w - 0.5
    r = np.hypot(x * 1.25, (y - 1.04) * 1.7)
    angle = np.arctan2(x * 1.25, 1.04 - y)
    rows = (r * 15) % 1.0
    wood = rgb("#6b3d22") * (0.75 + 0.35 * fbm(h, w, rng, (120, 12), 4)[..., None])
    seats = smoothstep(0.30, 0.36, rows) * smoothstep(0.92, 0.86, rows)
    seat = (np.floor(angle * (10 + np.floor(r * 15) * 2.2)) % 2)[..., None]
    leather = rgb("#7a1f22") * (0.65 + 0.25 * seat) * (0.5 + 0.6 * (1 - rows[..., None]))
    image = mix((wood * (0.4 + 0.5 * rows[..., None])).astype(np.float32), leather.astype(np.float32), seats)
    aisle = smoothstep(0.035, 0.028, np.abs((angle * 1.6 + 0.5) % 1.0 - 0.5))
    image = mix(image, (rgb("#b9a27c") * np.ones_like(image) * 0.7).astype(np.float32), aisle)
    wall = smoothstep(1.30, 1.34, r)
    panels = 0.30 + 0.18 * (np.abs(((angle * 9) % 1.0) - 0.5) > 0.06)
    image = mix(image, (rgb("#c9a46c") * panels[..., None]).astype(np.float32), wall)
    pool = np.exp(-((x / 0.42) ** 2 + ((y - 0.62) / 0.36) ** 2))
    image *= (0.30 + 1.15 * pool)[..., None]
    for cx in np.linspace(-0.42, 0.42, 9):
        away = np.hypot(x - cx, (y - 0.05 - 0.16 * cx * cx) * 0.9)
        image += (np.exp(-away * 34) * 0.9)[..., None] * np.array([1.0, 0.86, 0.62], np.float32)
    return image.astype(np.float32)
