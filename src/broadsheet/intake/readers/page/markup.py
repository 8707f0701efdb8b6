"""A page saved as HTML: trafilatura finds the text, `facts` what the page says of it, our rules make blocks of both."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC
from html import escape
from typing import Any

from lxml import etree
from lxml import html as lxml_html
from lxml.html import HtmlElement
from trafilatura import bare_extraction

from broadsheet.newsroom.cleaning import clean_text

from ...errors import NoStory
from ...incoming import IncomingBlock, IncomingPicture
from . import dates, furniture, gaps, plain, words
from .links import joined

SHORTEST = 60
# A flash may be one short sentence, where the page marks it as its text.
SHORTEST_MARKED = 30
FEWEST_TEASERS, LONGEST_TEASER = 5, 3
ENOUGH = 250
INLINE = {"#b": "b", "#i": "i", "#sup": "sup", "#sub": "sub"}
CREDIT = re.compile(
    r"(?:\b(?:photo(?:graph)?|picture|image|foto|фото|credit|courtesy|صورة)\s*(?:by|credit)?\s*[:：/]\s*|©\s*|\(c\)\s*)(.{2,120})$",
    re.IGNORECASE,
)
WALL = re.compile(
    r"enable javascript|before you continue|accept all|(?:log|sign) in to continue|subscribe to (?:continue|read)|enable cookies|verify you are (?:a )?human|checking your browser|access denied|are you a robot|404 not found|page not found",
    re.IGNORECASE,
)


def tree_of(text: str, name: str) -> HtmlElement:
    """Parse leniently. Raises `NoStory` for what isn't HTML after all."""
    try:
        return lxml_html.fromstring(
            text.encode("utf-8", "replace"), parser=lxml_html.HTMLParser(encoding="utf-8", huge_tree=False)
        )
    except (etree.LxmlError, ValueError, AssertionError):
        raise NoStory("its HTML can't be parsed", name, "save the page again") from None


def body(text: str, name: str, address: str, headline: str, article_body: str) -> tuple[IncomingBlock, ...]:
    """The story's text as blocks, in order. Raises `NoStory` when there is none."""
    best: etree._Element | None = None
    for recall in (False, True):
        found = _extract(text, address, recall=recall)
        if found is not None and (best is None or _weight(found) > _weight(best)):
            best = found
        if best is not None and _weight(best) >= ENOUGH:
            break
    size = _weight(best) if best is not None else 0
    if len(article_body) > max(SHORTEST, size * 2):
        return (IncomingBlock("text", _from_plain(article_body)),)
    tree = tree_of(text, name)
    shortest = (
        SHORTEST_MARKED
        if tree.find(".//article") is not None or tree.find(".//main") is not None
        else SHORTEST
    )
    if best is None or size < shortest or (size < 600 and WALL.search(_words(best))):
        raise NoStory(
            "no text of a story was found",
            name,
            "check that the page holds one story, not a log-in or a list",
        )
    if _lists_stories(best, tree):
        raise NoStory("it lists stories and tells none", name, "import the pages that it leads to")
    return tuple(_merged(_blocks(gaps.filled(best, tree), address, headline)))


def _lists_stories(found: etree._Element, tree: HtmlElement) -> bool:
    """Whether most of the text found is teasers: paragraphs beside headings that lead elsewhere."""
    if tree.xpath('//meta[@property="og:type" and @content="article"] | //*[@itemprop="articleBody"]'):
        return False
    beside: set[str] = set()
    count = 0
    for heading in tree.xpath(
        "//h2[.//a[@href]] | //h3[.//a[@href]] | //h4[.//a[@href]] | //a[@href]/h2 | //a[@href]/h3"
    ):
        card = heading.getparent()
        paragraphs = [words.tidy(p.text_content()) for p in card.iter("p")] if card is not None else []
        if len(words.tidy(heading.text_content()).split()) < 4 or len(paragraphs) > LONGEST_TEASER:
            continue
        count += 1
        beside.update(paragraphs)
        beside.add(words.tidy(heading.text_content()))
    texts = [text for child in found if (text := words.tidy(_words(child)))]
    listed = sum(len(text) for text in texts if text in beside)
    return count >= FEWEST_TEASERS and listed > 0.6 * sum(map(len, texts))


def _extract(text: str, address: str, *, recall: bool) -> etree._Element | None:
    try:
        found = bare_extraction(
            text,
            url=address or None,
            include_comments=False,
            include_tables=True,
            include_images=True,
            include_formatting=True,
            include_links=True,
            favor_recall=recall,
            with_metadata=False,
            deduplicate=False,
        )
    except (RecursionError, ValueError, TypeError, etree.LxmlError):
        return None
    return getattr(found, "body", None)


def _words(element: etree._Element) -> str:
    return "".join(str(text) for text in element.itertext())


def _weight(element: etree._Element) -> int:
    return len(" ".join(_words(element).split()))


def _from_plain(text: str) -> str:
    parts = [words.tidy(part) for part in re.split(r"\n+|(?<=[.!?])\s{2,}", re.sub(r"<[^>]+>", "\n", text))]
    return "".join(f"<p>{escape(part, quote=False)}</p>" for part in parts if part)


def _blocks(element: etree._Element, address: str, headline: str) -> Iterator[IncomingBlock]:
    same = re.sub(r"\W+", "", headline).casefold()
    element = furniture.cleared(_with_loose_text_in_paragraphs(element))
    texts = [words.tidy(_words(child)) for child in element]
    has_begun = False
    for at, (child, text) in enumerate(zip(element, texts, strict=True)):
        if child.tag in ("head", "p") and re.sub(r"\W+", "", words.split_labels(text)[0]).casefold() == same:
            continue
        if has_begun and plain.is_closing_rule(texts, at):
            break
        if child.tag == "p" and (
            words.RULE.match(text) or (not has_begun and (plain.byline(text) or dates.date_line(text, UTC)))
        ):
            continue
        has_begun = has_begun or (child.tag == "p" and len(text) >= SHORTEST)
        if child.tag == "graphic":
            if picture := _picture(child, address):
                yield IncomingBlock("picture", picture)
            continue
        for picture in [p for g in child.iter("graphic") if (p := _picture(g, address))]:
            yield IncomingBlock("picture", picture)
        if not text or (child.tag == "p" and words.is_furniture(text) and len(text) < 90):
            continue
        if child.tag == "table":
            yield IncomingBlock(
                "table", {"rows": _rows(child), "head": child.find(".//cell[@role='head']") is not None}
            )
        elif child.tag == "quote" and len(child) == 0 and len(text) < 300:
            yield IncomingBlock("text", f"<blockquote>{_inline(child, address)}</blockquote>")
        elif html := _html(child, address):
            yield IncomingBlock("text", clean_text(html))


def _with_loose_text_in_paragraphs(body: etree._Element) -> etree._Element:
    """Text between the elements, as pages without paragraphs have it, becomes paragraphs of its own."""
    whole = etree.Element("body")
    for text, child in [(body.text, None), *((child.tail, child) for child in body)]:
        if child is not None:
            child.tail = None
            whole.append(child)
        if words.tidy(text or ""):
            etree.SubElement(whole, "p").text = text
    return whole


def _html(child: etree._Element, address: str) -> str:
    if child.tag == "head":
        level = "h3" if (child.get("rend") or "h2") in ("h3", "h4", "h5", "h6") else "h2"
        return f"<{level}>{_inline(child, address)}</{level}>"
    if child.tag == "list":
        kind = "ol" if child.get("rend") == "ol" else "ul"
        items = "".join(
            f"<li>{_inline(item, address)}</li>" for item in child.iter("item") if words.tidy(_words(item))
        )
        return f"<{kind}>{items}</{kind}>" if items else ""
    if child.tag == "quote":
        paragraphs = [f"<p>{_inline(p, address)}</p>" for p in child if p.tag == "p"]
        return f"<blockquote>{''.join(paragraphs) or _inline(child, address)}</blockquote>"
    text = _inline(child, address)
    # Pages that part paragraphs by line breaks give them as one element.
    parts = [part.strip() for part in re.split(r"(?:<br>\s*){2,}", text) if part.strip(" \n")]
    return "".join(f"<p>{re.sub(r'^(?:<br>)+|(?:<br>)+$', '', part)}</p>" for part in parts)


def _inline(element: etree._Element, address: str) -> str:
    out = [escape(element.text or "", quote=False)]
    for child in element:
        inner = _inline(child, address) if child.tag != "graphic" else ""
        if child.tag == "ref" and (target := child.get("target")):
            url = joined(address, target)
            out.append(
                f'<a href="{escape(url)}">{inner}</a>'
                if url.startswith(("http://", "https://", "mailto:")) and inner.strip()
                else inner
            )
        elif child.tag == "hi" and (tag := INLINE.get(child.get("rend") or "")):
            out.append(f"<{tag}>{inner}</{tag}>" if inner.strip() else inner)
        elif child.tag == "lb":
            out.append("<br>")
        else:
            out.append(inner)
        out.append(escape(child.tail or "", quote=False))
    return " ".join("".join(out).split()) if element.tag in ("p", "head", "item", "quote") else "".join(out)


def _rows(table: etree._Element) -> list[list[str]]:
    rows = [[words.tidy(_words(cell)) for cell in row.iter("cell")] for row in table.iter("row")]
    rows = [row for row in rows if any(row)]
    width = max(map(len, rows), default=0)
    return [row + [""] * (width - len(row)) for row in rows]


def _picture(graphic: etree._Element, address: str) -> IncomingPicture | None:
    source = graphic.get("src") or ""
    if not source or source.startswith("data:") or not (whole := joined(address, source)):
        return None
    caption, credit = _parted(words.tidy(graphic.get("caption") or ""))
    return IncomingPicture(whole, words.tidy(graphic.get("alt") or ""), caption, credit)


def _parted(caption: str) -> tuple[str, str]:
    """(caption, credit) of a line under a picture."""
    match = CREDIT.search(caption)
    if not match:
        return caption, ""
    return caption[: match.start()].rstrip(" ·|-–—(/"), match.group(1).strip(" .)")


def with_captions(
    blocks: tuple[IncomingBlock, ...], tree: HtmlElement, address: str
) -> tuple[IncomingBlock, ...]:
    """Pictures get the caption and credit of the figure that they stood in; its words leave the text."""
    said = dict(_figures(tree, address))
    captions = {re.sub(r"\W+", "", c).casefold() for c, _ in said.values() if c}
    out: list[IncomingBlock] = []
    for block in blocks:
        if block.kind == "picture":
            caption, credit = said.get(block.value.address, (block.value.caption, block.value.credit))
            out.append(
                IncomingBlock(
                    "picture", IncomingPicture(block.value.address, block.value.alt, caption, credit)
                )
            )
        elif block.kind == "text":
            kept = _without(block.value, captions)
            if kept:
                out.append(IncomingBlock("text", kept))
        else:
            out.append(block)
    return tuple(_merged(iter(out)))


def _without(html: str, captions: set[str]) -> str:
    parts = re.findall(
        r"<(?:p|h2|h3|ul|ol|blockquote)>.*?</(?:p|h2|h3|ul|ol|blockquote)>(?=<|$)", html, re.DOTALL
    ) or [html]
    return "".join(
        p for p in parts if re.sub(r"\W+", "", re.sub(r"<[^>]+>", "", p)).casefold() not in captions
    )


def _figures(tree: HtmlElement, address: str) -> Iterator[tuple[str, tuple[str, str]]]:
    for figure in tree.xpath("//figure[.//img]"):
        caption = next((words.tidy(c.text_content()) for c in figure.iterfind(".//figcaption")), "")
        credit = next(
            (
                words.tidy(c.text_content())
                for c in figure.xpath(
                    './/*[contains(@class, "credit") or contains(@class, "copyright") or @itemprop="copyrightHolder"]'
                )
            ),
            "",
        )
        if credit and caption.endswith(credit):
            caption = caption[: -len(credit)].rstrip(" ·|-–—(/")
        elif not credit:
            caption, credit = _parted(caption)
        for image in figure.iterfind(".//img"):
            for name in ("src", "data-src", "data-original"):
                if source := image.get(name):
                    yield (
                        joined(address, source),
                        (
                            caption,
                            re.sub(
                                r"^(?:photo|credit|foto|фото)\s*[:：]\s*", "", credit, flags=re.IGNORECASE
                            ),
                        ),
                    )


def _merged(blocks: Iterator[IncomingBlock]) -> Iterator[IncomingBlock]:
    """Neighbouring texts become one block; a picture that stands twice in a row, once."""
    held: str = ""
    seen: set[Any] = set()
    for block in blocks:
        if block.kind == "text":
            held += block.value
            continue
        if held:
            yield IncomingBlock("text", held)
            held = ""
        if block.kind == "picture":
            if block.value.address in seen:
                continue
            seen.add(block.value.address)
        yield block
    if held:
        yield IncomingBlock("text", held)
