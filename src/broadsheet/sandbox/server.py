"""The process: one aiohttp application, the loop that does what is due, and the post."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
import signal
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

from broadsheet.sandbox import API_VERSION, clocks, endpoints, pages
from broadsheet.sandbox.account import Account
from broadsheet.sandbox.api import LONGEST_BODY, Api
from broadsheet.sandbox.control import Control
from broadsheet.sandbox.delivery import Post
from broadsheet.sandbox.errors import ApiError
from broadsheet.sandbox.hosted import Hosted
from broadsheet.sandbox.store import Store

log = logging.getLogger("broadsheet.sandbox")
PRUNE_EVERY = 600.0


class NotLoopback(Exception):
    """The address would be reachable from elsewhere."""


@dataclass(frozen=True)
class Settings:
    """How the server is started. `base_url` is what links to hosted pages begin with."""

    folder: Path
    host: str
    port: int
    webhook: str | None = None
    webhook_secret: str = ""
    api_key: str | None = None
    allow_remote: bool = False
    base_url: str | None = None


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class Sandbox:
    """The account with its API, its pages and its loops."""

    def __init__(self, settings: Settings) -> None:
        if not settings.allow_remote and not is_loopback(settings.host):
            raise NotLoopback(f"{settings.host} is not this machine alone; --allow-remote permits it")
        self.settings = settings
        self.store = Store(settings.folder)
        self.account = Account(self.store, settings.base_url or f"http://{settings.host}:{settings.port}")
        clocks.wire(self.account)
        endpoints.configure(self.account, settings.webhook, settings.webhook_secret)
        self.changed = asyncio.Event()
        self.post = Post(self.account)
        self.app = self._app()

    def _app(self) -> web.Application:
        app = web.Application(client_max_size=LONGEST_BODY, middlewares=[self._guard])
        api = Api(self.account, self.settings.api_key, self.changed)
        app.router.add_route("*", "/v1/{rest:.*}", api.handle)
        Hosted(self.account, self.changed.set).add_to(app)
        Control(self.account, self.changed.set).add_to(app)
        app.router.add_get("/", self._index)
        app.router.add_get("/sandbox.css", self._css)
        return app

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Only hosts that are this machine, so that no web page elsewhere can be pointed here."""
        host = urlsplit(f"//{request.headers.get('Host', '')}").hostname or ""
        if not self.settings.allow_remote and not is_loopback(host):
            return web.Response(status=421, text="This sandbox answers to this machine only.")
        return await handler(request)

    async def _index(self, request: web.Request) -> web.Response:
        body = (
            "<p>This is a payment sandbox with the shape of Stripe's API. It is not Stripe, and no money moves.</p>"
            f"<p>API version <code>{API_VERSION}</code> at <code>/v1/</code>; control API at <code>/_sandbox/</code>.</p>"
            f"{pages.card_list()}"
        )
        headers = {"Content-Security-Policy": pages.policy(), "X-Content-Type-Options": "nosniff"}
        return web.Response(
            text=pages.document("Payment sandbox", body), content_type="text/html", headers=headers
        )

    async def _css(self, request: web.Request) -> web.Response:
        text = resources.files("broadsheet.sandbox").joinpath("sandbox.css").read_text(encoding="utf-8")
        return web.Response(text=text, content_type="text/css", headers={"Cache-Control": "max-age=60"})

    async def sweep(self) -> None:
        """Do what is due, one thing a transaction, and let requests in between."""
        pruned = 0.0
        loop = asyncio.get_running_loop()
        while True:
            self.changed.clear()
            while self._step():
                self.post.wake.set()
                await asyncio.sleep(0)
            self.post.wake.set()
            if loop.time() - pruned > PRUNE_EVERY:
                pruned = loop.time()
                clocks.prune(self.account)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(clocks.next_due(self.account)):
                    await self.changed.wait()

    def _step(self) -> bool:
        try:
            return clocks.step(self.account)
        except ApiError:
            log.exception("what was due could not be done")
            return False

    async def serve(self, *, ready: asyncio.Event | None = None) -> None:
        """Until SIGTERM or SIGINT."""
        stop = asyncio.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
        runner = web.AppRunner(self.app, access_log=None, handle_signals=False, shutdown_timeout=2)
        await runner.setup()
        await web.TCPSite(runner, self.settings.host, self.settings.port).start()
        loops = [asyncio.create_task(self.sweep()), asyncio.create_task(self.post.run())]
        waiting = asyncio.create_task(stop.wait())
        log.info("sandbox at http://%s:%s", self.settings.host, self.settings.port)
        if ready:
            ready.set()
        try:
            done, _ = await asyncio.wait([*loops, waiting], return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in [*loops, waiting]:
                task.cancel()
            await asyncio.gather(*loops, waiting, return_exceptions=True)
            await runner.cleanup()
            self.store.close()
