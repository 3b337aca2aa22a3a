"""What a site takes, and what its user may do there."""

from collections.abc import Mapping
from dataclasses import replace

from platforms import checks
from platforms.options import Option, values
from platforms.post_settings import Choice, PostSetting, SettingKind
from platforms.protocols import Facts
from platforms.translation import gettext_noop
from platforms.types import Action, Limits, Outgoing, Problem, Scope, VideoLimits

PHP = "https://www.php.net/manual/en/ini.core.php#ini.upload-max-filesize"
FIRST_LINE = gettext_noop(
    "The first line of the text becomes the title on the site. It has %(count)s characters and %(limit)s are allowed: "
    "begin with a shorter line, or write a title."
)
COMMENT_FILES = gettext_noop("A comment on the site is text alone. The pictures and the video will be left out.")
CATEGORY = "category"
SCOPES = (
    Scope("publish_posts", gettext_noop("Publishing posts.")),
    Scope("upload_files", gettext_noop("Pictures and videos.")),
    Scope("edit_published_posts", gettext_noop("Changing published posts."), needed=False, actions=(Action.EDIT,)),
    Scope("delete_published_posts", gettext_noop("Taking posts down."), needed=False, actions=(Action.TAKE_DOWN,)),
    Scope("moderate_comments", gettext_noop("Hiding and deleting comments."), needed=False, actions=(Action.HIDE,)),
)

OPTIONS: Mapping[str, Option] = {
    # A site does not say what it takes. PHP's own default is 2 MB; hosts raise it.
    "image_bytes": Option(2_000_000, "2026-11-29", PHP),
    "video_bytes": Option(64_000_000, "2026-11-29", "believed"),
}


def limits(facts: Facts) -> Limits:
    sizes = values(OPTIONS, facts)
    return Limits(
        max_characters=20_000,
        counting="code_points",
        max_images=10,
        image_bytes=sizes["image_bytes"],
        mime_types=("image/jpeg", "image/png", "image/webp", "image/gif"),
        link_card="none",
        videos=VideoLimits(max_bytes=sizes["video_bytes"], max_seconds=3600, with_pictures=True),
        title_characters=200,
        title_required=True,
        comment_characters=5000,
        post_links=False,
        edits=("text", "title", "alt"),
        settings=_settings(facts),
    )


def _settings(facts: Facts) -> tuple[PostSetting, ...]:
    """The categories of the site, when they were last read; without a choice it takes its own default."""
    listed = facts.get("categories") or ()
    choices = tuple(Choice(str(one["id"]), str(one["name"]), is_name=True) for one in listed)
    hint = gettext_noop("Without a choice the site files the post under its own default category.")
    return (
        (PostSetting(CATEGORY, SettingKind.CHOICE, gettext_noop("Category on the site"), hint, choices),)
        if choices
        else ()
    )


def problems(outgoing: Outgoing, limits: Limits) -> list[Problem]:
    """Without a title the first line of the text is one; a comment has none."""
    if outgoing.reply_to:
        bare = replace(outgoing, pictures=(), video=None)
        most = replace(limits, title_required=False, max_characters=limits.comment_characters)
        has_files = bool(outgoing.pictures or outgoing.video)
        left_out = [Problem("comment_files", "pictures", COMMENT_FILES, "warning")] if has_files else []
        return checks.check(bare, most) + left_out
    listed = checks.check(replace(outgoing, title=outgoing.heading), limits)
    return listed if outgoing.title.strip() else [_reworded(problem) for problem in listed]


def _reworded(problem: Problem) -> Problem:
    if problem.code != "title_too_long":
        return problem
    return replace(problem, field="text", message_id=FIRST_LINE)
