"""What a network can do, from the data of its connector. Pure.

The page of a channel and `docs/platforms/README.md` show these; nobody keeps a list by hand. A new field of `Limits` is
the source of a feature or belongs to `DETAILS`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from platforms.post_settings import REEL, STORY
from platforms.protocols import Connector, Facts
from platforms.translation import gettext_noop
from platforms.types import Action, Limits

PUBLISHING = gettext_noop("Publishing")
AFTERWARDS = gettext_noop("After publication")
CONVERSATION = gettext_noop("Conversation")
METRICS = gettext_noop("Metrics")
FORMATS = {STORY: gettext_noop("Story"), REEL: gettext_noop("Reel")}
# Fields of `Limits` that say how much or in which form, of a feature that another field has.
DETAILS = frozenset(
    {
        "counting", "url_length", "max_bytes", "image_bytes", "image_pixels", "mime_types", "card_and_pictures",
        "aspect_ratios", "fetches_media", "needs_media", "min_images", "characters_with_media", "title_required",
        "max_hashtags", "max_mentions", "max_links", "post_links", "closed", "shows_text", "shows_links",
        "expires_after", "budgets", "agreements", "needs_video", "frame", "max_thread_parts", "private_characters",
        "private_bytes", "one_answer",
    }
)  # fmt: skip

# What an account that takes no posts can still have.
WITHOUT_POSTS = frozenset({"private", "withdraw_private", "reviews"})


@dataclass(frozen=True)
class Feature:
    """`group` and `label` are English msgids. `source` names the field of `Limits` that says so, "" where another part
    of the connector does. `action`: what a permission of its own can be missing for."""

    name: str
    group: str
    label: str
    is_supported: bool
    source: str = ""
    action: Action | None = None


def features(kind: type[Connector], facts: Facts, *, takes_posts: bool = True) -> tuple[Feature, ...]:
    """Those of every network in the same order, whether supported or not, for an account with these facts."""
    limits = kind.limits(facts)
    listed = (
        *_content(limits),
        *_afterwards(limits),
        *_conversation(kind, facts, limits),
        *_metrics(kind),
    )
    return listed if takes_posts else tuple(_without_posts(one) for one in listed)


def _without_posts(feature: Feature) -> Feature:
    """Without posts there are no comments either."""
    return feature if feature.name in WITHOUT_POSTS else replace(feature, is_supported=False)


def _content(limits: Limits) -> Iterator[Feature]:
    videos, ordinary = limits.videos, not limits.needs_media
    yield Feature("text", PUBLISHING, gettext_noop("Text alone"), ordinary, "max_characters")
    yield Feature("link_card", PUBLISHING, gettext_noop("Link card"), limits.link_card != "none", "link_card")
    yield Feature("title", PUBLISHING, gettext_noop("Title"), limits.title_characters > 0, "title_characters")
    yield Feature("picture", PUBLISHING, gettext_noop("Picture"), limits.max_images > 0, "max_images")
    yield Feature("pictures", PUBLISHING, gettext_noop("Several pictures"), limits.max_images > 1, "max_images")
    label = gettext_noop("Descriptions of pictures")
    yield Feature("alt", PUBLISHING, label, limits.max_images > 0 and limits.alt_characters > 0, "alt_characters")
    yield Feature("video", PUBLISHING, gettext_noop("Video"), videos is not None, "videos")
    label = gettext_noop("Video and pictures together")
    yield Feature("video_with_pictures", PUBLISHING, label, bool(videos and videos.with_pictures), "videos")
    yield Feature("captions", PUBLISHING, gettext_noop("Captions"), bool(videos and videos.captions), "videos")
    yield Feature("cover", PUBLISHING, gettext_noop("Cover of a video"), bool(videos and videos.covers), "videos")
    yield Feature("document", PUBLISHING, gettext_noop("Document (PDF)"), limits.documents is not None, "documents")
    for name, label in FORMATS.items():
        yield Feature(name, PUBLISHING, label, name in limits.formats, "formats")
    yield Feature("poll", PUBLISHING, gettext_noop("Poll"), limits.polls is not None, "polls")
    comment, label = limits.comment_characters > 0, gettext_noop("First comment")
    yield Feature("first_comment", PUBLISHING, label, comment, "comment_characters", Action.COMMENT)
    label = gettext_noop("Thread of several posts")
    yield Feature("thread", PUBLISHING, label, limits.threads, "threads", Action.COMMENT)
    yield Feature("settings", PUBLISHING, gettext_noop("Settings of a post"), bool(limits.settings), "settings")


def _afterwards(limits: Limits) -> Iterator[Feature]:
    for field, label in {
        "text": gettext_noop("Change the text"),
        "title": gettext_noop("Change the title"),
        "alt": gettext_noop("Change descriptions"),
    }.items():
        yield Feature(f"edit_{field}", AFTERWARDS, label, field in limits.edits, "edits", Action.EDIT)
    yield Feature(
        "withdraw", AFTERWARDS, gettext_noop("Take a post down"), limits.withdraws, "withdraws", Action.TAKE_DOWN
    )


def _conversation(kind: type[Connector], facts: Facts, limits: Limits) -> Iterator[Feature]:
    moderation = kind.moderates(facts)
    label = gettext_noop("Read and answer comments")
    yield Feature("answers", CONVERSATION, label, kind.converses, action=Action.ANSWER)
    label = gettext_noop("Private answers")
    yield Feature("visibility", CONVERSATION, label, len(limits.visibilities) > 1, "visibilities", Action.ANSWER)
    scopes = {scope.name for scope in kind.requested(facts)}
    has_private = any(not window.scope or window.scope in scopes for window in kind.reply_windows)
    label = gettext_noop("Private messages")
    yield Feature("private", CONVERSATION, label, has_private, action=Action.CONVERSE)
    label, withdraws = gettext_noop("Take back a private message"), has_private and limits.withdraws_private
    yield Feature("withdraw_private", CONVERSATION, label, withdraws, "withdraws_private", Action.CONVERSE)
    label = gettext_noop("Read and answer reviews")
    yield Feature("reviews", CONVERSATION, label, kind.has_reviews, action=Action.ANSWER)
    yield Feature("hide", CONVERSATION, gettext_noop("Hide comments"), moderation.hides, action=Action.HIDE)
    yield Feature("remove", CONVERSATION, gettext_noop("Delete comments"), moderation.removes, action=Action.HIDE)


def _metrics(kind: type[Connector]) -> Iterator[Feature]:
    counts_votes = kind.counts_polls or kind.fetches_polls
    yield Feature("post_metrics", METRICS, gettext_noop("Metrics of posts"), bool(kind.measures))
    yield Feature("account_metrics", METRICS, gettext_noop("Metrics of the account"), bool(kind.account_measures))
    yield Feature("poll_votes", METRICS, gettext_noop("Votes of polls"), counts_votes)
    yield Feature("history", METRICS, gettext_noop("Posts from before the portal"), kind.has_history)
