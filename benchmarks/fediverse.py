"""What it takes to tell 10,000 followers on 500 other servers: time, deliveries, memory; dead and hanging servers among them.

Run: `.venv/bin/python benchmarks/fediverse.py [--followers 10000] [--hosts 500] [--stories 20]`. The other servers are one
process on this machine that plays each host at a loopback address of its own (127.1.x.y) and checks every signature.
Of a hundred hosts four are dead (nothing listens) and one takes requests and never answers.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import logging
import multiprocessing
import os
import re
import resource
import statistics
import tempfile
import time
from collections import Counter
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from broadsheet.conf.boot import setup
from broadsheet.conf.founding import lay_out, settings_file

DEAD_PORT = 9
HANG_SECONDS = 40.0


def play(pipe: Connection, pem: str) -> None:
    """All other servers. Says its ports, then at each message what came since, by host."""
    key: Any = load_pem_public_key(pem.encode())
    heard: Counter[str] = Counter()
    bodies: Counter[str] = Counter()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None: ...

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path == "/hang":
                time.sleep(HANG_SECONDS)
                return
            fields = dict(re.findall(r'(\w+)="([^"]*)"', self.headers["Signature"]))
            wanted = f"SHA-256={base64.b64encode(hashlib.sha256(body).digest()).decode()}"
            text = "\n".join(
                f"{n}: post {self.path}" if n == "(request-target)" else f"{n}: {self.headers[n]}"
                for n in fields["headers"].split()
            )
            key.verify(
                base64.b64decode(fields["signature"]), text.encode(), padding.PKCS1v15(), hashes.SHA256()
            )
            assert wanted == self.headers["Digest"]
            heard[self.headers["Host"]] += 1
            bodies[json.loads(body)["type"]] += 1
            self.send_response(202)
            self.send_header("Content-Length", "0")
            self.end_headers()

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 512

        def handle_error(self, *_: Any) -> None:
            bodies["refused"] += 1

    server = Server(("0.0.0.0", 0), Handler)
    import threading

    threading.Thread(target=server.serve_forever, daemon=True).start()
    pipe.send(server.server_port)
    while pipe.recv():
        pipe.send((dict(heard), dict(bodies)))
        heard.clear()
        bodies.clear()


def address(host: int) -> str:
    return f"127.1.{host // 250}.{host % 250 + 1}"


def fill(followers: int, hosts: int, port: int) -> tuple[int, int]:
    """Followers in turn on all hosts; how many hosts are dead, and hang."""
    from django.utils import timezone

    from broadsheet.syndication.fediverse.models import Actor, Following, Peer

    ours = Actor.objects.get()
    now, dead, hanging = timezone.now(), set(), set()
    rows = []
    for n in range(followers):
        host = n % hosts
        where = f"{address(host)}:{DEAD_PORT if host % 25 == 7 else port}"
        shared = f"http://{where}/{'hang' if host % 100 == 50 else 'inbox'}"
        dead |= {host} if host % 25 == 7 else set()
        hanging |= {host} if host % 100 == 50 else set()
        uri = f"http://{where}/users/{n}"
        rows.append(
            Peer(
                uri=uri, host=where, kind="Person", handle=f"@{n}@{where}", inbox=f"{uri}/inbox",
                delivers_to=shared, key_id=f"{uri}#main-key", public_pem="", read_at=now,
            )
        )  # fmt: skip
    made = Peer.objects.bulk_create(rows, batch_size=1000)
    Following.objects.bulk_create(
        (Following(actor=ours, peer=peer, activity=f"{peer.uri}#follow") for peer in made), batch_size=1000
    )
    return len(dead), len(hanging)


def megabytes() -> float:
    """What the process holds now, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def publish(section: Any, number: int) -> None:
    from broadsheet.newsroom.models import Story

    section.refresh_from_db()
    text = "".join(f"<p>Paragraph {n} of a story that is delivered far and wide.</p>" for n in range(30))
    story = Story(
        title=f"Story {number}",
        slug=f"story-{number}",
        locale=section.locale,
        access="free",
        live=False,
        body=json.dumps([{"type": "text", "value": text}]),
    )
    section.add_child(instance=story)
    story.save_revision().publish()


def deliver() -> tuple[int, float]:
    """Rounds of the worker until nothing more is due: how many were handed over or tried, and seconds."""
    from broadsheet.syndication import delivering, following

    begun, count = time.perf_counter(), 0
    following.hand_on()
    while handed := delivering.deliver_due():
        count += handed
    return count, time.perf_counter() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--followers", type=int, default=10_000)
    parser.add_argument("--hosts", type=int, default=500)
    parser.add_argument("--stories", type=int, default=20)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bs-bench-") as scratch:
        folder = Path(scratch) / "paper"
        lay_out(folder, settings_file("The Bench", url="http://127.0.0.1", languages=["en"], time_zone="UTC"))
        setup(folder)
        run(args)


def run(args: argparse.Namespace) -> None:
    from django.utils import timezone

    from broadsheet.newsroom.models import Section
    from broadsheet.newsroom.services import found_paper
    from broadsheet.syndication import following
    from broadsheet.syndication.fediverse import keys, peers
    from broadsheet.syndication.fediverse.models import Actor
    from broadsheet.syndication.models import Delivery, TroubledHost

    logging.disable(logging.CRITICAL)
    peers.allow_private = True
    front = found_paper("The Bench", ["en"], host="127.0.0.1", port=80)["en"]
    section = Section(title="Nation", slug="nation", locale=front.locale)
    front.add_child(instance=section)
    ours = Actor.objects.create(handle="bench", language="en", is_on=True)
    following.hand_on()
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    others = context.Process(target=play, args=(there, keys.public_pem(ours)), daemon=True)
    others.start()
    dead, hanging = fill(args.followers, args.hosts, here.recv())
    well = args.hosts - dead - hanging
    print(
        f"{args.followers} followers on {args.hosts} hosts; {dead} dead, {hanging} hang; {os.cpu_count()} cores"
    )
    seconds, memory, arrived, kinds = [], [], Counter[str](), Counter[str]()
    for number in range(args.stories):
        publish(section, number)
        tried, took = deliver()
        here.send(True)
        heard, types = here.recv()
        arrived.update(heard)
        kinds.update(types)
        seconds.append(took)
        memory.append(megabytes())
        if number == 0:
            print(f"first story: {tried} tried in {took:.1f} s, {sum(heard.values())} of {well} arrived")
    print(
        f"stories 2 to {args.stories}: {statistics.median(seconds[1:]):.1f} s (median), {max(seconds[1:]):.1f} s (longest)"
    )
    exact = sum(1 for count in arrived.values() if count == args.stories)
    print(f"hosts that got each story exactly once: {exact} of {well}; by type {dict(kinds)}")
    print(
        f"memory: {memory[0]:.0f} MB after the first story, {memory[-1]:.0f} MB after the last, most {max(memory):.0f} MB"
    )
    tries = Counter(
        dict(
            Delivery.objects.exclude(state="done").values_list("host").order_by().values_list("host", "tries")
        )
    )
    troubled = TroubledHost.objects.filter(paused_until__gt=timezone.now())
    failures = list(troubled.values_list("failures", flat=True))
    print(
        f"hosts left alone for now: {len(failures)} of {dead + hanging}; tried {min(failures)} to {max(failures)} times each"
    )
    waiting = Delivery.objects.filter(state="waiting").count()
    print(f"still owed to them: {waiting} deliveries on {len(tries)} hosts")
    TroubledHost.objects.update(paused_until=timezone.now() - timedelta(seconds=1))
    Delivery.objects.filter(state="waiting").update(due_at=timezone.now())
    tried, took = deliver()
    print(f"after the pause: {tried} tried again in {took:.1f} s, then left alone again")
    others.kill()


if __name__ == "__main__":
    main()
