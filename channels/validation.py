"""What a channel accepts, and what is wrong with a post for it. Never calls the network.

Everything comes from the facts that were fetched last (`channel.facts`) and from pure functions of the connector, so a
page may call it at every keystroke.
"""

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from string import Formatter
from typing import Any

from django.conf import settings
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext

from channels import account_limits, messages, rules
from channels.account_limits import known
from channels.models import Channel, Event
from common.templatetags.ui import network_name
from platforms import counting, post_settings, scopes, types
from platforms.checks import check_settings
from platforms.features import features
from platforms.imitation import Imitation, imitated
from platforms.post_settings import YES, PostSetting
from platforms.registry import PLATFORMS, Platform, connector
from platforms.types import Action, Limits, Message, Outgoing, Problem, Scope

log = logging.getLogger(__name__)

NOT_HERE = "comment_not_here"


@dataclass(frozen=True)
class Finding:
    """A problem with a post on a channel, in the reader's language. `severity`: "error" stops it, "warning" does not.

    `field` is "text", "language", "language.TAG" for a text that is missing, "title", "video", "link", "link_card",
    "first_comment", "channel", "pictures.0" … for the picture at that place, or "settings.NAME".
    """

    code: str
    field: str
    message: str
    severity: str

    @property
    def language(self) -> str:
        """The language that it is about, where it is about one."""
        name, _dot, tag = self.field.partition(".")
        return tag if name == "language" else ""


def platform(channel: Channel) -> Platform:
    """The network whose connector serves the channel."""
    return PLATFORMS[channel.platform]


def network(channel: Channel) -> Platform:
    """The network whose rules and looks it has: of a practice account the imitated one."""
    return PLATFORMS[channel.network]


def network_title(channel: Channel) -> str:
    """The name of `network`, in the reader's language: "Facebook (practice)"."""
    return network_name(channel.network_label)


def _imitation(channel: Channel) -> Imitation | None:
    network = imitated(channel.imitates)
    return account_limits.imitation(channel.platform, channel.facts, network) if network else None


def unknown_options() -> list[str]:
    """Options of `NETWORK_OPTIONS` that no connector has: "facebook.versoin"."""
    unknown = []
    for key, options in settings.NETWORK_OPTIONS.items():
        known_here = {"server", *connector(key).options} if key in PLATFORMS and isinstance(options, dict) else set()
        named = options if isinstance(options, dict) and key in PLATFORMS else {}
        unknown += [f"{key}.{name}" for name in named if name not in known_here] if named else [key]
    return unknown


def commit_window(channel: Channel, *, is_private: bool = False) -> timedelta:
    """How long the network may carry out a call late (`platforms.protocols.Publishes`)."""
    kind = connector(channel.platform)
    return kind.private_commit_window if is_private else kind.commit_window


def limits(channel: Channel) -> Limits:
    """The limits of the account's server, as of `channel.facts_at`, and of what was granted."""
    return channel.limits


def longest_answer(channel: Channel, *, is_private: bool) -> int:
    """Most characters of an answer to a citizen, in a private conversation or below a post."""
    allowed = limits(channel)
    longest = allowed.private_characters if is_private else allowed.comment_characters
    return longest or allowed.max_characters


def could_have_threads(channel: Channel) -> bool:
    """Whether the channel would have threads with every permission."""
    return account_limits.limits(channel.platform, channel.facts, (), imitates=channel.imitates).threads


@dataclass(frozen=True)
class ChosenSetting:
    """A setting of a post that is not as it is by default, in the reader's language."""

    label: str
    value: str


def chosen_settings(channel: Channel, chosen: Mapping[str, str], *, has_video: bool = True) -> list[ChosenSetting]:
    """What a post's settings mean on this channel, in the order of the form; nothing where all is as by default."""
    rows = []
    for setting in post_settings.offered(limits(channel).settings, has_video=has_video):
        value = setting.value(chosen)
        if value and value != setting.default:
            rows.append(ChosenSetting(gettext(setting.label), setting_value(setting, value)))
    return rows


def chosen_value(channel: Channel, name: str, chosen: Mapping[str, str]) -> str:
    """The value of one setting, or "" where the channel does not offer it."""
    return next((one.value(chosen) for one in limits(channel).settings if one.name == name), "")


def shows_text_to_everybody(channel: Channel, chosen: Mapping[str, str]) -> bool:
    """Whether a post with these settings has its text on the network, for everybody and in public lists."""
    allowed = limits(channel)
    return allowed.of_format(chosen).shows_text and post_settings.is_listed(allowed.settings, chosen)


def setting_value(setting: PostSetting, value: str) -> str:
    """A value as people read it."""
    if choice := setting.choice(value):
        return choice.label if choice.is_name else gettext(choice.label)
    return gettext("yes") if value == YES else value


def agreement(channel: Channel, chosen: Mapping[str, str]) -> str:
    """What whoever posts with these settings agrees to there, as HTML with links; "" where the network asks nothing."""
    allowed = limits(channel)
    agreed = post_settings.agreement(allowed.agreements, allowed.settings, chosen)
    if agreed is None:
        return ""
    links = {
        name: format_html('<a href="{}" rel="noopener noreferrer" target="_blank">{}</a>', address, gettext(words))
        for name, (words, address) in agreed.links.items()
    }
    pieces = ((words, links.get(name or "", "")) for words, name, *_rest in Formatter().parse(gettext(agreed.text)))
    return format_html_join("", "{}{}", pieces)


def missing_scopes(channel: Channel) -> list[Scope]:
    """The requested permissions that were not granted. Empty where its network does not return what was granted."""
    return scopes.missing(_requested(channel), channel.granted) if channel.granted else []


def _requested(channel: Channel) -> tuple[Scope, ...]:
    return connector(channel.platform).requested(known(channel.platform, channel.facts))


def can(channel: Channel, action: Action) -> bool:
    """Whether the permission for it was granted when the channel was connected, as far as its network says."""
    return scopes.allow(_requested(channel), channel.granted, action)


@dataclass(frozen=True)
class Ability:
    """One thing that a channel can do, or could if the permission for it was granted. In the reader's language."""

    label: str
    is_granted: bool


@dataclass(frozen=True)
class Abilities:
    """Those of one group, and the names of what its network does not have. `not_carried`: what the imitated network
    has, and the practice network cannot carry out."""

    group: str
    has: tuple[Ability, ...]
    lacks: tuple[str, ...]
    not_carried: tuple[str, ...] = ()


def abilities(channel: Channel) -> list[Abilities]:
    """What the channel can do on its network, by groups. Where there are only conversations, nothing is missed."""
    spec = platform(channel)
    imitation = _imitation(channel)
    if imitation:
        listed, missing = imitation.features(), {one.name for one in imitation.missing_features()}
    else:
        facts, missing = known(channel.platform, channel.facts), set()
        listed = features(connector(channel.platform), facts, takes_posts=spec.takes_posts)
    if not spec.takes_posts:
        listed = tuple(one for one in listed if one.is_supported)
    groups = dict.fromkeys(one.group for one in listed)
    return [
        Abilities(
            gettext(group),
            tuple(
                Ability(gettext(one.label), one.action is None or can(channel, one.action))
                for one in listed
                if one.group == group and one.is_supported
            ),
            tuple(
                gettext(one.label)
                for one in listed
                if one.group == group and not one.is_supported and one.name not in missing
            ),
            tuple(gettext(one.label) for one in listed if one.group == group and one.name in missing),
        )
        for group in groups
    ]


def check(channel: Channel, outgoing: Outgoing) -> list[Finding]:
    """Every problem with `outgoing` on this channel, in the order of the page. Empty: the network should take it."""
    of_account = limits(channel)
    allowed = of_account.of_format(outgoing.settings)
    checks = _imitation(channel) or connector(channel.platform)
    problems = checks.check(outgoing, allowed)
    if outgoing.reply_to is None:
        if not platform(channel).takes_posts:
            problems.append(Problem("takes_no_posts", "channel", messages.TAKES_NO_POSTS))
        offered = post_settings.offered(of_account.settings, has_video=outgoing.video is not None)
        problems += check_settings(outgoing.settings, offered)
    if not can(channel, Action.COMMENT):
        problems = [replace(p, message_id=messages.NO_COMMENT_RIGHT) if p.code == NOT_HERE else p for p in problems]
    is_fetched = bool(outgoing.pictures) or bool(outgoing.video and not (allowed.videos and allowed.videos.uploaded))
    if allowed.fetches_media and is_fetched and not rules.base_is_public():
        problems.append(Problem("base_is_private", "channel", messages.BASE_IS_PRIVATE))
    if platform(channel).calls_first and not rules.base_is_public():
        problems.append(Problem("portal_is_private", "channel", messages.NEEDS_PUBLIC_BASE))
    return [Finding(p.code, p.field, _sentence(p), p.severity) for p in problems]


def _sentence(problem: Problem) -> str:
    # The connectors' texts are marked for translation where they stand, in platforms/checks.py.
    params = dict(problem.params)
    if isinstance(label := params.get("label"), str):
        params["label"] = gettext(label)
    return gettext(problem.message_id) % params


@dataclass(frozen=True)
class MetricDescription:
    """How one network reports one metric. `remark` and the changes' texts are in the reader's language, changes newest
    first, as (day, text, source)."""

    platform: str
    title: str
    own_name: str
    remark: str
    changes: tuple[tuple[date, str, str], ...]


def networks() -> dict[str, str]:
    """Title of every network we know, by title."""
    titles = ((key, gettext(known.title)) for key, known in PLATFORMS.items())
    return dict(sorted(titles, key=lambda one: one[1].casefold()))


def metric_descriptions(metric: str) -> list[MetricDescription]:
    """The networks that report this metric of a post or an account, by title."""
    metric_descriptions = []
    for key, title in networks().items():
        kind = connector(key)
        if metric not in kind.measures | kind.account_measures:
            continue
        set_here = known(key, None)["options"].get("post_metrics", {})
        changes = [
            (date.fromisoformat(one.on), gettext(one.message_id), one.source)
            for one in reversed(kind.changes)
            if one.metric == metric
        ]
        remark = kind.remarks.get(metric, "")
        name = str(set_here.get(metric) or kind.own_names.get(metric, ""))
        metric_descriptions.append(
            MetricDescription(key, title, name, gettext(remark) if remark else "", tuple(changes))
        )
    return metric_descriptions


def post_of_event(platform: str, payload: Any) -> str:
    """The remote id of the post that a stored event of this network is about, "" where it names none."""
    return connector(platform).about(payload) if platform in PLATFORMS else ""


def counts_by_events(platform: str) -> bool:
    """Whether the metrics of posts on this network come by events alone, so that none are fetched."""
    return platform in PLATFORMS and connector(platform).counts_by_events


def metric_changes(event: Event) -> list[types.PostMetrics]:
    """The metrics of posts that a stored event contains. A post is named by its `event_id`."""
    if event.platform not in PLATFORMS:
        return []
    raw = types.RawEvent(event.key, event.account_id, event.kind, event.payload, event.at)
    try:
        return connector(event.platform).metric_changes(raw)
    except Exception:
        log.exception("An event of %s was not understood", event.platform)
        return []


def event_id(platform: str, remote_id: str) -> str:
    """The id by which this network's events name a post."""
    return connector(platform).event_id(remote_id)


def message_changes(event: Event) -> types.MessageChanges | None:
    """The changes of messages that a stored event contains; None where its network has to be asked."""
    if event.platform not in PLATFORMS:
        return None
    raw = types.RawEvent(event.key, event.account_id, event.kind, event.payload, event.at)
    try:
        return connector(event.platform).message_changes(raw)
    except Exception:
        log.exception("An event of %s was not understood", event.platform)
        return None


def calculating_votes(platforms: Collection[str]) -> list[str]:
    """Titles of those of these networks that return only the shares of a poll's answers."""
    return [PLATFORMS[key].title for key in sorted(platforms) if connector(key).calculates_votes]


def lists_replies(platform: str) -> bool:
    """Whether this network's list of messages has everything below our newer posts."""
    return connector(platform).lists_replies


def count(channel: Channel, text: str) -> int:
    """The length of `text` as this network counts it, in the unit of `limits(channel).max_characters`."""
    return counting.count(text, limits(channel))


def remote_id(channel: Channel, link: str) -> str | None:
    """The id of the post of this channel to which a link leads, as far as its form shows it."""
    return connector(channel.platform).named_by(link, channel.server, channel.remote_id)


def reply_prefix(channel: Channel, message: Message) -> str:
    """The prefix of a reply to `message` that notifies its author on this network, or ""."""
    return connector(channel.platform).opening(message)


def can_hide(channel: Channel) -> bool:
    """Whether its server can hide other people's replies to our posts, and show them again."""
    return _moderates(channel).hides and can(channel, Action.HIDE)


def can_remove(channel: Channel) -> bool:
    """Whether its server can delete other people's replies to our posts."""
    return _moderates(channel).removes and can(channel, Action.HIDE)


def manual_steps(channel: Channel) -> str:
    """How a person removes a message on its network by hand, in the reader's language."""
    return gettext(_moderates(channel).manual_steps)


def _moderates(channel: Channel) -> types.ModerationSupport:
    if imitation := _imitation(channel):
        return imitation.moderates()
    return connector(channel.platform).moderates(known(channel.platform, channel.facts))


def has_history(channel: Channel) -> bool:
    """Whether its network lists the account's older posts with their metrics."""
    return connector(channel.platform).has_history


def measures(channel: Channel) -> frozenset[str]:
    """Metrics that a post may have on this channel; any other one is "not available", never 0."""
    return platform(channel).measures
