"""Asks one address steadily, so many times a second. Run: `hammer.py PORT PATH RATE`."""

from __future__ import annotations

import asyncio
import sys

CONNECTIONS = 8


async def client(port: int, path: str, pause: float) -> None:
    """One reader who comes back whenever the connection ends."""
    while True:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            while True:
                writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                await reader.readexactly(int(head.partition(b"content-length:")[2].split()[0]))
                await asyncio.sleep(pause)
        except (OSError, EOFError):
            await asyncio.sleep(0.05)


async def main() -> None:
    port, path, rate = int(sys.argv[1]), sys.argv[2], float(sys.argv[3])
    await asyncio.gather(*(client(port, path, CONNECTIONS / rate) for _ in range(CONNECTIONS)))


if __name__ == "__main__":
    asyncio.run(main())
