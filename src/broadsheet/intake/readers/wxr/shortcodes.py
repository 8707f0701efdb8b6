"""WordPress's shortcodes as HTML: those of WordPress itself, those that a mapping names, and all others unwrapped."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape, unescape

from ... import addresses, embeds

MOST_DEPTH = 30
_TOKEN = re.compile(r"\[(\[?)(/?)([A-Za-z][\w-]{1,60})(?![\w-])([^\[\]]{0,4000}?)(/?)\](\]?)")
_ATTRIBUTE = re.compile(
    r"""([\w-]++)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|&#8221;([^&]*+)&#8243;|([^\s"']++))|"([^"]*+)"|'([^']*+)'|(\S++)"""
)
_URL = re.compile(r"https?://[^\s\"'<>\]]+")
_IMAGE = re.compile(r"\s*(?:<a\s[^>]*>\s*)?<img\s[^>]*>(?:\s*</a>)?", re.IGNORECASE)
# What never is one, though it stands in brackets.
_WORDS = frozenset(("sic", "edit", "note", "update", "updated", "photo", "photos", "video", "etc"))
# Players that are named by a shortcode of their own: the address that an id of theirs makes.
_PLAYERS = {
    "youtube": "https://www.youtube.com/watch?v={}",
    "vimeo": "https://vimeo.com/{}",
    "dailymotion": "https://www.dailymotion.com/video/{}",
    "ted": "https://www.ted.com/talks/{}",
    "soundcloud": "https://soundcloud.com/{}",
    "spotify": "https://open.spotify.com/{}",
    "tweet": "https://twitter.com/i/web/status/{}",
    "twitter": "https://twitter.com/i/web/status/{}",
    "instagram": "https://www.instagram.com/p/{}/",
    "facebook": "",
    "tiktok": "",
    "gist": "https://gist.github.com/{}",
    "googlemaps": "",
    "wpvideo": "https://videopress.com/v/{}",
    "videopress": "https://videopress.com/v/{}",
    "archiveorg": "https://archive.org/details/{}",
    "slideshare": "https://www.slideshare.net/slideshow/embed_code/{}",
    "scribd": "https://www.scribd.com/document/{}",
    "bandcamp": "",
    "mixcloud": "",
    "flickr": "",
    "polldaddy": "https://polldaddy.com/poll/{}",
    "crowdsignal": "https://poll.fm/{}",
    "iframe": "",
}
_CODE = frozenset(
    ("code", "sourcecode", "source", "cc", "php", "html", "css", "python", "bash", "javascript")
)
MEMBERS_ONLY = frozenset(
    (
        "restrict",
        "rcp_restrict",
        "membership",
        "wcm_restrict",
        "mepr-active",
        "paywall",
        "s2if",
        "members_only",
    )
)
_WORDLESS = frozenset(
    (
        "contact-form",
        "contact-form-7",
        "contact-field",
        "wpforms",
        "gravityform",
        "ninja_form",
        "jetpack_subscription_form",
        *(
            "sharethis",
            "addtoany",
            "toc",
            "ads",
            "adrotate",
            "adinserter",
            "sidebar",
            "recent_posts",
            "search",
        ),
    )
)


@dataclass(slots=True)
class Pieces:
    """What shortcodes are written with: lookups of attachments, and a place for what was lost."""

    gallery: Callable[[dict[str, str]], str]
    """HTML of a gallery, from the attributes of `[gallery]`."""
    files: Callable[[dict[str, str]], list[str]]
    """Addresses of the attachments that `ids` names."""
    note: Callable[[str], None]
    mapping: Mapping[str, str]
    facts: list[tuple[str, str]] = field(default_factory=list)
    """Title and HTML of fact boxes; their places are marked by `facts_mark`."""
    is_for_members: bool = False


def facts_mark(number: int) -> str:
    return f"\n\n<div>\ue000{number}\ue001</div>\n\n"


@dataclass(slots=True)
class _Open:
    name: str
    attributes: dict[str, str]
    written: str
    inside: list[str]


def attributes_of(text: str) -> dict[str, str]:
    """Named attributes by small names, others by their numbers from "0"."""
    found: dict[str, str] = {}
    number = 0
    for match in _ATTRIBUTE.finditer(text.strip()):
        if match[1]:
            value = match[2] or match[3] or match[4] or match[5] or ""
            found.setdefault(match[1].lower(), unescape(value))
        else:
            found[str(number)] = unescape(match[6] or match[7] or match[8] or "")
            number += 1
    return found


def expanded(content: str, pieces: Pieces) -> str:
    """All shortcodes of a text as HTML. Linear; nesting is followed `MOST_DEPTH` deep."""
    if "[" not in content:
        return content
    tokens = list(_TOKEN.finditer(content))
    if not tokens:
        return content
    closings: dict[str, int] = {}
    for token in tokens:
        if token[2]:
            closings[token[3].lower()] = closings.get(token[3].lower(), 0) + 1
    stack: list[_Open] = [_Open("", {}, "", [])]
    at = 0
    skip_to = 0
    for token in tokens:
        if token.start() < skip_to:
            if token[2]:
                closings[token[3].lower()] -= 1
            continue
        stack[-1].inside.append(content[at : token.start()])
        at = token.end()
        name = token[3].lower()
        if token[1] and token[6]:
            # `[[name]]` speaks of a shortcode.
            stack[-1].inside.append(token[0][1:-1])
            closings[name] = closings.get(name, 0) - bool(token[2])
            continue
        before, after = token[1], token[6]
        if before:
            stack[-1].inside.append(before)
        if token[2]:
            closings[name] -= 1
            if any(frame.name == name for frame in stack):
                while stack[-1].name != name:
                    _close_alone(stack, pieces)
                frame = stack.pop()
                stack[-1].inside.append(_written(frame, "".join(frame.inside), pieces))
            elif not _is_known(name, pieces):
                stack[-1].inside.append(token[0])
        else:
            is_enclosing = closings.get(name, 0) > 0 and not token[5]
            if name in _CODE and is_enclosing:
                end = _end_of(content, name, token.end())
                stack[-1].inside.append(
                    f"\n\n<pre>{escape(unescape(content[token.end() : end[0]]), quote=False).strip()}</pre>\n\n"
                )
                at = skip_to = end[1]
                continue
            frame = _Open(name, attributes_of(token[4].lstrip("=")), token[0], [])
            if not _is_shortcode(frame, is_enclosing, pieces):
                stack[-1].inside.append(token[0][len(before) : len(token[0]) - len(after)] + after)
                continue
            if is_enclosing and len(stack) < MOST_DEPTH:
                stack.append(frame)
            else:
                stack[-1].inside.append(_written(frame, "", pieces))
        if after:
            stack[-1].inside.append(after)
    while len(stack) > 1:
        _close_alone(stack, pieces)
    return "".join(stack[0].inside) + content[at:]


def _close_alone(stack: list[_Open], pieces: Pieces) -> None:
    frame = stack.pop()
    stack[-1].inside += [_written(frame, "", pieces), *frame.inside]


def _end_of(content: str, name: str, at: int) -> tuple[int, int]:
    found = re.compile(rf"\[/{re.escape(name)}\]", re.IGNORECASE).search(content, at)
    return (found.start(), found.end()) if found else (len(content), len(content))


def _is_known(name: str, pieces: Pieces) -> bool:
    return (
        name in pieces.mapping
        or name in _BUILT_IN
        or name in _PLAYERS
        or name in MEMBERS_ONLY
        or name in _WORDLESS
    )


def _is_shortcode(frame: _Open, is_enclosing: bool, pieces: Pieces) -> bool:
    """`[sic]` and `[he said]` are words; what has a named attribute, an end or a name that no word has, isn't."""
    name = frame.name
    if _is_known(name, pieces):
        return True
    if name in _WORDS:
        return False
    named = any(not key.isdecimal() for key in frame.attributes)
    plain = [value for key, value in frame.attributes.items() if key.isdecimal()]
    return is_enclosing or named or (not plain and ("_" in name or "-" in name))


def _written(frame: _Open, inside: str, pieces: Pieces) -> str:
    name, attributes = frame.name, frame.attributes
    action = pieces.mapping.get(name, "")
    if action:
        return _mapped(action, frame, inside, pieces)
    if name in MEMBERS_ONLY:
        pieces.is_for_members = True
        return f"\n\n{inside}\n\n"
    if built_in := _BUILT_IN.get(name):
        return built_in(attributes, inside, pieces)
    if name in _PLAYERS:
        return _player(name, attributes, inside, pieces)
    if name in _WORDLESS:
        pieces.note(f"shortcode [{name}]")
        return inside
    pieces.note(f"shortcode [{name}], what it encloses is kept" if inside.strip() else f"shortcode [{name}]")
    links = [
        value
        for key, value in attributes.items()
        if key in ("url", "href", "link", "src", "file", "button_url", "link_url")
        and value.startswith(("http://", "https://", "/"))
    ]
    said = next(
        (attributes[key] for key in ("text", "title", "label", "heading", "content") if attributes.get(key)),
        "",
    )
    if links:
        if addresses.is_picture(links[0]):
            return f'\n\n<img src="{escape(links[0])}" alt="{escape(said)}">\n\n{inside}'
        if not inside.strip():
            return f'<a href="{escape(links[0])}">{escape(said or addresses.file_name(links[0]), quote=False)}</a>'
        return f'<a href="{escape(links[0])}">{inside}</a>'
    return f"{escape(said, quote=False)} {inside}" if said else inside


def _mapped(action: str, frame: _Open, inside: str, pieces: Pieces) -> str:
    attributes = frame.attributes
    said = next((attributes[key] for key in ("title", "heading", "text", "label") if attributes.get(key)), "")
    if action == "drop":
        return ""
    if action == "embed":
        return _player(frame.name, attributes, inside, pieces)
    if action == "gallery":
        return pieces.gallery(attributes)
    if action == "quote":
        by = next(
            (attributes[key] for key in ("by", "author", "cite", "source", "name") if attributes.get(key)), ""
        )
        cite = f"<cite>{escape(by, quote=False)}</cite>" if by else ""
        return f'\n\n<figure class="wp-block-pullquote"><blockquote>{inside or escape(said)}{cite}</blockquote></figure>\n\n'
    if action == "facts":
        pieces.facts.append((said, inside))
        return facts_mark(len(pieces.facts) - 1)
    if action == "html":
        return f"\n\n{inside}\n\n"
    return inside


def _player(name: str, attributes: dict[str, str], inside: str, pieces: Pieces) -> str:
    """An address that any attribute or the enclosed text holds, or one made of an id."""
    for value in [
        *(attributes.get(key, "") for key in ("url", "src", "href", "link")),
        *attributes.values(),
        inside,
    ]:
        if found := _URL.search(value):
            return _embedded(unescape(found[0]))
    number = next(
        (attributes[key] for key in ("id", "video_id", "0", "poll") if attributes.get(key)), inside.strip()
    ).strip('="')
    pattern = _PLAYERS.get(name, "")
    if pattern and re.fullmatch(r"[\w./-]{3,80}", number):
        return _embedded(pattern.format(number))
    pieces.note(f"shortcode [{name}]")
    return inside


def _embedded(url: str) -> str:
    url = escape(url)
    if kind := embeds.media_kind(url):
        return f'\n\n<{kind} src="{url}"></{kind}>\n\n'
    return f'\n\n<figure class="wp-block-embed"><div>{url}</div></figure>\n\n'


def _caption(attributes: dict[str, str], inside: str, _: Pieces) -> str:
    image = _IMAGE.match(inside)
    if image is None:
        shown, said = inside, attributes.get("caption", "")
    else:
        shown, said = image[0], inside[image.end() :].strip() or attributes.get("caption", "")
    caption = f"<figcaption>{said}</figcaption>" if said else ""
    return f'\n\n<figure class="wp-caption">{shown.strip()}{caption}</figure>\n\n'


def _gallery(attributes: dict[str, str], inside: str, pieces: Pieces) -> str:
    return pieces.gallery(attributes) + inside


def _sound(kind: str) -> Callable[[dict[str, str], str, Pieces], str]:
    def written(attributes: dict[str, str], inside: str, pieces: Pieces) -> str:
        for key in ("src", "url", "mp3", "m4a", "ogg", "wav", "mp4", "m4v", "webm", "ogv", "flv", "0"):
            if found := _URL.search(attributes.get(key, "")):
                url = found[0].split("|")[0]
                if embeds.is_known(url):
                    return _embedded(url)
                return f'\n\n<{kind} src="{escape(url)}"></{kind}>\n\n{inside}'
        if found := _URL.search(inside):
            return _embedded(found[0])
        files = pieces.files(attributes)
        if not files:
            pieces.note(f"shortcode [{kind}] without an address")
        return "".join(f'\n\n<{kind} src="{escape(url)}"></{kind}>\n\n' for url in files) + inside

    return written


def _playlist(attributes: dict[str, str], inside: str, pieces: Pieces) -> str:
    kind = "video" if attributes.get("type") == "video" else "audio"
    return _sound(kind)({"ids": attributes.get("ids", "")}, inside, pieces)


def _embed(attributes: dict[str, str], inside: str, pieces: Pieces) -> str:
    return _player("embed", attributes, inside, pieces)


def _pull(attributes: dict[str, str], inside: str, pieces: Pieces) -> str:
    return _mapped("quote", _Open("pullquote", attributes, "", []), inside, pieces)


_BUILT_IN: dict[str, Callable[[dict[str, str], str, Pieces], str]] = {
    "caption": _caption,
    "wp_caption": _caption,
    "gallery": _gallery,
    "embed": _embed,
    "audio": _sound("audio"),
    "video": _sound("video"),
    "playlist": _playlist,
    "pullquote": _pull,
}
