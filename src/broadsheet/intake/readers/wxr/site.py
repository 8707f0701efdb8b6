"""What an export says of its site: addresses, authors, terms, attachments, reusable blocks. Gathered in a first pass."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from typing import Any
from urllib.parse import unquote, urlsplit

from lxml import etree

from ... import addresses
from ...incoming import IncomingAuthor, IncomingBlock, IncomingPicture, IncomingTerm
from .item import Item, pairs, words
from .store import Store

_SIZED = re.compile(r"-\d{2,5}x\d{2,5}(?=\.\w{2,5}$)")
_MOST_PARENTS = 20


class Site:
    """Everything that items refer to. `base` is the site's address without a slash at its end."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.base = self.network = self.link = ""
        self.language = ""

    # -- the first pass -----------------------------------------------------------------------------------------

    def learn(self, name: str, element: etree._Element) -> None:
        """Take in an element of the channel."""
        text = (element.text or "").strip()
        if name == "base_blog_url":
            self.base = self.base or text.rstrip("/")
        elif name == "base_site_url":
            self.network = self.network or text.rstrip("/")
        elif name == "link":
            self.link = self.link or text.rstrip("/")
        elif name == "language":
            self.language = self.language or text
        elif name == "author":
            self._learn_author(dict(pairs(element)))
        elif name in ("category", "tag", "term"):
            self._learn_term(name, dict(pairs(element)))

    def _learn_author(self, said: dict[str, str]) -> None:
        login = words(said.get("author_login", ""))
        name = words(said.get("author_display_name", "")) or words(
            f"{said.get('author_first_name', '')} {said.get('author_last_name', '')}"
        )
        if login:
            email = said.get("author_email", "").strip()
            self.store.put("author", login.lower(), {"name": name or login, "key": login, "email": email})
            if number := said.get("author_id", "").strip():
                self.store.put("author-number", number, login.lower())

    def _learn_term(self, name: str, said: dict[str, str]) -> None:
        taxonomy = {"category": "category", "tag": "post_tag"}.get(name) or said.get(
            "term_taxonomy", ""
        ).strip()
        key = (said.get("category_nicename") or said.get("tag_slug") or said.get("term_slug") or "").strip()
        label = words(said.get("cat_name") or said.get("tag_name") or said.get("term_name") or "")
        parent = (said.get("category_parent") or said.get("term_parent") or "").strip()
        if not key or key == parent:
            return
        self.store.put(f"term:{taxonomy}", unquote(key), {"name": label or key, "parent": unquote(parent)})
        if number := said.get("term_id", "").strip():
            self.store.put("term-number", number, unquote(key))
        if label:
            self.store.put(f"named:{taxonomy}", label.casefold(), unquote(key))

    def learn_item(self, item: Item) -> None:
        """Keep what other items will ask of this one."""
        number = item.get("post_id").strip()
        kind = item.post_type
        if kind == "attachment" and number:
            url = item.get("attachment_url").strip() or item.get("guid").strip()
            picture = picture_of(item, url)
            value = [url, picture.alt, picture.caption, picture.credit]
            self.store.put("attachment", number, value, parent=f"p{item.get('post_parent').strip() or 0}")
            self.store.put("url", _bare(url), number)
        elif kind == "wp_block" and number:
            self.store.put("block", number, item.get("content"))
        elif kind == "guest-author":
            login = item.meta("cap-user_login") or unquote(item.get("post_name"))
            name = item.meta("cap-display_name") or words(item.get("title"))
            self.store.put(
                "guest",
                login.lower().removeprefix("cap-"),
                {
                    "name": name,
                    "key": login,
                    "slug": login.removeprefix("cap-"),
                    "email": item.meta("cap-user_email"),
                    "bio": words(item.meta("cap-description")),
                    "url": item.meta("cap-website"),
                    "photo": item.meta("_thumbnail_id"),
                },
            )

    def settle(self) -> None:
        """The channel was read: what stands for its address is known."""
        self.base = self.base or self.network or self.link

    # -- what items ask -----------------------------------------------------------------------------------------

    def picture(self, number: str) -> IncomingPicture | None:
        found = self.store.get("attachment", number)
        if not found or not addresses.is_web(found[0]):
            return None
        return IncomingPicture(found[0], found[1], found[2], found[3])

    def files(self, numbers: str) -> list[str]:
        found = [self.store.get("attachment", number.strip()) for number in numbers.split(",")[:500]]
        return [value[0] for value in found if value and addresses.is_web(value[0])]

    def gallery(self, attributes: dict[str, str], post: str) -> tuple[str, int]:
        """HTML of a gallery and how many of its pictures aren't in the file."""
        numbers = attributes.get("ids") or attributes.get("include") or attributes.get("0") or ""
        wanted = re.findall(r"\d+", numbers)[:1000]
        if not wanted:
            excluded = set(re.findall(r"\d+", attributes.get("exclude", "")))
            parent = attributes.get("id", "").strip() or post
            wanted = (
                [number for number in self.store.children(f"p{parent}") if number not in excluded]
                if parent
                else []
            )
        pictures = [picture for number in wanted if (picture := self.picture(number))]
        missing = len(wanted) - len(pictures) or (0 if wanted else 1)
        figures = "".join(
            f'<figure><img src="{escape(p.address)}" alt="{escape(p.alt)}">'
            f"<figcaption>{escape(' '.join(filter(None, (p.caption, p.credit and f'© {p.credit}'))), quote=False)}</figcaption></figure>"
            for p in pictures
            if addresses.is_picture(p.address)
        )
        return (f'\n\n<figure class="gallery">{figures}</figure>\n\n' if figures else ""), missing

    def original(self, picture: IncomingPicture) -> IncomingPicture:
        """The picture as it was uploaded, for one that a post shows in a smaller size, with its words where it has none."""
        number = self.store.get("url", _bare(picture.address))
        if number is None and _SIZED.search(picture.address.split("?")[0]):
            number = self.store.get("url", _bare(_SIZED.sub("", picture.address.split("?")[0])))
        known = self.picture(number) if number else None
        if known is None:
            return picture
        return IncomingPicture(
            known.address,
            picture.alt or known.alt,
            picture.caption or known.caption,
            picture.credit or ("" if picture.caption else known.credit),
        )

    def originals(self, blocks: Iterable[IncomingBlock]) -> list[IncomingBlock]:
        made: list[IncomingBlock] = []
        for block in blocks:
            if block.kind == "picture":
                block = IncomingBlock("picture", self.original(block.value))
            elif block.kind == "gallery":
                block = IncomingBlock("gallery", tuple(map(self.original, block.value)))
            made.append(block)
        return made

    def author(self, key: str, name: str = "") -> IncomingAuthor | None:
        """Whoever a login, a guest's slug or a name means."""
        bare = unquote(key).lower().removeprefix("cap-")
        found: dict[str, Any] | None = self.store.get("guest", bare) or self.store.get("author", bare)
        if found is None and name:
            found = self.store.get("author", name.lower()) or self.store.get("guest", name.lower())
        if found is None:
            label = name or key
            return IncomingAuthor(label, key=bare or label) if label.strip() else None
        photo = self.picture(found["photo"]) if found.get("photo") else None
        return IncomingAuthor(**{**found, "photo": photo})

    def term(self, kind: str, domain: str, key: str, name: str, *, primary: str = "") -> IncomingTerm:
        key = unquote(key) or self.store.get(f"named:{domain}", name.casefold()) or ""
        known = self.store.get(f"term:{domain}", key)
        parents: list[str] = []
        above = known["parent"] if known else ""
        while above and above not in parents and len(parents) < _MOST_PARENTS:
            parents.insert(0, above)
            found = self.store.get(f"term:{domain}", above)
            above = found["parent"] if found else ""
        return IncomingTerm(
            "section" if kind == "section" else "topic",
            name or (known["name"] if known else key),
            key,
            tuple(parents),
            bool(primary) and key == primary,
        )


def picture_of(item: Item, url: str) -> IncomingPicture:
    """An attachment's picture with its words."""
    caption = words(item.get("excerpt")) or words(item.get("content"))
    credit = words(item.meta("_media_credit", "media_credit", "_navis_media_credit_org", "credit", "_credit"))
    return IncomingPicture(url, words(item.meta("_wp_attachment_image_alt")), caption, credit)


def _bare(url: str) -> str:
    """An address without what changes between exports: scheme, `www.`, query."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    host = (parts.hostname or "").removeprefix("www.")
    path = parts.path
    if re.fullmatch(r"i\d\.wp\.com", host):
        return path.lstrip("/").removeprefix("www.")
    return f"{host}{path}"
