"""Asking a provider: bounded in time and bytes, never led elsewhere (a redirect would carry our secret along)."""

from __future__ import annotations

import time
from typing import Any

import requests

# One read may take `READ` seconds, an answer `WHOLE` seconds and `BYTES` bytes.
READ = 5.0
WHOLE = 10.0
BYTES = 512 * 1024


class TooMuch(requests.RequestException):
    """The answer is too long, or does not end."""


class Session(requests.Session):
    """See the module. Raises `requests.RequestException` for whatever goes wrong."""

    def request(self, method: Any, url: Any, *args: Any, **kwargs: Any) -> requests.Response:
        kwargs |= {"timeout": READ, "allow_redirects": False, "stream": True}
        until = time.monotonic() + WHOLE
        response = super().request(method, url, *args, **kwargs)
        body = bytearray()
        for piece in response.iter_content(16 * 1024):
            body += piece
            if len(body) > BYTES or time.monotonic() > until:
                response.close()
                raise TooMuch(f"{len(body)} bytes and no end", response=response)
        # The only way that requests has to give back a body that was read in pieces.
        response._content = bytes(body)
        if response.is_redirect:
            raise requests.TooManyRedirects("a provider's endpoint must answer itself", response=response)
        return response
