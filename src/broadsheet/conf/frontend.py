"""Copies the front-end files that the site uses out of `node_modules` into its git-ignored static folder,
and the fonts that invoices are set in into theirs.

The variable fonts keep the weights that the site sets, and the letters of one script each: a page loads two or four of
them, 110 KB at most. Run by `start.py` after the npm packages changed, and when a release is built; knows nothing of Django.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

VENDOR = Path(__file__).resolve().parent.parent / "site" / "static" / "vendor"
SERIF = "@fontsource-variable/source-serif-4/files/source-serif-4-{}-wght-normal.woff2"
SANS = "@fontsource-variable/libre-franklin/files/libre-franklin-{}-wght-normal.woff2"
NASKH = "@fontsource/noto-naskh-arabic/files/noto-naskh-arabic-arabic-{}-normal.woff2"
COPIES = {
    **{f"naskh-{weight}.woff2": NASKH.format(weight) for weight in (400, 700)},
    "photoswipe.js": "photoswipe/dist/photoswipe.esm.min.js",
    "photoswipe.css": "photoswipe/dist/photoswipe.css",
}
# Ğğ İ Şş Ə ə: what Azerbaijani and Turkish need beyond Latin-1, 3 KB where "latin-ext" is 25 to 30.
TURKIC = frozenset({0x11E, 0x11F, 0x130, 0x15E, 0x15F, 0x18F, 0x259})
FACES: dict[str, tuple[str, frozenset[int] | None]] = {
    f"{face}-{script}.woff2": (source.format(package), letters)
    for face, source in (("serif", SERIF), ("sans", SANS))
    for script, package, letters in (
        ("latin", "latin", None),
        ("latin-ext", "latin-ext", None),
        ("turkic", "latin-ext", TURKIC),
        ("cyrillic", "cyrillic", None),
    )
}
WEIGHTS = (400, 800)


FONTS = Path(__file__).resolve().parent.parent / "subscriptions" / "fonts"
# Of the static folder nothing is private; fonts for paper are of no use to a browser.
TYPE = {name: f"dejavu-fonts-ttf/ttf/{name}" for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")}


def missing(vendor: Path = VENDOR, fonts: Path = FONTS) -> list[str]:
    """The names of files that are not there yet."""
    return [
        name
        for folder, files in ((vendor, COPIES), (vendor, FACES), (fonts, TYPE))
        for name in files
        if not (folder / name).is_file()
    ]


def copy(node_modules: Path, vendor: Path = VENDOR, fonts: Path = FONTS) -> int:
    """Make every file, each in one step so that a killed run leaves none half-written. Returns how many.

    Raises `FileNotFoundError` when a package is not installed.
    """
    for folder, files in ((vendor, COPIES), (fonts, TYPE)):
        folder.mkdir(parents=True, exist_ok=True)
        for name, source in files.items():
            part = folder / f".{name}.part"
            shutil.copyfile(node_modules / source, part)
            part.replace(folder / name)
    for name, (source, letters) in FACES.items():
        part = vendor / f".{name}.part"
        slim(node_modules / source, part, letters)
        part.replace(vendor / name)
    return len(COPIES) + len(TYPE) + len(FACES)


def slim(source: Path, target: Path, letters: frozenset[int] | None) -> None:
    """Write a variable font with the weights we set only; of `letters` (code points) only, or of all."""
    font = TTFont(source, recalcTimestamp=False)
    if letters is not None:
        options = Options()
        options.layout_features = ["*"]
        subsetter = Subsetter(options)
        subsetter.populate(unicodes=letters)
        subsetter.subset(font)
    instantiateVariableFont(font, {"wght": WEIGHTS}, inplace=True)
    font.flavor = "woff2"
    font.save(target)


if __name__ == "__main__":
    copy(Path(sys.argv[1]))
