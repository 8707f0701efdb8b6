"""Which folders of the server wires may be read from: those that the owner names in `wire_folders`, and below."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from broadsheet.outward.errors import RefusedAddress


def allowed() -> list[Path]:
    """The owner's folders, links followed."""
    paper = settings.PAPER
    return [(paper.folder / name).resolve() for name in paper.wire_folders]


def folder_of(address: str) -> Path:
    """The folder that `address` names, links followed. Raises `RefusedAddress` for one that the owner does not allow."""
    roots = allowed()
    try:
        path = (settings.PAPER.folder / address).resolve()
    except (OSError, ValueError, RuntimeError):
        raise RefusedAddress("it is not a folder's name", address[:200], "check it") from None
    if not any(path.is_relative_to(root) for root in roots):
        known = ", ".join(map(str, roots)) or "none is named yet"
        raise RefusedAddress(
            "the folder is not among those that the owner allows",
            address[:200],
            f"use one below wire_folders of broadsheet.toml ({known})",
        )
    return path
