"""Another server of the fediverse on this machine, written after the specifications and not after our code: it checks
every signature with `cryptography` itself, and refuses what is not exactly right."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import urlsplit

import apmodel
from apmodel import Activity
from apmodel.vocab.activity import Follow
from apmodel.vocab.article import Article
from apmodel.vocab.tombstone import Tombstone
from apsig.draft import Signer, Verifier
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

AS2 = "https://www.w3.org/ns/activitystreams"
PUBLIC = f"{AS2}#Public"


@cache
def key(number: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(private: rsa.RSAPrivateKey) -> str:
    return (
        private.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


def digest(body: bytes) -> str:
    return f"SHA-256={base64.b64encode(hashlib.sha256(body).digest()).decode()}"


def signed_headers(
    url: str,
    body: bytes,
    key_id: str,
    private: rsa.RSAPrivateKey,
    *,
    names: str = "(request-target) host date digest",
    at: datetime | None = None,
    host: str = "",
    method: str = "post",
) -> dict[str, str]:
    """As Mastodon signs."""
    parts = urlsplit(url)
    values = {
        "(request-target)": f"{method} {parts.path}" + (f"?{parts.query}" if parts.query else ""),
        "host": host or parts.netloc,
        "date": format_datetime(at or datetime.now(UTC), usegmt=True),
        "digest": digest(body),
        "content-type": "application/activity+json",
    }
    text = "\n".join(f"{name}: {values[name]}" for name in names.split())
    made = base64.b64encode(private.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())).decode()
    return {
        "Host": values["host"],
        "Date": values["date"],
        "Digest": values["digest"],
        "Content-Type": values["content-type"],
        "Signature": f'keyId="{key_id}",algorithm="rsa-sha256",headers="{names}",signature="{made}"',
    }


def check(method: str, target: str, headers: Any, body: bytes, public: Callable[[str], str]) -> str:
    """The key id that a request is truly signed with; AssertionError for anything else."""
    fields = dict(re.findall(r'(\w+)="([^"]*)"', headers["Signature"]))
    names = fields["headers"].split()
    needed = {"(request-target)", "host", "date"} | ({"digest"} if method == "POST" else set())
    assert needed <= set(names), names
    assert fields["algorithm"] in ("rsa-sha256", "hs2019")
    assert abs(parsedate_to_datetime(headers["Date"]) - datetime.now(UTC)) < timedelta(minutes=5)
    if method == "POST":
        assert headers["Digest"] == digest(body)
    lines = [
        f"(request-target): {method.lower()} {target}"
        if name == "(request-target)"
        else f"{name}: {headers[name]}"
        for name in names
    ]
    loaded = serialization.load_pem_public_key(public(fields["keyId"]).encode())
    assert isinstance(loaded, rsa.RSAPublicKey)
    assert loaded.key_size >= 2048
    try:
        loaded.verify(
            base64.b64decode(fields["signature"]),
            "\n".join(lines).encode(),
            padding.PKCS1v15(),
            hashes.SHA256(),
        )
    except InvalidSignature:
        raise AssertionError("wrong signature") from None
    return fields["keyId"]


def get(url: str) -> dict[str, Any]:
    asked = urllib.request.Request(url, headers={"Accept": "application/activity+json"})
    with urllib.request.urlopen(asked, timeout=10) as answer:
        assert answer.headers.get_content_type() == "application/activity+json", answer.headers
        return json.load(answer)


@dataclass
class Peer:
    """A server. `documents` is what it answers, by path; `heard` what came to its inboxes, in order, verified."""

    host: str = "127.0.0.1"
    documents: dict[str, Any] = field(default_factory=dict)
    heard: list[dict[str, Any]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)
    status: int = 202

    def __enter__(self) -> Peer:
        peer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: Any) -> None: ...

            def do_GET(self) -> None:
                peer.asked.append(self.path)
                found = peer.documents.get(self.path)
                if isinstance(found, str):
                    self.send_response(302)
                    self.send_header("Location", found)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                body = found if isinstance(found, bytes) else json.dumps(found).encode()
                self._say(200 if found is not None else 404, body)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if peer.status >= 400:
                    self._say(peer.status, b"")
                    return
                try:
                    key_id = peer.check(self.path, self.headers, body)
                    said = json.loads(body)
                    assert self.headers.get_content_type() == "application/activity+json"
                    assert said["actor"] == key_id.partition("#")[0]
                    assert urlsplit(said["id"]).netloc == urlsplit(said["actor"]).netloc
                except (AssertionError, KeyError, ValueError, TypeError, OSError) as error:
                    peer.refused.append(repr(error))
                    self._say(401, b"")
                    return
                peer.heard.append(said)
                self._say(202, b"")

            def _say(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", "application/activity+json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self._server = ThreadingHTTPServer((self.host, 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        self.base = f"http://{self.host}:{self._server.server_port}"
        return self

    def __exit__(self, *_: Any) -> None:
        self._server.shutdown()
        self._server.server_close()

    def check(self, path: str, headers: Any, body: bytes) -> str:
        return check("POST", path, headers, body, self.public)

    def signed(self, url: str, body: bytes, actor: str) -> dict[str, str]:
        return signed_headers(url, body, f"{actor}#main-key", key(0))

    def public(self, key_id: str) -> str:
        """The key of one of theirs, from its actor's own document."""
        if key_id not in self.keys:
            found = get(key_id.partition("#")[0])["publicKey"]
            assert found["id"] == key_id
            assert found["owner"] == key_id.partition("#")[0]
            self.keys[key_id] = found["publicKeyPem"]
        return self.keys[key_id]

    def actor(self, user: str = "ann", number: int = 0, **changes: Any) -> str:
        """Put up an actor; its id."""
        uri = f"{self.base}/users/{user}"
        self.documents[f"/users/{user}"] = {
            "@context": [AS2, "https://w3id.org/security/v1"],
            "id": uri,
            "type": "Person",
            "preferredUsername": user,
            "name": user.title(),
            "inbox": f"{uri}/inbox",
            "outbox": f"{uri}/outbox",
            "endpoints": {"sharedInbox": f"{self.base}/inbox"},
            "publicKey": {"id": f"{uri}#main-key", "owner": uri, "publicKeyPem": pem(key(number))},
            **changes,
        }
        return uri

    def activity(self, kind: str, actor: str, object_: Any, n: int = 1, **more: Any) -> dict[str, Any]:
        return {
            "@context": AS2,
            "id": f"{self.base}/activities/{kind}-{n}",
            "type": kind,
            "actor": actor,
            "object": object_,
            **more,
        }


class LibraryPeer(Peer):
    """The same, but what other people's libraries think: apsig signs and checks, apmodel reads each activity."""

    KINDS: ClassVar = {
        "Create": Article,
        "Update": Article,
        "Delete": Tombstone,
        "Accept": Follow,
        "Announce": str,
    }

    def check(self, path: str, headers: Any, body: bytes) -> str:
        key_id = re.search(r'keyId="([^"]+)"', headers["Signature"])
        assert key_id
        sent = {name.lower(): value for name, value in headers.items()}
        verifier = Verifier(self.public(key_id[1]), "POST", f"{self.base}{path}", sent, body)
        assert verifier.verify(raise_on_fail=True) == key_id[1]
        said = apmodel.load(json.loads(body))
        assert isinstance(said, Activity)
        assert isinstance(said.object, self.KINDS[said.type]), said
        if isinstance(said.object, Article):
            assert said.object.name
            assert said.object.preview.content
            assert said.object.attributed_to == said.actor
        return key_id[1]

    def signed(self, url: str, body: bytes, actor: str) -> dict[str, str]:
        made = Signer(
            {"Content-Type": "application/activity+json"}, key(0), "POST", url, f"{actor}#main-key", body
        )
        return {name: value for name, value in made.sign().items() if name != "Authorization"}
