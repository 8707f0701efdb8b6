"""How fast the edge answers, beside nginx serving the same bytes as a file, nginx's proxy cache, and Varnish.

Run: `.venv/bin/python benchmarks/edge_speed.py [--seconds 5] [--rounds 5]`. Needs `wrk`, `nginx` and `varnishd` (Debian:
`apt install wrk nginx-light varnish`) and two cores: each server has the first one alone, the load the second.
Rounds are interleaved; printed are medians of requests a second and of the 99th percentile, and the ratios.
"""

from __future__ import annotations

import argparse
import gzip
import re
import shutil
import statistics
import subprocess
import time
from pathlib import Path

from house import FREE, METERED, PAID, House, free_port, get

SERVER, LOAD = 0, 1
SETTLE_SECONDS = 4
NGINX = """
worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log crit; user root;
events {{ worker_connections 4096; }}
http {{
  access_log off; keepalive_requests 10000000; default_type text/html;
  client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u;
  scgi_temp_path {folder}/s; open_file_cache max=1000 inactive=60s; sendfile on;
  proxy_cache_path {folder}/cache keys_zone=pages:10m;
  server {{ listen 127.0.0.1:{file}; root {folder}/www; gzip_static always; }}
  server {{ listen 127.0.0.1:{proxy}; location / {{
    proxy_pass http://127.0.0.1:{origin}; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host 127.0.0.1:{origin};
    proxy_cache pages; proxy_cache_lock on; proxy_cache_use_stale updating error; }} }}
}}
"""


def wrk(
    port: int, path: str, seconds: int, headers: dict[str, str], connections: int = 64
) -> tuple[float, float]:
    """(requests a second, 99th percentile in milliseconds); every answer must have been good."""
    said = [word for name, value in headers.items() for word in ("-H", f"{name}: {value}")]
    text = subprocess.run(
        ["taskset", "-c", str(LOAD), "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", *said,
         f"http://127.0.0.1:{port}{path}"],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    if "Non-2xx" in text:
        raise SystemExit(f"port {port} {path}: {text}")
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1])  # type: ignore[index]  # wrk always says it
    number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", text).groups()  # type: ignore[union-attr]  # the same
    return rate, float(number) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[unit]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    for program in ("wrk", "nginx", "varnishd"):
        if shutil.which(program) is None:
            raise SystemExit(f"{program} is not installed: apt install wrk nginx-light varnish")
    with House() as house:
        _measure(house, asked.seconds, asked.rounds)


def _measure(house: House, seconds: int, rounds: int) -> None:
    folder, zipped = house._scratch, {"Accept-Encoding": "gzip"}
    file, proxy, varnish, origin, two = (free_port() for _ in range(5))
    house.origin(f"127.0.0.1:{origin}", cpu=LOAD)
    inner = f"http://127.0.0.1:{origin}"
    house.edge(cpu=SERVER, origin=inner)
    body = get(house.port, PAID, {"Cookie": house.pass_cookie()})[2]
    www = folder / "www"
    www.mkdir()
    page = gzip.compress(body, 6)
    (www / "story.html.gz").write_bytes(page)
    _nginx(house, folder, file=file, proxy=proxy, origin=origin)
    (folder / "v").mkdir()
    house.start(
        ["varnishd", "-F", "-a", f"127.0.0.1:{varnish}", "-b", f"127.0.0.1:{origin}", "-n", str(folder / "v"), "-s", "malloc,128m"],
        cpu=SERVER,
    )  # fmt: skip
    house.wait(varnish, FREE)
    metered = {"Cookie": house.meter_cookie(house.port), **zipped}
    paying = {"Cookie": f"theme=dark; {house.pass_cookie()}", **zipped}
    runs = {
        "nginx, file": (file, "/story.html", zipped),
        "edge, anonymous, free": (house.port, FREE, zipped),
        "edge, metered reader": (house.port, METERED, metered),
        "edge, subscriber": (house.port, PAID, paying),
        "nginx proxy_cache, no cookie": (proxy, FREE, zipped),
        "varnish, no cookie": (varnish, FREE, zipped),
        "nginx proxy_cache, metered reader": (proxy, METERED, metered),
        "varnish, reader's cookie": (varnish, FREE, metered),
    }
    for port, path, headers in runs.values():
        get(port, path, headers)
    # Those that must ask the origin leave it with work that nobody waits for any more: they come last, with a pause.
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in runs}
    for names in ([n for n in runs if not _passes(n)], [n for n in runs if _passes(n)]):
        for turn in range(rounds):
            for name in names if turn % 2 else reversed(names):
                port, path, headers = runs[name]
                found[name].append(wrk(port, path, seconds, headers))
                if _passes(name):
                    time.sleep(SETTLE_SECONDS)
    _print(found, len(page))
    house.edge(two, workers=2, origin=inner)
    house.edge(one := free_port(), workers=1, origin=inner)
    _workers({1: one, 2: two}, seconds, rounds)


def _workers(ports: dict[int, int], seconds: int, rounds: int) -> None:
    """One worker and two, on two cores that they share with the load.

    A plain hit costs the load generator about as much as the edge; a range costs the edge far more, and leaves it room.
    """
    print()
    for what, headers in (("plain hits", {}), ("ranges", {"Range": "bytes=0-99"})):
        counts: dict[int, list[float]] = {workers: [] for workers in ports}
        for _ in range(rounds):
            for workers, port in ports.items():
                counts[workers].append(wrk(port, FREE, seconds, headers)[0])
        single, double = (statistics.median(counts[workers]) for workers in (1, 2))
        print(f"{what}: one worker {single:,.0f}/s, two workers {double:,.0f}/s, ratio {double / single:.2f}")


def _passes(name: str) -> bool:
    """Whether the origin is asked for each request."""
    return name in ("nginx proxy_cache, metered reader", "varnish, reader's cookie")


def _nginx(house: House, folder: Path, **ports: int) -> None:
    path = folder / "nginx.conf"
    path.write_text(NGINX.format(folder=folder, **ports))
    house.start(["nginx", "-c", str(path), "-p", str(folder)], cpu=SERVER)
    house.wait(ports["file"], "/story.html")


def _print(found: dict[str, list[tuple[float, float]]], size: int) -> None:
    middle = {
        name: (statistics.median(rate for rate, _ in runs), statistics.median(late for _, late in runs))
        for name, runs in found.items()
    }
    print(f"a story of {size:,} bytes (gzip), 64 connections, medians of {len(next(iter(found.values())))}\n")
    print(f"{'':36}{'req/s':>10}{'p99 ms':>9}{'/ file':>8}{'p99 / file':>12}")
    files = found["nginx, file"]
    for name, (rate, late) in middle.items():
        # Each run beside the file's run of its own round: what disturbs the machine disturbs both.
        rates = statistics.median(mine[0] / file[0] for mine, file in zip(found[name], files, strict=True))
        lates = statistics.median(mine[1] / file[1] for mine, file in zip(found[name], files, strict=True))
        print(f"{name:36}{rate:10,.0f}{late:9.2f}{rates:8.2f}{lates:12.2f}")
    edge, reader = middle["edge, anonymous, free"][0], middle["edge, metered reader"][0]
    print("\nedge / varnish, no cookie        %.2f" % (edge / middle["varnish, no cookie"][0]))
    print("edge / proxy_cache, no cookie    %.2f" % (edge / middle["nginx proxy_cache, no cookie"][0]))
    print("edge / varnish, cookie           %.0f" % (reader / middle["varnish, reader's cookie"][0]))
    print("edge / proxy_cache, cookie       %.0f" % (reader / middle["nginx proxy_cache, metered reader"][0]))


if __name__ == "__main__":
    main()
