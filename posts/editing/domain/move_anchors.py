"""Threads follow their words and pictures when a draft changes: a part of the verbs that change one."""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from posts.draft import Draft
from posts.editing import anchors
from posts.editing.thread_positions import Key, written
from posts.enums import AnchorKind, SuggestionState
from posts.models import Post, Suggestion, Thread

ANCHOR = ("start", "end", "before", "after", "lost_at")


def follow(post: Post, before: Draft, after: Draft) -> None:
    """Anchor the threads of `post` in `after`. One query when nothing was said, three at most. Post must be locked."""
    threads = anchored(post)
    if not threads:
        return
    was = {thread.pk: _place(thread) for thread in threads}
    old, new = written(before), written(after)
    for key in {thread.key for thread in threads if thread.place == AnchorKind.TEXT}:
        shift([thread for thread in threads if thread.key == key], old.get(key, ""), new.get(key, ""))
    pictures = {shown.id for shown in after.media}
    for thread in threads:
        if thread.place == AnchorKind.PICTURE:
            _mark(thread, is_lost=thread.media_id not in pictures)
    store([thread for thread in threads if _place(thread) != was[thread.pk]])
    settle(threads, new)


def anchored(post: Post) -> list[Thread]:
    """Threads that lie on something that can change, resolved ones too: they may be opened again."""
    rows = Thread.objects.filter(post=post).exclude(place=AnchorKind.POST).select_related("suggestion")
    return list(rows.order_by("pk"))


def anchor_of(thread: Thread) -> anchors.Anchor:
    return anchors.Anchor(thread.start, thread.end, thread.baseline, thread.before, thread.after)


def shift(threads: Iterable[Thread], old: str, new: str) -> None:
    """Move these threads, all on one text, from `old` to `new`. Does not save."""
    for thread in threads:
        if thread.place != AnchorKind.TEXT or old == new:
            continue
        seek = anchors.returned if thread.lost_at else anchors.moved
        anchor = seek(anchor_of(thread), old, new)
        if anchor:
            thread.start, thread.end, thread.before, thread.after = (
                anchor.start,
                anchor.end,
                anchor.before,
                anchor.after,
            )
        _mark(thread, is_lost=anchor is None)


def store(threads: list[Thread]) -> None:
    if threads:
        Thread.objects.bulk_update(threads, ANCHOR)


def settle(threads: Iterable[Thread], texts: dict[Key, str]) -> None:
    """Suggestions whose words are others now are outdated, and wait again once the words are back."""
    changed: list[Suggestion] = []
    for thread in threads:
        proposal = thread.proposal
        if proposal is None or proposal.state not in (SuggestionState.OPEN, SuggestionState.OUTDATED):
            continue
        state = SuggestionState.OPEN if fits(thread, texts) else SuggestionState.OUTDATED
        if state != proposal.state:
            proposal.state = state
            changed.append(proposal)
    if changed:
        Suggestion.objects.bulk_update(changed, ["state"])


def fits(thread: Thread, texts: dict[Key, str]) -> bool:
    """Whether the very words that were quoted stand where the thread lies."""
    return thread.lost_at is None and texts.get(thread.key, "")[thread.start : thread.end] == thread.quote


def _mark(thread: Thread, *, is_lost: bool) -> None:
    if not is_lost:
        thread.lost_at = None
    elif thread.lost_at is None:
        thread.lost_at = timezone.now()


def _place(thread: Thread) -> tuple[Any, ...]:
    return tuple(getattr(thread, name) for name in ANCHOR)
