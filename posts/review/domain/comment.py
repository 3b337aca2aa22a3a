"""Saying something about a post: on words, on a part of a picture, on the whole, or in answer to somebody."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common.audit import record
from common.errors import ActionNotAllowed
from posts.draft import parse, storable
from posts.editing import anchors
from posts.editing.thread_positions import Where, written
from posts.enums import AnchorKind
from posts.locking import locked
from posts.models import Comment, Post, Thread
from posts.notifications import mentions
from posts.notifications.domain import notices
from posts.queries import latest_version, mentionable

MOST = 4000


@transaction.atomic
def comment(post: Post, text: str, *, by: User, where: Where | None = None) -> Thread:
    """Begin a thread. Raises `ActionNotAllowed` for an empty or endless comment, and when the place is not there any
    more.
    """
    post = locked(post)
    text = wording(text)
    if not text:
        raise ActionNotAllowed(_("Write something first."))
    thread = begin(post, where or Where(), by=by)
    comment = say(thread, text, by=by)
    record("post.comment", by=by, target=post, thread=thread.pk)
    notices.commented(comment, by=by)
    return thread


@transaction.atomic
def reply(thread: Thread, text: str, *, by: User) -> Comment:
    """Answer in a thread. A thread that was resolved stays so: an answer may be a thank-you."""
    text = wording(text)
    if not text:
        raise ActionNotAllowed(_("Write something first."))
    comment = say(thread, text, by=by)
    record("post.reply", by=by, target=thread.post, thread=thread.pk)
    notices.commented(comment, by=by)
    return comment


# ---------------------------------------------------------------- parts of verbs


def wording(text: str) -> str:
    """What was typed, as it is kept. Raises `ActionNotAllowed` for an endless one."""
    text = storable(text).strip()
    if len(text) > MOST:
        raise ActionNotAllowed(_("The comment is too long: it has %(count)s characters, and %(most)s are allowed.") % {
            "count": len(text), "most": MOST
        })  # fmt: skip
    return text


def say(thread: Thread, text: str, *, by: User) -> Comment:
    stored_text, people = mentions.stored(text, mentionable(thread.post.municipality) if "@" in text else [])
    return Comment.objects.create(
        municipality_id=thread.municipality_id, thread=thread, author=by, text=stored_text, mentions=people
    )


def begin(post: Post, where: Where, *, by: User) -> Thread:
    """The stored thread without a word in it yet. Post must be locked. Raises `ActionNotAllowed` if the place is not
    there.
    """
    thread = Thread(municipality_id=post.municipality_id, post=post, author=by, version=latest_version(post))
    if where.media is not None:
        _on_picture(thread, where)
    elif where.quote.strip():
        _on_words(thread, where)
    thread.save()
    return thread


def _on_picture(thread: Thread, where: Where) -> None:
    if where.media not in {shown.id for shown in parse(thread.post.draft).media}:
        raise ActionNotAllowed(_("This picture is no longer in the post. Reload the page to see what it shows now."))
    thread.place, thread.media_id = AnchorKind.PICTURE, where.media
    thread.box = list(where.box) if where.box else None


def _on_words(thread: Thread, where: Where) -> None:
    text = written(parse(thread.post.draft)).get((where.tag, where.channel))
    if text is None:
        raise ActionNotAllowed(_("This text is no longer in the post. Reload the page to see what it shows now."))
    anchor = _found(where, text)
    thread.place, thread.tag, thread.channel_id = AnchorKind.TEXT, where.tag, where.channel
    thread.start, thread.end = anchor.start, anchor.end
    thread.quote, thread.before, thread.after = anchor.quote, anchor.before, anchor.after


def _found(where: Where, text: str) -> anchors.Anchor:
    """The words where they were pointed at, or wherever they are, if that is clear."""
    quote = where.quote.strip()
    lead = len(where.quote) - len(where.quote.lstrip())
    start = where.start + lead
    if where.start >= 0 and text[start : start + len(quote)] == quote:
        return anchors.at(text, start, start + len(quote))
    anchor = anchors.found(quote, text, where.before + where.quote[:lead], where.after)
    if anchor:
        return anchor
    if quote in text:
        raise ActionNotAllowed(
            _(
                "These words occur more than once: “%(words)s”. "
                "Choose a longer piece, so that it is clear which you mean."
            )
            % {"words": quote[:100]}
        )
    raise ActionNotAllowed(
        _("These words are not in the text: “%(words)s”. Perhaps somebody changed them just now; choose them again.")
        % {"words": quote[:100]}
    )
