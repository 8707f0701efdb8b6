"""`/robots.txt` (RFC 9309): who may crawl what, with the paper's preferences on use and where its terms and maps are.

`Content-Usage` is the IETF's (draft-ietf-aipref-attach), `Content-Signal` is what came before it and is read by more,
`License` is RSL's. A crawler passes over what it does not know.
"""

from __future__ import annotations

from broadsheet.newsroom.selectors import web

from . import rsl
from .crawlers import BY_PURPOSE, PURPOSES
from .models import MachineTerms, Use

# Nothing to index, or each reader's own. What a page needs in order to be drawn stays open.
CLOSED = ("/newsroom/", "/account/", "/-/", "/*/search/", "/search/", "/*/subscribe/", "/subscribe/")


def robots_text(terms: MachineTerms) -> str:
    """The file. A crawler that the terms name keeps to what they say of it, whatever it comes for."""
    named = {rule.name.lower(): rule for rule in terms.rules.all()} if terms.pk else {}
    allowed, refused = [rule.name for rule in named.values() if rule.may_crawl], []
    for purpose in PURPOSES:
        known = [name for name in BY_PURPOSE[purpose] if name.lower() not in named]
        if terms.use_of(purpose) is Use.YES:
            allowed += known if terms.search != Use.YES else []
        else:
            refused += known
    refused += [rule.name for rule in named.values() if not rule.may_crawl]
    groups = [_group(["*"], terms, is_open=terms.search == Use.YES)]
    if allowed:
        groups.append(_group(allowed, terms, is_open=True))
    if refused:
        groups.append(_group(refused, terms, is_open=False))
    maps = [
        f"License: {web(rsl.PATH)}",
        f"Sitemap: {web('/sitemap.xml')}",
        f"Sitemap: {web('/news-sitemap.xml')}",
    ]
    return "\n\n".join([*("\n".join(group) for group in groups), "\n".join(maps)]) + "\n"


def _group(names: list[str], terms: MachineTerms, *, is_open: bool) -> list[str]:
    agents = [f"User-agent: {name}" for name in names]
    if not is_open:
        # The terms and the maps may be read even so.
        return [*agents, f"Allow: {rsl.PATH}", "Disallow: /"]
    # Some readers go by the first rule that fits, not by the longest (RFC 9309 §2.2.2).
    return [*agents, *_preferences(terms), *(f"Disallow: {path}" for path in CLOSED), "Allow: /"]


def _preferences(terms: MachineTerms) -> list[str]:
    search, answers, training = (terms.use_of(purpose) is Use.YES for purpose in PURPOSES)
    return [
        f"Content-Usage: search={_letter(search)}, train-ai={_letter(training)}",
        f"Content-Signal: search={_word(search)}, ai-input={_word(answers)}, ai-train={_word(training)}",
    ]


def _letter(is_: bool) -> str:
    return "y" if is_ else "n"


def _word(is_: bool) -> str:
    return "yes" if is_ else "no"
