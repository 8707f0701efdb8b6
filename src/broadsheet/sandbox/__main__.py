"""`python -m broadsheet.sandbox`: start the payment sandbox."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sys
from pathlib import Path

from broadsheet.sandbox.server import NotLoopback, Sandbox, Settings
from broadsheet.sandbox.store import InUse


def settings(arguments: list[str] | None = None) -> Settings:
    parser = argparse.ArgumentParser(
        prog="python -m broadsheet.sandbox", description="A Stripe-shaped payment sandbox."
    )
    parser.add_argument("--dir", type=Path, required=True, help="the folder of its one SQLite file")
    parser.add_argument("--bind", default="127.0.0.1:12111", metavar="HOST:PORT")
    parser.add_argument("--webhook", metavar="URL", help="where every event is sent")
    parser.add_argument(
        "--webhook-secret", metavar="whsec_…", default=os.environ.get("SANDBOX_WEBHOOK_SECRET", "")
    )
    parser.add_argument("--api-key", metavar="sk_test_…", default=os.environ.get("SANDBOX_API_KEY") or None)
    parser.add_argument("--base-url", metavar="URL", help="what links to hosted pages begin with")
    parser.add_argument("--allow-remote", action="store_true", help="bind to other than this machine")
    given = parser.parse_args(arguments)
    host, _, port = given.bind.rpartition(":")
    if not host or not port.isdigit():
        parser.error("--bind is HOST:PORT")
    if given.webhook and not given.webhook_secret:
        parser.error("--webhook needs --webhook-secret: deliveries are signed")
    return Settings(
        folder=given.dir, host=host, port=int(port), webhook=given.webhook, webhook_secret=given.webhook_secret,
        api_key=given.api_key, allow_remote=given.allow_remote, base_url=given.base_url,
    )  # fmt: skip


async def run(chosen: Settings) -> None:
    await Sandbox(chosen).serve()


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    try:
        asyncio.run(run(settings()))
    except (NotLoopback, InUse, OSError) as error:
        logging.getLogger("broadsheet.sandbox").error("%s", error)  # noqa: TRY400  # a line for the person, no trace
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
