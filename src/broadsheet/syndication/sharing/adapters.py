"""Speaks to each service in its own words. Each adapter posts one message, and takes it back.

All raise `OutsideError`; no secret stands in what they raise, whatever place the service wants it in.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol
from urllib.parse import quote, urlencode

from oauthlib.oauth1 import Client

from broadsheet.outward.errors import BadAnswer, OutsideError, RefusedAddress, UnreadableSource
from broadsheet.outward.fetch import post

from .messages import Login, Message, Posted, graphemes, weighted, with_short_urls
from .models import Service

JSON = "application/json"
MOST_ANSWER = 256 * 1024
# Bluesky's lexicon `app.bsky.embed.external`: a thumb of at most this many bytes.
MOST_THUMB = 1_000_000
# For tests against this machine.
allow_private = False


class Adapter(Protocol):
    """One service. `limit` is in units of `length`; with `knows_repeats` a message posted twice appears once."""

    @property
    def limit(self) -> int: ...

    @property
    def knows_repeats(self) -> bool: ...

    @property
    def length(self) -> Callable[[str], int]: ...

    def post(self, login: Login, message: Message) -> Posted: ...

    def remove(self, login: Login, id_: str) -> None: ...


def _call(
    url: str,
    body: bytes = b"",
    *,
    media_type: str = JSON,
    method: str = "POST",
    headers: Mapping[str, str] | None = None,
) -> Any:
    """The service's answer as JSON; an empty one is {}."""
    got = post(
        url,
        body,
        media_type,
        method=method,
        headers={"Accept": JSON, **(headers or {})},
        most_bytes=MOST_ANSWER,
        allow_private=allow_private,
    )
    try:
        return json.loads(got.body or b"{}")
    except ValueError:
        raise UnreadableSource("the service answered no JSON", url, "check the server's address") from None


def _text_of(answer: Any, *names: str) -> str:
    """The value below these keys as text; raises where there is none."""
    for name in names:
        answer = answer.get(name) if isinstance(answer, dict) else None
    if answer is None or isinstance(answer, dict | list):
        raise UnreadableSource(
            f"the service's answer has no {'.'.join(names)}", "its API", "see its status page"
        )
    return str(answer)


def _json(**fields: Any) -> bytes:
    return json.dumps(fields, ensure_ascii=False).encode()


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


class Mastodon:
    """https://docs.joinmastodon.org/methods/statuses/: the secret is an access token with `write:statuses`."""

    limit, knows_repeats = 500, True
    length = staticmethod(with_short_urls)

    def post(self, login: Login, message: Message) -> Posted:
        headers = {**_bearer(login.secret), "Idempotency-Key": message.key}
        body = _json(status=message.text, language=message.language, visibility="public")
        answer = _call(f"{login.server}/api/v1/statuses", body, headers=headers)
        return Posted(_text_of(answer, "id"), str(answer.get("url") or ""))

    def remove(self, login: Login, id_: str) -> None:
        url = f"{login.server}/api/v1/statuses/{quote(id_, safe='')}"
        _call(url, method="DELETE", headers=_bearer(login.secret))


class Bluesky:
    """https://docs.bsky.app/: the secret is an app password; the post carries its own link card and the link's place
    in the text in bytes of UTF-8."""

    limit, knows_repeats = 300, False
    length = staticmethod(graphemes)

    def post(self, login: Login, message: Message) -> Posted:
        token, did = self._session(login)
        external: dict[str, Any] = {
            "uri": message.url,
            "title": message.title,
            "description": message.description,
        }
        if message.image and len(message.image) <= MOST_THUMB:
            blob = _call(
                f"{login.server}/xrpc/com.atproto.repo.uploadBlob",
                message.image,
                media_type=message.image_type,
                headers=_bearer(token),
            )
            if isinstance(blob.get("blob"), dict):
                external["thumb"] = blob["blob"]
        record = {
            "$type": "app.bsky.feed.post",
            "text": message.text,
            "createdAt": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "langs": [message.language],
            "facets": self._links(message),
            "embed": {"$type": "app.bsky.embed.external", "external": external},
        }
        body = _json(repo=did, collection="app.bsky.feed.post", record=record)
        answer = _call(f"{login.server}/xrpc/com.atproto.repo.createRecord", body, headers=_bearer(token))
        uri = _text_of(answer, "uri")
        return Posted(uri, f"https://bsky.app/profile/{login.handle}/post/{uri.rpartition('/')[2]}")

    def remove(self, login: Login, id_: str) -> None:
        token, did = self._session(login)
        body = _json(repo=did, collection="app.bsky.feed.post", rkey=id_.rpartition("/")[2])
        _call(f"{login.server}/xrpc/com.atproto.repo.deleteRecord", body, headers=_bearer(token))

    @staticmethod
    def _session(login: Login) -> tuple[str, str]:
        body = _json(identifier=login.handle, password=login.secret)
        answer = _call(f"{login.server}/xrpc/com.atproto.server.createSession", body)
        return _text_of(answer, "accessJwt"), _text_of(answer, "did")

    @staticmethod
    def _links(message: Message) -> list[dict[str, Any]]:
        before, found, _ = message.text.partition(message.url)
        if not found:
            return []
        start = len(before.encode())
        return [
            {
                "index": {"byteStart": start, "byteEnd": start + len(message.url.encode())},
                "features": [{"$type": "app.bsky.richtext.facet#link", "uri": message.url}],
            }
        ]


class Telegram:
    """https://core.telegram.org/bots/api#sendmessage: the secret is the bot's token, and stands in the address."""

    limit, knows_repeats = 4096, False
    length = staticmethod(len)

    def post(self, login: Login, message: Message) -> Posted:
        answer = self._ask(
            login,
            "sendMessage",
            chat_id=login.handle,
            text=message.text,
            link_preview_options={"url": message.url, "prefer_large_media": True},
        )
        id_ = _text_of(answer, "result", "message_id")
        channel = str(
            ((answer["result"].get("chat") or {}) if isinstance(answer["result"], dict) else {}).get(
                "username"
            )
            or ""
        )
        return Posted(id_, f"https://t.me/{channel}/{id_}" if channel else "")

    def remove(self, login: Login, id_: str) -> None:
        self._ask(login, "deleteMessage", chat_id=login.handle, message_id=int(id_))

    @staticmethod
    def _ask(login: Login, act: str, **fields: Any) -> Any:
        try:
            return _call(f"{login.server}/bot{quote(login.secret, safe=':')}/{act}", _json(**fields))
        except BadAnswer as error:
            raise BadAnswer(error.status, f"{login.server}/bot…/{act}", error.retry_after) from None
        except RefusedAddress as error:
            raise RefusedAddress(error.what, login.server, "check the server's address") from None
        except OutsideError as error:
            raise UnreadableSource(error.what, login.server, "it is tried again") from None


@dataclass(frozen=True, slots=True)
class _Keys:
    """X's four keys, one a line: the application's key and secret, the account's token and secret."""

    client: Client

    @classmethod
    def of(cls, login: Login) -> _Keys:
        parts = login.secret.split()
        if len(parts) != 4:
            raise OutsideError(
                "X needs four keys", "the account's key", "give them one a line: key, secret, token, secret"
            )
        return cls(Client(parts[0], parts[1], parts[2], parts[3]))

    def headers(self, url: str, method: str) -> dict[str, str]:
        _, headers, _ = self.client.sign(url, method)
        return {"Authorization": headers["Authorization"]}


class X:
    """https://docs.x.com/x-api/posts/creation-of-a-post, signed as OAuth 1.0a (RFC 5849)."""

    limit, knows_repeats = 280, False
    length = staticmethod(weighted)

    def post(self, login: Login, message: Message) -> Posted:
        url = f"{login.server}/2/tweets"
        answer = _call(url, _json(text=message.text), headers=_Keys.of(login).headers(url, "POST"))
        id_ = _text_of(answer, "data", "id")
        return Posted(id_, f"https://x.com/i/status/{id_}")

    def remove(self, login: Login, id_: str) -> None:
        url = f"{login.server}/2/tweets/{quote(id_, safe='')}"
        _call(url, method="DELETE", headers=_Keys.of(login).headers(url, "DELETE"))


class Facebook:
    """https://developers.facebook.com/docs/pages-api/posts: the secret is the page's access token."""

    limit, knows_repeats = 63_206, False
    length = staticmethod(len)

    def post(self, login: Login, message: Message) -> Posted:
        words = message.text.replace(message.url, "").strip()
        body = urlencode({"message": words, "link": message.url}).encode()
        answer = _call(
            f"{login.server}/{quote(login.handle, safe='')}/feed",
            body,
            media_type="application/x-www-form-urlencoded",
            headers=_bearer(login.secret),
        )
        id_ = _text_of(answer, "id")
        return Posted(id_, f"https://www.facebook.com/{id_}")

    def remove(self, login: Login, id_: str) -> None:
        _call(f"{login.server}/{quote(id_, safe='')}", method="DELETE", headers=_bearer(login.secret))


ADAPTERS: Mapping[str, Adapter] = {
    Service.MASTODON: Mastodon(),
    Service.BLUESKY: Bluesky(),
    Service.TELEGRAM: Telegram(),
    Service.X: X(),
    Service.FACEBOOK: Facebook(),
}
