"""Puts one file on a partner's SFTP server, which must show the host key that was agreed; we log in by a key of our own.

The connection goes to an address that was checked, as in `outward.fetch`; everything is bounded in time.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from posixpath import join
from urllib.parse import unquote, urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_ssh_private_key,
)
from django.db import transaction

from broadsheet.outward.errors import UnreadableSource
from broadsheet.outward.fetch import checked_addresses

from ..delivering import GivenUp
from .models import TradeTerms

SECONDS = 30.0


def own_key() -> str:
    """The paper's own private key in OpenSSH's form; made when it is first asked for."""
    terms = TradeTerms.objects.first() or TradeTerms()
    if terms.sftp_key:
        return str(terms.sftp_key)
    with transaction.atomic():
        made, _ = TradeTerms.objects.select_for_update().get_or_create(pk=terms.pk or 1)
        if not made.sftp_key:
            key = Ed25519PrivateKey.generate()
            made.sftp_key = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()
            made.save(update_fields=["sftp_key"])
    return str(made.sftp_key)


def public_key() -> str:
    """The line that a partner puts into `authorized_keys`."""
    key = load_ssh_private_key(own_key().encode(), None)
    return key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()


def put(url: str, name: str, data: bytes, host_key: str, key: str, allow_private: bool) -> None:
    """Write `data` as `name` into the folder that `url` names: under another name first, so that nobody reads half of it.

    Raises `RefusedAddress` for an address we don't go to, `GivenUp` for a server with another key, and `UnreadableSource`
    for what another try may mend.
    """
    try:
        import asyncssh  # an extra: most papers push to nobody
    except ImportError:
        raise GivenUp(
            "SFTP needs a library more", url, "install the extra: pip install 'broadsheet[sftp]'"
        ) from None
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 22
    address = checked_addresses(host, port, allow_private=allow_private)[0]
    try:
        trusted = asyncssh.import_public_key(_key_in(host_key))
        own = asyncssh.import_private_key(key)
    except asyncssh.KeyImportError:
        raise GivenUp("the host key can't be read", url, "write the line that the partner names") from None

    async def write() -> None:
        async with (
            asyncssh.connect(
                address,
                port,
                username=unquote(parts.username or ""),
                client_keys=[own],
                known_hosts=([trusted], [], []),
                # Nothing of this machine's own user goes into it.
                config=None,
                agent_path=None,
                password_auth=False,
                kbdint_auth=False,
                connect_timeout=SECONDS / 3,
                login_timeout=SECONDS / 3,
            ) as connection,
            connection.start_sftp_client() as client,
        ):
            folder = unquote(parts.path) or "."
            target, part = join(folder, name), join(folder, f".{name}.part")
            async with client.open(part, "wb") as file:
                await file.write(data)
            try:
                await client.posix_rename(part, target)
            except asyncssh.SFTPError:
                with suppress(asyncssh.SFTPError):
                    await client.remove(target)
                await client.rename(part, target)

    try:
        asyncio.run(asyncio.wait_for(write(), SECONDS))
    except asyncssh.HostKeyNotVerifiable:
        raise GivenUp(
            "the server shows another host key", url, "ask the partner; it may be another server"
        ) from None
    except (OSError, asyncssh.Error, asyncssh.SFTPError, TimeoutError) as error:
        raise UnreadableSource(
            "the file can't be put there",
            url,
            f"check the account and the folder ({type(error).__name__}: {error})",
        ) from None


def _key_in(line: str) -> str:
    """The key of a line as `ssh-keyscan` prints it, with or without the host's name before it."""
    words = line.split()
    start = next((n for n, word in enumerate(words) if word.startswith(("ssh-", "ecdsa-", "sk-"))), 0)
    return " ".join(words[start : start + 2])
