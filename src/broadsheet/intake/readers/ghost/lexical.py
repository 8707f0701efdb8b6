"""Lexical, the form of Ghost 5's texts, as plain HTML.

A document is `{"root": {"children": [node…]}}`; a node has a `type`, and either `children` or a text with format bits
(lexical's `LexicalConstants`), or is one of Ghost's cards.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from .cards import card_html, link

Node = dict[str, Any]
MOST_DEPTH = 60
BOLD, ITALIC, STRIKE, UNDERLINE, CODE, SUBSCRIPT, SUPERSCRIPT, HIGHLIGHT = (1 << bit for bit in range(8))
_MARKS = (
    (CODE, "code"),
    (SUBSCRIPT, "sub"),
    (SUPERSCRIPT, "sup"),
    (HIGHLIGHT, "mark"),
    (UNDERLINE, "u"),
    (STRIKE, "s"),
    (ITALIC, "em"),
    (BOLD, "strong"),
)
_TEXTS = frozenset({"text", "extended-text", "code-highlight", "tk", "hashtag", "emoji"})
_NOTHING = frozenset({"zwnj", "at-link-search", "tab"})
_WRAPPED = {"paragraph": "p", "quote": "blockquote", "extended-quote": "blockquote"}
_THROUGH = frozenset({"root", "mark", "overflow", "layout-container", "layout-item", "at-link"})
_TABLE = {"table": "table", "tablerow": "tr", "tablecell": "td"}


def lexical_html(document: object, lost: list[str]) -> str:
    """The whole text; "" where it is no Lexical document or an empty one."""
    root = document.get("root") if isinstance(document, dict) else None
    if not isinstance(root, dict):
        return ""
    return _children(root, lost, 0)


def _children(node: Node, lost: list[str], depth: int) -> str:
    children = node.get("children")
    if not isinstance(children, list):
        return ""
    if depth > MOST_DEPTH:
        lost.append(f"markup that is nested deeper than {MOST_DEPTH}: only its words")
        return escape(_words(children))
    return "".join(_node(child, lost, depth + 1) for child in children if isinstance(child, dict))


def _node(node: Node, lost: list[str], depth: int) -> str:
    kind = str(node.get("type", ""))
    if kind in _TEXTS:
        return _marked(node)
    if kind == "linebreak":
        return "<br>"
    if kind in _NOTHING:
        return " " if kind == "tab" else ""
    if kind in ("link", "autolink"):
        url = node.get("url")
        inner = _children(node, lost, depth)
        return link(url, inner) if isinstance(url, str) and url else inner
    if kind in ("heading", "extended-heading"):
        tag = node.get("tag") if node.get("tag") in ("h1", "h2", "h3", "h4", "h5", "h6") else "h2"
        return f"<{tag}>{_children(node, lost, depth)}</{tag}>"
    if kind == "aside":
        return f'<blockquote class="pullquote">{_children(node, lost, depth)}</blockquote>'
    if kind == "list":
        return _list(node, lost, depth)
    if kind == "listitem":
        return f"<li>{_children(node, lost, depth)}</li>"
    if tag := _WRAPPED.get(kind) or _TABLE.get(kind):
        inner = _children(node, lost, depth)
        return f"<{tag}>{inner}</{tag}>" if inner.strip() or tag == "td" else ""
    if kind in _THROUGH or (isinstance(node.get("children"), list) and node["children"]):
        if kind not in _THROUGH:
            lost.append(f"text of the kind “{kind[:40]}”: only what it encloses")
            return f"<div>{_children(node, lost, depth)}</div>"
        return _children(node, lost, depth)
    return card_html(kind, node, lost)


def _list(node: Node, lost: list[str], depth: int) -> str:
    """A list; Lexical makes of a list within an item an item of its own behind it."""
    is_ordered = node.get("listType") == "number" or node.get("tag") == "ol"
    start = node.get("start")
    tag = (
        f'ol start="{start}"'
        if is_ordered and isinstance(start, int) and start != 1
        else "ol"
        if is_ordered
        else "ul"
    )
    items: list[str] = []
    children = node.get("children")
    for child in children if isinstance(children, list) else ():
        if not isinstance(child, dict):
            continue
        inner = (
            _children(child, lost, depth + 1)
            if child.get("type") == "listitem"
            else _node(child, lost, depth + 1)
        )
        if items and _is_only_a_list(child):
            items[-1] += inner
        else:
            items.append(inner)
    return f"<{tag}>{''.join(f'<li>{item}</li>' for item in items)}</{tag[:2]}>" if items else ""


def _is_only_a_list(item: Node) -> bool:
    children = item.get("children")
    return (
        isinstance(children, list)
        and len(children) == 1
        and isinstance(children[0], dict)
        and children[0].get("type") == "list"
    )


def _marked(node: Node) -> str:
    text = node.get("text")
    if not isinstance(text, str) or not text:
        return ""
    html = escape(text, quote=False)
    bits = node.get("format")
    for bit, tag in _MARKS:
        if isinstance(bits, int) and bits & bit:
            html = f"<{tag}>{html}</{tag}>"
    return html


def _words(nodes: Sequence[Any]) -> str:
    """The words below some nodes, without recursion."""
    found: list[str] = []
    open_ = list(reversed(nodes))
    while open_:
        node = open_.pop()
        if isinstance(node, dict):
            if isinstance(node.get("text"), str):
                found.append(node["text"])
            if isinstance(node.get("children"), list):
                open_.extend(reversed(node["children"]))
    return " ".join(found)
