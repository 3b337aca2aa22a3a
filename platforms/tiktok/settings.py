"""What a person chooses for each post, as TikTok demands of applications whose posts shall be public.

https://developers.tiktok.com/doc/content-sharing-guidelines#required_ux_implementation_in_your_app: the audience has no
default and only the values that the account has; comments, duets and stitches are off until somebody turns them on;
a post that is declared commercial also names the kind.
"""

from collections.abc import Collection, Mapping
from typing import Any

from platforms.post_settings import YES, Agreement, Choice, PostSetting, SettingKind
from platforms.translation import gettext_noop
from platforms.types import Outgoing, Problem

PUBLIC, FOLLOWERS, FRIENDS, SELF = "PUBLIC_TO_EVERYONE", "FOLLOWER_OF_CREATOR", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"
AUDIENCE, COMMENTS, DUETS, STITCHES = "audience", "comments", "duets", "stitches"
COMMERCIAL, KIND, SYNTHETIC = "commercial", "commercial_kind", "synthetic"
OWN, BRANDED, BOTH = "own", "branded", "both"

AUDIENCES: Mapping[str, str] = {
    PUBLIC: gettext_noop("Everybody"),
    FOLLOWERS: gettext_noop("Only followers"),
    FRIENDS: gettext_noop("Only friends: followers whom the account follows as well"),
    SELF: gettext_noop("Only the account itself, for a trial"),
}
PRIVATE_ACCOUNT = gettext_noop(
    "The account is private on TikTok, so nothing can be posted for everybody. Open TikTok, “Settings and privacy”, "
    "“Privacy”, and switch “Private account” off."
)
BRANDED_IS_PRIVATE = gettext_noop("TikTok does not let paid partnerships be seen by the account alone.")
KIND_MISSING = gettext_noop("Say whether the post promotes your municipality, somebody else, or both.")
_SWITCHES = {
    COMMENTS: PostSetting(COMMENTS, SettingKind.SWITCH, gettext_noop("People may comment")),
    DUETS: PostSetting(
        DUETS,
        SettingKind.SWITCH,
        gettext_noop("People may make duets"),
        gettext_noop("Their own video appears beside yours."),
        only_video=True,
    ),
    STITCHES: PostSetting(
        STITCHES,
        SettingKind.SWITCH,
        gettext_noop("People may make stitches"),
        gettext_noop("They use a part of your video in their own."),
        only_video=True,
    ),
}
_DISCLOSURE = (
    PostSetting(
        COMMERCIAL,
        SettingKind.SWITCH,
        gettext_noop("The post is commercial"),
        gettext_noop("It promotes goods, services, a brand or yourselves. TikTok then labels it."),
    ),
    PostSetting(
        KIND,
        SettingKind.CHOICE,
        gettext_noop("What it promotes"),
        gettext_noop("The label cannot be changed any more once the post is out."),
        choices=(
            Choice(OWN, gettext_noop("Your own brand: labelled “Promotional content”")),
            Choice(BRANDED, gettext_noop("Somebody else's brand: labelled “Paid partnership”")),
            Choice(BOTH, gettext_noop("Both: labelled “Paid partnership”")),
        ),
        required=KIND_MISSING,
        depends_on=COMMERCIAL,
    ),
)
_SYNTHETIC = PostSetting(
    SYNTHETIC,
    SettingKind.SWITCH,
    gettext_noop("Made or changed by artificial intelligence"),
    gettext_noop("TikTok wants it declared where pictures, voices or scenes look real and are not."),
    only_video=True,
)
_MUSIC = {
    "music": (
        gettext_noop("Music Usage Confirmation"),
        "https://www.tiktok.com/legal/page/global/music-usage-confirmation/en",
    )
}
_BRANDED = {"policy": (gettext_noop("Branded Content Policy"), "https://www.tiktok.com/legal/page/global/bc-policy/en")}
AGREEMENTS = (
    Agreement(
        gettext_noop("By posting, you agree to TikTok's {policy} and {music}."),
        _BRANDED | _MUSIC,
        KIND,
        (BRANDED, BOTH),
    ),
    Agreement(gettext_noop("By posting, you agree to TikTok's {music}."), _MUSIC),
)


def usable(audiences: Collection[str], *, is_trial: bool) -> list[str]:
    """The account's audiences for which people may choose to post. Posts for the account alone are for trials.

    An account that was not asked yet is believed to post for everybody; it is asked right before each post.
    """
    known = audiences or (PUBLIC,)
    return [one for one in AUDIENCES if one in known and (one != SELF or is_trial)]


def settings(creator: Mapping[str, Any], options: Mapping[str, Any]) -> tuple[PostSetting, ...]:
    """`creator`: "audiences" and "forbids" of `facts["creator"]`. What the installation forbids is not offered."""
    audiences = creator.get("audiences") or ()
    choices = usable(audiences, is_trial=options["audience"] == SELF)
    audience = PostSetting(
        AUDIENCE,
        SettingKind.CHOICE,
        gettext_noop("Who sees it on TikTok"),
        PRIVATE_ACCOUNT if FOLLOWERS in choices and PUBLIC not in choices else "",
        choices=tuple(Choice(one, AUDIENCES[one], is_listed=one == PUBLIC) for one in choices),
        required=gettext_noop("Choose who sees the post. TikTok wants a person to decide it for each post."),
    )
    forbidden = creator.get("forbids") or ()
    switches = [setting for name, setting in _SWITCHES.items() if options[name] and name not in forbidden]
    if not choices:
        return ()  # nothing can be posted: `Limits.closed` says why
    return (audience, *switches, *_DISCLOSURE, _SYNTHETIC)


def problems(outgoing: Outgoing) -> list[Problem]:
    chosen = outgoing.settings
    if chosen.get(AUDIENCE) == SELF and kind(chosen) in (BRANDED, BOTH):
        return [Problem("branded_is_private", f"settings.{KIND}", BRANDED_IS_PRIVATE)]
    return []


def kind(chosen: Mapping[str, str]) -> str:
    """How a post is commercial: `OWN`, `BRANDED`, `BOTH`, or "" for one that is not."""
    return chosen.get(KIND, "") if chosen.get(COMMERCIAL) == YES else ""


def allows(chosen: Mapping[str, str], name: str, options: Mapping[str, Any]) -> bool:
    """Whether people may do with the post what `name` stands for.

    Posts from before this was asked have no audience. They were approved for everybody, with comments where the
    installation allows them, and so they go out.
    """
    if AUDIENCE not in chosen:
        return name == COMMENTS and bool(options[COMMENTS])
    return chosen.get(name) == YES and bool(options[name])
