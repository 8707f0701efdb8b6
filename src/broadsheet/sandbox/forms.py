"""Stripe's request encoding: form fields whose names hold nested brackets, and typed reading of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl

from broadsheet.sandbox.errors import ApiError, Json, invalid, required

MOST_FIELDS = 2_000
MOST_DEPTH = 8
_NAME = re.compile(r"^([^\[\]]+)((?:\[[^\[\]]*\])*)$")
_PART = re.compile(r"\[([^\[\]]*)\]")


def parse(encoded: str) -> Json:
    """`items[0][price]=p` → `{"items": {"0": {"price": "p"}}}`; `a[]=x` counts up by itself.

    Raises `ApiError` (400) for names that can't be read, contradict one another or nest too deep.
    """
    tree: Json = {}
    try:
        fields = parse_qsl(encoded, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise invalid(f"Invalid request body: {error}") from error
    for name, value in fields:
        if not (match := _NAME.match(name)):
            raise invalid(
                f"Invalid parameter name: {name[:80]}", param=name[:80], code="parameter_invalid_string_empty"
            )
        parts = [match[1], *_PART.findall(match[2])]
        if len(parts) > MOST_DEPTH:
            raise invalid(f"Parameter nested too deep: {name[:80]}", param=name[:80])
        here = tree
        for part in parts[:-1]:
            here = here.setdefault(part or str(len(here)), {})
            if not isinstance(here, dict):
                raise invalid(f"Parameter is both a value and a hash: {name[:80]}", param=name[:80])
        here[parts[-1] or str(len(here))] = value
    return tree


class Params:
    """A request's parameters; remembers which were read, so that the unknown ones can be refused."""

    def __init__(self, tree: Json | None = None, path: str = "") -> None:
        self._tree = tree or {}
        self._path = path
        self._read: set[str] = set()
        self._subs: dict[str, Params] = {}

    def name(self, key: str) -> str:
        return f"{self._path}[{key}]" if self._path else key

    def given(self, key: str) -> bool:
        """Is the parameter there, be it empty?"""
        return key in self._tree

    def empty(self, key: str) -> bool:
        """Is it there to unset something?"""
        if self._tree.get(key) != "":
            return False
        self._read.add(key)
        return True

    def text(self, key: str, default: str | None = None) -> str | None:
        self._read.add(key)
        value = self._tree.get(key, default)
        if isinstance(value, dict):
            raise invalid(
                "Invalid string: a hash was given", self.name(key), "parameter_invalid_string_blank"
            )
        return None if value == "" else value

    def need(self, key: str) -> str:
        value = self.text(key)
        if value is None:
            raise required(self.name(key))
        return value

    def integer(
        self, key: str, default: int | None = None, *, least: int | None = None, most: int = 99_999_999_999
    ) -> int | None:
        value = self.text(key)
        if value is None:
            return default
        if not re.fullmatch(r"-?\d{1,15}", value):
            raise invalid(f"Invalid integer: {value[:40]}", self.name(key), "parameter_invalid_integer")
        number = int(value)
        if (least is not None and number < least) or number > most:
            raise invalid(
                f"This value must be between {least} and {most}.", self.name(key), "parameter_invalid_integer"
            )
        return number

    def flag(self, key: str, default: bool = False) -> bool:
        value = self.text(key)
        if value is None:
            return default
        if value not in ("true", "false"):
            raise invalid(f"Invalid boolean: {value[:40]}", self.name(key))
        return value == "true"

    def choice(self, key: str, options: Iterable[str], default: str | None = None) -> str | None:
        value = self.text(key, default)
        options = tuple(options)
        if value is not None and value not in options:
            raise invalid(f"Invalid {key}: must be one of {', '.join(options)}", self.name(key))
        return value

    def sub(self, key: str) -> Params:
        """The nested hash; empty when absent."""
        if key not in self._subs:
            value = self._tree.get(key)
            if value not in (None, "") and not isinstance(value, dict):
                raise invalid("Invalid hash", self.name(key), "parameter_invalid_empty")
            self._subs[key] = Params(value or None, self.name(key))
        self._read.add(key)
        return self._subs[key]

    def many(self, key: str) -> list[Params]:
        """The nested array of hashes, in order."""
        sub = self.sub(key)
        return [sub.sub(index) for index in sorted(sub._tree, key=_position)]

    def texts(self, key: str) -> list[str]:
        sub = self.sub(key)
        return [value for index in sorted(sub._tree, key=_position) if (value := sub.text(index)) is not None]

    def metadata(self, current: Json | None = None, key: str = "metadata") -> Json:
        """What is kept changed by what was sent: an empty value unsets a key, an empty `metadata` unsets all."""
        if self.empty(key):
            return {}
        merged = dict(current or {})
        sub = self.sub(key)
        for name in sub._tree:
            value = sub.text(name)
            if value is None:
                merged.pop(name, None)
            else:
                merged[name] = value
        if len(merged) > 50:
            raise invalid("Metadata holds at most 50 keys", self.name(key))
        return merged

    def plain(self, key: str) -> Any:
        """The parameter as it was sent; for what is kept and shown again but means nothing here."""
        self._read.add(key)
        return self._tree.get(key)

    def ignore(self, *keys: str) -> None:
        """Parameters that Stripe takes and that change nothing here."""
        self._read.update(keys)

    def leftovers(self) -> list[str]:
        """Names of parameters that nothing read."""
        own = [self.name(key) for key in self._tree if key not in self._read]
        return own + [name for sub in self._subs.values() for name in sub.leftovers()]

    def refuse_leftovers(self) -> None:
        if names := self.leftovers():
            raise ApiError(
                f"Received unknown parameter: {names[0]}", code="parameter_unknown", param=names[0]
            )


def _position(index: str) -> int:
    return int(index) if index.isdigit() and len(index) < 8 else 0
