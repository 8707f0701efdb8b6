"""What an activity wants of us, as far as that can be said from its own words and our tables: no signature is checked
and nobody is asked. What wants nothing is dropped here, before it costs anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from broadsheet.newsroom.cleaning import clean_text

from ..stories import public_stories
from . import peers, wording
from .addresses import PUBLIC_NAMES, actor_number, host_of, story_number
from .models import Actor, Following, Reaction, Reply

REPLY_KINDS = frozenset({"Note", "Article", "Page", "Question"})
LONGEST_REPLY = 20_000


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing to be done for `actor`, an id on another server, once it is known to have said so.

    `verb` names a function of `acting`; `facts` are its arguments.
    """

    verb: str
    id: str
    actor: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    # Whether only an actor that we know already can be meant: a stranger is then not even looked up.
    is_of_known: bool = False


class Odd(Exception):
    """An activity that contradicts itself; the text says how."""


def understood(activity: Mapping[str, Any]) -> Wish | None:
    """The wish in an activity; None when it is no concern of ours. Raises `Odd`."""
    id_, actor = activity.get("id"), wording.id_of(activity.get("actor"))
    plain = peers.allow_private
    host = host_of(actor, plain=plain)
    if not isinstance(id_, str) or not host:
        raise Odd("no id or no actor")
    if host_of(id_, plain=plain) != host:
        raise Odd("its id is of another host than its actor")
    read = _READERS.get(wording.kind_of(activity))
    found = read(activity, actor) if read else None
    if found is None:
        return None
    verb, facts = found
    return Wish(verb, id_, actor, facts, is_of_known=verb not in ("follow", "react", "reply"))


Found = tuple[str, dict[str, Any]] | None


def our_actor(uri: str) -> Actor | None:
    """One of ours that is switched on."""
    number = actor_number(uri)
    return Actor.objects.filter(pk=number, is_on=True).first() if number else None


def _our_story(uri: str) -> int | None:
    number = story_number(uri)
    return number if number and public_stories().filter(pk=number).exists() else None


def _follow(activity: Mapping[str, Any], actor: str) -> Found:
    ours = our_actor(wording.id_of(activity.get("object")))
    return ("follow", {"ours": ours}) if ours else None


def _react(activity: Mapping[str, Any], actor: str) -> Found:
    story = _our_story(wording.id_of(activity.get("object")))
    return ("react", {"kind": wording.kind_of(activity), "story": story}) if story else None


def _create(activity: Mapping[str, Any], actor: str) -> Found:
    said = activity.get("object")
    if not isinstance(said, dict) or wording.kind_of(said) not in REPLY_KINDS:
        return None
    story = _our_story(wording.id_of(said.get("inReplyTo")))
    if not story or not _is_public(activity, said):
        return None
    return "reply", {"story": story, **_reply(said, actor)}


def _update(activity: Mapping[str, Any], actor: str) -> Found:
    said = activity.get("object")
    if wording.id_of(said) == actor:
        return "reread", {}
    if not isinstance(said, dict) or not Reply.objects.filter(uri=wording.id_of(said)).exists():
        return None
    return "change", _reply(said, actor)


def _reply(said: Mapping[str, Any], actor: str) -> dict[str, Any]:
    uri, url = wording.id_of(said), wording.id_of(said.get("url"))
    plain = peers.allow_private
    if wording.id_of(said.get("attributedTo")) != actor:
        raise Odd("somebody else's words")
    if host_of(uri, plain=plain) != host_of(actor, plain=plain):
        raise Odd("words of another host than their actor")
    text = said.get("content")
    cleaned = clean_text(wording.storable(text[:LONGEST_REPLY])) if isinstance(text, str) else ""
    return {"uri": uri, "url": url if host_of(url, plain=plain) else uri, "html": cleaned}


def _is_public(*things: Mapping[str, Any]) -> bool:
    """Whether it was said to everybody: what was said to us alone is not for the newsroom's list."""
    named = {id_ for thing in things for field_ in ("to", "cc") for id_ in wording.ids_of(thing.get(field_))}
    return bool(named & PUBLIC_NAMES)


def _delete(activity: Mapping[str, Any], actor: str) -> Found:
    uri = wording.id_of(activity.get("object"))
    if uri == actor:
        return "vanish", {}
    return ("unsay", {"uri": uri}) if Reply.objects.filter(uri=uri).exists() else None


def _undo(activity: Mapping[str, Any], actor: str) -> Found:
    undone = activity.get("object")
    id_, kind = wording.id_of(undone), wording.kind_of(undone)
    if isinstance(undone, dict) and wording.id_of(undone.get("actor")) not in ("", actor):
        raise Odd("it undoes what somebody else did")
    if kind == "Follow" and isinstance(undone, dict):
        ours = our_actor(wording.id_of(undone.get("object")))
        return ("unfollow", {"ours": ours}) if ours else None
    if kind in Reaction.Kind.values and isinstance(undone, dict):
        story = story_number(wording.id_of(undone.get("object")))
        return ("unreact", {"kind": kind, "story": story}) if story else None
    if not kind and (Following.objects.filter(activity=id_) or Reaction.objects.filter(activity=id_)):
        return "undo", {"activity": id_}
    return None


def _block(activity: Mapping[str, Any], actor: str) -> Found:
    ours = our_actor(wording.id_of(activity.get("object")))
    return ("unfollow", {"ours": ours}) if ours else None


_READERS = {
    "Follow": _follow,
    "Like": _react,
    "Announce": _react,
    "Create": _create,
    "Update": _update,
    "Delete": _delete,
    "Undo": _undo,
    "Block": _block,
}
