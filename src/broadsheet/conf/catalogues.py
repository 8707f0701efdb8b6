"""Compiles our message catalogues (`.po` → `.mo`) with Babel, so that no gettext tools are needed."""

from __future__ import annotations

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

PACKAGE = Path(__file__).resolve().parent.parent


def compile_all(package: Path = PACKAGE) -> int:
    """Compile every catalogue below `package`. Returns how many."""
    sources = sorted(package.glob("**/locale/*/LC_MESSAGES/*.po"))
    for source in sources:
        with source.open("rb") as file:
            catalogue = read_po(file, locale=source.parent.parent.name)
        part = source.with_suffix(".mo.part")
        with part.open("wb") as file:
            write_mo(file, catalogue)
        part.replace(source.with_suffix(".mo"))
    return len(sources)


if __name__ == "__main__":
    compile_all()
