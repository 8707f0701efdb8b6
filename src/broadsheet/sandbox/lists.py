"""Lists with cursors, and objects with what they refer to written out (`expand`)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

from broadsheet.sandbox.account import PREFIXES, Account, public, shown
from broadsheet.sandbox.errors import Json, invalid, missing
from broadsheet.sandbox.forms import Params
from broadsheet.sandbox.shapes import listed

_KINDS = {prefix: kind for kind, prefix in PREFIXES.items() if prefix}
_COMPARE = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
EXTRAS: dict[tuple[str, str], Callable[[Account, Json], object]] = {}
"""Fields that are only there when expanded, by (object, field)."""
MOST_EXPANDED = 4


def page(
    account: Account,
    kind: str,
    params: Params,
    url: str,
    *,
    filters: Iterable[str] = (),
    without: str | None = None,
    among: tuple[str, list[str]] | None = None,
    **fixed: str | None,
) -> Json:
    """One page of objects, newest first. `filters` are parameters that must equal the field of that name."""
    limit = params.integer("limit", 10, least=1, most=100) or 10
    after, before = params.text("starting_after"), params.text("ending_before")
    if after and before:
        raise invalid("You can't use both starting_after and ending_before", "starting_after")
    wanted: dict[str, object] = {k: v for k, v in fixed.items() if v is not None}
    for name in filters:
        if (text := params.text(name)) is not None:
            wanted[name] = {"true": 1, "false": 0}.get(text, text)
    where, values = ["kind = ?", "json_extract(body, '$.deleted') IS NULL"], [kind]
    if without:
        where.append("json_extract(body, '$.status') != ?")
        values.append(without)
    if among and among[1]:
        where.append(f"{among[0]} IN ({', '.join('?' for _ in among[1])})")
        values.extend(among[1])
    if (price := wanted.pop("price", None)) is not None:
        where.append(
            "EXISTS (SELECT 1 FROM json_each(body, '$.items.data') WHERE json_extract(value, '$.price.id') = ?)"
        )
        values.append(str(price))
    for name, value in wanted.items():
        column = name if name in ("customer", "parent") else f"json_extract(body, '$.{name}')"
        where.append(f"{column} = ?")
        values.append(value)  # type: ignore[arg-type]  # SQLite takes numbers too
    if isinstance(params.plain("created"), dict):
        created = params.sub("created")
        for name, sign in _COMPARE.items():
            if (at := created.integer(name)) is not None:
                where.append(f"json_extract(body, '$.created') {sign} {at}")
    elif (exactly := params.integer("created")) is not None:
        where.append(f"json_extract(body, '$.created') = {exactly}")
    for cursor, sign, name in ((after, "<", "starting_after"), (before, ">", "ending_before")):
        if cursor:
            found = account.store.rows("SELECT seq FROM objects WHERE kind = ? AND id = ?", kind, cursor)
            if not found:
                raise missing(kind, cursor, name)
            where.append(f"seq {sign} {found[0][0]}")
    order = "ASC" if before else "DESC"
    query = f"SELECT body FROM objects WHERE {' AND '.join(where)} ORDER BY seq {order} LIMIT {limit + 1}"  # noqa: S608  # names and integers of our own
    rows = account.store.rows(query, *values)
    data = [json.loads(row[0]) for row in rows[:limit]]
    return listed(data[::-1] if before else data, url, more=len(rows) > limit)


def part(items: list[Json], params: Params, url: str) -> Json:
    """One page of a list that an object holds."""
    limit = params.integer("limit", 10, least=1, most=100) or 10
    keys = [item["id"] for item in items]
    start = 0
    if after := params.text("starting_after"):
        if after not in keys:
            raise missing("item", after, "starting_after")
        start = keys.index(after) + 1
    return listed(items[start : start + limit], url, more=len(items) > start + limit)


def show(account: Account, obj: Json, paths: Iterable[str] = ()) -> Json:
    """The object as the outside sees it, with every path of `expand` written out.

    Raises `ApiError` for a path that leads nowhere or deeper than four steps.
    """
    copy = public(obj)
    for path in paths:
        steps = path.split(".")
        if len(steps) > MOST_EXPANDED + ("data" in steps):
            raise invalid(f"You cannot expand more than {MOST_EXPANDED} levels of a property", "expand")
        _expand(account, copy, steps, path)
    return copy


def _expand(account: Account, here: object, steps: list[str], path: str) -> None:
    if not steps or here is None:
        return
    if isinstance(here, list):
        for item in here:
            _expand(account, item, steps, path)
        return
    if not isinstance(here, dict):
        raise invalid(f"This property cannot be expanded ({path}).", "expand")
    step = steps[0]
    if make := EXTRAS.get((str(here.get("object")), step)):
        here[step] = shown(make(account, here))
    elif step not in here:
        raise invalid(f"This property cannot be expanded ({path}).", "expand")
    value = here[step]
    if isinstance(value, str):
        here[step] = _named(account, step, value, path)
    elif isinstance(value, list):
        here[step] = [_named(account, step, item, path) if isinstance(item, str) else item for item in value]
    _expand(account, here[step], steps[1:], path)


def _named(account: Account, field: str, key: str, path: str) -> object:
    kind = "coupon" if field == "coupon" else _KINDS.get(next((p for p in _KINDS if key.startswith(p)), ""))
    found = account.find(kind, key) if kind else None
    if found is None:
        raise invalid(f"This property cannot be expanded ({path}).", "expand")
    return public(found)
