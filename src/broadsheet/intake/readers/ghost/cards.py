"""Ghost's cards as plain HTML: the same for mobiledoc, which names them, and for Lexical, whose nodes they are.

Koenig's card payloads (TryGhost/Koenig, `kg-default-nodes` and `kg-default-cards`). What is made here is not yet
clean: `markup.blocks_of` cleans it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape
from typing import Any

from markdown_it import MarkdownIt

Payload = dict[str, Any]
_STAR = "★"


def card_html(name: str, payload: Payload, lost: list[str]) -> str:
    """One card. What can't be kept is said in `lost`; a card that nobody knows keeps its words and addresses."""
    make = _CARDS.get(name)
    if make is None:
        lost.append(f"card “{name[:40]}”: only its words and addresses")
        return "".join(_unknown(payload))
    if is_hidden(payload):
        lost.append(f"card “{name}” that not every visitor of the site saw")
        return ""
    return make(payload, lost)


def is_hidden(payload: Payload) -> bool:
    """Whether a card was kept from visitors of the site who had not logged in, or was for e-mail only."""
    rules = payload.get("visibility")
    if not isinstance(rules, dict):
        return False
    web = rules.get("web")
    if isinstance(web, dict):
        return web.get("nonMember") is False
    return rules.get("showOnWeb") is False


def words(payload: Payload, key: str) -> str:
    """A field that holds plain text, escaped."""
    return escape(_text(payload, key))


def link(address: str, inner: str) -> str:
    return f'<a href="{escape(address)}">{inner or escape(address)}</a>'


def paragraph(inner: str) -> str:
    return f"<p>{inner}</p>" if inner.strip() else ""


def picture(src: str, alt: str = "", caption: str = "", href: str = "") -> str:
    """A figure. `caption` is HTML."""
    if not src:
        return paragraph(caption)
    image = f'<img src="{escape(src)}" alt="{escape(alt)}">'
    return _figure(link(href, image) if href else image, caption)


def markdown_html(text: str) -> str:
    """Markdown as Ghost reads it: HTML within, a line's end is a break."""
    made: str = (
        MarkdownIt("commonmark", {"html": True, "breaks": True})
        .enable(["table", "strikethrough"])
        .render(text)
    )
    return made


def _text(payload: Payload, key: str) -> str:
    value = payload.get(key)
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else ""


def _figure(inner: str, caption: str = "") -> str:
    return f"<figure>{inner}{f'<figcaption>{caption}</figcaption>' if caption.strip() else ''}</figure>"


def _image(payload: Payload, lost: list[str]) -> str:
    return picture(
        _text(payload, "src"), _text(payload, "alt"), _text(payload, "caption"), _text(payload, "href")
    )


def _gallery(payload: Payload, lost: list[str]) -> str:
    listed = payload.get("images")
    images = [image for image in listed if isinstance(image, dict)] if isinstance(listed, list) else []
    inner = "".join(
        picture(_text(image, "src"), _text(image, "alt"), _text(image, "caption") or _text(image, "title"))
        for image in images
    )
    if not inner:
        return paragraph(_text(payload, "caption"))
    caption = _text(payload, "caption")
    closing = f"<figcaption>{caption}</figcaption>" if caption.strip() else ""
    return f'<figure class="gallery">{inner}{closing}</figure>'


def _bookmark(payload: Payload, lost: list[str]) -> str:
    said = payload.get("metadata") if isinstance(payload.get("metadata"), dict) else {}
    assert isinstance(said, dict)
    url = _text(payload, "url") or _text(said, "url")
    title = words(said, "title") or words(payload, "title")
    head = paragraph(f"<strong>{link(url, title)}</strong>" if url else title)
    by = " · ".join(part for part in (words(said, "author"), words(said, "publisher")) if part)
    return head + paragraph(words(said, "description")) + paragraph(by) + paragraph(_text(payload, "caption"))


def _embed(payload: Payload, lost: list[str]) -> str:
    url, html = _text(payload, "url"), _text(payload, "html")
    said = payload.get("metadata") if isinstance(payload.get("metadata"), dict) else {}
    assert isinstance(said, dict)
    if html.strip():
        return _figure(html, _text(payload, "caption"))
    return paragraph(link(url, words(said, "title"))) + paragraph(_text(payload, "caption"))


def _code(payload: Payload, lost: list[str]) -> str:
    caption = _text(payload, "caption")
    code = f"<pre><code>{words(payload, 'code')}</code></pre>"
    return code + paragraph(caption)


def _player(tag: str) -> Callable[[Payload, list[str]], str]:
    def make(payload: Payload, lost: list[str]) -> str:
        src = _text(payload, "src")
        if not src:
            return paragraph(words(payload, "title")) + paragraph(_text(payload, "caption"))
        lost.append(f"{tag} file: stays where it was, {src[:100]}")
        title = words(payload, "title") or words(payload, "fileName")
        return _figure(f'<{tag} src="{escape(src)}" title="{title}"></{tag}>', _text(payload, "caption"))

    return make


def _file(payload: Payload, lost: list[str]) -> str:
    src = _text(payload, "src")
    lost.append(f"attached file: stays where it was, {src[:100]}")
    title = words(payload, "fileTitle") or words(payload, "fileName")
    return (paragraph(link(src, title)) if src else paragraph(title)) + paragraph(
        words(payload, "fileCaption")
    )


def _callout(payload: Payload, lost: list[str]) -> str:
    emoji = words(payload, "calloutEmoji")
    text = _text(payload, "calloutText")
    return f"<aside>{paragraph(f'{emoji} {text}'.strip())}</aside>" if (emoji + text).strip() else ""


def _toggle(payload: Payload, lost: list[str]) -> str:
    heading, content = _text(payload, "heading"), _text(payload, "content")
    return f"<h3>{heading}</h3>{_as_blocks(content)}" if heading.strip() else _as_blocks(content)


def _as_blocks(html: str) -> str:
    return html if "<p" in html or "<ul" in html or "<ol" in html else paragraph(html)


def _button(payload: Payload, lost: list[str]) -> str:
    url = _text(payload, "buttonUrl")
    text = words(payload, "buttonText")
    return paragraph(link(url, text) if url else text)


def _product(payload: Payload, lost: list[str]) -> str:
    stars = payload.get("productStarRating")
    rated = payload.get("productRatingEnabled") and isinstance(stars, (int, float)) and 0 < stars <= 5
    url = _text(payload, "productUrl")
    has_button = payload.get("productButtonEnabled") and url
    title = _text(payload, "productTitle")
    return (
        picture(_text(payload, "productImageSrc"))
        + (f"<h3>{title}</h3>" if title.strip() else "")
        + (paragraph(_STAR * int(stars)) if rated and isinstance(stars, (int, float)) else "")
        + _as_blocks(_text(payload, "productDescription"))
        + (paragraph(link(url, words(payload, "productButton"))) if has_button else "")
    )


def _header(payload: Payload, lost: list[str]) -> str:
    header, subheader = _text(payload, "header"), _text(payload, "subheader")
    return (
        (f"<h2>{header}</h2>" if header.strip() else "")
        + paragraph(subheader)
        + (_button(payload, lost) if payload.get("buttonEnabled") else "")
        + picture(_text(payload, "backgroundImageSrc"))
    )


def _signup(payload: Payload, lost: list[str]) -> str:
    lost.append("sign-up form: only its words")
    header = _text(payload, "header")
    return (
        (f"<h2>{header}</h2>" if header.strip() else "")
        + paragraph(_text(payload, "subheader"))
        + paragraph(_text(payload, "disclaimer"))
    )


def _call_to_action(payload: Payload, lost: list[str]) -> str:
    sponsor = _text(payload, "sponsorLabel") if payload.get("hasSponsorLabel") else ""
    return (
        _as_blocks(sponsor)
        + (picture(_text(payload, "imageUrl")) if payload.get("hasImage", True) else "")
        + _as_blocks(_text(payload, "textValue"))
        + (_button(payload, lost) if payload.get("showButton") else "")
    )


def _email_only(payload: Payload, lost: list[str]) -> str:
    lost.append("what only the newsletter showed")
    return ""


def _paywall(payload: Payload, lost: list[str]) -> str:
    lost.append("where in the text the paywall stood")
    return ""


def _unknown(payload: Payload) -> Iterator[str]:
    """The words and addresses of any payload, in its order; without recursion."""
    open_: list[tuple[str, Any]] = [("", payload)]
    while open_:
        key, value = open_.pop()
        if isinstance(value, dict):
            open_.extend(reversed(list(value.items())))
        elif isinstance(value, list):
            open_.extend((key, item) for item in reversed(value))
        elif isinstance(value, str) and value.strip() and key not in ("type", "version", "format", "id"):
            if value.startswith(("http://", "https://")) and " " not in value:
                is_image = key.lower() in (
                    "src",
                    "image",
                    "imageurl",
                    "imagesrc",
                    "thumbnail",
                    "thumbnailsrc",
                )
                yield picture(value) if is_image else paragraph(link(value, ""))
            elif "<" in value:
                yield _as_blocks(value)
            elif key.lower() in _WORDY or " " in value.strip():
                yield paragraph(escape(value))


_WORDY = frozenset({"text", "title", "caption", "heading", "header", "description", "name", "content", "alt"})
_CARDS: dict[str, Callable[[Payload, list[str]], str]] = {
    "image": _image,
    "gallery": _gallery,
    "bookmark": _bookmark,
    "embed": _embed,
    "html": lambda payload, lost: _text(payload, "html"),
    "markdown": lambda payload, lost: markdown_html(_text(payload, "markdown")),
    "card-markdown": lambda payload, lost: markdown_html(_text(payload, "markdown")),
    "code": _code,
    "codeblock": _code,
    "hr": lambda payload, lost: "<hr>",
    "horizontalrule": lambda payload, lost: "<hr>",
    "video": _player("video"),
    "audio": _player("audio"),
    "file": _file,
    "callout": _callout,
    "toggle": _toggle,
    "button": _button,
    "product": _product,
    "header": _header,
    "signup": _signup,
    "call-to-action": _call_to_action,
    "paywall": _paywall,
    "email": _email_only,
    "email-cta": _email_only,
}
