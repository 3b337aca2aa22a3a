"""Statuses: publish, edit, delete.

A private message is seen by its author and the accounts that it mentions when it is written; an edit changes nothing
about that. It is no part of any counter that others see, and stays when the post that it answers is deleted.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from practice import queries, rules, text
from practice.domain import read
from practice.domain.upload import described
from practice.domain.vote import checked as checked_poll
from practice.enums import NoticeKind, Visibility
from practice.errors import ApiError, Missing
from practice.models import Account, Media, Notice, RememberedKey, Status, StatusEdit


@dataclass(frozen=True)
class Draft:
    """A status to be published. `media_ids` in the order of the pictures; `reply_to` is the id of a status.

    `title` is kept of pages whose network has one; of others it is the first line of the text.

    `poll` is as in the client API: {"options": […], "expires_in": seconds, "multiple": bool}. `descriptions` are new
    ones of attached pictures, by their ids, for an edit, which leaves the visibility as it is.
    """

    text: str
    language: str = ""
    media_ids: Sequence[int] = ()
    reply_to: int | None = None
    poll: Mapping[str, Any] | None = None
    descriptions: Mapping[int, str] = field(default_factory=dict)
    visibility: Visibility = Visibility.PUBLIC
    title: str = ""


def publish(account: Account, draft: Draft, *, key: str = "") -> Status:
    """Make a status. The same `key` within an hour returns the first one, also to two requests at the same moment.

    Raises `ApiError` for a too long or empty text, unknown pictures, or a public answer to a private message; `Missing`
    if the answered status does not exist, or the status that `key` made was deleted.
    """
    with transaction.atomic():
        if not key:
            return _create(account, draft)
        remembered, is_new = _remember(account, key)
        if not is_new:
            if remembered.status is None:
                raise Missing
            return remembered.status
        remembered.status = _create(account, draft)
        remembered.save(update_fields=["status"])
        return remembered.status


def _remember(account: Account, key: str) -> tuple[RememberedKey, bool]:
    now = timezone.now()
    RememberedKey.objects.filter(account=account, created_at__lt=now - rules.KEY_LIVES).delete()
    try:
        # The second of two equal requests waits here until the first has committed.
        with transaction.atomic():
            return RememberedKey.objects.create(account=account, key=key, created_at=now), True
    except IntegrityError:
        return RememberedKey.objects.select_related("status").get(account=account, key=key), False


def _create(account: Account, draft: Draft) -> Status:
    title, cleaned = _checked(account, draft, has_media=bool(draft.media_ids))
    parent = _parent(account, draft)
    mentioned = set(Account.objects.filter(username__in=text.mentioned(cleaned)).values_list("pk", flat=True))
    is_private = draft.visibility == Visibility.DIRECT
    status = Status.objects.create(
        account=account,
        in_reply_to=parent,
        root=parent and (parent.root or parent),
        readers=sorted({account.pk, *mentioned}) if is_private else None,
        title=title,
        text=cleaned,
        language=draft.language[:12],
        created_at=timezone.now(),
        poll=checked_poll(account, draft.poll, has_media=bool(draft.media_ids)) if draft.poll else None,
    )
    _attach(status, draft.media_ids)
    if is_private:
        read.receive(status)
    else:
        Account.objects.filter(pk=account.pk).update(statuses_count=F("statuses_count") + 1)
        if parent:
            Status.objects.filter(pk=parent.pk).update(replies_count=F("replies_count") + 1)
            mentioned.add(parent.account_id)
    _notify(status, mentioned - {account.pk})
    return status


def _checked(account: Account, draft: Draft, *, has_media: bool) -> tuple[str, str]:
    """Title and text. Without a title of its own a post has it as the first line of its text."""
    title = " ".join(text.cleaned(draft.title).split())
    typed = draft.text
    if title and (not account.imitation.has_title or draft.reply_to is not None):
        title, typed = "", "\n\n".join(part for part in (draft.title, typed) if part)
    if len(title) > rules.MAX_TITLE:
        raise ApiError(f"Validation failed: Title character limit of {rules.MAX_TITLE} exceeded")
    cleaned = text.cleaned(typed)
    if not cleaned and not has_media:
        raise ApiError("Validation failed: Text can't be blank")
    most = rules.MAX_CHARACTERS_OF_IMITATION if account.network else rules.MAX_CHARACTERS
    if (len(cleaned) if account.network else text.length(cleaned)) > most:
        raise ApiError(f"Validation failed: Text character limit of {most} exceeded")
    return title, cleaned


def _parent(account: Account, draft: Draft) -> Status | None:
    if draft.reply_to is None:
        return None
    parent = Status.objects.select_related("account", "root__account").filter(pk=draft.reply_to).first()
    if parent is None or not queries.sees(account, parent):
        raise Missing("The post you are trying to reply to does not appear to exist.")
    # Mastodon accepts that, and its own pages never offer it.
    if parent.readers is not None and draft.visibility == Visibility.PUBLIC:
        raise ApiError("Validation failed: A private message can only be answered in private")
    page = (parent.root or parent).account
    if not page.imitation.comment and page.pk != account.pk and draft.visibility == Visibility.PUBLIC:
        raise ApiError("Validation failed: This kind of account takes no comments")
    return parent


def _attach(status: Status, media_ids: Sequence[int]) -> None:
    if len(media_ids) > rules.MAX_MEDIA:
        raise ApiError(f"Validation failed: Cannot attach more than {rules.MAX_MEDIA} files")
    waiting = Media.objects.select_for_update().filter(pk__in=media_ids, account_id=status.account_id, status=None)
    media_by_id = {media.pk: media for media in waiting}
    if len(media_by_id) != len(media_ids):
        raise ApiError("Validation failed: A media attachment is unknown or was already used")
    for position, media_id in enumerate(media_ids):
        media_by_id[media_id].status, media_by_id[media_id].position = status, position
    Media.objects.bulk_update(media_by_id.values(), ["status", "position"])


def _notify(status: Status, account_ids: set[int]) -> None:
    """Whoever is answered or mentioned gets one notice; of a private message, who is mentioned."""
    Notice.objects.bulk_create(
        Notice(account_id=pk, kind=NoticeKind.MENTION, actor_id=status.account_id, status=status) for pk in account_ids
    )


@transaction.atomic
def edit(account: Account, status_id: int, draft: Draft) -> Status:
    """Replace the text and descriptions of pictures. Pictures stay; their order and new ones are ignored."""
    status = own(account, status_id)
    StatusEdit.objects.create(
        status=status, title=status.title, text=status.text, created_at=status.edited_at or status.created_at
    )
    for picture in status.media.filter(pk__in=draft.descriptions):
        picture.description = described(draft.descriptions[picture.pk])
        picture.save(update_fields=["description"])
    status.title, status.text = _checked(account, draft, has_media=status.media.exists())
    status.language = draft.language[:12] or status.language
    status.edited_at = timezone.now()
    status.save(update_fields=["title", "text", "language", "edited_at"])
    return status


@transaction.atomic
def delete(account: Account, status_id: int) -> Status:
    """Take a status of one's own away, with its pictures and all that hangs below it for everybody to see."""
    return take_away(own(account, status_id))


def take_away(status: Status) -> Status:
    """Delete a locked status; returns a copy of it."""
    below = queries.public_below(status)
    files = list(Media.objects.filter(status__in=below).values_list("file", flat=True))
    if status.readers is None:
        if status.in_reply_to_id:
            Status.objects.filter(pk=status.in_reply_to_id, replies_count__gt=0).update(
                replies_count=F("replies_count") - 1
            )
        Account.objects.filter(pk=status.account_id, statuses_count__gt=0).update(
            statuses_count=F("statuses_count") - 1
        )
    _detach_private(below)
    deleted = Status(pk=status.pk, account_id=status.account_id, text=status.text, created_at=status.created_at)
    status.delete()
    transaction.on_commit(lambda: _remove(files))
    return deleted


def _detach_private(deleted: Collection[int]) -> None:
    """Private messages that answer what is `deleted` are kept; the oldest of each conversation begins its thread."""
    kept = Status.objects.filter(Q(in_reply_to__in=deleted) | Q(root__in=deleted), readers__isnull=False)
    rows = list(kept.exclude(pk__in=deleted).select_for_update(of=("self",)).order_by("pk"))
    tops: dict[tuple[int, ...], Status] = {}
    for row in rows:
        if row.in_reply_to_id in deleted:
            row.in_reply_to = None
        if row.root_id in deleted:
            top = tops.setdefault(tuple(row.readers or ()), row)
            row.root = None if top is row else top
    Status.objects.bulk_update(rows, ["in_reply_to", "root"])


def _remove(files: list[str]) -> None:
    for name in files:
        default_storage.delete(name)


def own(account: Account, status_id: int) -> Status:
    """Locked. Raises `Missing`, also for another account's."""
    status = Status.objects.select_for_update().filter(pk=status_id, account=account).first()
    if status is None:
        raise Missing
    return status
