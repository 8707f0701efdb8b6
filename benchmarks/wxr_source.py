"""Makes WordPress exports of any size for `intake`'s benchmark: invented words, the same for the same seed.

python benchmarks/wxr_source.py 100000 big.xml
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import BinaryIO

SITE = "https://old-paper.example"
SECTIONS = ("World", "Home", "Business", "Sport", "Culture", "Science", "Weather", "Opinion")
AUTHORS, TAGS, PARAGRAPHS, WORDS_OF_PARAGRAPH = 60, 2_000, 12, 50
PICTURE_EVERY = 10
_HEAD = """<?xml version="1.0" encoding="UTF-8" ?>
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:wp="http://wordpress.org/export/1.2/">
<channel><title>The Old Paper</title><link>{site}</link><language>en-US</language>
<wp:wxr_version>1.2</wp:wxr_version><wp:base_site_url>{site}</wp:base_site_url><wp:base_blog_url>{site}</wp:base_blog_url>
"""
_TAIL = "</channel></rss>\n"


def write_wxr(file: BinaryIO, posts: int, *, seed: int = 1, pictures: bool = True) -> None:
    """An export of `posts` posts of about 600 words; every tenth has a picture of its own as an attachment."""
    for piece in _pieces(posts, random.Random(seed), pictures=pictures):
        file.write(piece.encode())


def _vocabulary(dice: random.Random) -> list[str]:
    """Words that no language has; the first are used most."""
    syllables = [a + b for a in "bcdfghklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "is")]
    return ["".join(dice.choices(syllables, k=dice.choice((1, 2, 2, 3, 3, 4)))) for _ in range(20_000)]


def _pieces(posts: int, dice: random.Random, *, pictures: bool) -> Iterator[str]:
    vocabulary = _vocabulary(dice)
    # Common words come often, as in every language.
    weights = [1 / (rank + 10) for rank in range(len(vocabulary))]
    pool = dice.choices(vocabulary, weights, k=200_000)
    yield _HEAD.format(site=SITE)
    for number in range(AUTHORS):
        name = " ".join(word.title() for word in dice.sample(vocabulary, 2))
        yield (
            f"<wp:author><wp:author_id>{number + 1}</wp:author_id><wp:author_login><![CDATA[writer{number}]]></wp:author_login>"
            f"<wp:author_email>writer{number}@old-paper.example</wp:author_email>"
            f"<wp:author_display_name><![CDATA[{name}]]></wp:author_display_name></wp:author>\n"
        )
    for number, name in enumerate(SECTIONS):
        yield (
            f"<wp:category><wp:term_id>{number + 1}</wp:term_id><wp:category_nicename>{name.lower()}</wp:category_nicename>"
            f"<wp:category_parent></wp:category_parent><wp:cat_name><![CDATA[{name}]]></wp:cat_name></wp:category>\n"
        )
    tags = dice.sample(vocabulary, TAGS)
    for number in range(1, posts + 1):
        yield _post(number, dice, pool, tags, has_picture=pictures and number % PICTURE_EVERY == 0)
    yield _TAIL


def _post(number: int, dice: random.Random, pool: list[str], tags: list[str], *, has_picture: bool) -> str:
    def words(count: int) -> str:
        start = dice.randrange(len(pool) - count)
        return " ".join(pool[start : start + count])

    day = datetime(2004, 1, 1, 8, tzinfo=UTC) + timedelta(minutes=number * 90 % 11_000_000)
    slug = f"{words(4).replace(' ', '-')}-{number}"
    section = SECTIONS[number % len(SECTIONS)]
    parts = [f"<p>{words(WORDS_OF_PARAGRAPH).capitalize()}.</p>" for _ in range(PARAGRAPHS)]
    if number % 3 == 0:
        parts[2] = (
            f'<p>{words(20).capitalize()} <a href="https://elsewhere.example/{number}">{words(3)}</a> {words(27)}.</p>'
        )
    if number % 7 == 0:
        parts.insert(5, f"<h2>{words(4).capitalize()}</h2>")
    if number % 11 == 0:
        parts.insert(7, f"<ul><li>{words(8)}</li><li>{words(8)}</li></ul>")
    metas = attachment = ""
    if has_picture:
        picture = 10_000_000 + number
        address = f"{SITE}/wp-content/uploads/{day:%Y/%m}/{number}.jpg"
        parts.insert(
            4,
            f'<figure class="wp-block-image"><img src="{address}" alt="{words(3)}"/><figcaption>{words(9)}</figcaption></figure>',
        )
        metas = f"<wp:postmeta><wp:meta_key>_thumbnail_id</wp:meta_key><wp:meta_value><![CDATA[{picture}]]></wp:meta_value></wp:postmeta>"
        attachment = (
            f"<item><title>{words(2)}</title><link>{SITE}/{slug}/picture/</link><dc:creator><![CDATA[writer0]]></dc:creator>"
            f"<excerpt:encoded><![CDATA[{words(8)}]]></excerpt:encoded><wp:post_id>{picture}</wp:post_id>"
            f"<wp:post_date><![CDATA[{day:%Y-%m-%d %H:%M:%S}]]></wp:post_date><wp:status>inherit</wp:status>"
            f"<wp:post_parent>{number}</wp:post_parent><wp:post_type>attachment</wp:post_type>"
            f"<wp:attachment_url><![CDATA[{address}]]></wp:attachment_url></item>\n"
        )
    blocks = "\n\n".join(
        f"<!-- wp:paragraph -->\n{part}\n<!-- /wp:paragraph -->" if part.startswith("<p>") else part
        for part in parts
    )
    content = (
        blocks if number % 2 else "\n\n".join(part.removeprefix("<p>").removesuffix("</p>") for part in parts)
    )
    filed = "".join(
        f'<category domain="post_tag" nicename="{tag}"><![CDATA[{tag}]]></category>'
        for tag in dice.sample(tags, 3)
    )
    return attachment + (
        f"<item><title><![CDATA[{words(8).capitalize()}]]></title><link>{SITE}/{day:%Y/%m/%d}/{slug}/</link>"
        f"<pubDate>{day:%a, %d %b %Y %H:%M:%S} +0000</pubDate><dc:creator><![CDATA[writer{number % AUTHORS}]]></dc:creator>"
        f'<guid isPermaLink="false">{SITE}/?p={number}</guid><description></description>'
        f"<content:encoded><![CDATA[{content}]]></content:encoded><excerpt:encoded><![CDATA[{words(18).capitalize()}.]]></excerpt:encoded>"
        f"<wp:post_id>{number}</wp:post_id><wp:post_date><![CDATA[{day:%Y-%m-%d %H:%M:%S}]]></wp:post_date>"
        f"<wp:post_date_gmt><![CDATA[{day:%Y-%m-%d %H:%M:%S}]]></wp:post_date_gmt>"
        f"<wp:post_modified><![CDATA[{day:%Y-%m-%d %H:%M:%S}]]></wp:post_modified>"
        f"<wp:post_modified_gmt><![CDATA[{day:%Y-%m-%d %H:%M:%S}]]></wp:post_modified_gmt>"
        "<wp:comment_status><![CDATA[open]]></wp:comment_status><wp:ping_status><![CDATA[open]]></wp:ping_status>"
        f"<wp:post_name><![CDATA[{slug}]]></wp:post_name><wp:status><![CDATA[publish]]></wp:status>"
        "<wp:post_parent>0</wp:post_parent><wp:menu_order>0</wp:menu_order><wp:post_type><![CDATA[post]]></wp:post_type>"
        "<wp:post_password><![CDATA[]]></wp:post_password><wp:is_sticky>0</wp:is_sticky>"
        f'<category domain="category" nicename="{section.lower()}"><![CDATA[{section}]]></category>{filed}{metas}</item>\n'
    )


if __name__ == "__main__":
    with open(sys.argv[2], "wb") as made:
        write_wxr(made, int(sys.argv[1]))
