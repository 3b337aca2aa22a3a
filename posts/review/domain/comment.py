"""Comments on a post: on text, on a part of a picture, on the whole, or as a reply."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common.audit import record
from common.errors import ActionNotAllowed
from posts.draft import parse, storable
from posts.editing import anchors
from posts.editing.thread_positions import ThreadPosition, written_texts
from posts.enums import AnchorKind
from posts.locking import locked
from posts.models import Comment, Post, Thread
from posts.notifications import mentions
from posts.notifications.domain import review_notifications
from posts.queries import latest_version, mentionable

MOST = 4000


@transaction.atomic
def comment(post: Post, text: str, *, by: User, where: ThreadPosition | None = None) -> Thread:
    """Begin a thread. Raises `ActionNotAllowed` for an empty or too long comment, and when its position is gone."""
    post = locked(post)
    text = comment_text(text)
    if not text:
        raise ActionNotAllowed(_("Write something first."))
    thread = open_thread(post, where or ThreadPosition(), by=by)
    comment = add_comment(thread, text, by=by)
    record("post.comment", by=by, target=post, thread=thread.pk)
    review_notifications.commented(comment, by=by)
    return thread


@transaction.atomic
def reply(thread: Thread, text: str, *, by: User) -> Comment:
    """Reply in a thread. A resolved thread stays resolved: a reply may be a thank-you."""
    text = comment_text(text)
    if not text:
        raise ActionNotAllowed(_("Write something first."))
    comment = add_comment(thread, text, by=by)
    record("post.reply", by=by, target=thread.post, thread=thread.pk)
    review_notifications.commented(comment, by=by)
    return comment


# ---------------------------------------------------------------- parts of verbs


def comment_text(text: str) -> str:
    """The cleaned text. Raises `ActionNotAllowed` if it is too long."""
    text = storable(text).strip()
    if len(text) > MOST:
        raise ActionNotAllowed(_("The comment is too long: it has %(count)s characters, and %(most)s are allowed.") % {
            "count": len(text), "most": MOST
        })  # fmt: skip
    return text


def add_comment(thread: Thread, text: str, *, by: User) -> Comment:
    stored_text, people = mentions.to_stored_text(text, mentionable(thread.post.municipality) if "@" in text else [])
    return Comment.objects.create(
        municipality_id=thread.municipality_id, thread=thread, author=by, text=stored_text, mentions=people
    )


def open_thread(post: Post, where: ThreadPosition, *, by: User) -> Thread:
    """A stored thread without comments. Post must be locked. Raises `ActionNotAllowed` if its position is gone."""
    thread = Thread(municipality_id=post.municipality_id, post=post, author=by, version=latest_version(post))
    if where.media is not None:
        _on_picture(thread, where)
    elif where.quote.strip():
        _on_words(thread, where)
    thread.save()
    return thread


def _on_picture(thread: Thread, where: ThreadPosition) -> None:
    if where.media not in {shown.id for shown in parse(thread.post.draft).media}:
        raise ActionNotAllowed(_("This picture is no longer in the post. Reload the page to see what it shows now."))
    thread.place, thread.media_id = AnchorKind.PICTURE, where.media
    thread.box = list(where.box) if where.box else None


def _on_words(thread: Thread, where: ThreadPosition) -> None:
    text = written_texts(parse(thread.post.draft)).get((where.tag, where.channel))
    if text is None:
        raise ActionNotAllowed(_("This text is no longer in the post. Reload the page to see what it shows now."))
    anchor = _locate_quote(where, text)
    thread.place, thread.tag, thread.channel_id = AnchorKind.TEXT, where.tag, where.channel
    thread.start, thread.end = anchor.start, anchor.end
    thread.quote, thread.before, thread.after = anchor.quote, anchor.before, anchor.after


def _locate_quote(where: ThreadPosition, text: str) -> anchors.Anchor:
    """The quote at its offsets, or elsewhere if that is unambiguous."""
    quote = where.quote.strip()
    lead = len(where.quote) - len(where.quote.lstrip())
    start = where.start + lead
    if where.start >= 0 and text[start : start + len(quote)] == quote:
        return anchors.anchor_at(text, start, start + len(quote))
    anchor = anchors.find_anchor(quote, text, where.before + where.quote[:lead], where.after)
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
        _("These words are not in the text: “%(words)s”. The text may have been changed just now; choose them again.")
        % {"words": quote[:100]}
    )
