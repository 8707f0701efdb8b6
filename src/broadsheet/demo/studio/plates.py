"""The catalogue of pictures and how each is made: `catalogue.toml` names a scene, a seed and an hour."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageFilter

from . import abstracts, city, figures, terrain
from .light import HOURS
from .noise import Field

CATALOGUE = Path(__file__).with_name("catalogue.toml")
COPYRIGHT = "The Karvan Courier"


@dataclass(frozen=True, slots=True)
class Plate:
    """One picture of the demo paper: its scene and its words. `focal` is x, y in 0..1."""

    key: str
    scene: str
    seed: int
    hour: str
    alt: str
    caption: str
    credit: str
    place: str = ""
    weather: str = ""
    focal: tuple[float, float] = (0.5, 0.5)
    more: dict[str, Any] = field(default_factory=dict)


@cache
def catalogue() -> dict[str, Plate]:
    """Every plate by its key."""
    raw = tomllib.loads(CATALOGUE.read_text(encoding="utf-8"))
    plates = {}
    for number, (key, entry) in enumerate(raw.items()):
        own = {
            k: entry.pop(k)
            for k in ("scene", "hour", "alt", "caption", "credit", "place", "weather", "seed")
            if k in entry
        }
        focal = tuple(entry.pop("focal", (0.5, 0.5)))
        plates[key] = Plate(
            key=key,
            focal=focal,
            more=entry,
            **{"seed": number + 11, "hour": "noon", "caption": "", "alt": "", **own},
        )
    return plates


def render(key: str, width: int = 1280) -> Image.Image:
    """Draw one plate, 3:2 (portraits square), `width` pixels wide."""
    plate = catalogue()[key]
    if plate.scene == "portrait":
        flags = {name: bool(plate.more.get(name)) for name in ("long_hair", "beard", "glasses", "scarf")}
        return figures.portrait(min(width, 640), plate.seed, **flags)
    height = width * 2 // 3
    rng = np.random.default_rng(plate.seed)
    if plate.scene in ("lines", "bars"):
        more = plate.more
        return figures.chart(
            width,
            height,
            more["title"],
            more["labels"],
            more["rows"],
            more.get("names", []),
            bars=plate.scene == "bars",
            unit=more.get("unit", ""),
        )
    if plate.scene == "map":
        places = [(str(n), float(x), float(y)) for n, x, y in plate.more.get("places", [])]
        route = [(float(x), float(y)) for x, y in plate.more.get("route", [])]
        return figures.relief_map(width, height, rng, plate.more["title"], places, route)
    return _graded(_SCENES[plate.scene](height, width, plate, rng), rng)


def _graded(image: Field, rng: np.random.Generator) -> Image.Image:
    """One film for all: soft shoulder, slight warmth, vignette, grain."""
    h, w, _ = image.shape
    image = np.clip(image, 0, None)
    image = image / (1 + 0.16 * image) * 1.13
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    away = np.hypot((x / w - 0.5) * 1.15, y / h - 0.5)
    image *= (1.03 - 0.34 * np.clip(away - 0.28, 0, 1))[..., None]
    image *= np.array([1.015, 1.0, 0.985], np.float32)
    image += rng.normal(0, 0.011, (h, w, 1)).astype(np.float32)
    out = Image.fromarray((np.clip(image, 0, 1) ** 0.96 * 255).astype(np.uint8))
    return out.filter(ImageFilter.UnsharpMask(1.4, 45, 2))


def _mountains(h: int, w: int, plate: Plate, rng: np.random.Generator) -> Field:
    light = HOURS[plate.hour]
    image = terrain.sky(h, w, light, rng, plate.more.get("clouds", 0.45))
    image = terrain.ridges(
        image,
        light,
        rng,
        0.42,
        plate.more.get("layers", 5),
        plate.more.get("peak", 0.46),
        plate.more.get("snow", 0.6),
        plate.more.get("green", 0.25),
    )
    if plate.more.get("lake"):
        image = terrain.water(image, light, rng, 0.70, 0.85)
    return terrain.weather(image, light, rng, plate.weather)


def _coast(h: int, w: int, plate: Plate, rng: np.random.Generator) -> Field:
    light = HOURS[plate.hour]
    image = terrain.sky(h, w, light, rng, plate.more.get("clouds", 0.6))
    image = (
        terrain.ridges(image, light, rng, 0.47, 3, 0.16, 0.0, 0.35)
        if plate.more.get("hills", True)
        else image
    )
    image = terrain.water(image, light, rng, plate.more.get("horizon", 0.55), plate.more.get("calm", 0.5))
    return terrain.weather(image, light, rng, plate.weather)


def _city(h: int, w: int, plate: Plate, rng: np.random.Generator) -> Field:
    light = HOURS[plate.hour]
    horizon = plate.more.get("horizon", 0.66)
    image = terrain.sky(h, w, light, rng, plate.more.get("clouds", 0.5))
    image = terrain.ridges(image, light, rng, horizon - 0.16, 2, 0.22, plate.more.get("snow", 0.0), 0.2)
    image = city.skyline(image, light, rng, horizon, plate.more.get("tall", 0.4), 3)
    if plate.scene == "harbour":
        image = city.harbour(image, light, rng, horizon)
    image = terrain.water(image, light, rng, horizon, plate.more.get("calm", 0.65))
    return terrain.weather(image, light, rng, plate.weather)


def _plain(h: int, w: int, plate: Plate, rng: np.random.Generator) -> Field:
    light = HOURS[plate.hour]
    horizon = plate.more.get("horizon", 0.58)
    image = terrain.sky(h, w, light, rng, plate.more.get("clouds", 0.7))
    image = terrain.ridges(
        image, light, rng, horizon - 0.13, 3, plate.more.get("peak", 0.14), plate.more.get("snow", 0.0), 0.3
    )
    image = terrain.plain(
        image, light, rng, horizon, plate.more.get("colour", "#b59b57"), plate.more.get("rows", 0.0)
    )
    return terrain.weather(image, light, rng, plate.weather)


Scene = Callable[[int, int, Plate, np.random.Generator], Field]
_SCENES: dict[str, Scene] = {
    "mountains": _mountains,
    "coast": _coast,
    "city": _city,
    "harbour": _city,
    "plain": _plain,
    "facade": lambda h, w, p, r: city.facade(h, w, HOURS[p.hour], r, p.more.get("columns", 8)),
    "stadium": lambda h, w, p, r: city.stadium(h, w, HOURS["night"], r),
    "hall": lambda h, w, p, r: city.hall(h, w, HOURS["night"], r),
    "stars": lambda h, w, p, r: abstracts.stars(h, w, r, p.more.get("dome", True)),
    "planet": lambda h, w, p, r: abstracts.planet(h, w, r, p.more.get("colour", "#c98a55")),
    "cells": lambda h, w, p, r: abstracts.cells(h, w, r, p.more.get("colour", "#2f7f7a")),
    "delta": lambda h, w, p, r: abstracts.delta(h, w, r, p.more.get("flood", 0.0)),
    "books": lambda h, w, p, r: abstracts.books(h, w, HOURS[p.hour], r),
}


def write(key: str, folder: Path) -> Path:
    """Draw one plate into `folder` as JPEG that carries its words as XMP; a file that is there stays."""
    target = folder / f"{key}.jpg"
    if not target.exists():
        part = folder / f".{key}.part"
        render(key).save(part, "JPEG", quality=87, xmp=_xmp(catalogue()[key]), optimize=False)
        part.replace(target)
    return target


def write_all(
    folder: Path, keys: Iterable[str], processes: int = 2, progress: Callable[[int, int], None] | None = None
) -> None:
    """Draw every plate of `keys`; `progress(done, all)` is told after each."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = list(keys)
    with ProcessPoolExecutor(processes) as pool:
        for done, future in enumerate(as_completed([pool.submit(write, key, folder) for key in wanted]), 1):
            future.result()
            if progress:
                progress(done, len(wanted))


def _xmp(plate: Plate) -> bytes:
    def alt(name: str, text: str) -> str:
        return (
            f'<{name}><rdf:Alt><rdf:li xml:lang="x-default">{escape(text)}</rdf:li></rdf:Alt></{name}>'
            if text
            else ""
        )

    return (
        '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"'
        ' xmlns:Iptc4xmpCore="http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/">'
        f"{alt('dc:description', plate.caption)}{alt('dc:rights', COPYRIGHT)}{alt('Iptc4xmpCore:AltTextAccessibility', plate.alt)}"
        f"<dc:creator><rdf:Seq><rdf:li>{escape(plate.credit.split(' / ')[0])}</rdf:li></rdf:Seq></dc:creator>"
        f"<photoshop:Credit>{escape(plate.credit)}</photoshop:Credit><photoshop:City>{escape(plate.place)}</photoshop:City>"
        "</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end='w'?>"
    ).encode()
