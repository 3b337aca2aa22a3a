"""Limits and permissions of Threads, with the date of the document that states them."""

from collections.abc import Mapping
from typing import Any

from platforms.budgets import IN_A_DAY, Budget
from platforms.options import Option, values
from platforms.post_settings import ANSWERS, Choice, PostSetting, SettingKind
from platforms.translation import gettext_noop
from platforms.types import Action, Limits, PollLimits, Scope, VideoLimits

OVERVIEW = "https://developers.facebook.com/docs/threads/overview"
POLLS = "https://developers.facebook.com/documentation/threads/create-posts/polls"
REPLIES = "https://developers.facebook.com/docs/threads/reply-management"

OPTIONS: Mapping[str, Option] = {
    "version": Option("v1.0", "2026-11-24", OVERVIEW),
    "characters": Option(500, "2026-11-24", OVERVIEW),
    "links": Option(5, "2026-11-24", "https://developers.facebook.com/docs/threads/changelog"),
    "pictures": Option(20, "2026-11-24", "https://developers.facebook.com/docs/threads/posts"),
    "picture_bytes": Option(8_000_000, "2026-11-24", OVERVIEW),
    "alt_characters": Option(1_000, "2026-11-24", "https://developers.facebook.com/docs/threads/posts/accessibility"),
    "video_bytes": Option(1_000_000_000, "2026-11-24", OVERVIEW),
    "video_seconds": Option(300, "2026-11-24", OVERVIEW),
    "poll_characters": Option(25, "2026-11-29", POLLS),
    # Its documentation names no duration; libraries and the app's own polls have this one.
    "poll_seconds": Option(86_400, "2026-11-29", "believed"),
    # Of 24 hours, where the network does not say itself how many it allows.
    "posts_a_day": Option(250, "2026-11-24", OVERVIEW),
    "replies_a_day": Option(1_000, "2026-11-24", OVERVIEW),
    # Who may answer where a post does not say it: everyone, accounts_you_follow, mentioned_only,
    # parent_post_author_only or followers_only.
    "reply_control": Option("everyone", "2026-11-24", REPLIES),
    "blocked_hours": Option(6, "2026-11-24", "believed"),
    # Our name of a number, and the network's.
    "post_metrics": Option(
        {name: name for name in ("views", "likes", "replies", "reposts", "quotes")},
        "2026-11-24",
        "https://developers.facebook.com/docs/threads/insights",
    ),
}

SCOPES = (
    Scope("threads_basic", gettext_noop("See the account, and what was published there.")),
    Scope("threads_content_publish", gettext_noop("Publish posts.")),
    Scope("threads_read_replies", gettext_noop("Read what people answer."), needed=False),
    Scope(
        "threads_manage_replies",
        gettext_noop("Answer people, and hide answers."),
        needed=False,
        actions=(Action.ANSWER, Action.HIDE),
    ),
    Scope("threads_manage_mentions", gettext_noop("See who mentions the account."), needed=False),
    Scope("threads_manage_insights", gettext_noop("Read views and other metrics."), needed=False),
    Scope("threads_delete", gettext_noop("Take down what was published."), needed=False, actions=(Action.TAKE_DOWN,)),
)

_ANSWERS = (
    Choice("everyone", gettext_noop("Everybody")),
    Choice("followers_only", gettext_noop("Followers")),
    Choice("accounts_you_follow", gettext_noop("Accounts that yours follows")),
    Choice("mentioned_only", gettext_noop("Only accounts that the post mentions")),
)


def _answers(usual: str) -> tuple[PostSetting, ...]:
    """By default as the installation has it; where that is something unusual, there is nothing to choose."""
    if usual not in {choice.value for choice in _ANSWERS}:
        return ()
    label = gettext_noop("Who may answer")
    return (PostSetting(ANSWERS, SettingKind.CHOICE, label, choices=_ANSWERS, default=usual),)


def limits(facts: Mapping[str, Any]) -> Limits:
    options = values(OPTIONS, facts)
    return Limits(
        post_links=False,
        budgets=(Budget("posts", IN_A_DAY, options["posts_a_day"]),),
        max_characters=options["characters"],
        counting="threads",
        max_images=options["pictures"],
        image_bytes=options["picture_bytes"],
        alt_characters=options["alt_characters"],
        mime_types=("image/jpeg", "image/png"),
        link_card="scraped",
        card_and_pictures=False,
        aspect_ratios=(0.1, 10.0),
        videos=VideoLimits(
            max_bytes=options["video_bytes"],
            max_seconds=options["video_seconds"],
            mime_types=("video/mp4", "video/quicktime"),
            codecs=("h264", "hevc"),
            aspect_ratios=(0.01, 10.0),
            frames=(23, 60),
            alt_characters=options["alt_characters"],
            with_pictures=True,
        ),
        polls=PollLimits(
            max_options=4,
            option_characters=options["poll_characters"],
            min_seconds=options["poll_seconds"],
            max_seconds=options["poll_seconds"],
            with_card=False,
            is_timed=False,
            multiple=False,
            counting="threads",
        ),
        fetches_media=True,
        max_links=options["links"],
        comment_characters=options["characters"],
        threads=True,
        settings=_answers(options["reply_control"]),
    )
