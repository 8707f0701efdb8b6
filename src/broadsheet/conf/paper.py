"""A paper's own settings: `broadsheet.toml` in its folder, each key overridden by `BROADSHEET_<KEY>`.

Pure reading and checking. What Django does with the values is in `settings`.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from hashlib import blake2b
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

FILE_NAME = "broadsheet.toml"
ENV_PREFIX = "BROADSHEET_"
# Fields of `Paper` that are no keys of the file.
GATHERED = frozenset({"folder", "social_keys"})
SOCIAL_PARTS = ("issuer", "id", "secret", "title")
KNOWN_LANGUAGES: Mapping[str, str] = {
    "en": "English",
    "az": "Azərbaycanca",
    "ru": "Русский",
    "ar": "العربية",
}


class BadSetting(Exception):
    """A setting that can't be used: `str()` is the one line for the person who wrote it."""

    def __init__(self, what: str, where: str, mend: str) -> None:
        super().__init__(f"{what} — {where} — {mend}")
        self.what, self.where, self.mend = what, where, mend


@dataclass(frozen=True, slots=True)
class Paper:
    """One newspaper's settings.

    `folder` is the paper's folder; relative paths and SQLite files are resolved against it.
    `meter_limit` counts stories, `meter_days` days, `edge_cache_bytes` bytes, `device_limit` log-ins of one reader
    that may open paid stories at a time (0: any number). `wire_folders` are where wires may be read from, `wire_days` how long
    what came over them waits. `partner_hosts` are hosts of private addresses that stories may be pushed to. `social_keys` holds the keys `social_<provider>_…` of those in
    `social_providers`.
    """

    folder: Path
    name: str
    secret_key: str = field(repr=False)
    old_secret_key: str = field(default="", repr=False)
    tagline: str = ""
    base_url: str = "http://127.0.0.1:8000"
    time_zone: str = "UTC"
    languages: tuple[str, ...] = ("en",)
    database_url: str = field(default="sqlite:///var/broadsheet.sqlite3", repr=False)
    cache_url: str = field(default="", repr=False)
    media_url: str = field(default="", repr=False)
    search_url: str = field(default="", repr=False)
    email_url: str = field(default="", repr=False)
    gateway: str = ""
    gateway_key: str = field(default="", repr=False)
    gateway_webhook_secret: str = field(default="", repr=False)
    gateway_api_base: str = ""
    gateway_tax: str = ""
    grace_days: int = 14
    meter_limit: int = 3
    meter_days: int = 30
    edge_workers: int = 1
    edge_cache_bytes: int = 1_073_741_824
    newsroom_second_factor: bool = True
    device_limit: int = 0
    social_providers: tuple[str, ...] = ()
    social_keys: Mapping[str, str] = field(default_factory=dict, repr=False)
    wire_folders: tuple[str, ...] = ()
    wire_days: int = 14
    partner_hosts: tuple[str, ...] = ()
    apps: tuple[str, ...] = ()
    debug: bool = False

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def host(self) -> str:
        return urlsplit(self.base_url).hostname or "localhost"

    @property
    def reader_keys(self) -> tuple[str, ...]:
        """What signs readers' cookies: the first signs, all are believed."""
        return self._derived(b"pass")

    @property
    def edge_keys(self) -> tuple[str, ...]:
        """What an edge signs its requests with; the same."""
        return self._derived(b"edge")

    @property
    def sandbox_key(self) -> str:
        """What this paper's sandbox gateway asks of those who call it."""
        return f"sk_test_{self._derived(b'sandbox')[0][:40]}"

    @property
    def sandbox_webhook_secret(self) -> str:
        """What this paper's sandbox gateway signs its reports with."""
        return f"whsec_{self._derived(b'sandbox-webhook')[0][:40]}"

    def _derived(self, purpose: bytes) -> tuple[str, ...]:
        live = [key for key in (self.secret_key, self.old_secret_key) if key]
        return tuple(blake2b(purpose, key=key.encode()[:64]).hexdigest() for key in live)

    @property
    def var(self) -> Path:
        """Where the running paper writes: database, media, logs."""
        return self.folder / "var"


def setting_names() -> tuple[str, ...]:
    """Every key that `broadsheet.toml` may hold."""
    return tuple(f.name for f in fields(Paper) if f.name not in GATHERED)


def load(folder: Path, environ: Mapping[str, str] = os.environ) -> Paper:
    """Read the paper in `folder`.

    Raises `BadSetting` when the file is missing, is not TOML, or holds an unusable value.
    """
    path = folder / FILE_NAME
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadSetting(
            f"no paper in {folder}", f"{FILE_NAME} is missing", f"make one with: broadsheet init {folder}"
        ) from None
    except OSError as error:
        raise BadSetting(
            f"{path} can't be read", error.strerror or "unreadable", "mend its permissions"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSetting(f"{path} is not valid TOML", str(error), "correct that line") from None
    return _paper(folder, path, raw, environ)


def _paper(folder: Path, path: Path, raw: Mapping[str, Any], environ: Mapping[str, str]) -> Paper:
    known = {f.name: f for f in fields(Paper) if f.name not in GATHERED}
    social = {key for key in raw if key.startswith("social_") and key not in known}
    unknown = sorted(set(raw) - set(known) - social)
    if unknown:
        raise BadSetting(f"unknown setting {unknown[0]!r}", str(path), f"use one of: {', '.join(known)}")
    values: dict[str, Any] = {"folder": folder.resolve()}
    for name, spec in known.items():
        variable = ENV_PREFIX + name.upper()
        if variable in environ:
            values[name] = _from_text(str(spec.type), environ[variable], variable)
        elif name in raw:
            values[name] = _from_toml(str(spec.type), raw[name], f"{name} in {path}")
    values["social_keys"] = _social(values.get("social_providers", ()), social, path, raw, environ)
    for needed in ("name", "secret_key"):
        if not values.get(needed):
            raise BadSetting(f"setting {needed!r} is missing", str(path), f'add {needed} = "…"')
    return _checked(Paper(**values), path)


def _social(
    providers: tuple[str, ...],
    given: set[str],
    path: Path,
    raw: Mapping[str, Any],
    environ: Mapping[str, str],
) -> dict[str, str]:
    """The keys of each named provider; one that belongs to none is somebody's slip."""
    keys = [f"social_{name}_{part}" for name in providers for part in SOCIAL_PARTS]
    stray = sorted(given - set(keys))
    if stray:
        raise BadSetting(
            f"unknown setting {stray[0]!r}", str(path), "name its provider in social_providers, or correct it"
        )
    found = {key: _from_toml("str", raw[key], f"{key} in {path}") for key in keys if key in raw}
    named = {key: ENV_PREFIX + key.upper() for key in keys}
    return found | {key: environ[variable] for key, variable in named.items() if variable in environ}


def _from_text(kind: str, text: str, where: str) -> Any:
    if kind == "int":
        try:
            return int(text.replace("_", ""))
        except ValueError:
            raise BadSetting(f"{text!r} is not a whole number", where, "write digits only") from None
    if kind == "bool":
        return text.strip().lower() in {"1", "true", "yes", "on"}
    if kind.startswith("tuple"):
        return tuple(part.strip() for part in text.split(",") if part.strip())
    return text


def _from_toml(kind: str, value: object, where: str) -> Any:
    if kind.startswith("tuple"):
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        raise BadSetting("not a list of texts", where, 'write it as ["a", "b"]')
    expected = {"int": int, "bool": bool, "str": str}[kind]
    if type(value) is not expected:
        raise BadSetting(f"{value!r} is not {'a text' if expected is str else kind}", where, "correct it")
    return value


def _checked(paper: Paper, path: Path) -> Paper:
    try:
        ZoneInfo(paper.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise BadSetting(
            f"unknown time_zone {paper.time_zone!r}", str(path), "use an IANA name such as Asia/Baku"
        ) from None
    url = urlsplit(paper.base_url)
    if url.scheme not in {"http", "https"} or not url.hostname:
        raise BadSetting(
            f"base_url {paper.base_url!r} is not an http(s) address", str(path), "use https://paper.example"
        )
    unknown = [code for code in paper.languages if code not in KNOWN_LANGUAGES]
    if unknown or not paper.languages:
        raise BadSetting(
            f"unknown language {unknown[0]!r}" if unknown else "languages is empty",
            str(path),
            f"use some of: {', '.join(KNOWN_LANGUAGES)}",
        )
    if paper.gateway_tax not in {"", "automatic"}:
        raise BadSetting(
            f"unknown gateway_tax {paper.gateway_tax!r}",
            str(path),
            "use \"automatic\" for the gateway's own reckoning, or leave it out for the newsroom's tax rates",
        )
    if len(paper.secret_key) < 32:
        raise BadSetting("secret_key is too short", str(path), "use at least 32 random characters")
    may_be_nothing = {"meter_limit", "grace_days", "device_limit"}
    for name in ("meter_days", "edge_workers", "edge_cache_bytes", "wire_days", *sorted(may_be_nothing)):
        if getattr(paper, name) < (0 if name in may_be_nothing else 1):
            raise BadSetting(f"{name} is too small", str(path), "use a positive number")
    return paper
