"""Copies the front-end files that the site uses out of `node_modules` into its git-ignored static folder,
and the fonts that invoices are set in into theirs.

Run by `start.py` after the npm packages changed, and when a release is built; knows nothing of Django.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

VENDOR = Path(__file__).resolve().parent.parent / "site" / "static" / "vendor"
SERIF = "@fontsource-variable/source-serif-4/files/source-serif-4-{}-wght-normal.woff2"
SANS = "@fontsource-variable/libre-franklin/files/libre-franklin-{}-wght-normal.woff2"
NASKH = "@fontsource/noto-naskh-arabic/files/noto-naskh-arabic-arabic-{}-normal.woff2"
FILES = {
    **{f"serif-{script}.woff2": SERIF.format(script) for script in ("latin", "latin-ext", "cyrillic")},
    **{f"sans-{script}.woff2": SANS.format(script) for script in ("latin", "latin-ext", "cyrillic")},
    **{f"naskh-{weight}.woff2": NASKH.format(weight) for weight in (400, 700)},
    "photoswipe.js": "photoswipe/dist/photoswipe.esm.min.js",
    "photoswipe.css": "photoswipe/dist/photoswipe.css",
}


FONTS = Path(__file__).resolve().parent.parent / "subscriptions" / "fonts"
# Of the static folder nothing is private; fonts for paper are of no use to a browser.
TYPE = {name: f"dejavu-fonts-ttf/ttf/{name}" for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")}


def missing(vendor: Path = VENDOR, fonts: Path = FONTS) -> list[str]:
    """The names of files that are not there yet."""
    return [
        name
        for folder, files in ((vendor, FILES), (fonts, TYPE))
        for name in files
        if not (folder / name).is_file()
    ]


def copy(node_modules: Path, vendor: Path = VENDOR, fonts: Path = FONTS) -> int:
    """Copy every file, each in one step so that a killed run leaves none half-written. Returns how many.

    Raises `FileNotFoundError` when a package is not installed.
    """
    for folder, files in ((vendor, FILES), (fonts, TYPE)):
        folder.mkdir(parents=True, exist_ok=True)
        for name, source in files.items():
            part = folder / f".{name}.part"
            shutil.copyfile(node_modules / source, part)
            part.replace(folder / name)
    return len(FILES) + len(TYPE)


if __name__ == "__main__":
    copy(Path(sys.argv[1]))
