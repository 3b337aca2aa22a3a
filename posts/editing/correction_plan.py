"""What a correction does on each channel: what changes there, and which ways there are. Pure, but for `planned`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import uuid4

from django.utils import timezone

from channels import validation
from channels.enums import ChannelState
from delivery.enums import State
from delivery.models import Delivery
from delivery.policies import EDIT
from platforms.counting import normalised
from platforms.types import Limits, Outgoing
from posts import compose
from posts.draft import Draft
from posts.enums import Way
from posts.models import Post, Publication, Version
from posts.queries import content, frozen_files, publications


@dataclass(frozen=True)
class Planned:
    """One publication that is public: what stands there (`now`), what shall (`then`, None: nothing fits its place).

    `changes` are the fields that differ, empty where it stays as it is; `ways` what can be done, `chosen` what was.
    `problems` are reasons why the network would refuse the new content.
    """

    publication: Publication
    now: Outgoing
    then: Outgoing | None
    changes: frozenset[str]
    ways: tuple[Way, ...]
    chosen: Way | None = None
    problems: tuple[str, ...] = ()

    @property
    def is_settled(self) -> bool:
        """Whether nothing has to be chosen any more."""
        return not self.changes or self.chosen is not None


def changes(now: Outgoing, then: Outgoing) -> frozenset[str]:
    """The fields that people would see differ: "text", "alt", "pictures" and those in `others`."""
    fields = set()
    if normalised(now.text) != normalised(then.text):
        fields.add("text")
    if [picture.ref for picture in now.pictures] != [picture.ref for picture in then.pictures]:
        fields.add("pictures")
    elif [picture.alt for picture in now.pictures] != [picture.alt for picture in then.pictures]:
        fields.add("alt")
    others = ("link_card", "poll", "video", "title", "first_comment")
    fields |= {name for name in others if getattr(now, name) != getattr(then, name)}
    return frozenset(fields)


def ways(changed: frozenset[str], limits: Limits, *, has_poll: bool = False) -> tuple[Way, ...]:
    """What can be done about these changes on a network, the gentlest first. By hand one can always."""
    possible = []
    if changed <= set(limits.edits) and not has_poll:  # a poll that is changed begins anew
        possible.append(Way.EDIT)
    if limits.withdraws:
        possible.append(Way.RESEND)
    return (*possible, Way.BY_HAND)


def standing(deliveries: Sequence[Delivery]) -> dict[int, Outgoing]:
    """By id, what the networks show by our own doing: what was sent, or what it was changed to last. One query."""
    rows = Delivery.objects.filter(parent__in=deliveries, kind=EDIT, state=State.PUBLISHED)
    last = dict(rows.order_by("pk").values_list("parent_id", "payload"))
    shown = {}
    for delivery in deliveries:
        first = Outgoing.from_json(delivery.payload)
        # A change carries no first comment: the one that followed the post stands.
        shown[delivery.pk] = replace(
            Outgoing.from_json(last.get(delivery.pk, delivery.payload)), first_comment=first.first_comment
        )
    return shown


def payload(version: Version, publication: Publication, draft: Draft | None = None) -> Outgoing | None:
    """What `version` sends in the place of this publication; None where it has nothing there any more.

    `draft` is `content(version)`, for who has it at hand.
    """
    draft = draft or content(version)
    parts = {part.slot: part for part in compose.parts(draft, publication.channel)}
    part = parts.get(publication.slot)
    if part is None:
        return None
    return compose.outgoing(draft, part, frozen_files(version), key=uuid4(), created_at=timezone.now())


def public(post: Post) -> list[Publication]:
    """What of it is on a network and shall stay there."""
    rows = publications(post).filter(delivery__state=State.PUBLISHED, delivery__withdrawal_asked_at=None)
    return list(rows.select_related("channel__municipality"))


def planned(post: Post, version: Version, chosen: Mapping[str, str]) -> list[Planned]:
    """What `version` does to each publication that is public. `chosen` are ways by id. A fixed number of queries."""
    rows, draft = public(post), content(version)
    now = standing([row.delivery for row in rows])
    return [_plan(row, now[row.delivery_id], payload(version, row, draft), chosen.get(str(row.pk), "")) for row in rows]


def _plan(publication: Publication, now: Outgoing, then: Outgoing | None, chosen: str) -> Planned:
    channel = publication.channel
    if then is None:
        possible: tuple[Way, ...] = (Way.BY_HAND,)
        return Planned(publication, now, None, frozenset({"text"}), possible, _among(possible, chosen))
    # the first comment of a post is another one's
    then = replace(then, reply_to=now.reply_to)
    # somebody changed it there: the words that were approved are put back even if they are the same
    changed = changes(now, then) | ({"text"} if publication.delivery.changed_at else set())
    if channel.state == ChannelState.DISCONNECTED or publication.delivery.only_seen:
        possible = (Way.BY_HAND,)
    else:
        possible = ways(frozenset(changed), validation.limits(channel), has_poll=bool(now.poll or then.poll))
    problems = (
        [finding.message for finding in validation.check(channel, then) if finding.severity == "error"]
        if changed
        else []
    )
    return Planned(
        publication, now, then, frozenset(changed), possible, _among(possible, chosen), tuple(dict.fromkeys(problems))
    )


def _among(possible: tuple[Way, ...], chosen: str) -> Way | None:
    return Way(chosen) if chosen in possible else None
