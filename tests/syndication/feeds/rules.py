"""The W3C feed validator's rules for what our feeds are made of (RSS 2.0, Atom 1.0, Media RSS), by its names.

Written from the specifications and held to the validator's own cases by `test_rules`; its code is not used. Names that
say one thing of several places are put together in `FAMILIES`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from lxml import etree

from tests.syndication.feeds.rule_texts import (
    HTML,
    LANGUAGE,
    MIME,
    addresses,
    is_address,
    is_reference,
    markup,
    needed,
    number,
    plain,
    rfc822,
    rfc3339,
    text_of,
    words,
)

ATOM, MEDIA = "{http://www.w3.org/2005/Atom}", "{http://search.yahoo.com/mrss/}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
FAMILIES = {
    name: family
    for family, names in {
        "Address": "InvalidLink InvalidFullLink InvalidURIAttribute InvalidURLAttribute InvalidIRI InvalidUriChar",
        "InvalidMIMEType": "InvalidMIMEType InvalidMIMEAttribute",
        "Number": "InvalidPositiveInteger InvalidNonNegativeInteger InvalidInteger InvalidIntegerAttribute InvalidWidth InvalidHeight",
        "NotBlank": "NotBlank AttrNotBlank",
        "MissingElement": "MissingElement MissingTitle MissingLink MissingDescription",
        "MissingAttribute": "MissingAttribute MissingHref MissingTypeAttr",
        "Risk": "SecurityRisk SecurityRiskAttr",
    }.items()
    for name in names.split()
}
# Advice; all else is an error.
WARNINGS = words(
    "MissingSelf MissingGuid ContainsRelRef ContainsHTML NotHtml Risk DuplicateEnclosure ImageTitleDoesntMatch "
    "ImageLinkDoesntMatch DuplicateValue InvalidHttpGUID"
)
# What is checked here.
RULES = {*FAMILIES.values()} | words(
    "SAXError UndefinedElement DuplicateElement ContainsHTML InvalidRFC2822Date InvalidRFC3339Date InvalidPermalink "
    "InvalidLanguage DuplicateValue DuplicateAtomLink DuplicateEnclosure MissingSelf ContainsRelRef NotHtml "
    "FeedHistoryRelInEntry ImageTitleDoesntMatch ImageLinkDoesntMatch ItemMustContainTitleOrDescription MissingGuid "
    "InvalidTextType InvalidMediaMedium InvalidHttpGUID"
)
RSS = {
    "channel": words(
        "title link description language copyright managingEditor webMaster pubDate lastBuildDate category generator docs "
        "cloud ttl image rating textInput skipHours skipDays item"
    ),
    "item": words("title link description author category comments enclosure guid pubDate source"),
    "image": words("url title link width height description"),
}
MANY = {"item", "category", "enclosure"}
PERSON = {"name", "uri", "email"}
OF_BOTH = words("author category contributor id link rights title updated")
ATOMS = {
    "feed": OF_BOTH | words("entry generator icon logo subtitle"),
    "entry": OF_BOTH | words("content published source summary"),
    "source": OF_BOTH | words("generator icon logo subtitle"),
}
ATOM_MANY = words("author category contributor link entry")


def errors(document: bytes) -> list[str]:
    """The names of the rules that a feed breaks and that are no mere advice."""
    return [name for name in check(document) if name not in WARNINGS]


def check(document: bytes) -> list[str]:
    """The names of the rules that a feed breaks, in the document's order."""
    try:
        root = etree.fromstring(document, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        return ["SAXError"]
    if root.tag == "rss":
        return list(_rss(root))
    if root.tag == f"{ATOM}feed":
        return list(_atom(root, root))
    if root.tag == f"{ATOM}entry":
        return list(_atom_part(root, set()))
    return ["UndefinedElement"]


def _known(element: etree._Element, names: set[str], space: str, many: set[str]) -> Iterator[str]:
    """Children of `space` that have no place here, or are there twice."""
    own = [
        child.tag
        for child in element.iterchildren(tag=etree.Element)
        if child.tag.startswith(space or "{") == bool(space)
    ]
    counted = Counter(own)
    for tag, count in counted.items():
        name = tag.removeprefix(space)
        if name not in names:
            yield "UndefinedElement"
        elif count > 1 and name not in many:
            yield "DuplicateElement"


def _rss(root: etree._Element) -> Iterator[str]:
    channel = root.find("channel")
    if channel is None:
        yield "MissingElement"
        return
    yield from _known(root, {"channel"}, "", set())
    if root.get("version") is None:
        yield "MissingAttribute"
    yield from _known(channel, RSS["channel"], "", MANY)
    for name in ("title", "link", "description"):
        yield from needed(channel, name)
    yield from plain(channel.find("title"))
    yield from addresses(channel, "link", "docs")
    if channel.find("language") is not None and not LANGUAGE.fullmatch(text_of(channel.find("language"))):
        yield "InvalidLanguage"
    for name in ("pubDate", "lastBuildDate"):
        yield from rfc822(channel.find(name))
    yield from number(channel.find("ttl"), least=1)
    selfs = [link for link in channel.findall(f"{ATOM}link") if link.get("rel") == "self"]
    if not selfs:
        yield "MissingSelf"
    yield from _links(channel)
    for image in channel.findall("image"):
        yield from _image(image, channel)
    guids: set[str] = set()
    for item in channel.findall("item"):
        yield from _item(item, guids)


def _image(image: etree._Element, channel: etree._Element) -> Iterator[str]:
    yield from _known(image, RSS["image"], "", set())
    for name in ("url", "title", "link"):
        yield from needed(image, name)
    yield from addresses(image, "url", "link")
    yield from plain(image.find("title"))
    yield from plain(image.find("description"))
    if image.find("title") is not None and text_of(image.find("title")) != text_of(channel.find("title")):
        yield "ImageTitleDoesntMatch"
    if image.find("link") is not None and text_of(image.find("link")) != text_of(channel.find("link")):
        yield "ImageLinkDoesntMatch"
    for name, most in (("width", 144), ("height", 400)):
        yield from number(image.find(name), least=1, most=most)


def _item(item: etree._Element, guids: set[str]) -> Iterator[str]:
    yield from _known(item, RSS["item"], "", MANY)
    if item.find("title") is None and item.find("description") is None:
        yield "ItemMustContainTitleOrDescription"
    for name in ("title", "description", "link", "guid", "pubDate", "category"):
        if any(not text_of(found) for found in item.findall(name)):
            yield "NotBlank"
    yield from plain(item.find("title"))
    yield from addresses(item, "link", "comments")
    yield from rfc822(item.find("pubDate"))
    guid = item.find("guid")
    if guid is None:
        yield "MissingGuid"
    else:
        if text_of(guid) in guids:
            yield "DuplicateValue"
        guids.add(text_of(guid))
        if guid.get("isPermaLink", "true") == "true":
            scheme = text_of(guid).partition(":")[0]
            if scheme in ("tag", "urn"):
                yield "InvalidPermalink"
            elif scheme not in ("http", "https") or not is_address(text_of(guid)):
                yield "InvalidHttpGUID"
    if len(item.findall("enclosure")) > 1:
        yield "DuplicateEnclosure"
    for file in item.findall("enclosure"):
        yield from _file(file, ("url", "length", "type"))
    for name in ("description", f"{CONTENT}encoded"):
        if item.find(name) is not None:
            yield from markup(item.find(name).text or "")
    yield from _links(item)
    yield from _media(item)


def _atom(root: etree._Element, feed: etree._Element) -> Iterator[str]:
    yield from _atom_part(feed, set())
    if not [link for link in feed.findall(f"{ATOM}link") if link.get("rel") == "self"]:
        yield "MissingSelf"
    has_author = feed.find(f"{ATOM}author") is not None
    seen: set[tuple[str, str]] = set()
    for entry in feed.findall(f"{ATOM}entry"):
        named = [entry, *entry.findall(f"{ATOM}source")]
        if not has_author and not any(part.find(f"{ATOM}author") is not None for part in named):
            yield "MissingElement"
        known = (text_of(entry.find(f"{ATOM}id")), text_of(entry.find(f"{ATOM}updated")))
        if known in seen and known[0]:
            yield "DuplicateValue"
        seen.add(known)
        yield from _atom_part(entry, seen)


def _atom_part(part: etree._Element, _: object) -> Iterator[str]:
    """A feed, an entry or a source: what all of them have."""
    kind = part.tag.removeprefix(ATOM)
    yield from _known(part, ATOMS[kind], ATOM, ATOM_MANY)
    yield from (found for found in _known(part, set(), "", set()))
    for name in ("id", "title", "updated"):
        if kind != "source":
            yield from needed(part, f"{ATOM}{name}")
    for name in ("updated", "published"):
        for moment in part.findall(f"{ATOM}{name}"):
            yield from rfc3339(moment)
    for name in ("id", "icon", "logo"):
        address = part.find(f"{ATOM}{name}")
        is_good = is_address if name == "id" else is_reference
        if address is not None and not is_good(text_of(address)):
            yield "Address"
    for name in ("title", "subtitle", "summary", "rights", "content"):
        for text in part.findall(f"{ATOM}{name}"):
            yield from _construct(text)
    for name in ("author", "contributor"):
        for person in part.findall(f"{ATOM}{name}"):
            yield from _known(person, PERSON, ATOM, set())
            yield from needed(person, f"{ATOM}name")
            yield from plain(person.find(f"{ATOM}name"))
            uri = person.find(f"{ATOM}uri")
            if uri is not None and not is_reference(text_of(uri)):
                yield "Address"
    for generator in part.findall(f"{ATOM}generator"):
        if len(generator):
            yield "UndefinedElement"
        elif not text_of(generator):
            yield "NotBlank"
        yield from plain(generator)
        if not is_reference(generator.get("uri", "")):
            yield "Address"
    for category in part.findall(f"{ATOM}category"):
        if HTML.search(category.get("label", "")):
            yield "ContainsHTML"
        if category.get("term") is None:
            yield "MissingAttribute"
        elif not category.get("term"):
            yield "NotBlank"
    language = part.get("{http://www.w3.org/XML/1998/namespace}lang")
    if language and not LANGUAGE.fullmatch(language):
        yield "InvalidLanguage"
    yield from _links(part)
    yield from _media(part)
    for source in part.findall(f"{ATOM}source"):
        yield from _atom_part(source, set())


def _construct(text: etree._Element) -> Iterator[str]:
    kind = text.get("type", "text")
    is_empty = not text_of(text) and not len(text) and text.get("src") is None
    if is_empty and text.tag in (f"{ATOM}subtitle", f"{ATOM}content"):
        yield "NotBlank"
    if text.tag == f"{ATOM}content" and text.get("src") is not None:
        return
    if kind in ("text", "html") and len(text):
        yield "UndefinedElement"
    elif kind == "html":
        yield from markup(text.text or "")
    elif kind == "text":
        yield from plain(text)
    elif kind != "xhtml" and text.tag != f"{ATOM}content":
        yield "InvalidTextType"


def _links(parent: etree._Element) -> Iterator[str]:
    seen: set[tuple[str | None, str | None]] = set()
    for link in parent.findall(f"{ATOM}link"):
        href, rel = link.get("href"), link.get("rel", "alternate")
        if href is None:
            yield "MissingAttribute"
        elif not is_reference(href):
            yield "Address"
        if link.get("rel") is not None and not link.get("rel"):
            yield "NotBlank"
        if link.get("type") is not None and not MIME.fullmatch(link.get("type")):
            yield "InvalidMIMEType"
        if link.get("hreflang") is not None and not LANGUAGE.fullmatch(link.get("hreflang")):
            yield "InvalidLanguage"
        if link.get("length") is not None and not link.get("length").isdecimal():
            yield "Number"
        if rel == "alternate":
            if (link.get("type"), link.get("hreflang")) in seen:
                yield "DuplicateAtomLink"
            seen.add((link.get("type"), link.get("hreflang")))
        if link.get("title") is not None and not link.get("title").strip():
            yield "NotBlank"
        if HTML.search(link.get("title", "")):
            yield "ContainsHTML"
        if rel in (
            "current",
            "first",
            "last",
            "next",
            "previous",
            "prev-archive",
            "next-archive",
        ) and parent.tag in (f"{ATOM}entry", "item"):
            yield "FeedHistoryRelInEntry"


def _media(parent: etree._Element) -> Iterator[str]:
    for file in parent.iter(f"{MEDIA}content"):
        medium = file.get("medium")
        if medium is not None and medium not in ("image", "audio", "video", "document", "executable"):
            yield "InvalidMediaMedium"
        yield from _file(file, ())
    for small in parent.iter(f"{MEDIA}thumbnail"):
        yield from _file(small, ("url",))
    for holder in (parent, *parent.iter(f"{MEDIA}content"), *parent.iter(f"{MEDIA}group")):
        counted = Counter(child.tag for child in holder.iterchildren(tag=etree.Element))
        if any(counted[f"{MEDIA}{name}"] > 1 for name in ("title", "description", "copyright")):
            yield "DuplicateElement"
    for name in ("title", "description"):
        for text in parent.iter(f"{MEDIA}{name}"):
            if text.get("type") == "html":
                yield from markup(text.text or "")
            else:
                yield from plain(text)


def _file(file: etree._Element, needed: tuple[str, ...]) -> Iterator[str]:
    for name in needed:
        if file.get(name) is None:
            yield "MissingAttribute"
        elif not file.get(name):
            yield "NotBlank"
    if file.get("url") and not is_address(file.get("url")):
        yield "Address"
    if file.get("type") and not MIME.fullmatch(file.get("type")):
        yield "InvalidMIMEType"
    for name in ("length", "fileSize", "width", "height"):
        if file.get(name) is not None and not (
            file.get(name).isdecimal() and (int(file.get(name)) or name == "length")
        ):
            yield "Number"
    if file.get("lang") and not LANGUAGE.fullmatch(file.get("lang")):
        yield "InvalidLanguage"
