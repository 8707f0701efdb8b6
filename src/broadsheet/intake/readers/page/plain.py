"""A page saved as plain text: where the headline stands, which date is the story's, where the body begins and ends.

A saved page repeats itself and dates itself: the masthead's date is the day of saving and stands above the headline;
the story's date stands below it, usually with a time.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from html import escape

from ...errors import NoStory
from ...incoming import IncomingBlock
from . import dates, words

SOURCE_LINE = re.compile(
    r"^(?:source|original|url|link|mənbə|источник|المصدر)\s*[:：]\s*(\S.*)$", re.IGNORECASE
)
ADDRESS = re.compile(r"https?://[^\s<>\"')]+")
DATELINE = re.compile(
    r"^((?:[A-ZÀ-ÞА-ЯƏĞİÖŞÜÇ][\w.'’-]*(?:[ ,/-]+))*[A-ZÀ-ÞА-ЯƏĞİÖŞÜÇ]{3,}[\w.'’-]*)\s*,?\s*(?:[A-Z][a-z]+\.? \d{1,2}\s*)?(?:\([^)]{2,30}\)\s*)?[—–-]{1,2}\s"
)
MARKDOWN = re.compile(r"^#{1,6} \S|\]\((?:https?://|/|#)", re.MULTILINE)
WRAPPED_AT_LEAST = 38


@dataclass(frozen=True, slots=True)
class Page:
    """What was found. `labels` are taken off the headline."""

    headline: str
    labels: tuple[str, ...]
    bylines: tuple[str, ...]
    published: datetime | None
    modified: datetime | None
    standfirst: str
    dateline: str
    paragraphs: tuple[str, ...]
    address: str

    @property
    def blocks(self) -> tuple[IncomingBlock, ...]:
        return (IncomingBlock("text", "".join(f"<p>{escape(p, quote=False)}</p>" for p in self.paragraphs)),)


def read(text: str, name: str, zone: tzinfo) -> Page:
    """The story in `text`. Raises `NoStory` when there is none."""
    lines = lines_of(text)
    start = _headline_at(lines, zone)
    if start is None:
        raise NoStory("no headline was found", name, "check that the page holds one story")
    raw = lines[start]
    headline, labels = words.split_labels(raw)
    bylines: tuple[str, ...] = ()
    moments: list[tuple[datetime, bool]] = []
    modified: datetime | None = None
    paragraphs: list[str] = []
    standfirst = ""
    for at, line in enumerate(lines[start + 1 :], start + 1):
        if _same(line, raw) or _same(line, headline):
            continue
        if paragraphs and (words.is_the_end(line) or is_closing_rule(lines, at)):
            break
        if words.RULE.match(line) or words.CREDIT_LINE.match(line) or words.ABOUT_THE_AUTHOR.match(line):
            continue
        inline = byline_and_date(line, zone) if not paragraphs else None
        if inline:
            bylines, moments = bylines or inline[0], [*moments, inline[1]]
            continue
        found = dates.date_line(line, zone)
        if found:
            if re.match(r"(?:last )?(?:updated|modified)|yenilənib|обновлено|آخر تحديث", line, re.IGNORECASE):
                modified = modified or found[0]
            elif not paragraphs:
                moments.append(found)
            continue
        if moments and not moments[-1][1] and not paragraphs and (clock := dates.clock_line(line)):
            moments[-1] = (moments[-1][0].replace(hour=clock[0], minute=clock[1]), True)
            continue
        names = byline(line) or (() if paragraphs else _name_by_itself(line, lines[at + 1 : at + 2], zone))
        if names and not bylines and (not paragraphs or line is lines[-1]):
            bylines = names
            continue
        if words.is_furniture(line) or SOURCE_LINE.match(line) or ADDRESS.fullmatch(line):
            continue
        if _is_prose(line) or (paragraphs and (_is_subheading(line) or _is_short_sentence(line))):
            paragraphs.append(line)
        elif not paragraphs and not standfirst and len(line) > 40:
            standfirst = line
    paragraphs = _without_echoes(_drop_trailing_subheadings(paragraphs))
    if not paragraphs or sum(map(len, paragraphs)) < 40:
        raise NoStory(
            "no text of a story was found",
            name,
            "check that the page holds one story, not a log-in or a list",
        )
    return Page(
        headline=headline,
        labels=labels,
        bylines=bylines or _late_byline(lines, paragraphs),
        published=_story_moment(moments),
        modified=modified,
        standfirst=standfirst,
        dateline=_dateline(paragraphs[0]),
        paragraphs=tuple(paragraphs),
        address=_address(lines),
    )


def lines_of(text: str) -> list[str]:
    """Non-empty logical lines: soft-wrapped paragraphs are joined again, Markdown's marks are taken off."""
    if MARKDOWN.search(text):
        text = _without_marks(text)
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n\n")
    chunks = [[words.tidy(line) for line in chunk.split("\n")] for chunk in re.split(r"\n[ \t\xa0]*\n", text)]
    found: list[str] = []
    for chunk in chunks:
        lines = [line for line in chunk if line]
        found += [" ".join(lines)] if _is_wrapped(lines) else lines
    return found


def _without_marks(text: str) -> str:
    """Markdown as text savers write it: headings, links, pictures and emphasis become their words."""
    text = re.sub(r"!\[[^\]\n]*\]\([^)\n]*\)", "", text)
    text = re.sub(r"\[([^\]\n]*)\]\((?:[^()\n]|\([^()\n]*\))*\)", r"\1", text)
    text = re.sub(r"^[ \t]*#{1,6}[ \t]+|[ \t]+#+[ \t]*$", "", text, flags=re.MULTILINE)
    return re.sub(r"(?<![\w*_])([*_]{1,3})(?=\S)([^*_\n]+?)(?<=\S)\1(?![\w*_])", r"\2", text)


def _is_wrapped(lines: list[str]) -> bool:
    """Whether these lines are one paragraph that an editor broke at a fixed width."""
    if len(lines) < 2:
        return False
    *body, last = lines
    longest = max(map(len, lines))
    if longest > 120 or longest < WRAPPED_AT_LEAST or any(_stands_alone(line) for line in lines):
        return False
    even = all(len(line) >= longest * 0.72 for line in body)
    ended = sum(bool(re.search(r"[.!?…]['\"”’»)]*$", line)) for line in body)
    return even and len(last) <= longest and ended <= len(body) * 0.5


def _stands_alone(line: str) -> bool:
    """A date, a by-line, a labelled headline or furniture is never part of a broken paragraph."""
    return bool(
        words.is_furniture(line)
        or words.split_labels(line)[1]
        or dates.date_line(line, UTC)
        or words.RULE.match(line)
        or words.CREDIT_LINE.match(line)
        or ADDRESS.fullmatch(line)
        or (byline(line) and words.BY.match(line))
    )


def _headline_at(lines: list[str], zone: tzinfo) -> int | None:
    """The line that is the headline: one that is repeated or labelled, or that a date or by-line follows."""
    counts = Counter(_bare(line) for line in lines)
    best: tuple[float, int] | None = None
    prose_seen = 0
    for at, line in enumerate(lines):
        if prose_seen >= 2:
            break
        bare, labels = words.split_labels(line)
        if (
            not 8 <= len(bare) <= 220
            or words.is_furniture(line)
            or dates.date_line(line, zone)
            or byline(line)
            or ADDRESS.search(line)
        ):
            prose_seen += len(line) > 160
            continue
        if SOURCE_LINE.match(line):
            continue
        after = lines[at + 1 : at + 4]
        score = 0.0
        score += 4 * bool(labels)
        score += 3 * (counts[_bare(line)] > 1)
        score += 2 * any((moment := dates.date_line(other, zone)) and moment[1] for other in after)
        score += 2.5 * _leads_to_prose(lines[at + 1 : at + 8], zone)
        score += 2 * any(byline(other) for other in after)
        score += 1.5 * (len(bare.split()) >= 4)
        score += 1.0 * (25 <= len(bare) <= 140)
        score -= 6 * bool(re.search(r"[.;:,]['\"”’»)]*$", bare) and len(bare) > 60)
        score -= 1.5 * (len(bare) > 160)
        score -= 2.0 * bool(
            re.fullmatch(r"[\w.-]+\.(?:com|az|ru|org|net|info|news|[a-z]{2})", bare, re.IGNORECASE)
        )
        score -= 0.05 * at
        if best is None or score > best[0]:
            best = (score, at)
        prose_seen += _is_prose(line) and len(line) > 160
    if best is None or best[0] < 0.5:
        return None
    # Pages print the headline twice with the date between: the story begins at the first.
    return next(at for at, line in enumerate(lines) if _same(line, lines[best[1]]))


def _leads_to_prose(after: list[str], zone: tzinfo) -> bool:
    """Whether the text begins here: nothing but dates, by-lines and furniture stands before the first sentence."""
    for line in after:
        if (
            dates.date_line(line, zone)
            or byline(line)
            or words.is_furniture(line)
            or byline_and_date(line, zone)
        ):
            continue
        return _is_prose(line)
    return False


def _bare(line: str) -> str:
    return words.split_labels(line)[0].casefold().strip(" .")


def _same(line: str, headline: str) -> bool:
    return _bare(line) == _bare(headline)


def byline(line: str) -> tuple[str, ...]:
    """The names in a line that is a by-line, else ()."""
    if len(line) > 130:
        return ()
    match = words.BY.match(line)
    if match and not words.BY_COLON_ONLY.match(line) and not words.SENTENCE_END.search(line.rstrip(".")):
        names = words.byline_names(match.group(1))
        if names and all(
            (len(name.split()) <= 5 and name[0].isupper()) or not name.isascii() for name in names
        ):
            return names
        return ()
    role = words.NAME_AND_ROLE.match(line)
    return words.byline_names(role.group(1)) if role else ()


def byline_and_date(line: str, zone: tzinfo) -> tuple[tuple[str, ...], tuple[datetime, bool]] | None:
    """`By A. Writer | 5 April 2022 12:51`: both in one line."""
    if len(line) > 140:
        return None
    for divider in (" | ", " • ", " · ", " – ", " — ", " - ", ", "):
        left, found, right = line.partition(divider)
        if not found:
            continue
        for name, day in ((left, right), (right, left)):
            moment = dates.date_line(day, zone)
            if moment and (names := byline(name) or _plain_name(name)):
                return names, moment
    return None


def _plain_name(text: str) -> tuple[str, ...]:
    return words.byline_names(text) if re.fullmatch(rf"(?:{words.NAME}\s+){{1,3}}{words.NAME}", text) else ()


def _name_by_itself(line: str, after: list[str], zone: tzinfo) -> tuple[str, ...]:
    """A bare name above the text, where a date, a link to its other stories or the first sentence follows."""
    if not all(word[0].isupper() or not word.isascii() for word in line.split()) or not after:
        return ()
    follows = after[0]
    leads_on = dates.date_line(follows, zone) or words.ABOUT_THE_AUTHOR.match(follows) or len(follows) >= 90
    return _plain_name(line) if leads_on else ()


def _late_byline(lines: list[str], paragraphs: list[str]) -> tuple[str, ...]:
    """A by-line under the text, as some agencies print it."""
    last = paragraphs[-1]
    after = lines[lines.index(last) + 1 :] if last in lines else []
    for line in after[:3]:
        if names := byline(line):
            return names
    return ()


def _story_moment(moments: list[tuple[datetime, bool]]) -> datetime | None:
    timed = [moment for moment, has_clock in moments if has_clock]
    return next(iter(timed or [moment for moment, _ in moments]), None)


def _is_prose(line: str) -> bool:
    if len(line) >= 90:
        return True
    return (len(line) >= 25 and bool(re.search(r"[.!?…。؟۔]['\"”’»)\]]*$", line))) or (
        len(line) >= 2 and line[0] in "-–•*" and len(line) > 20
    )


def _is_subheading(line: str) -> bool:
    return (
        4 <= len(line) <= 80
        and 1 <= len(line.split()) <= 12
        and not words.SENTENCE_END.search(line)
        and not words.is_furniture(line)
    )


def _is_short_sentence(line: str) -> bool:
    """`"No," he said.` between paragraphs is one of them."""
    return (
        len(line) >= 4
        and bool(re.search(r"[.!?؟۔]['\"”’»)\]]*$", line))
        and "..." not in line
        and not words.is_furniture(line)
    )


def is_closing_rule(lines: list[str], at: int) -> bool:
    """Whether the rule at `at` parts the story from what the page adds, rather than two parts of the story."""
    if not words.RULE.match(lines[at]):
        return False
    after = next((line for line in lines[at + 1 :] if not words.RULE.match(line)), "")
    return not after or any(
        (
            words.is_furniture(after),
            words.is_the_end(after),
            words.ABOUT_THE_AUTHOR.match(after),
            words.BIOGRAPHY.match(after),
        )
    )


def _drop_trailing_subheadings(paragraphs: list[str]) -> list[str]:
    kept = list(paragraphs)
    while (
        kept and not _is_prose(kept[-1]) and not (_is_short_sentence(kept[-1]) and len(kept[-1].split()) > 2)
    ):
        kept.pop()
    return kept


def _without_echoes(paragraphs: list[str]) -> list[str]:
    """A page that holds its text twice (print view, reader view) gives it once."""
    seen: set[str] = set()
    kept = []
    for paragraph in paragraphs:
        key = paragraph.casefold()
        if len(key) > 60 and key in seen:
            continue
        seen.add(key)
        kept.append(paragraph)
    return kept


def _dateline(first: str) -> str:
    match = DATELINE.match(first[:120])
    return match.group(1).strip(" ,") if match else ""


def _address(lines: list[str]) -> str:
    """The page's own address where the text names it as its source or opens with it."""
    for line in lines:
        if (match := SOURCE_LINE.match(line)) and (url := ADDRESS.search(match.group(1))):
            return url.group().rstrip(".,;")
    if lines and (url := ADDRESS.fullmatch(lines[0])):
        return url.group().rstrip(".,;")
    return ""
