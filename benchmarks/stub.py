"""An origin that answers every address with a kilobyte that may be kept an hour. Run: `stub.py PORT`."""

from __future__ import annotations

import asyncio
import sys

BODY = b"x" * 1024
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: image/x-stub\r\ncache-control: max-age=3600\r\ncontent-length: 1024\r\n\r\n"


class Answer(asyncio.Protocol):
    """Answers each head that ends."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.transport.write((HEAD + BODY) * data.count(b"\r\n\r\n"))  # type: ignore[attr-defined]  # a TCP transport


async def main() -> None:
    server = await asyncio.get_running_loop().create_server(Answer, "127.0.0.1", int(sys.argv[1]))
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
