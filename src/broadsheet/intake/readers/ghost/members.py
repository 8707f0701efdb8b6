"""Members: from the tables of an export, and from the CSV that Ghost and others write of them.

Nobody is subscribed who was not: where a source doesn't say, a member takes no newsletters and has no plan.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Literal

from charset_normalizer import from_bytes

from broadsheet.outward.errors import UnreadableSource

from ...incoming import Broken, Incoming, IncomingMember, Skipped
from .relations import Relations
from .story import time_of

EMAIL = re.compile(r"[^\s@<>,;\"]{1,64}@[^\s@<>,;\"]{1,190}\.[^\s@<>,;\".]{2,63}")
LONGEST_LINE = 1024 * 1024
_SAMPLE = 256 * 1024
_LIKELY = [
    "cp1250",
    "cp1251",
    "cp1252",
    "cp1253",
    "cp1254",
    "cp1256",
    "koi8_r",
    "shift_jis",
    "gb18030",
    "euc_kr",
    "big5",
]
_ACTIVE = frozenset({"active", "trialing", "past_due", "unpaid"})
_TRUE = frozenset({"true", "1", "yes", "y", "subscribed", "on", "да", "sí", "si", "bəli", "نعم"})
_HEADERS = {
    "email": "email e-mail emailaddress mail correo correoelectronico емейл почта eposta البريد",
    "name": "name fullname membername nombre nom имя ad isim الاسم",
    "note": "note notes nota comment",
    "subscribed": "subscribedtoemails subscribed newsletters newsletter emailssubscribed",
    "complimentary": "complimentaryplan complimentary comped",
    "stripe": "stripecustomerid stripe customerid",
    "created": "createdat created joined subscribedat signupdate",
    "deleted": "deletedat",
    "labels": "labels label tags",
    "tiers": "tiers tier products",
    "id": "id uuid",
}
_COLUMNS = {name: column for column, names in _HEADERS.items() for name in names.split()}

Plan = Literal["", "complimentary", "paid"]


def member_of(row: Mapping[str, Any], relations: Relations) -> IncomingMember | Broken:
    """A row of `members`, or of Ghost 1's `subscribers`."""
    key, email = row.get("id"), str(row.get("email") or "").strip().lower()
    if not EMAIL.fullmatch(email):
        return Broken(email[:120] or f"member {str(key)[:40]}", "it has no e-mail address")
    newsletters = bool(relations.linked("members_newsletters", key)) or row.get("subscribed") in (1, True)
    labels = [str(label.get("name", "")) for label in relations.linked("members_labels", key)]
    tiers = [str(tier.get("name", "")) for tier in relations.linked("members_products", key)]
    customer = relations.one("members_stripe_customers", key)
    return IncomingMember(
        source_id=f"ghost:{email}",
        email=email,
        name=_line(row.get("name")),
        plan=_plan(row, customer, relations),
        created=time_of(row.get("created_at")),
        newsletters=newsletters or row.get("status") == "subscribed",
        labels=tuple(label for label in labels if label),
        note=_notes(row.get("note"), tiers, customer.get("customer_id")),
    )


def members_of_csv(source: BinaryIO, name: str) -> Iterator[Incoming]:
    """Every line of a CSV of members. Raises `UnreadableSource` where no column holds e-mail addresses."""
    encoding = _encoding(source)
    source.seek(0)
    text = io.TextIOWrapper(source, encoding=encoding, errors="replace", newline="")
    try:
        yield from _members_of(text, name)
    finally:
        # The file is its opener's to close.
        text.detach()


def _members_of(text: io.TextIOWrapper, name: str) -> Iterator[Incoming]:
    lines = _lines(text, name)
    first = next(lines, "")
    delimiter = max(",;\t|", key=first.count)
    sample = [first, *(line for _, line in zip(range(50), lines, strict=False))]
    head, *rows = csv.reader(sample, delimiter=delimiter, strict=False)
    columns = _columns(head, rows, name)
    # The sample may end in the midst of a quoted field: all is read again from the top.
    text.seek(0)
    reader = csv.reader(_lines(text, name), delimiter=delimiter, strict=False)
    next(reader, None)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Broken(f"line {reader.line_num}", f"it is no line of a table ({error})")
            continue
        if any(cell.strip() for cell in row):
            yield _of_line(dict(zip(columns, row, strict=False)), f"line {reader.line_num}")


def is_csv(path: Path) -> bool:
    """Whether a file is a table rather than JSON, by its name or by how it begins."""
    if path.suffix.lower() in (".csv", ".tsv"):
        return True
    if path.suffix.lower() == ".json":
        return False
    with path.open("rb") as file:
        head = file.read(1024).lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \r\n\t")
    return not head.startswith((b"{", b"["))


def _of_line(row: Mapping[str, str], where: str) -> Incoming:
    cells = {key: value.replace("\x00", "").strip() for key, value in row.items()}
    email = cells.get("email", "").lower()
    if not EMAIL.fullmatch(email):
        return Broken(email[:120] or where, "it has no e-mail address")
    if cells.get("deleted"):
        return Skipped(email, "the member was deleted")
    tiers = [tier.strip() for tier in cells.get("tiers", "").split(",") if tier.strip()]
    stripe = cells.get("stripe", "")
    stripe = "" if stripe.lower() in ("undefined", "null", "none") else stripe
    plan: Plan = ""
    if cells.get("complimentary", "").lower() in _TRUE:
        plan = "complimentary"
    elif stripe and (tiers or "tiers" not in cells):
        plan = "paid"
    others = [f"{key[1:]}: {value}" for key, value in cells.items() if key.startswith("+") and value]
    return IncomingMember(
        source_id=f"ghost:{email}",
        email=email,
        name=_line(cells.get("name")),
        plan=plan,
        created=time_of(cells.get("created")),
        newsletters=cells.get("subscribed", "").lower() in _TRUE,
        labels=tuple(label.strip() for label in cells.get("labels", "").split(",") if label.strip()),
        note=_notes(cells.get("note"), tiers, stripe, others),
    )


def _columns(head: Sequence[str], rows: Sequence[Sequence[str]], name: str) -> list[str]:
    """What each column is; `+header` for those that go into the note."""
    columns: list[str] = []
    for header in head:
        column = _COLUMNS.get(re.sub(r"[\W_]+", "", header.lstrip("\ufeff")).lower(), "")
        columns.append(column if column and column not in columns else f"+{header.strip()[:60]}")
    if "email" not in columns:
        counts = [
            sum(bool(EMAIL.fullmatch(row[at].strip())) for row in rows if at < len(row))
            for at in range(len(head))
        ]
        best = max(range(len(head)), key=counts.__getitem__, default=-1)
        if best < 0 or not counts[best]:
            raise UnreadableSource("no column of it holds e-mail addresses", name, "name that column email")
        columns[best] = "email"
    return columns


def _lines(text: io.TextIOWrapper, name: str) -> Iterator[str]:
    while line := text.readline(LONGEST_LINE):
        if len(line) >= LONGEST_LINE:
            raise UnreadableSource("a line of it is longer than 1 MB", name, "export it again")
        yield line


def _encoding(source: BinaryIO) -> str:
    """UTF-8 or UTF-16 with their marks, UTF-8 where all of it is, else what Excel writes in the West."""
    head = source.read(4)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    source.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while piece := source.read(65_536):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return _guessed(source)
    return "utf-8-sig"


def _guessed(source: BinaryIO) -> str:
    """The encoding of what is no UTF-8: UTF-8 with a few torn characters, or what its letters look like."""
    source.seek(0)
    sample = source.read(_SAMPLE)
    torn = sample.decode("utf-8", "replace")
    foreign = sum(byte > 127 for byte in sample)
    if torn.count("\ufffd") * 2 < sum(character > "\x7f" for character in torn):
        return "utf-8-sig"
    # A few letters tell nothing; where most are foreign, their script does.
    best = from_bytes(sample, cp_isolation=_LIKELY).best() if foreign * 20 > len(sample) else None
    return best.encoding if best else "cp1252"


def _plan(row: Mapping[str, Any], customer: Mapping[str, Any], relations: Relations) -> Plan:
    status = row.get("status")
    if status == "comped":
        return "complimentary"
    if status in ("paid", "free"):
        return "paid" if status == "paid" else ""
    subscription = relations.one("members_stripe_customers_subscriptions", customer.get("customer_id"))
    if subscription.get("status") not in _ACTIVE:
        return ""
    return "complimentary" if str(subscription.get("plan_nickname")) == "Complimentary" else "paid"


def _notes(note: object, tiers: Sequence[str], customer: object, others: Sequence[str] = ()) -> str:
    parts = [str(note or "").strip(), *others]
    if tiers:
        parts.append(f"tiers: {', '.join(tiers)}")
    if customer:
        parts.append(f"Stripe customer: {customer}")
    return "\n".join(part for part in parts if part)[:5000]


def _line(value: object) -> str:
    return " ".join(str(value or "").split())[:200]
