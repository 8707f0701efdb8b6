"""Plans shares, hands them over through `delivering`, and takes back what is no longer public."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from broadsheet.newsroom.document import Document
from broadsheet.newsroom.models import Story
from broadsheet.newsroom.selectors import web
from broadsheet.outward.errors import BadAnswer, OutsideError, Unreached

from .. import delivering
from ..models import Delivery, StoryEvent
from ..stories import public_stories, released
from .adapters import ADAPTERS, MOST_THUMB
from .messages import Login, Message, Posted, fitted
from .models import WORD, Share, ShareAccount

CHANNEL, TAKING_BACK = "sharing", "unsharing"
IMAGE_TYPES = {"jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp"}


# -- what is posted ---------------------------------------------------------------------------------------------------


def text_of(account: ShareAccount, document: Document, own: str = "") -> str:
    """The words to post: an editor's own, else the account's template, cut to what the service takes. Without the
    address an own text gets it at its end."""
    adapter = ADAPTERS[account.service]
    address = web(document.path)
    words = {
        "headline": document.social_headline,
        "standfirst": document.standfirst,
        "section": document.section.name if document.section else "",
        "kicker": document.kicker,
        "url": address,
    }
    text = own.strip() or WORD.sub(lambda found: words.get(found[1], ""), account.template)
    if address not in text:
        text = f"{text.strip()}\n\n{address}"
    return fitted(text.strip(), adapter.limit, adapter.length)


def message_of(share: Share, document: Document) -> Message:
    """All of what is posted; nothing of it is behind the wall."""
    image, image_type = _thumb(document)
    return Message(
        text=text_of(share.account, document, share.text),
        url=web(document.path),
        title=document.social_headline,
        description=document.description,
        language=document.language,
        key=f"broadsheet-{settings.PAPER.host}-{share.pk}",
        image=image,
        image_type=image_type,
        alt=document.lead.image.alt if document.lead.image else "",
    )


def _thumb(document: Document) -> tuple[bytes, str]:
    picture = document.lead.image
    if picture is None or not picture.share:
        return b"", ""
    name = picture.share.removeprefix(str(settings.MEDIA_URL))
    try:
        with default_storage.open(name) as file:
            data = file.read(MOST_THUMB + 1)
    except OSError:
        return b"", ""
    kind = IMAGE_TYPES.get(name.rpartition(".")[2].lower(), "")
    return (data, kind) if kind and len(data) <= MOST_THUMB else (b"", "")


def login_of(account: ShareAccount) -> Login:
    return Login(account.server, account.handle, account.secret)


# -- planning ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def plan(story: Story, account: ShareAccount, text: str, due_at: datetime | None) -> Share:
    """Have `story` shared at `due_at`, or with None once it is published (at once if it is). A share that was sent
    is left as it is."""
    share, _ = Share.objects.select_for_update().get_or_create(account=account, story=story.pk)
    if share.remote_id and not share.withdrawn_at:
        return share
    share.text, share.due_at = text, due_at
    share.tried_at = share.withdrawn_at = share.sent_at = None
    share.remote_id = share.remote_url = ""
    share.save()
    if due_at is not None or public_stories().filter(pk=story.pk).exists():
        _owe(share, due_at or timezone.now())
    return share


@transaction.atomic
def cancel(share: Share) -> None:
    """Drop what was only planned, or have taken back what was posted."""
    _waiting(share).delete()
    if share.remote_id:
        _take_back(share)
    else:
        share.delete()


def _owe(share: Share, due_at: datetime) -> None:
    delivering.owe(CHANNEL, [share.account.server], {"share": share.pk}, subject=share.subject, due_at=due_at)


def _take_back(share: Share) -> None:
    delivering.owe(TAKING_BACK, [share.account.server], {"share": share.pk}, subject=share.subject)


def _waiting(share: Share) -> QuerySet[Delivery]:
    return Delivery.objects.filter(channel=CHANNEL, subject=share.subject, state=Delivery.State.WAITING)


def heard(events: Sequence[StoryEvent]) -> None:
    """The follower of story events."""
    accounts = list(ShareAccount.objects.filter(is_active=True))
    for event in events:
        if event.kind == StoryEvent.Kind.PUBLISHED:
            _published(event, accounts)
        elif event.kind == StoryEvent.Kind.UNPUBLISHED:
            for share in Share.objects.filter(story=event.story, withdrawn_at=None).select_related("account"):
                _waiting(share).delete()
                if share.remote_id:
                    _take_back(share)


def _published(event: StoryEvent, accounts: Sequence[ShareAccount]) -> None:
    planned = {
        share.account_id: share for share in Share.objects.filter(story=event.story).select_related("account")
    }
    for account in accounts:
        share = planned.get(account.pk)
        if share is None and account.shares_all and _is_for(account, event):
            share = Share.objects.create(account=account, story=event.story)
        # One that was posted before stays posted once, whether or not it was taken back.
        if share is None or share.tried_at or share.due_at:
            continue
        _owe(share, timezone.now() + timedelta(minutes=account.wait_minutes))


def _is_for(account: ShareAccount, event: StoryEvent) -> bool:
    return account.language in ("", event.language) and account.section_id in (None, event.section)


# -- handing over -----------------------------------------------------------------------------------------------------


def send(delivery: Delivery) -> delivering.HandOver | None:
    """The sender of planned shares. A service that may have posted already is not asked again: no follower is to read a
    thing twice."""
    share = Share.objects.select_related("account").filter(pk=delivery.payload["share"]).first()
    if share is None or share.remote_id or not share.account.is_active:
        return None
    story = public_stories().filter(pk=share.story).first()
    if story is None:
        return None
    if share.tried_at and not ADAPTERS[share.account.service].knows_repeats:
        raise delivering.GivenUp(
            "the service was asked and never answered",
            share.account.name,
            "look whether it is there, then send it again",
        )
    message = message_of(share, released([story])[0])
    Share.objects.filter(pk=share.pk).update(tried_at=timezone.now())
    return partial(_post, share, message)


def _post(share: Share, message: Message) -> delivering.Afterwards:
    try:
        posted = ADAPTERS[share.account.service].post(login_of(share.account), message)
    except (BadAnswer, Unreached) as error:
        return partial(_not_posted, share.pk, error)
    return partial(_posted, share.pk, posted)


def _not_posted(pk: int, error: OutsideError) -> None:
    """It is certain that nothing came of it, so it may be tried again."""
    Share.objects.filter(pk=pk).update(tried_at=None)
    raise error


@transaction.atomic
def _posted(pk: int, posted: Posted) -> None:
    Share.objects.filter(pk=pk).update(
        remote_id=posted.id, remote_url=posted.url[:500], sent_at=timezone.now(), withdrawn_at=None
    )
    share = Share.objects.select_related("account").filter(pk=pk).first()
    # Unpublished in the seconds between.
    if share is not None and not public_stories().filter(pk=share.story).exists():
        _take_back(share)


def take_back(delivery: Delivery) -> delivering.HandOver | None:
    """The sender of withdrawals."""
    share = Share.objects.select_related("account").filter(pk=delivery.payload["share"]).first()
    if share is None or not share.remote_id or share.withdrawn_at:
        return None
    return partial(_remove, share)


def _remove(share: Share) -> delivering.Afterwards:
    try:
        ADAPTERS[share.account.service].remove(login_of(share.account), share.remote_id)
    except BadAnswer as error:
        if error.status not in (404, 410):
            raise
    return partial(_removed, share.pk)


def _removed(pk: int) -> None:
    Share.objects.filter(pk=pk).update(withdrawn_at=timezone.now())
