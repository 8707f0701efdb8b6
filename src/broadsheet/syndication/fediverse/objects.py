"""Our actors, stories and activities in the words of ActivityStreams 2.0.

A story is an `Article`: name, summary and the whole public text, with a `preview` Note (FEP-b2b8) for servers that show
short posts. Mastodon shows headline, summary and a link with its card, WordPress, Friendica, Misskey and WriteFreely the
text. All values are made from the one document; what is not free leaves as its preview.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.html import escape, format_html, linebreaks
from django.utils.translation import gettext as _

from broadsheet.newsroom.document import Document
from broadsheet.newsroom.selectors import language_prefix, page_path, web
from broadsheet.pictures.selectors import Image, images

from .. import markup
from . import addresses as at
from .keys import public_pem
from .models import Actor

AS2 = "https://www.w3.org/ns/activitystreams"
TERMS = {"Hashtag": "as:Hashtag", "sensitive": "as:sensitive"}
ACTOR_TERMS = {
    "manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
    "toot": "http://joinmastodon.org/ns#",
    "discoverable": "toot:discoverable",
    "indexable": "toot:indexable",
}
MEDIA_TYPE = "application/activity+json"
LONGEST_PREVIEW = 500

Words = dict[str, Any]


def language_of(actor: Actor) -> str:
    place = actor.section or actor.author
    return actor.language or (place.locale.language_code if place else settings.LANGUAGE_CODE)


def page_of(actor: Actor) -> str:
    """The path of the page on the site that an actor stands for."""
    language = language_of(actor)
    if actor.section:
        return page_path(actor.section.url_path, language)
    if actor.author:
        return f"{language_prefix(language)}/author/{actor.author.slug}/"
    return f"{language_prefix(language)}/"


def name_of(actor: Actor) -> str:
    if actor.section:
        return f"{actor.section.title} – {settings.PAPER.name}"
    return str(actor.author.name if actor.author else settings.PAPER.name)


def actor(ours: Actor) -> Words:
    """The document of an actor."""
    uri = at.actor_uri(ours)
    own_words = ours.section.description if ours.section else ours.author.bio if ours.author else ""
    picture = ours.picture_id or (ours.author.photo_id if ours.author else None)
    made: Words = {
        "@context": [AS2, "https://w3id.org/security/v1", ACTOR_TERMS],
        "id": uri,
        "type": "Person" if ours.author else "Organization",
        "preferredUsername": ours.handle,
        "name": name_of(ours),
        "summary": linebreaks(ours.summary or own_words, autoescape=True)
        if ours.summary or own_words
        else "",
        "url": web(page_of(ours)),
        "inbox": f"{uri}/inbox",
        "outbox": at.outbox_uri(ours),
        "followers": at.followers_uri(ours),
        "endpoints": {"sharedInbox": at.shared_inbox()},
        "manuallyApprovesFollowers": False,
        "discoverable": True,
        "indexable": True,
        "published": _time(ours.made_at),
        "publicKey": {"id": at.key_uri(ours), "owner": uri, "publicKeyPem": public_pem(ours)},
    }
    shown = images([picture] if picture else []).get(picture or 0)
    if shown and (icon := _picture(shown, 480)):
        made["icon"] = icon
    return made


def article(
    document: Document,
    uri: str,
    speaker: Actor,
    shared_by: Sequence[Actor] = (),
    *,
    touched: datetime | None = None,
) -> Words:
    """The object of a story. `touched` is when it last changed, where that is later than what the document says."""
    page = web(document.path)
    changes = [document.updated, touched, *(note.made for note in document.corrections)]
    changed = max((moment for moment in changes if moment), default=None)
    made: Words = {
        "id": uri,
        "type": "Article",
        "attributedTo": at.actor_uri(speaker),
        "name": markup.line(document.headline),
        "content": _content(document, page),
        "url": page,
        "published": _time(document.published),
        "to": [at.PUBLIC],
        "cc": [at.followers_uri(ours) for ours in (speaker, *shared_by)],
        "tag": [_hashtag(topic.name, web(topic.path)) for topic in document.topics if _joined(topic.name)],
        "sensitive": False,
        "preview": {
            "type": "Note",
            "attributedTo": at.actor_uri(speaker),
            "content": _short(document, page),
            "published": _time(document.published),
        },
    }
    if document.standfirst:
        made["summary"] = str(escape(markup.line(document.standfirst)))
    if changed and changed > document.published:
        made["updated"] = _time(changed)
    if document.language:
        # ActivityStreams §4.7: the natural language of the values beside.
        made["nameMap"] = {document.language: made["name"]}
        made["contentMap"] = {document.language: made["content"]}
    if document.lead.image and (image := _picture(document.lead.image, 1280)):
        made["image"] = image
    return made


def _content(document: Document, page: str) -> str:
    text = markup.body_html(document)
    with translation.override(document.language):
        if not document.is_whole:
            text += format_html('<p><a href="{}">{}</a></p>', page, _("Read the whole story"))
    if document.bylines:
        names = ", ".join(markup.line(profile.name) for profile in document.bylines)
        text = format_html("<p><em>{}</em></p>", names) + text
    return text + markup.inner_html(markup.notes(document))


def _short(document: Document, page: str) -> str:
    standfirst = markup.line(document.standfirst)
    if len(standfirst) > LONGEST_PREVIEW:
        standfirst = f"{standfirst[:LONGEST_PREVIEW]}…"
    parts = [format_html("<p><strong>{}</strong></p>", markup.line(document.headline))]
    if standfirst:
        parts.append(format_html("<p>{}</p>", standfirst))
    parts.append(format_html('<p><a href="{}">{}</a></p>', page, page))
    return "".join(parts)


def tombstone(uri: str, gone: datetime | None) -> Words:
    """What stands where an object was."""
    made: Words = {"id": uri, "type": "Tombstone", "formerType": "Article"}
    return made | ({"deleted": _time(gone)} if gone else {})


def activity(
    verb: str, ours: Actor, object_: Any, *, id_: str, to: Iterable[str] = (), cc: Iterable[str] = ()
) -> Words:
    """One activity of an actor of ours."""
    made: Words = {"id": id_, "type": verb, "actor": at.actor_uri(ours), "object": object_}
    return made | {name: list(names) for name, names in (("to", to), ("cc", cc)) if names}


def create(object_: Words, ours: Actor) -> Words:
    made = activity(
        "Create", ours, object_, id_=f"{object_['id']}#create", to=object_["to"], cc=object_["cc"]
    )
    return made | {"published": object_["published"]}


def share(uri: str, ours: Actor, published: datetime) -> Words:
    """An actor passes on what another of ours said."""
    id_ = f"{at.actor_uri(ours)}#share-{uri.rpartition('/-/ap/story/')[2].replace('/', '-')}"
    made = activity("Announce", ours, uri, id_=id_, to=[at.PUBLIC], cc=[at.followers_uri(ours)])
    return made | {"published": _time(published)}


def in_context(words: Mapping[str, Any]) -> Words:
    """A document that stands by itself."""
    return {"@context": [AS2, TERMS], **words}


def _picture(image: Image, width: int) -> Words | None:
    found = markup.picture_file(image, width)
    if found is None:
        return None
    media_type = mimetypes.guess_type(found.url)[0] or "image/jpeg"
    made: Words = {"type": "Image", "mediaType": media_type, "url": found.url}
    made |= {"width": found.width, "height": found.height}
    return made | ({"name": markup.line(image.alt)} if image.alt else {})


def _hashtag(name: str, page: str) -> Words:
    return {"type": "Hashtag", "name": f"#{_joined(name)}", "href": page}


def _joined(name: str) -> str:
    """A topic as one word: `foreign policy` → `ForeignPolicy`."""
    words = "".join(sign if sign.isalnum() else " " for sign in name).split()
    return "".join(word[:1].upper() + word[1:] for word in words) if len(words) > 1 else "".join(words)


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
