"""Servers that speak as the services do, as far as sharing needs: what a request lacks they refuse."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs


class Services:
    """All of them behind one address; `posts` holds what is up, by its id, `down` answers 503 to everything."""

    def __init__(self) -> None:
        self.posts: dict[str, dict[str, Any]] = {}
        self.keys: dict[str, str] = {}
        self.asked: list[str] = []
        self.down = self.drops = False
        self.blobs: list[bytes] = []

    def answer(self, method: str, path: str, headers: Any, body: bytes) -> tuple[int, Any]:
        self.asked.append(f"{method} {path}")
        if self.down:
            return 503, {}
        bearer = headers.get("Authorization", "")
        for pattern, act in ROUTES:
            if found := re.fullmatch(pattern, f"{method} {path}"):
                return act(self, found, headers, bearer, body)
        return 404, {"error": "Record not found"}

    def put(self, **fields: Any) -> str:
        id_ = str(len(self.posts) + 100)
        self.posts[id_] = fields
        return id_

    def mastodon_post(self, found: Any, headers: Any, bearer: str, body: bytes) -> tuple[int, Any]:
        if bearer != "Bearer m-token":
            return 401, {"error": "The access token is invalid"}
        fields = json.loads(body)
        if not fields["status"] or fields["visibility"] not in ("public", "unlisted", "private", "direct"):
            return 422, {"error": "Validation failed"}
        key = headers["Idempotency-Key"]
        if key not in self.keys:
            self.keys[key] = self.put(text=fields["status"], language=fields["language"])
        id_ = self.keys[key]
        return 200, {"id": id_, "url": f"https://mastodon.example/@paper/{id_}", "content": "…"}

    def remove(self, found: Any, headers: Any, bearer: str, body: bytes) -> tuple[int, Any]:
        return (200, {}) if self.posts.pop(found[1], None) else (404, {"error": "Record not found"})

    def session(self, found: Any, headers: Any, bearer: str, body: bytes) -> tuple[int, Any]:
        fields = json.loads(body)
        if (fields["identifier"], fields["password"]) != ("paper.example", "b-token"):
            return 401, {"error": "AuthenticationRequired", "message": "Invalid identifier or password"}
        return 200, {"accessJwt": "jwt", "refreshJwt": "r", "did": "did:plc:abc", "handle": "paper.example"}

    def blob(self, found: Any, headers: Any, bearer: str, body: bytes) -> tuple[int, Any]:
        if bearer != "Bearer jwt" or not headers["Content-Type"].startswith("image/"):
            return 400, {"error": "InvalidRequest"}
        self.blobs.append(body)
        kind = headers["Content-Type"]
        return 200, {"blob": {"$type": "blob", "ref": {"$link": "bafk"}, "mimeType": kind, "size": len(body)}}

    def create_record(self, found: Any, headers: Any, bearer: str, body: bytes) -> tuple[int, Any]:
        fields = json.loads(body)
        record = fields["record"]
        is_right = (
            bearer == "Bearer jwt"
            and fields["repo"] == "did:plc:abc"
            and fields["collection"] == record["$type"] == "app.bsky.feed.post"
            and len(record["text"].encode()) <= 3000
            and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", record["createdAt"])
            and record["embed"]["$type"] == "app.bsky.embed.external"
            and {"uri", "title", "description"} <= set(record["embed"]["external"])
        )
        for facet in record.get("facets", ()):
            place = facet["index"]
            part = record["text"].encode()[place["byteStart"] : place["byteEnd"]].decode()
            is_right = is_right and part == facet["features"][0]["uri"]
        if not is_right:
            return 400, {"error": "InvalidRequest"}
        id_ = self.put(text=record["text"], embed=record["embed"]["external"])
        return 200, {"uri": f"at://did:plc:abc/app.bsky.feed.post/{id_}", "cid": "bafy"}

    def delete_record(self, found: Any, headers: Any, bearer: str, body: bytes) -> tuple[int, Any]:
        self.posts.pop(json.loads(body)["rkey"], None)
        return 200, {}

    def telegram(self, found: Any, headers: Any, bearer: str, body: bytes) -> tuple[int, Any]:
        fields = json.loads(body)
        if found[1] != "123:t-token":
            return 401, {"ok": False, "error_code": 401, "description": "Unauthorized"}
        if found[2] == "deleteMessage":
            gone = self.posts.pop(str(fields["message_id"]), None)
            return (200, {"ok": True, "result": True}) if gone else (400, {"ok": False, "error_code": 400})
        id_ = self.put(text=fields["text"], preview=fields["link_preview_options"]["url"])
        return 200, {"ok": True, "result": {"message_id": int(id_), "chat": {"id": -1, "username": "paper"}}}

    def tweet(self, found: Any, headers: Any, bearer: str, body: bytes) -> tuple[int, Any]:
        signed = dict(re.findall(r'(\w+)="([^"]*)"', bearer))
        if signed.get("oauth_signature_method") != "HMAC-SHA1" or signed.get("oauth_token") != "token":
            return 401, {"title": "Unauthorized"}
        return 201, {"data": {"id": self.put(text=json.loads(body)["text"]), "text": "…"}}

    def facebook(self, found: Any, headers: Any, bearer: str, body: bytes) -> tuple[int, Any]:
        fields = parse_qs(body.decode())
        if bearer != "Bearer f-token" or not fields["link"][0].startswith("http"):
            return 400, {"error": {"code": 190}}
        return 200, {"id": f"{self.put(text=fields['message'][0], link=fields['link'][0])}"}


ROUTES: list[tuple[str, Any]] = [
    (r"POST /api/v1/statuses", Services.mastodon_post),
    (r"DELETE /api/v1/statuses/(\d+)", Services.remove),
    (r"POST /xrpc/com\.atproto\.server\.createSession", Services.session),
    (r"POST /xrpc/com\.atproto\.repo\.uploadBlob", Services.blob),
    (r"POST /xrpc/com\.atproto\.repo\.createRecord", Services.create_record),
    (r"POST /xrpc/com\.atproto\.repo\.deleteRecord", Services.delete_record),
    (r"POST /bot([^/]+)/(sendMessage|deleteMessage)", Services.telegram),
    (r"POST /2/tweets", Services.tweet),
    (r"DELETE /2/tweets/(\d+)", Services.remove),
    (r"POST /4711/feed", Services.facebook),
    (r"DELETE /(\d+)", Services.remove),
]


@contextmanager
def serving() -> Iterator[tuple[str, Services]]:
    """The address of the services, and what they hold."""
    services = Services()

    class Handler(BaseHTTPRequestHandler):
        def _do(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, answer = services.answer(self.command, self.path, self.headers, body)
            if services.drops:
                # Taken, but the answer is lost on its way.
                self.close_connection = True
                self.connection.close()
                return
            data = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_POST = do_DELETE = _do

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", services
    finally:
        server.shutdown()
        server.server_close()
