"""Moves the anchors of threads when a draft changes. Part of the verbs that change one."""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from posts.draft import Draft
from posts.editing import anchors
from posts.editing.thread_positions import Key, written_texts
from posts.enums import AnchorKind, SuggestionState
from posts.models import Post, Suggestion, Thread

ANCHOR = ("start", "end", "before", "after", "lost_at")


def move_anchors(post: Post, before: Draft, after: Draft) -> None:
    """Move the anchors of `post` from `before` to `after`. One query without threads, three at most. Post must be
    locked.
    """
    threads = anchored_threads(post)
    if not threads:
        return
    was = {thread.pk: _place(thread) for thread in threads}
    old, new = written_texts(before), written_texts(after)
    for key in {thread.key for thread in threads if thread.place == AnchorKind.TEXT}:
        shift([thread for thread in threads if thread.key == key], old.get(key, ""), new.get(key, ""))
    pictures = {shown.id for shown in after.media}
    for thread in threads:
        if thread.place == AnchorKind.PICTURE:
            _mark(thread, is_lost=thread.media_id not in pictures)
    store([thread for thread in threads if _place(thread) != was[thread.pk]])
    update_suggestion_states(threads, new)


def anchored_threads(post: Post) -> list[Thread]:
    """Threads with an anchor, resolved ones too: they may be reopened."""
    rows = Thread.objects.filter(post=post).exclude(place=AnchorKind.POST).select_related("suggestion")
    return list(rows.order_by("pk"))


def anchor_of(thread: Thread) -> anchors.Anchor:
    return anchors.Anchor(thread.start, thread.end, thread.baseline, thread.before, thread.after)


def shift(threads: Iterable[Thread], old: str, new: str) -> None:
    """Move these threads, all on one text, from `old` to `new`. Does not save."""
    for thread in threads:
        if thread.place != AnchorKind.TEXT or old == new:
            continue
        seek = anchors.recover_anchor if thread.lost_at else anchors.move_anchor
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


def update_suggestion_states(threads: Iterable[Thread], texts: dict[Key, str]) -> None:
    """Suggestions whose text has changed become outdated, and open again once the text is back."""
    changed: list[Suggestion] = []
    for thread in threads:
        proposal = thread.proposal
        if proposal is None or proposal.state not in (SuggestionState.OPEN, SuggestionState.OUTDATED):
            continue
        state = SuggestionState.OPEN if matches_quote(thread, texts) else SuggestionState.OUTDATED
        if state != proposal.state:
            proposal.state = state
            changed.append(proposal)
    if changed:
        Suggestion.objects.bulk_update(changed, ["state"])


def matches_quote(thread: Thread, texts: dict[Key, str]) -> bool:
    """Whether the anchored text is exactly the quote."""
    return thread.lost_at is None and texts.get(thread.key, "")[thread.start : thread.end] == thread.quote


def _mark(thread: Thread, *, is_lost: bool) -> None:
    if not is_lost:
        thread.lost_at = None
    elif thread.lost_at is None:
        thread.lost_at = timezone.now()


def _place(thread: Thread) -> tuple[Any, ...]:
    return tuple(getattr(thread, name) for name in ANCHOR)
