"""The demo paper's accounts in the fediverse, and a reply that waits for the newsroom. Nobody follows yet: the demo calls
no other server."""

from __future__ import annotations

from django.utils import timezone

from broadsheet.newsroom.models import Author, Section, Story
from broadsheet.newsroom.selectors import public
from broadsheet.syndication.fediverse.models import Actor, Peer, Reply

HERE = "https://social.example"


def open_accounts(languages: tuple[str, ...]) -> None:
    """The paper's in each language, one of a section and one of an author, in the first language."""
    first = languages[0]
    for code in languages:
        handle = "courier" if code == first else f"courier_{code}"
        Actor.objects.get_or_create(handle=handle, defaults={"language": code, "is_on": True})
    here = {"locale__language_code": first}
    section = Section.objects.live().filter(**here).order_by("path").first()
    author = Author.objects.filter(**here).order_by("pk").first()
    if section:
        Actor.objects.get_or_create(
            handle=section.slug[:30].replace("-", "_"), defaults={"section": section, "is_on": True}
        )
    if author:
        Actor.objects.get_or_create(
            handle=author.slug[:30].replace("-", "_"), defaults={"author": author, "is_on": True}
        )
    story = public(Story.objects.filter(language=first)).order_by("-published_at").first()
    if story:
        _reply(story)


def _reply(story: Story) -> None:
    uri = f"{HERE}/users/tomris"
    peer, _ = Peer.objects.get_or_create(
        uri=uri,
        defaults={
            "host": "social.example",
            "kind": "Person",
            "handle": "@tomris@social.example",
            "name": "Tomris",
            "url": f"{HERE}/@tomris",
            "inbox": f"{uri}/inbox",
            "delivers_to": f"{HERE}/inbox",
            "key_id": f"{uri}#main-key",
            "read_at": timezone.now(),
        },
    )
    text = "<p>Thank you for asking the people who live there. Will you come back to this in spring?</p>"
    Reply.objects.get_or_create(
        uri=f"{uri}/1", defaults={"peer": peer, "story": story.pk, "url": f"{uri}/1", "html": text}
    )
