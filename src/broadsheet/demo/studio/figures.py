"""Charts, maps and portraits: pictures drawn with a pen rather than grown from noise."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from .noise import fbm, smoothstep

PAPER, INK, SOFT, ACCENT = (250, 247, 240), (28, 32, 36), (150, 148, 142), (11, 82, 99)
SERIES = [(11, 82, 99), (190, 98, 44), (96, 110, 62), (120, 70, 110)]


def _font(size: int, *, bold: bool = False) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    for name in ("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf", "LiberationSans-Regular.ttf"):
        for folder in (
            Path("/usr/share/fonts/truetype/dejavu"),
            Path("/usr/share/fonts/truetype/liberation"),
        ):
            if (folder / name).is_file():
                return ImageFont.truetype(str(folder / name), size)
    return ImageFont.load_default(size)


def chart(
    w: int,
    h: int,
    title: str,
    labels: Sequence[str],
    rows: Sequence[Sequence[float]],
    names: Sequence[str],
    *,
    bars: bool,
    unit: str,
) -> Image.Image:
    """A line or bar chart in the paper's manner: title, thin grid, direct labels."""
    scale = 2
    image = Image.new("RGB", (w * scale, h * scale), PAPER)
    pen = ImageDraw.Draw(image)
    W, H = image.size
    pen.rectangle((W * 0.05, H * 0.062, W * 0.11, H * 0.072), fill=ACCENT)
    pen.text((W * 0.05, H * 0.09), title, font=_font(int(H * 0.052), bold=True), fill=INK)
    pen.text((W * 0.05, H * 0.165), unit, font=_font(int(H * 0.032)), fill=(96, 96, 92))
    left, right, top, base = W * 0.10, W * 0.86, H * 0.26, H * 0.86
    peak = max(max(row) for row in rows) * 1.1
    floor = min(0.0, min(min(row) for row in rows) * 1.1)
    small = _font(int(H * 0.030))

    def at(value: float) -> float:
        return base - (value - floor) / (peak - floor) * (base - top)

    for step in range(5):
        value = floor + (peak - floor) * step / 4
        pen.line((left, at(value), right, at(value)), fill=(224, 219, 208), width=scale)
        pen.text(
            (W * 0.05, at(value) - H * 0.018),
            f"{value:.0f}" if peak > 8 else f"{value:.1f}",
            font=small,
            fill=(96, 96, 92),
        )
    pen.line((left, at(0), right, at(0)), fill=INK, width=scale * 2)
    gap = (right - left) / len(labels)
    for i, label in enumerate(labels):
        if len(labels) <= 8 or i % 2 == 0:
            pen.text(
                (left + gap * (i + 0.5), base + H * 0.02), label, font=small, fill=(96, 96, 92), anchor="ma"
            )
    for k, row in enumerate(rows):
        colour = SERIES[k % len(SERIES)]
        if bars:
            thick = gap * 0.7 / len(rows)
            for i, value in enumerate(row):
                x = left + gap * (i + 0.15) + thick * k
                pen.rectangle(
                    (x, min(at(value), at(0)), x + thick * 0.92, max(at(value), at(0))), fill=colour
                )
        else:
            path = [(left + gap * (i + 0.5), at(value)) for i, value in enumerate(row)]
            pen.line(path, fill=colour, width=scale * 5, joint="curve")
            pen.ellipse((path[-1][0] - 10, path[-1][1] - 10, path[-1][0] + 10, path[-1][1] + 10), fill=colour)
        if names:
            where = (
                (right + W * 0.008, at(row[-1]) - H * 0.018) if not bars else (left + W * 0.16 * k, H * 0.215)
            )
            pen.text(where, names[k], font=_font(int(H * 0.030), bold=True), fill=colour)
    pen.text((W * 0.05, H * 0.945), "Courier Graphics", font=small, fill=(96, 96, 92))
    return image.resize((w, h), Image.Resampling.LANCZOS)


def relief_map(
    w: int,
    h: int,
    rng: np.random.Generator,
    title: str,
    places: Sequence[tuple[str, float, float]],
    route: Sequence[tuple[float, float]],
) -> Image.Image:
    """A shaded map with sea, contour lines, named places and one route."""
    height = fbm(h, w, rng, (3, 4), 6, 0.5)
    x = np.mgrid[0:h, 0:w].astype(np.float32)[1]
    land = height * 0.75 + (0.70 - x / w) * 0.62 + 0.12
    relief = np.clip(0.5 + (height - np.roll(height, (2, 2), (0, 1))) * 26, 0, 1)[..., None]
    low, high = np.array([0.90, 0.89, 0.80], np.float32), np.array([0.72, 0.62, 0.50], np.float32)
    ground = (low + (high - low) * smoothstep(0.45, 0.95, land)[..., None]) * (0.82 + 0.26 * relief)
    sea = smoothstep(0.37, 0.365, land)[..., None]
    image = ground * (1 - sea) + np.array([0.70, 0.81, 0.84], np.float32) * sea
    contour = smoothstep(0.05, 0.0, np.abs((land * 16) % 1.0 - 0.5) * 0.9)[..., None] * (1 - sea)
    image = image * (1 - 0.10 * contour)
    coast = smoothstep(0.012, 0.0, np.abs(land - 0.368))[..., None]
    image = image * (1 - 0.55 * coast) + np.array([0.20, 0.36, 0.42], np.float32) * 0.55 * coast
    out = Image.fromarray((np.clip(image, 0, 1) * 255).astype(np.uint8))
    pen = ImageDraw.Draw(out)
    if route:
        path = [(px * w, py * h) for px, py in route]
        pen.line(path, fill=(255, 255, 255), width=max(8, w // 130), joint="curve")
        pen.line(path, fill=(168, 30, 30), width=max(4, w // 260), joint="curve")
    for name, px, py in places:
        cx, cy = px * w, py * h
        pen.ellipse((cx - 9, cy - 9, cx + 9, cy + 9), fill=(255, 255, 255), outline=INK, width=3)
        pen.text(
            (cx + 18, cy - h * 0.022),
            name,
            font=_font(int(h * 0.036), bold=True),
            fill=INK,
            stroke_width=4,
            stroke_fill=(246, 243, 233),
        )
    pen.rectangle((w * 0.035, h * 0.045, w * 0.095, h * 0.056), fill=ACCENT)
    pen.text(
        (w * 0.035, h * 0.07),
        title,
        font=_font(int(h * 0.048), bold=True),
        fill=INK,
        stroke_width=4,
        stroke_fill=(246, 243, 233),
    )
    return out


SKINS = ["#f0c9a8", "#d9a77f", "#b57f58", "#8a5a3c", "#e6b894", "#c68f66"]
HAIRS = ["#1d1714", "#3b2618", "#6b4526", "#8f8a84", "#c9c4bc", "#221a2a", "#a06a35"]
CLOTHES = ["#27343f", "#6b2430", "#2f4a3b", "#3b3550", "#7a6a50", "#1f2a44"]
GROUNDS = ["#c8d3d2", "#dccfb8", "#c9cbb8", "#d5c3bb", "#bfc9d6", "#d8d4c6"]


def portrait(
    size: int, seed: int, *, long_hair: bool, beard: bool, glasses: bool, scarf: bool
) -> Image.Image:
    """A by-line portrait: flat shapes, soft light from the left."""
    s = size * 2
    skin, hair = SKINS[seed % len(SKINS)], HAIRS[(seed * 3 + 1) % len(HAIRS)]
    cloth, ground = CLOTHES[(seed * 5 + 2) % len(CLOTHES)], GROUNDS[(seed * 7 + 3) % len(GROUNDS)]
    image = Image.new("RGB", (s, s), ground)
    pen = ImageDraw.Draw(image)

    def box(cx: float, cy: float, rx: float, ry: float) -> tuple[float, float, float, float]:
        return (s * (cx - rx), s * (cy - ry), s * (cx + rx), s * (cy + ry))

    face = 0.150 + 0.012 * ((seed * 11) % 3)
    if long_hair:
        pen.ellipse(box(0.5, 0.46, face * 1.52, 0.30), fill=hair)
        pen.rounded_rectangle(box(0.5, 0.62, face * 1.46, 0.20), s * 0.1, fill=hair)
    pen.ellipse(box(0.5, 1.03, 0.37, 0.30), fill=cloth)
    pen.rounded_rectangle(box(0.5, 0.70, 0.068, 0.11), s * 0.05, fill=_shade(skin, 0.80))
    pen.polygon([(s * 0.41, s * 0.755), (s * 0.59, s * 0.755), (s * 0.5, s * 0.90)], fill=_shade(skin, 0.9))
    pen.polygon([(s * 0.40, s * 0.745), (s * 0.5, s * 0.90), (s * 0.37, s * 0.86)], fill=_shade(cloth, 1.25))
    pen.polygon([(s * 0.60, s * 0.745), (s * 0.5, s * 0.90), (s * 0.63, s * 0.86)], fill=_shade(cloth, 1.12))
    for side in (-1, 1):
        pen.ellipse(box(0.5 + side * face * 1.0, 0.47, 0.026, 0.042), fill=_shade(skin, 0.86))
    pen.ellipse(box(0.5, 0.455, face, 0.205), fill=skin)
    if beard:
        pen.chord(box(0.5, 0.50, face * 0.99, 0.170), 5, 175, fill=hair)
        pen.ellipse(box(0.5, 0.535, face * 0.55, 0.050), fill=_shade(skin, 0.98))
        pen.arc(box(0.5, 0.55, face * 0.5, 0.05), 190, 350, fill=hair, width=int(s * 0.014))
    pen.chord(box(0.5, 0.375, face * 1.10, 0.185), 178, 362, fill=hair)
    fringe = 0.30 if seed % 2 else 0.34
    pen.ellipse(box(0.5 + (0.03 if seed % 3 else -0.04), fringe, face * 0.98, 0.085), fill=hair)
    if scarf:
        pen.chord(box(0.5, 0.40, face * 1.28, 0.27), 170, 370, fill=cloth)
        pen.ellipse(box(0.5, 0.465, face * 0.92, 0.175), fill=skin)
        pen.rounded_rectangle(box(0.5, 0.735, 0.20, 0.09), s * 0.08, fill=_shade(cloth, 1.1))
    for side in (-1, 1):
        cx = 0.5 + side * face * 0.42
        pen.ellipse(box(cx, 0.455, 0.022, 0.012), fill="#fbf7f0")
        pen.ellipse(box(cx, 0.455, 0.011, 0.012), fill="#241a14")
        pen.arc(box(cx, 0.432, 0.036, 0.022), 200, 340, fill=_shade(hair, 0.85), width=int(s * 0.009))
        if glasses:
            pen.rounded_rectangle(
                box(cx, 0.457, 0.050, 0.036), s * 0.02, outline="#20242a", width=int(s * 0.007)
            )
    if glasses:
        pen.line(
            (s * (0.5 - 0.018), s * 0.452, s * (0.5 + 0.018), s * 0.452), fill="#20242a", width=int(s * 0.007)
        )
    pen.line(
        [(s * 0.505, s * 0.455), (s * 0.522, s * 0.525), (s * 0.500, s * 0.532)],
        fill=_shade(skin, 0.74),
        width=int(s * 0.008),
        joint="curve",
    )
    pen.arc(box(0.5, 0.565, 0.046, 0.022), 15, 165, fill="#8c3f38", width=int(s * 0.011))
    array = (
        np.asarray(
            image.filter(ImageFilter.GaussianBlur(s * 0.0016)).resize((size, size), Image.Resampling.LANCZOS),
            np.float32,
        )
        / 255
    )
    y, x = np.mgrid[0:size, 0:size].astype(np.float32) / size
    light = (
        1.10
        - 0.30 * smoothstep(0.40, 0.78, x)
        + 0.10 * np.exp(-(((x - 0.38) / 0.2) ** 2 + ((y - 0.36) / 0.25) ** 2))
    )
    grain = np.random.default_rng(seed).normal(0, 0.012, (size, size)).astype(np.float32)
    return Image.fromarray(
        (np.clip(array * light[..., None] + grain[..., None], 0, 1) * 255).astype(np.uint8)
    )


def _shade(ink: str, factor: float) -> tuple[int, int, int]:
    r, g, b = (min(255, int(int(ink[i : i + 2], 16) * factor)) for i in (1, 3, 5))
    return r, g, b
