"""NewsML-G2 2.35 (Power): a news message that holds each story as a news item with its body as XHTML, its pictures as
items of their own, and a package that says which belong together.

https://iptc.org/standards/newsml-g2/ — every code is one of IPTC's catalog, which the items name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from lxml import etree

from broadsheet.newsroom.document import Document
from broadsheet.newsroom.models import CorrectionKind
from broadsheet.newsroom.selectors import web
from broadsheet.pictures.selectors import Image

from ..markup import body, legal, line
from .items import Item, Withdrawal, edited_note, files_of, genre_code, pictures, type_of, valid_uri
from .rights import LANGUAGE, Rights, as_json

MEDIA_TYPE = "application/vnd.iptc.g2.newsmessage+xml"
NAR = "http://iptc.org/std/nar/2006-10-01/"
XHTML = "http://www.w3.org/1999/xhtml"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
CATALOG = "http://www.iptc.org/std/catalog/catalog.IPTC-G2-Standards_41.xml"
ABSTRACT = "cpnat:abstract"


def message_of(
    items: Sequence[Item | Withdrawal], uri: str, changed: datetime, *, is_package: bool = False
) -> bytes:
    """A message with these items. `changed` is when the newest of them did; with `is_package` one package more names
    all stories in order."""
    root = etree.Element(f"{{{NAR}}}newsMessage", nsmap={None: NAR})
    header = _in(root, "header")
    _in(header, "sent", changed.isoformat())
    _in(header, "catalogRef", href=CATALOG)
    _in(header, "sender", web("/"))
    _in(header, "transmitId", valid_uri(uri))
    inside = _in(root, "itemSet")
    for item in items:
        inside.extend(elements_of(item))
    if is_package and items:
        inside.append(_package(f"{valid_uri(uri)}#package", [_reference(item) for item in items], changed))
    etree.cleanup_namespaces(root, top_nsmap={None: NAR})
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def elements_of(item: Item | Withdrawal) -> list[Any]:
    """A story's news item, its pictures' items, and the package of both when there are pictures."""
    if isinstance(item, Withdrawal):
        return [_withdrawn(item)]
    shown = pictures(item.document)
    made = [_story(item), *(_picture(item, image, part) for part, image in shown)]
    if shown:
        parts = [_reference(item), *(_picture_reference(item, image) for _, image in shown)]
        made.append(_package(f"{item.uri}#package", parts, item.changed, item))
    return made


def _withdrawn(gone: Withdrawal) -> Any:
    made = _new("newsItem", gone.uri, gone.version, gone.language)
    meta = _in(made, "itemMeta")
    _in(meta, "itemClass", qcode="ninat:text")
    _provider(meta)
    _in(meta, "versionCreated", gone.at.isoformat())
    _in(meta, "pubStatus", qcode="stat:canceled")
    return made


def _story(item: Item) -> Any:
    document = item.document
    made = _new("newsItem", item.uri, item.version, document.language)
    _rights(made, item.rights, item.uri, line(document.source_name) or item.rights.holder)
    meta = _in(made, "itemMeta")
    _in(meta, "itemClass", qcode="ninat:text")
    _provider(meta)
    _in(meta, "versionCreated", item.changed.isoformat())
    _in(meta, "firstCreated", item.first.isoformat())
    _in(meta, "pubStatus", qcode="stat:usable")
    if document.section:
        service = _in(meta, "service", uri=valid_uri(web(document.section.path)))
        _in(service, "name", line(document.section.name))
    _in(meta, "title", line(document.headline))
    if note := edited_note(document):
        _in(meta, "edNote", note)
    if document.corrections:
        is_over = document.corrections[-1].kind == CorrectionKind.RETRACTION
        _in(meta, "signal", qcode="sig:correction" if not is_over else "sig:retraction")
    elif item.version > 1:
        _in(meta, "signal", qcode="sig:update")
    # The standard has no place for who may read it; a paper that takes it in again must not give it away.
    _in(meta, "itemMetaExtProperty", reluri=_role("access"), value=document.access)
    made.append(_content(document))
    content = _in(made, "contentSet")
    if document.blocks:
        content.append(_inline(document))
    _in(content, "remoteContent", href=valid_uri(web(document.path)), contenttype="text/html")
    return made


def _content(document: Document) -> Any:
    content = _element("contentMeta")
    content.set(LANG, document.language)
    _in(content, "contentCreated", document.published.isoformat())
    if document.updated:
        _in(content, "contentModified", document.updated.isoformat())
    if line(document.dateline):
        _in(_in(content, "located"), "name", line(document.dateline))
    if line(document.source_name):
        _in(_in(content, "infoSource", **_source(document)), "name", line(document.source_name))
    for author in document.bylines:
        named = {"uri": valid_uri(web(author.path))} if author.path else {}
        _in(_in(content, "creator", **named), "name", line(author.name))
    _in(content, "altId", document.uid, environmenturi="https://broadsheet.example/id")
    _in(content, "language", tag=document.language)
    if code := genre_code(document):
        _in(_in(content, "genre", qcode=f"genre:{code}"), "name", document.genre)
    for topic in document.topics:
        named = {"qcode": topic.code} if topic.code else {"uri": valid_uri(web(topic.path))}
        _in(_in(content, "subject", type=ABSTRACT, **named), "name", line(topic.name))
    _in(content, "headline", line(document.headline))
    for role, text in (
        ("kicker", document.kicker),
        ("social", document.social_headline),
        ("seo", document.seo_title),
    ):
        if line(text) and text != document.headline:
            _in(content, "headline", line(text), roleuri=_role(role))
    if document.bylines:
        _in(content, "by", ", ".join(line(author.name) for author in document.bylines))
    if line(document.standfirst):
        _in(content, "description", line(document.standfirst), role="drol:summary")
    if line(document.description) and document.description != document.standfirst:
        _in(content, "description", line(document.description), roleuri=_role("seo"))
    return content


def _source(document: Document) -> dict[str, str]:
    return {"uri": uri} if (uri := valid_uri(document.source_url)) else {}


def _picture(item: Item, image: Image, part: str) -> Any:
    """A picture as this story words it, under a name of its own."""
    made = _new("newsItem", _picture_uri(item, image), item.version, item.document.language)
    if image.copyright_notice or image.usage_terms:
        info = _in(made, "rightsInfo")
        for name, text in (("copyrightNotice", image.copyright_notice), ("usageTerms", image.usage_terms)):
            if line(text):
                _in(info, name, line(text))
    meta = _in(made, "itemMeta")
    _in(meta, "itemClass", qcode="ninat:picture")
    _provider(meta)
    _in(meta, "versionCreated", item.changed.isoformat())
    _in(meta, "pubStatus", qcode="stat:usable")
    if image.expires:
        _in(meta, "expires", image.expires.isoformat())
    _in(meta, "itemMetaExtProperty", reluri=_role("part"), value=part)
    content = _in(made, "contentMeta")
    if image.taken:
        _in(content, "contentCreated", image.taken.isoformat())
    if line(image.place):
        _in(_in(content, "located"), "name", line(image.place))
    if line(image.creator):
        _in(_in(content, "creator"), "name", line(image.creator))
    if line(image.credit):
        _in(content, "creditline", line(image.credit))
    for role, text in (("drol:caption", image.caption), ("drol:alt", image.alt)):
        if line(text):
            _in(content, "description", line(text), **_described(role))
    files = _in(made, "contentSet")
    for file in files_of(image):
        _in(
            files,
            "remoteContent",
            href=valid_uri(file.url),
            contenttype=type_of(file.url),
            width=str(file.width),
            height=str(file.height),
        )
    return made


def _described(role: str) -> dict[str, str]:
    return {"role": role} if role == "drol:caption" else {"roleuri": _role("alt")}


def _role(name: str) -> str:
    """A role that IPTC has no code for, in a space of our own."""
    return f"https://broadsheet.example/role/{name}"


def _picture_uri(item: Item, image: Image) -> str:
    return f"{item.uri}#picture-{image.id}"


# -- what items have in common ---------------------------------------------------------------------------------------


def _new(name: str, guid: str, version: int, language: str) -> Any:
    made = _element(name)
    made.set("guid", guid)
    made.set("version", str(version))
    made.set("standard", "NewsML-G2")
    made.set("standardversion", "2.35")
    made.set("conformance", "power")
    if language:
        made.set(LANG, language)
    _in(made, "catalogRef", href=CATALOG)
    return made


def _provider(meta: Any) -> None:
    _in(_in(meta, "provider", uri=web("/")), "name", line(settings.PAPER.name))


def _rights(made: Any, rights: Rights, target: str, holder: str) -> None:
    info = _in(made, "rightsInfo")
    _in(_in(info, "copyrightHolder"), "name", holder)
    if rights.notice:
        _in(info, "copyrightNotice", rights.notice)
    if rights.usage_terms.strip():
        _in(info, "usageTerms", rights.usage_terms)
    _in(info, "rightsExpressionData", as_json(rights, target), langid=LANGUAGE, enctype="application/ld+json")


def _reference(item: Item | Withdrawal) -> Any:
    made = _element("itemRef")
    made.set("residref", item.uri)
    made.set("version", str(item.version))
    _in(made, "itemClass", qcode="ninat:text")
    gone = isinstance(item, Withdrawal)
    _in(made, "pubStatus", qcode="stat:canceled" if gone else "stat:usable")
    if isinstance(item, Item):
        _in(made, "title", line(item.document.headline))
    return made


def _picture_reference(item: Item, image: Image) -> Any:
    made = _element("itemRef")
    made.set("residref", _picture_uri(item, image))
    _in(made, "itemClass", qcode="ninat:picture")
    return made


def _package(guid: str, references: Sequence[Any], changed: datetime, item: Item | None = None) -> Any:
    made = _new("packageItem", guid, item.version if item else 1, item.document.language if item else "")
    meta = _in(made, "itemMeta")
    _in(meta, "itemClass", qcode="ninat:composite")
    _provider(meta)
    _in(meta, "versionCreated", changed.isoformat())
    _in(meta, "pubStatus", qcode="stat:usable")
    # Ids are one document's: a message holds many packages.
    own = f"group-{item.document.id if item else 'all'}"
    group = _in(_in(made, "groupSet", root=own), "group", id=own, roleuri=_role("main"), mode="pgrmod:bag")
    group.extend(references)
    return made


# -- the body ----------------------------------------------------------------------------------------------------------


def _inline(document: Document) -> Any:
    made = _element("inlineXML")
    made.set("contenttype", "application/xhtml+xml")
    page = etree.SubElement(made, f"{{{XHTML}}}html", nsmap={None: XHTML})
    page.set(LANG, document.language)
    etree.SubElement(etree.SubElement(page, f"{{{XHTML}}}head"), f"{{{XHTML}}}title").text = line(
        document.headline
    )
    inside = etree.SubElement(page, f"{{{XHTML}}}body")
    _copy(body(document), inside)
    return made


def _copy(source: Any, target: Any) -> None:
    """The inside of an HTML element into an XHTML one."""
    target.text = legal(source.text or "")
    for child in _elements(source):
        made = etree.SubElement(target, f"{{{XHTML}}}{child.tag}")
        for name, value in child.attrib.items():
            made.set(LANG if name == "lang" else name, legal(value))
        _copy(child, made)
        made.tail = legal(child.tail or "")


def _elements(source: Any) -> Iterator[Any]:
    return (child for child in source if isinstance(child.tag, str))


def _element(name: str) -> Any:
    return etree.Element(f"{{{NAR}}}{name}", nsmap={None: NAR})


def _in(parent: Any, name: str, text: str = "", **attributes: str) -> Any:
    made = etree.SubElement(parent, f"{{{NAR}}}{name}")
    for key, value in attributes.items():
        made.set(key, legal(value))
    if text:
        made.text = legal(text)
    return made
