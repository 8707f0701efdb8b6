"""The site that an export is of: where its pages were, and where its pictures lie beside the export."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

PLACEHOLDER = "__GHOST_URL__"
_SIZED = re.compile(r"(/content/images)/size/[wh\d]+(?:/format/\w+)?/")
_STORED = re.compile(r"/content/(?:images|media|files)/.*|/images/.*")


@dataclass(frozen=True, slots=True)
class Site:
    """`address` is the site's own (`https://paper.example`), "" where nobody says; `folder` is the export's."""

    address: str = ""
    name: str = ""
    language: str = ""
    permalinks: str = "/:slug/"
    had_amp: bool = False
    folder: str = ""

    @classmethod
    def of(cls, settings: Mapping[str, str], folder: str, address: str = "") -> Site:
        """As its settings say; `address` is what the person who imports said."""
        locale = settings.get("locale") or settings.get("lang") or settings.get("default_locale") or ""
        permalinks = settings.get("permalinks", "")
        return cls(
            address=(address or settings.get("url", "")).strip().rstrip("/"),
            name=settings.get("title", ""),
            language=locale.replace("_", "-"),
            permalinks=permalinks if ":slug" in permalinks or ":id" in permalinks else "/:slug/",
            had_amp=settings.get("amp", "").lower() in ("true", "1"),
            folder=folder,
        )

    def resolved(self, text: str) -> str:
        """`text` with the site's address where Ghost put its placeholder; a path alone where that isn't known."""
        return text.replace(PLACEHOLDER, self.address)

    def page(self, path: str) -> str:
        return self.address + path

    def old_addresses(
        self, slug: str, *, is_page: bool, post_id: str, author: str, published: datetime | None
    ) -> Iterator[str]:
        """Where a story was; the path alone where the site's address isn't known."""
        path = "/:slug/" if is_page else self.permalinks
        if published is not None:
            path = path.replace(":year", f"{published:%Y}").replace(":month", f"{published:%m}")
            path = path.replace(":day", f"{published:%d}")
        elif ":year" in path:
            path = "/:slug/"
        path = path.replace(":author", author).replace(":id", post_id).replace(":slug", slug)
        path = f"/{path.strip('/')}/"
        yield self.page(path)
        if self.had_amp and not is_page:
            yield self.page(f"{path}amp/")

    def picture(self, address: str) -> str:
        """A picture's address: a path beside the export where it lies there, else on the site."""
        address = self.resolved(address.strip())
        if address.startswith("//"):
            return f"https:{address}"
        try:
            parts = urlsplit(address)
        except ValueError:
            return address
        if parts.netloc and not (self.address and address.startswith(f"{self.address}/")):
            return address
        stored = _STORED.search(_SIZED.sub(r"\1/", parts.path))
        for path in (stored[0], parts.path) if stored else (parts.path,):
            if found := self._beside(path):
                return found
        if parts.netloc:
            return address
        path = parts.path if parts.path.startswith("/") else f"/{parts.path}"
        return self.address + path if self.address else path.lstrip("/")

    def _beside(self, path: str) -> str:
        if not self.folder:
            return ""
        plain = unquote(path).lstrip("/")
        folder = Path(self.folder)
        for name in (plain, plain.removeprefix("content/"), f"content/{plain}"):
            try:
                whole = (folder / name).resolve()
                if name and whole.is_relative_to(folder.resolve()) and whole.is_file():
                    return name
            except (OSError, ValueError):
                continue
        return ""
