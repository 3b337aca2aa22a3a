"""Suggested changes of text: made by anybody who may comment, accepted or declined by whoever edits the post.

An accepted suggestion changes the draft and freezes a version that credits both the author and the person who accepted
it. `Post.revision` grows, so an open composer detects the conflict, as with any other change.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.audit import record
from common.errors import ActionNotAllowed
from posts.draft import MOST_TEXT, BadDraft, parse, storable
from posts.editing import anchors
from posts.editing.domain.freeze import freeze
from posts.editing.domain.move_anchors import (
    anchor_of,
    anchored_threads,
    matches_quote,
    shift,
    store,
    update_suggestion_states,
)
from posts.editing.domain.save import not_editable_message, store_draft
from posts.editing.thread_positions import Key, ThreadPosition, draft_json_with_texts, written_texts
from posts.enums import SuggestionState
from posts.locking import locked
from posts.models import Post, Suggestion, Thread, Version
from posts.notifications.domain import review_notifications
from posts.review.domain import comment
from posts.rules import EDITABLE


@dataclass(frozen=True)
class Accepted:
    """The suggestions that were applied, and those that could not be because their text has changed."""

    version: Version
    taken: list[Suggestion]
    left: list[Suggestion]


@transaction.atomic
def suggest(post: Post, replacement: str, *, where: ThreadPosition, by: User, text: str = "") -> Suggestion:
    """Propose `replacement` for the words at `where`, with a reason in `text` if there is one. Raises
    `ActionNotAllowed`.
    """
    post = locked(post)
    replacement, text = storable(replacement), comment.comment_text(text)
    if not where.quote.strip() or where.media is not None:
        raise ActionNotAllowed(_("Choose the words that you would write differently."))
    if len(replacement) > MOST_TEXT:
        raise ActionNotAllowed(
            _("The suggestion is too long: it has %(count)s characters, and %(most)s are allowed.")
            % {"count": len(replacement), "most": MOST_TEXT}
        )
    thread = comment.open_thread(post, where, by=by)
    replacement = _trimmed(replacement, where.quote)
    if replacement == thread.quote:
        raise ActionNotAllowed(_("The suggestion is identical to the current words. Enter your changes."))
    suggestion = Suggestion.objects.create(municipality_id=post.municipality_id, thread=thread, replacement=replacement)
    reason = comment.add_comment(thread, text, by=by)
    record("post.suggest", by=by, target=post, thread=thread.pk)
    review_notifications.suggested(suggestion, reason, by=by)
    return suggestion


@transaction.atomic
def accept(post: Post, suggestions: Collection[int], *, by: User) -> Accepted:
    """Apply these suggestions (ids) to the draft, the older first where two overlap.

    Raises `ActionNotAllowed` when the post is no draft, or none of them can be applied any more.
    """
    post = locked(post)
    if post.stage not in EDITABLE or post.deleted_at:
        raise ActionNotAllowed(not_editable_message(post))
    threads = anchored_threads(post)
    texts = written_texts(parse(post.draft))
    wanted = [thread for thread in threads if thread.proposal and thread.proposal.pk in suggestions]
    taken, left = _chosen(wanted, texts)
    if not taken:
        raise ActionNotAllowed(
            _("These suggestions can no longer be accepted: they were decided already, or their words have changed.")
        )
    _apply(post, threads, taken, texts, by=by)
    version = freeze(post, by=by, suggested_by=list(dict.fromkeys(thread.author_id for thread in taken)))
    done = [thread.proposal for thread in taken]
    for proposal in done:
        proposal.version = version
    Suggestion.objects.bulk_update(done, ["state", "decided_by", "decided_at", "version"])
    record("post.accept", by=by, target=post, version=version.number, threads=[thread.pk for thread in taken])
    review_notifications.decided(post, done, by=by)
    return Accepted(version, done, [thread.proposal for thread in left])


@transaction.atomic
def decline(suggestion: Suggestion, *, by: User, text: str = "") -> Suggestion:
    """Decline it, optionally with a reason. The thread is resolved. Raises `ActionNotAllowed`."""
    rows = Suggestion.objects.select_for_update(of=("self",)).select_related("thread__post__municipality")
    row: Suggestion = rows.get(pk=suggestion.pk)
    if row.state not in (SuggestionState.OPEN, SuggestionState.OUTDATED):
        raise ActionNotAllowed(_("This suggestion was decided already. Reload the page to see how."))
    row.state, row.decided_by, row.decided_at = SuggestionState.DECLINED, by, timezone.now()
    row.save()
    thread = row.thread
    thread.resolved_at, thread.resolved_by = row.decided_at, by
    thread.save()
    if reason := comment.comment_text(text):
        comment.add_comment(thread, reason, by=by)
    record("post.decline", by=by, target=thread.post, thread=thread.pk)
    review_notifications.decided(thread.post, [row], by=by)
    return row


def _trimmed(replacement: str, quote: str) -> str:
    """Spaces at the ends of the selection are no part of the change."""
    if quote[:1].isspace():
        replacement = replacement.lstrip()
    return replacement.rstrip() if quote[-1:].isspace() else replacement


def _chosen(wanted: list[Thread], texts: dict[Key, str]) -> tuple[list[Thread], list[Thread]]:
    taken: list[Thread] = []
    left: list[Thread] = []
    for thread in wanted:
        is_open = thread.proposal.state == SuggestionState.OPEN and thread.is_open
        fights = any(
            other.key == thread.key and anchors.overlaps(anchor_of(other), anchor_of(thread)) for other in taken
        )
        (taken if is_open and matches_quote(thread, texts) and not fights else left).append(thread)
    return taken, left


def _apply(post: Post, threads: list[Thread], taken: list[Thread], texts: dict[Key, str], *, by: User) -> None:
    """Apply the replacements, from the end of each text so that earlier offsets stay; move all anchors."""
    now, changed = timezone.now(), dict(texts)
    for thread in sorted(taken, key=lambda thread: -thread.start):
        old = changed[thread.key]
        changed[thread.key] = _replaced(old, thread)
        others = [other for other in threads if other.key == thread.key and other is not thread]
        shift(others, old, changed[thread.key])
        _take(thread, by=by, now=now)
    try:
        draft = parse(draft_json_with_texts(parse(post.draft), changed))
    except BadDraft as bad:
        raise ActionNotAllowed(" ".join(bad.problems)) from bad
    store_draft(post, draft)
    post.revision += 1
    post.save()
    store(threads)
    Thread.objects.bulk_update(taken, ["resolved_at", "resolved_by"])
    update_suggestion_states(threads, written_texts(draft))


def _replaced(old: str, thread: Thread) -> str:
    """A deletion also deletes the space before it, so that none is left before a full stop."""
    replacement, front, behind = thread.proposal.replacement, old[: thread.start], old[thread.end :]
    if not replacement and front[-1:] == " " and not behind[:1].isalnum():
        front = front[:-1]
    return front + replacement + behind


def _take(thread: Thread, *, by: User, now: Any) -> None:
    proposal = thread.proposal
    proposal.state, proposal.decided_by, proposal.decided_at = SuggestionState.ACCEPTED, by, now
    thread.resolved_at, thread.resolved_by = now, by
    if proposal.replacement:
        thread.end = thread.start + len(proposal.replacement)
    else:
        thread.lost_at = now
