"""The full-text index of what readers can search, on SQLite (FTS5) and PostgreSQL (tsvector): cost flat at any size.

The search of Django, Wagtail and `modelsearch` ranks every match before it shows twenty, and counts the average length
of all entries at each save: seconds at a million stories. Here an entry's key is its *place* in time, so the newest
matches come first out of the index itself, and only the newest few hundred are ranked. The text is not kept twice:
FTS5 is contentless, and the story holds its words.

Words are folded ASCII ([a-z0-9]); facets are words of their own (`langen`, `desk12`), matched in the index too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection

TABLE = "site_fulltext"
# Of the newest matches, how many are ranked: all that anybody reads comes from them.
MOST_RANKED = 400
LONGEST = 400_000
_ID_BITS = 20

SQLITE = (
    f"CREATE VIRTUAL TABLE {TABLE} USING fts5(headline, words, facets, content='', contentless_delete=1, tokenize='ascii')",
    f"CREATE TRIGGER {TABLE}_follows AFTER DELETE ON site_searchentry BEGIN DELETE FROM {TABLE} WHERE rowid = old.place; END",
)
# No foreign key: Django empties tables by TRUNCATE, which one that it does not know would forbid.
POSTGRESQL = (
    f"CREATE TABLE {TABLE} (place bigint PRIMARY KEY, vector tsvector NOT NULL)",
    # With its list of words that are not sorted in yet (`fastupdate`): each by itself costs ten times as much.
    f"CREATE INDEX {TABLE}_vector ON {TABLE} USING gin (vector)",
    f"CREATE FUNCTION {TABLE}_follow() RETURNS trigger LANGUAGE plpgsql AS"
    f" $$ BEGIN DELETE FROM {TABLE} WHERE place = old.place; RETURN NULL; END $$",
    f"CREATE TRIGGER {TABLE}_follows AFTER DELETE ON site_searchentry FOR EACH ROW EXECUTE FUNCTION {TABLE}_follow()",
    f"CREATE FUNCTION {TABLE}_empty() RETURNS trigger LANGUAGE plpgsql AS"
    f" $$ BEGIN TRUNCATE {TABLE}; RETURN NULL; END $$",
    f"CREATE TRIGGER {TABLE}_empties AFTER TRUNCATE ON site_searchentry EXECUTE FUNCTION {TABLE}_empty()",
)


@dataclass(frozen=True, slots=True)
class Row:
    """What is indexed of one story; texts folded."""

    place: int
    headline: str
    words: str
    facets: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Query:
    """Phrases (each a sequence of folded words) that must all occur, with all facets (`a|b`: either of them); places are
    at least `after` and below `before`."""

    phrases: Sequence[Sequence[str]]
    facets: Sequence[str] = ()
    after: int | None = None
    before: int | None = None


def place_of(moment: datetime, story_id: int) -> int:
    """The place in time of a story: later stories have greater ones, of one second by id."""
    return (int(moment.timestamp()) << _ID_BITS) | (story_id & ((1 << _ID_BITS) - 1))


def moment_of(place: int) -> tuple[datetime, int]:
    """What `place_of` makes this place of again."""
    return datetime.fromtimestamp(place >> _ID_BITS, UTC), place & ((1 << _ID_BITS) - 1)


def put(rows: Iterable[Row]) -> None:
    """Index these places, in place of what was indexed there. In the caller's transaction."""
    rows = list(rows)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.executemany(f"DELETE FROM {TABLE} WHERE rowid = %s", [(row.place,) for row in rows])
            cursor.executemany(
                f"INSERT INTO {TABLE} (rowid, headline, words, facets) VALUES (%s, %s, %s, %s)",
                [(r.place, r.headline, r.words[:LONGEST], " ".join(r.facets)) for r in rows],
            )
        else:
            cursor.execute(
                f"INSERT INTO {TABLE} (place, vector) SELECT place, setweight(to_tsvector('simple', headline), 'A') ||"
                " setweight(to_tsvector('simple', words), 'D') || array_to_tsvector(string_to_array(facets, ' '))"
                " FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[]) AS story (place, headline, words, facets)"
                " ON CONFLICT (place) DO UPDATE SET vector = excluded.vector",
                [
                    [row.place for row in rows],
                    [row.headline for row in rows],
                    [row.words[:LONGEST] for row in rows],
                    [" ".join(f"={facet}" for facet in row.facets) for row in rows],
                ],
            )


def newest(query: Query, limit: int) -> list[int]:
    """Places of the newest matches, newest first."""
    return [place for place, _ in _matches(query, limit, is_ranked=False, in_headline=False)]


def best(query: Query, limit: int) -> list[int]:
    """Places of the best matches among the newest, best first: those with all words in the headline, then by rank."""
    titled = [place for place, _ in _matches(query, limit, is_ranked=False, in_headline=True)]
    if len(titled) >= limit:
        return titled
    ranked = _matches(query, MOST_RANKED, is_ranked=True, in_headline=False)
    ranked.sort(key=lambda match: (match[1], -match[0]))
    return list(dict.fromkeys([*titled, *(place for place, _ in ranked)]))[:limit]


def _matches(query: Query, limit: int, *, is_ranked: bool, in_headline: bool) -> list[tuple[int, float]]:
    """(place, rank), newest first; a lower rank is better, and 0 when it is not asked for."""
    ours = _sqlite if connection.vendor == "sqlite" else _postgresql
    sql, parameters = ours(query, is_ranked, in_headline)
    with connection.cursor() as cursor:
        cursor.execute(sql, [*parameters, limit])
        return [(place, rank) for place, rank in cursor.fetchall()]


def _sqlite(query: Query, is_ranked: bool, in_headline: bool) -> tuple[str, list[Any]]:
    words = " AND ".join('"' + " ".join(phrase) + '"' for phrase in query.phrases)
    match = f"{'headline' if in_headline else '{headline words}'} : ({words})"
    for facet in query.facets:
        match += " AND facets : (" + " OR ".join(f'"{one}"' for one in facet.split("|")) + ")"
    rank = f"bm25({TABLE}, 4.0, 1.0, 0.0)" if is_ranked else "0"
    bounds, parameters = _bounds("rowid", query)
    return (
        f"SELECT rowid, {rank} FROM {TABLE} WHERE {TABLE} MATCH %s{bounds} ORDER BY rowid DESC LIMIT %s",
        [match, *parameters],
    )


def _postgresql(query: Query, is_ranked: bool, in_headline: bool) -> tuple[str, list[Any]]:
    mark = ":A" if in_headline else ""
    words = " & ".join("(" + " <-> ".join(word + mark for word in phrase) + ")" for phrase in query.phrases)
    match = words
    for facet in query.facets:
        match += " & (" + " | ".join(f"'={one}'" for one in facet.split("|")) + ")"
    bounds, parameters = _bounds("place", query)
    found = (
        f"SELECT place, vector FROM {TABLE} WHERE vector @@ %s::tsquery{bounds} ORDER BY place DESC LIMIT %s"
    )
    if not is_ranked:
        return found.replace("vector FROM", "0 FROM", 1), [match, *parameters]
    return (
        f"SELECT place, -ts_rank(vector, %s::tsquery, 1) FROM ({found}) AS newest",
        [match, match, *parameters],
    )


def _bounds(name: str, query: Query) -> tuple[str, list[int]]:
    given = [(f" AND {name} >= %s", query.after), (f" AND {name} < %s", query.before)]
    kept = [(sql, value) for sql, value in given if value is not None]
    return "".join(sql for sql, _ in kept), [value for _, value in kept]
