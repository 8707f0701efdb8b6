"""Stars, planets, cells, satellite views, pages: science and culture seen close or far."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from .light import Light, rgb
from .noise import Field, fbm, mix, smoothstep


def stars(h: int, w: int, rng: np.random.Generator, dome: bool = True) -> Field:
    """The Milky Way over an observatory."""
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    y, x = y / h, x / w
    image = mix(rgb("#02040c") * np.ones((h, w, 3), np.float32), rgb("#16294a"), smoothstep(0.25, 1.0, y))
    across = (y - 0.42) * 0.75 + (x - 0.45) * 0.66
    cloud = fbm(h, w, rng, (7, 8), 6, 0.6)
    band = np.exp(-((across / 0.14) ** 2)) * (0.35 + 0.9 * cloud)
    dust = smoothstep(0.48, 0.75, fbm(h, w, rng, (9, 10), 6, 0.62)) * np.exp(-((across / 0.06) ** 2))
    image += (band * 0.55)[..., None] * np.array([0.72, 0.66, 0.80], np.float32)
    image *= (1 - 0.75 * dust)[..., None]
    chance = rng.random((h, w), np.float32)
    small = smoothstep(0.9975 - 0.0030, 1.0, chance - 0.0022 * (1 - band)) * rng.random((h, w), np.float32)
    image += small[..., None]
    big = np.zeros((h, w), np.float32)
    ys, xs = rng.integers(3, h - 3, 170), rng.integers(3, w - 3, 170)
    big[ys, xs] = 255
    soft = (
        np.asarray(Image.fromarray(big.astype(np.uint8)).filter(ImageFilter.GaussianBlur(1.6)), np.float32)
        / 22
    )
    image += soft[..., None] * np.array([0.9, 0.95, 1.0], np.float32)
    image += (np.exp(-(1 - y) * 9) * 0.34)[..., None] * rgb("#e0a36a")
    ground = Image.new("L", (w, h))
    pen = ImageDraw.Draw(ground)
    ridge = h * (0.86 + 0.05 * fbm(2, w, rng, (1, 5), 6)[0])
    pen.polygon([(0, h), *((i, float(ridge[i])) for i in range(0, w, 3)), (w, h)], fill=255)
    if dome:
        for cx, size in ((0.70, 0.13), (0.85, 0.07)):
            r = w * size / 2
            cy = h * 0.865
            pen.pieslice((cx * w - r, cy - r, cx * w + r, cy + r), 180, 360, fill=255)
            pen.rectangle((cx * w - r, cy, cx * w + r, h), fill=255)
            pen.polygon(
                [
                    (cx * w - r * 0.12, cy - r * 1.02),
                    (cx * w + r * 0.16, cy - r * 1.02),
                    (cx * w + r * 0.10, cy - r * 0.35),
                    (cx * w - r * 0.06, cy - r * 0.35),
                ],
                fill=120,
            )
    mask = np.asarray(ground, np.float32) / 255
    return mix(image, rgb("#05070b") * np.ones_like(image), mask)


def planet(h: int, w: int, rng: np.random.Generator, colour: str = "#c98a55") -> Field:
    """A banded planet, half in shadow, with a moon."""
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    x, y = (x - w * 0.56) / h, (y - h * 0.52) / h
    image: Field = np.zeros((h, w, 3), np.float32) + rgb("#04060b")
    image += (smoothstep(0.9985, 1.0, rng.random((h, w), np.float32)) * 0.8)[..., None]
    for cx, cy, radius, tint in ((0.0, 0.0, 0.37, colour), (-0.66, -0.24, 0.055, "#b8b2a6")):
        dx, dy = (x - cx) / radius, (y - cy) / radius
        r2 = dx * dx + dy * dy
        z = np.sqrt(np.clip(1 - r2, 0, 1))
        latitude = dy + 0.10 * fbm(h, w, rng, (5, 3), 5)
        bands = (
            0.5 + 0.5 * np.sin(latitude * 21 + 4 * fbm(h, w, rng, (3, 4), 6, 0.6))
            if radius > 0.1
            else fbm(h, w, rng, (50, 70), 4)
        )
        day = np.clip(-0.75 * dx - 0.35 * dy + 0.55 * z, 0.008, 1)
        body = rgb(tint) * (0.55 + 0.6 * bands[..., None]) * day[..., None] * 1.25
        image = mix(image, body.astype(np.float32), smoothstep(1.0, 0.985, r2))
        rim = np.exp(-np.abs(np.sqrt(r2) - 1) * 30) * (day > 0.05)
        image += (rim * 0.18)[..., None] * np.array([0.6, 0.75, 1.0], np.float32)
    return image


def cells(h: int, w: int, rng: np.random.Generator, colour: str = "#2f7f7a") -> Field:
    """A stained section under the microscope."""
    count = 190
    points = rng.random((count, 2)).astype(np.float32) * np.array([1.0, w / h], np.float32)
    small = (h // 3, w // 3)
    y, x = np.mgrid[0 : small[0], 0 : small[1]].astype(np.float32)
    y, x = y / small[0], x / small[0]
    warp = fbm(*small, rng, (6, 9), 4) * 0.05
    first = np.full(small, 9.0, np.float32)
    second = first.copy()
    owner = np.zeros(small, int)
    for i, (py, px) in enumerate(points):
        d = np.hypot(y - py + warp, x - px + warp)
        nearer = d < first
        second = np.where(nearer, first, np.minimum(second, d))
        owner = np.where(nearer, i, owner)
        first = np.minimum(first, d)
    wall = smoothstep(0.012, 0.002, second - first)
    core = smoothstep(0.022, 0.014, first)
    tint = rng.random(count).astype(np.float32)[owner]
    image = mix(rgb("#f3e7ea") * np.ones((*small, 3), np.float32), rgb(colour), 0.25 + 0.45 * tint)
    image = mix(image, rgb("#5b2352"), core * 0.85)
    image = mix(image, rgb("#2d1a3a"), wall * 0.7)
    image *= (0.86 + 0.2 * fbm(*small, rng, (60, 80), 3))[..., None]
    out = Image.fromarray((np.clip(image, 0, 1) * 255).astype(np.uint8)).resize(
        (w, h), Image.Resampling.BICUBIC
    )
    return (np.asarray(out, np.float32) / 255) ** 1.15


def delta(h: int, w: int, rng: np.random.Generator, flood: float = 0.0) -> Field:
    """Coast, river and fields from orbit."""
    height = fbm(h, w, rng, (3, 4), 7, 0.52)
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    y, x = y / h, x / w
    land = height * 0.8 + (0.62 - x) * 0.75 + 0.15
    sea = smoothstep(0.36 + flood * 0.08, 0.34 + flood * 0.08, land)
    relief = np.clip(0.5 + (height - np.roll(height, (2, 3), (0, 1))) * 22, 0, 1)
    plots = fbm(h // 24, w // 24, rng, (h // 24, w // 24), 1)
    fields = np.asarray(Image.fromarray(plots).resize((w, h), Image.Resampling.NEAREST))
    ground = mix(rgb("#6f7548") * np.ones((h, w, 3), np.float32), rgb("#b79f6a"), fields)
    ground = mix(ground, rgb("#7a6a55"), smoothstep(0.62, 0.85, land))
    ground = mix(ground, rgb("#efefed"), smoothstep(0.90, 1.0, land))
    ground *= (0.55 + 0.75 * relief)[..., None]
    bed = 0.48 + 0.09 * np.sin(x * 9 + 2 * fbm(2, w, rng, (1, 6), 5)[0][None, :]) + 0.05 * np.sin(x * 23)
    river = smoothstep(0.011 + 0.05 * flood, 0.004 + 0.03 * flood, np.abs(y - bed)) * (x < 0.86)
    silt = np.exp(-np.clip(0.36 - land, 0, 1) * 16)
    water = mix(rgb("#0c2b45") * np.ones_like(ground), rgb("#3f7f86"), silt)
    image = mix(ground, water, sea)
    image = mix(image, rgb("#7c6a4b") if flood else rgb("#2a5a6c"), river * (1 - sea))
    cover = smoothstep(0.66, 0.9, fbm(h, w, rng, (4, 5), 7, 0.6))
    shade = np.roll(cover, (int(h * 0.012), int(w * 0.010)), (0, 1))
    return mix(image * (1 - 0.35 * shade)[..., None], np.ones_like(image) * 0.97, cover * 0.9)


def books(h: int, w: int, light: Light, rng: np.random.Generator) -> Field:
    """Spines on a shelf in window light."""
    image = Image.new("RGB", (w, h), (38, 28, 22))
    pen = ImageDraw.Draw(image)
    inks = [
        "#7a2e26",
        "#294a52",
        "#8a6a33",
        "#3a3f36",
        "#b39b74",
        "#51324a",
        "#1f3a5a",
        "#6d6b5f",
        "#92482c",
        "#d0c2a4",
    ]
    for shelf in range(3):
        base = int(h * (0.34 + 0.33 * shelf))
        x = -6.0
        while x < w:
            width = int(w * (0.012 + 0.026 * rng.random()))
            tall = int(h * (0.20 + 0.085 * rng.random()))
            ink = inks[int(rng.integers(len(inks)))]
            pen.rectangle((x, base - tall, x + width - 2, base), fill=ink)
            pen.rectangle(
                (x, base - tall, x + width * 0.22, base), fill=tuple(int(c * 215) for c in rgb(ink))
            )
            for band in rng.random(2):
                yy = base - tall * (0.12 + 0.72 * band)
                pen.rectangle((x + 3, yy, x + width - 5, yy + 3), fill=(206, 178, 116))
            x += width
        pen.rectangle((0, base, w, base + int(h * 0.022)), fill=(86, 58, 38))
        pen.rectangle((0, base + int(h * 0.022), w, base + int(h * 0.03)), fill=(30, 20, 14))
    array = np.asarray(image.filter(ImageFilter.GaussianBlur(0.8)), np.float32) / 255
    y, x2 = np.mgrid[0:h, 0:w].astype(np.float32)
    beam = smoothstep(0.0, 1.0, 1.1 - np.abs(x2 / w - 0.15 - 0.5 * y / h) * 1.9)
    return (
        array
        * (0.35 + 1.05 * beam[..., None] * (0.4 + 0.7 * rgb(light.lit)))
        * (0.92 + 0.1 * fbm(h, w, rng, (90, 130), 3)[..., None])
    ).astype(np.float32)
