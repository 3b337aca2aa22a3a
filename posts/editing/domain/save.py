"""Saves a draft, continuously and from several tabs at once.

Each save names the revision it started from. A save from an older revision changes nothing and returns `Conflict` with
the stored draft: the page then shows both texts and the user chooses, so nothing is lost.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from channels.models import Channel
from channels.queries import takes_posts
from common.audit import record
from common.errors import ActionNotAllowed
from common.models import AuditEvent
from municipalities.holidays import end_of_next_working_day
from posts import thread_parts
from posts.draft import BadDraft, Draft, parse
from posts.editing.domain.move_anchors import move_anchors
from posts.locking import locked
from posts.models import Media, Post
from posts.rules import EDITABLE, ResolvedTime
from serbian.folding import fold

# The page saves every few seconds; one audit event covers a session.
SITTING = timedelta(minutes=15)


@dataclass(frozen=True)
class Content:
    """Everything a person can change in the composer. `time` None: no time chosen, and it goes out as soon as it is
    approved (`on_approval`) or when somebody says so."""

    draft: Draft
    title: str
    category: str
    time: ResolvedTime | None = None
    on_approval: bool = False


@dataclass(frozen=True)
class Saved:
    post: Post
    changed: bool


@dataclass(frozen=True)
class Conflict:
    """Somebody saved in between. `stored` is the current post; the input is still with the sender."""

    stored: Post


@transaction.atomic
def save_draft(post: Post, content: Content, *, revision: int, by: User) -> Saved | Conflict:
    """Store `content` unless the post has changed since `revision`. Raises `BadDraft` for objects of others."""
    post = locked(post)
    if post.stage not in EDITABLE or post.deleted_at:
        raise ActionNotAllowed(not_editable_message(post))
    if not _differs(post, content):
        return Saved(post, changed=False)
    if post.revision != revision:
        return Conflict(post)
    refuse_foreign_objects(content.draft)
    move_anchors(post, parse(post.draft), content.draft)
    post.title, post.category = content.title, content.category
    if not post.is_correction:
        set_time(post, content.time, on_approval=content.on_approval)
    store_draft(post, content.draft)
    post.revision += 1
    post.save()
    if not _in_one_sitting(post, by):
        record("post.edit", by=by, target=post, revision=post.revision)
    return Saved(post, changed=True)


def not_editable_message(post: Post) -> str:
    """Why a post cannot be changed now."""
    if post.deleted_at:
        return _("This post was deleted. Restore it to go on writing.")
    return _("This post is no longer a draft: it was submitted or approved. Take it back to change it.")


def store_draft(post: Post, draft: Draft) -> None:
    """Set the draft and the columns derived from it. Does not save."""
    written = [text.text for text in draft.texts.values() if not text.derived_from]
    written += [text for texts in draft.per_channel.values() for text in texts.values()]
    post.draft = draft.to_json()
    post.call_kind, post.service, post.format = draft.call.kind, draft.service, draft.interactive.kind
    post.excerpt = first_line(next((text for text in written if text.strip()), ""))[:200]
    post.search_key = fold(" ".join([post.title, *written, draft.link, draft.headline, draft.first_comment]))


def first_line(text: str) -> str:
    """The first line with words, its spaces joined: by it a post without a working title is called."""
    lines = (" ".join(line.split()) for line in thread_parts.joined(text).splitlines())
    return next((line for line in lines if line), "")


def set_time(post: Post, time: ResolvedTime | None, *, on_approval: bool = False) -> None:
    """Set or clear the time of the post; without one it may go out `on_approval`. Does not save."""
    post.on_approval, post.approve_until = on_approval and time is None, None
    post.local_time = timezone.make_aware(time.local, timezone.get_fixed_timezone(0)) if time else None
    post.fold, post.due_at = (time.fold, time.due_at) if time else (0, None)
    if time:
        post.zone = time.zone


def set_approve_until(post: Post) -> None:
    """A post that goes out on approval has until the end of the next working day for it. Does not save."""
    post.approve_until = end_of_next_working_day(timezone.now()) if post.on_approval else None


def _differs(post: Post, content: Content) -> bool:
    when = (content.time.due_at if content.time else None, content.on_approval and content.time is None)
    is_other_time = not post.is_correction and (post.due_at, post.on_approval) != when
    return is_other_time or not holds(post, content)


def holds(post: Post, content: Content) -> bool:
    """Whether the post has these words, pictures and channels already, whatever its time."""
    return post.draft == content.draft.to_json() and (post.title, post.category) == (content.title, content.category)


def refuse_foreign_objects(draft: Draft) -> None:
    """Channels and pictures must be this municipality's own, else `BadDraft`; the open scope sees no others."""
    channels = {*draft.channels, *draft.per_channel, *draft.layout, *draft.settings}
    pictures = {shown.id for shown in draft.media}
    problems = []
    if Channel.objects.filter(takes_posts(), pk__in=channels).count() < len(channels):
        problems.append(_("A channel of this post is no longer there. Reload the page and choose the channels again."))
    if pictures and Media.objects.filter(pk__in=pictures).count() < len(pictures):
        problems.append(_("A picture of this post is no longer there. Remove it and add it again."))
    if problems:
        raise BadDraft(problems)


def _in_one_sitting(post: Post, by: User) -> bool:
    last = AuditEvent.objects.filter(target_type=post._meta.label_lower, target_id=str(post.pk)).order_by("-id").first()
    return bool(last and last.verb == "post.edit" and last.actor_id == by.pk and last.at > timezone.now() - SITTING)
