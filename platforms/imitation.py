"""Practice accounts that imitate a network: its rules, as far as the practice network can carry them out. Pure.

An account of the practice network names the network that it imitates (`practice.models.Account.network`). A post for
it is checked, counted and previewed by the rules of that network, less what the practice network has not got. Calls
still go through the connector of the practice network, which is called the carrier here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from platforms.features import Feature, features
from platforms.post_settings import FORMAT
from platforms.protocols import Connector, Facts
from platforms.registry import connector
from platforms.types import Limits, ModerationSupport, Outgoing, PollLimits, Problem
from platforms.visibility import Visibility

NETWORKS = ("bluesky", "facebook", "instagram", "linkedin", "telegram", "threads", "tiktok", "viber", "wordpress", "x")
"""Networks that a practice account can imitate. A post of YouTube is a video, which the practice network has not got:
nothing could be published there."""
TITLED = frozenset({"wordpress"})
"""Those whose posts have a title there. It is sent as what Mastodon calls the subject of a post (`spoiler_text`)."""
VOTES = "poll_votes"
COUNTED = frozenset({"post_metrics", "account_metrics", VOTES, "history"})
"""Features of the carrier alone: it counts what happens there."""
CARRIED = frozenset({"first_comment", "settings"})
"""Features that the carrier has for such accounts only: an answer to the post itself, and choices that are checked and
stored and change nothing there."""
NOT_CARRIED = frozenset({"link_card"})
"""Features that the carrier's connector has for other servers: nothing there reads a linked page."""


def imitated(claimed: Any) -> str:
    """The network that a server reports for an account, or "" for anything but one of `NETWORKS`."""
    return claimed if isinstance(claimed, str) and claimed in NETWORKS else ""


@dataclass(frozen=True)
class Imitation:
    """`network` on the server of `carrier`. `facts` hold the installation's options of the imitated network, which has
    never been asked; `carrier_facts` are the server's own."""

    network: str
    facts: Facts
    carrier: type[Connector]
    carrier_facts: Facts

    @property
    def kind(self) -> type[Connector]:
        return connector(self.network)

    @property
    def has_title(self) -> bool:
        return self.network in TITLED

    def limits(self) -> Limits:
        """What the network takes and the carrier can publish."""
        own, carrier = self.kind.limits(self.facts), self.carrier.limits(self.carrier_facts)
        longest = _longest(self.carrier_facts) or carrier.max_characters
        return replace(
            own,
            max_characters=min(own.max_characters, longest),
            characters_with_media=min(own.characters_with_media, longest) if own.characters_with_media else None,
            comment_characters=min(own.comment_characters, longest),
            max_images=min(own.max_images, carrier.max_images),
            image_bytes=min(own.image_bytes, carrier.image_bytes),
            image_pixels=_least(own.image_pixels, carrier.image_pixels),
            alt_characters=min(own.alt_characters, carrier.alt_characters),
            mime_types=tuple(mime for mime in own.mime_types if mime in carrier.mime_types),
            link_card="none",
            polls=_polls(own.polls, carrier.polls),
            videos=None,
            documents=None,
            # The portal sends the files.
            fetches_media=False,
            title_characters=own.title_characters if self.has_title else 0,
            title_required=own.title_required and self.has_title,
            threads=own.threads and carrier.threads,
            max_thread_parts=min(own.max_thread_parts, carrier.max_thread_parts),
            post_links=carrier.post_links,
            closed="",
            # A title is changed with the text.
            edits=tuple(
                field
                for field in own.edits
                if field in carrier.edits or (field == "title" and self.has_title and "text" in carrier.edits)
            ),
            withdraws=own.withdraws and carrier.withdraws,
            withdraws_private=own.withdraws_private and carrier.withdraws_private,
            # A private message is a post for few there, and an answer to it has to be one as well.
            visibilities=carrier.visibilities,
            settings=tuple(setting for setting in own.settings if setting.name != FORMAT),
            # Whoever posts to the practice network agrees to nothing with the imitated one.
            agreements=(),
            formats={},
            # No application is shared with other channels.
            budgets=tuple(budget for budget in own.budgets if not budget.is_shared),
        )

    def check(self, outgoing: Outgoing, allowed: Limits) -> list[Problem]:
        """Every problem with `outgoing`. An answer to few goes by the carrier's rules. `allowed`: `limits`."""
        is_for_few = outgoing.conversation or outgoing.visibility != Visibility.PUBLIC
        return (self.carrier if is_for_few else self.kind).check(outgoing, allowed)

    def moderates(self) -> ModerationSupport:
        own, carrier = self.kind.moderates(self.facts), self.carrier.moderates(self.carrier_facts)
        return replace(own, hides=own.hides and carrier.hides, removes=own.removes and carrier.removes)

    def features(self) -> tuple[Feature, ...]:
        """What the network has and the carrier can do; metrics as the carrier counts them."""
        carried = {one.name: one for one in features(self.carrier, self.carrier_facts)}
        has_polls = self.limits().polls is not None
        titled = {"title": self.has_title, "edit_title": "title" in self.limits().edits}
        return tuple(
            replace(one, is_supported=titled[one.name])
            if one.name in titled
            else _joined(one, carried, has_polls=has_polls)
            for one in features(self.kind, self.facts)
        )

    def missing_features(self) -> tuple[Feature, ...]:
        """What the network has and the carrier has not."""
        here = {one.name for one in self.features() if one.is_supported}
        return tuple(one for one in features(self.kind, self.facts) if one.is_supported and one.name not in here)


def _joined(feature: Feature, carried: Mapping[str, Feature], *, has_polls: bool) -> Feature:
    """`feature` of the network, on the carrier. The permission for it is the carrier's."""
    of_carrier = carried[feature.name]
    if feature.name in COUNTED:
        return replace(of_carrier, is_supported=of_carrier.is_supported and (feature.name != VOTES or has_polls))
    is_carried = feature.name in CARRIED or (of_carrier.is_supported and feature.name not in NOT_CARRIED)
    return replace(feature, is_supported=feature.is_supported and is_carried, action=of_carrier.action)


def _longest(carrier_facts: Facts) -> int | None:
    """The longest text of an account that imitates a network, as its server reports it beside Mastodon's fields."""
    extension = (carrier_facts.get("configuration") or {}).get("dobosar")
    pages = extension.get("imitations") if isinstance(extension, Mapping) else None
    longest = pages.get("max_characters") if isinstance(pages, Mapping) else None
    return longest if isinstance(longest, int) and not isinstance(longest, bool) and longest > 0 else None


def _least(first: int | None, second: int | None) -> int | None:
    known = [number for number in (first, second) if number is not None]
    return min(known) if known else None


def _polls(own: PollLimits | None, carrier: PollLimits | None) -> PollLimits | None:
    if own is None or carrier is None:
        return None
    return replace(
        own,
        max_options=min(own.max_options, carrier.max_options),
        option_characters=min(own.option_characters, carrier.option_characters),
        min_seconds=max(own.min_seconds, carrier.min_seconds),
        max_seconds=min(own.max_seconds, carrier.max_seconds),
        with_pictures=own.with_pictures and carrier.with_pictures,
        multiple=own.multiple and carrier.multiple,
        durations=tuple(n for n in own.durations if carrier.min_seconds <= n <= carrier.max_seconds),
    )
