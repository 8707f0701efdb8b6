"""Lets readers' accounts come in without intake knowing what an account is: the site registers who makes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .incoming import IncomingMember


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a member; `reason` tells why it was left out, `lost` what of it could not come along."""

    is_new: bool = False
    reason: str = ""
    lost: str = ""


Taker = Callable[[IncomingMember], Outcome]
_takers: list[Taker] = []


def register(taker: Taker) -> None:
    """Have `taker` make the accounts, in place of any before it. It must do nothing for an account that is there."""
    _takers[:] = [taker]


def take_in(member: IncomingMember) -> Outcome:
    """Make the account, unless it is there."""
    return _takers[0](member) if _takers else Outcome(reason="this paper keeps no readers' accounts")
