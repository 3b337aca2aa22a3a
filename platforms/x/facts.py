"""Limits, permissions and prices of X, with the date of the document that states them."""

from collections.abc import Mapping
from typing import Any

from platforms.budgets import IN_A_MONTH, Budget, Period
from platforms.options import Option, values
from platforms.post_settings import ANSWERS, Choice, PostSetting, SettingKind
from platforms.translation import gettext_noop
from platforms.types import Action, Limits, PollLimits, Scope, VideoLimits

POSTS = "https://docs.x.com/x-api/posts/create-post"
MEDIA = "https://docs.x.com/x-api/media/quickstart/best-practices"
OPTIONS: Mapping[str, Option] = {
    # 25,000 for accounts with Premium.
    "characters": Option(280, "2026-11-24", "https://docs.x.com/resources/fundamentals/counting-characters"),
    "url_length": Option(23, "2026-11-24", "https://docs.x.com/resources/fundamentals/counting-characters"),
    "alt_characters": Option(1_000, "2026-11-24", "https://docs.x.com/x-api/media/metadata-create"),
    "picture_bytes": Option(5_000_000, "2026-11-24", MEDIA),
    "video_bytes": Option(512_000_000, "2026-11-24", MEDIA),
    "video_seconds": Option(140, "2026-11-24", MEDIA),
    "chunk_bytes": Option(1_000_000, "2026-11-24", MEDIA),
    "poll_characters": Option(25, "2026-11-29", POSTS),
    "poll_seconds": Option(7 * 86_400, "2026-11-29", POSTS),
    # Replies are restricted since February 2026; whether those to one's own posts are is undocumented.
    "self_replies": Option(True, "2026-11-24", "believed"),
    # X's own libraries say "post.fields" since 0.10: asked under the new names once X refuses the old one, or set here.
    "fields": Option("tweet.fields", "2026-11-29", "https://docs.x.com/x-api/fundamentals/data-dictionary"),
    # Listing our own posts reads at least five of them; X charges for each post that is read.
    "looked_at": Option(10, "2026-11-25", "believed"),
    # How many posts of all channels the administrator has paid for in a month; 0: not counted. X has no limit itself.
    "posts_a_month": Option(0, "2026-11-29", "https://docs.x.com/x-api/getting-started/pricing"),
    # Private messages cost by the event, so they are read only where an installation wants them, so many at a time.
    "private_messages": Option(False, "2026-11-30", "https://docs.x.com/x-api/getting-started/pricing"),
    "private_page": Option(10, "2026-11-30", "believed"),
    "prices": Option(
        {"post": 0.015, "post_with_link": 0.20, "reply": 0.010, "read": 0.005, "delete": 0.010, "alt": 0.005}
        | {"private_read": 0.010, "private_message": 0.015},
        "2026-04-20",
        "https://docs.x.com/x-api/getting-started/pricing",
    ),
}

SCOPES = (
    Scope("tweet.read", gettext_noop("See the published posts, their metrics, and people's replies.")),
    Scope("tweet.write", gettext_noop("Publish, answer, and take down what was published.")),
    Scope("users.read", gettext_noop("Know whose account it is.")),
    Scope("media.write", gettext_noop("Publish pictures and videos.")),
    Scope("offline.access", gettext_noop("Renew the access, which otherwise ends after two hours.")),
    Scope("tweet.moderate.write", gettext_noop("Hide answers."), needed=False, actions=(Action.HIDE,)),
)

# https://docs.x.com/x-api/direct-messages/manage/introduction
PRIVATE_CHARACTERS = 10_000
# Requested only with the option `private_messages`.
PRIVATE_SCOPES = (
    Scope("dm.read", gettext_noop("Read private messages."), needed=False),
    Scope("dm.write", gettext_noop("Answer private messages."), needed=False),
)


def requested(facts: Mapping[str, Any]) -> tuple[Scope, ...]:
    return SCOPES + PRIVATE_SCOPES if values(OPTIONS, facts)["private_messages"] else SCOPES


# https://docs.x.com/x-api/posts/create-post: `reply_settings`. Without it everybody may answer.
ANSWERS_SETTING = PostSetting(
    ANSWERS,
    SettingKind.CHOICE,
    gettext_noop("Who may answer"),
    choices=(
        Choice("everyone", gettext_noop("Everybody")),
        Choice("following", gettext_noop("Accounts that yours follows")),
        Choice("verified", gettext_noop("Verified accounts")),
        Choice("mentionedUsers", gettext_noop("Only accounts that the post mentions")),
    ),
    default="everyone",
)


def limits(facts: Mapping[str, Any]) -> Limits:
    options = values(OPTIONS, facts)
    a_month = Budget("posts", IN_A_MONTH, options["posts_a_month"], Period.MONTH, counts_answers=True, is_shared=True)
    return Limits(
        budgets=(a_month,) if options["posts_a_month"] else (),
        max_characters=options["characters"],
        private_characters=PRIVATE_CHARACTERS,
        counting="x",
        url_length=options["url_length"],
        max_images=4,
        image_bytes=options["picture_bytes"],
        alt_characters=options["alt_characters"],
        link_card="scraped",
        videos=VideoLimits(
            max_bytes=options["video_bytes"],
            max_seconds=options["video_seconds"],
            min_seconds=0.5,
            codecs=("h264",),
            aspect_ratios=(1 / 3, 3),
            min_width=32,
            frames=(1, 60),
        ),
        polls=PollLimits(
            max_options=4,
            option_characters=options["poll_characters"],
            min_seconds=300,
            max_seconds=options["poll_seconds"],
            with_card=False,
            multiple=False,
            counting="utf16",
        ),
        comment_characters=options["characters"] if options["self_replies"] else 0,
        threads=bool(options["self_replies"]),
        settings=(ANSWERS_SETTING,),
    )
