"""What a correction changes on each channel, and the ways to carry it out. Pure, except `plan_corrections`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from django.db.models import Q
from django.utils import timezone

from channels import validation
from channels.enums import ChannelState
from channels.models import Channel
from delivery.enums import State
from delivery.models import Delivery
from delivery.policies import EDIT, THREAD_PART
from platforms.counting import normalised
from platforms.types import Limits, Outgoing
from posts import compose
from posts.draft import Draft
from posts.enums import AmendmentWay
from posts.models import Post, Publication, Version
from posts.queries import content, frozen_files, publications

SHOWN_WITHOUT_TEXT = frozenset({"pictures", "video"})
"""What readers see of a format that shows no text."""


@dataclass(frozen=True)
class PlannedCorrection:
    """The correction of one public publication: its current content (`now`) and the new one (`then`, None: nothing
    replaces it).

    `changes` are the fields that differ, empty if unchanged; `ways` are the possible ways, `chosen` is the chosen one.
    `problems` are reasons why the network would refuse the new content.
    """

    publication: Publication
    now: Outgoing
    then: Outgoing | None
    changes: frozenset[str]
    ways: tuple[AmendmentWay, ...]
    chosen: AmendmentWay | None = None
    problems: tuple[str, ...] = ()

    @property
    def is_settled(self) -> bool:
        """Whether nothing has to be chosen any more."""
        return not self.changes or self.chosen is not None


def changed_fields(now: Outgoing, then: Outgoing) -> frozenset[str]:
    """The fields that readers would see change: "text", "thread", "alt", "pictures" and those in `others`."""
    fields = set()
    if normalised(now.text) != normalised(then.text):
        fields.add("text")
    if [normalised(text) for text in now.thread] != [normalised(text) for text in then.thread]:
        fields.add("thread")
    if [picture.ref for picture in now.pictures] != [picture.ref for picture in then.pictures]:
        fields.add("pictures")
    elif [picture.alt for picture in now.pictures] != [picture.alt for picture in then.pictures]:
        fields.add("alt")
    others = ("link_card", "poll", "video", "document", "title", "first_comment")
    fields |= {name for name in others if getattr(now, name) != getattr(then, name)}
    if "video" in fields and now.video and then.video and replace(now.video, alt=then.video.alt) == then.video:
        fields = fields - {"video"} | {"alt"}
    return frozenset(fields)


def possible_ways(changed: frozenset[str], limits: Limits, *, has_poll: bool = False) -> tuple[AmendmentWay, ...]:
    """The possible ways to make these changes on a network, the least disruptive first. Manual is always possible."""
    possible = []
    if changed <= set(limits.edits) and not has_poll:  # editing a poll resets it
        possible.append(AmendmentWay.EDIT)
    if limits.withdraws:
        possible.append(AmendmentWay.RESEND)
    return (*possible, AmendmentWay.BY_HAND)


def published_content(deliveries: Sequence[Delivery]) -> dict[int, Outgoing]:
    """By id, the content that the portal put on the networks: as sent, or as last edited. One query.

    Of a thread, the further posts that are public.
    """
    of_posts = Q(parent__in=deliveries, kind__in=(EDIT, THREAD_PART))
    of_parts = Q(parent__parent__in=deliveries, parent__kind=THREAD_PART, kind=EDIT)
    rows = Delivery.objects.filter(of_posts | of_parts, state=State.PUBLISHED).order_by("pk")
    last: dict[int, dict[str, Any]] = {}
    further: dict[int, list[tuple[int, dict[str, Any]]]] = {}
    for pk, parent, kind, content_ in rows.values_list("pk", "parent_id", "kind", "payload"):
        if kind == EDIT:
            last[parent] = content_
        else:
            further.setdefault(parent, []).append((pk, content_))
    shown = {}
    for delivery in deliveries:
        first = Outgoing.from_json(delivery.payload)
        # An edit has no first comment: that of the post stays.
        shown[delivery.pk] = replace(
            Outgoing.from_json(last.get(delivery.pk, delivery.payload)),
            first_comment=first.first_comment,
            thread=tuple(last.get(pk, sent)["text"] for pk, sent in further.get(delivery.pk, ())),
        )
    return shown


def next_edit_of_thread(root: Delivery, then: Outgoing) -> tuple[Delivery, Outgoing] | None:
    """The first further post of a thread that is not as it is in `then`, and its new content; None: all are."""
    now = published_content([root])[root.pk]
    parts = Delivery.objects.filter(parent=root, kind=THREAD_PART, state=State.PUBLISHED).order_by("pk")
    for part, shown, wanted in zip(parts, now.thread, then.thread, strict=False):
        if normalised(shown) != normalised(wanted):
            sent = Outgoing.from_json(part.payload)
            return part, replace(sent, text=wanted, thread=(), key=then.key, created_at=then.created_at)
    return None


def payload(version: Version, publication: Publication, draft: Draft | None = None) -> Outgoing | None:
    """The payload of `version` for this publication; None if it has none for it any more.

    `draft` is `content(version)`, if the caller has it.
    """
    draft = draft or content(version)
    parts = {part.slot: part for part in compose.parts(draft, publication.channel)}
    part = parts.get(publication.slot)
    if part is None or part.lacks_text:
        return None
    return compose.outgoing(draft, part, frozen_files(version), key=uuid4(), created_at=timezone.now())


def public_publications(post: Post) -> list[Publication]:
    """The publications that are public still and are not being removed."""
    rows = publications(post).filter(delivery__state=State.PUBLISHED, delivery__withdrawal_asked_at=None)
    return [row for row in rows.select_related("channel__municipality") if not row.delivery.is_over]


def plan_corrections(post: Post, version: Version, chosen: Mapping[str, str]) -> list[PlannedCorrection]:
    """The effect of `version` on each public publication. `chosen` are ways by id. A fixed number of queries."""
    rows, draft = public_publications(post), content(version)
    now = published_content([row.delivery for row in rows])
    return [_plan(row, now[row.delivery_id], payload(version, row, draft), chosen.get(str(row.pk), "")) for row in rows]


def _plan(publication: Publication, now: Outgoing, then: Outgoing | None, chosen: str) -> PlannedCorrection:
    channel = publication.channel
    if then is None:
        possible: tuple[AmendmentWay, ...] = (AmendmentWay.BY_HAND,)
        return PlannedCorrection(publication, now, None, frozenset({"text"}), possible, _among(possible, chosen))
    # a first comment replies to another post
    then = replace(then, reply_to=now.reply_to)
    # it was edited on the network: the approved text is restored even if it is unchanged
    limits = validation.limits(channel).of_format(then.settings)
    changed = changed_fields(now, then) | ({"text"} if publication.delivery.changed_at else set())
    if not limits.shows_text:
        changed &= SHOWN_WITHOUT_TEXT
    # The further posts of a thread are edited one by one, as long as none is added or left out.
    by_edits = changed - {"thread"} if "text" in limits.edits and len(now.thread) == len(then.thread) else changed
    if channel.state == ChannelState.DISCONNECTED or publication.delivery.only_seen:
        possible = (AmendmentWay.BY_HAND,)
    else:
        possible = possible_ways(frozenset(by_edits), limits, has_poll=bool(now.poll or then.poll))
    problems = _problems(channel, then) if changed else ()
    return PlannedCorrection(publication, now, then, frozenset(changed), possible, _among(possible, chosen), problems)


def _problems(channel: Channel, then: Outgoing) -> tuple[str, ...]:
    """Why the network would refuse the correction. The settings of the post stay as they were published."""
    errors = [finding for finding in validation.check(channel, then) if finding.severity == "error"]
    return tuple(dict.fromkeys(finding.message for finding in errors if not finding.field.startswith("settings.")))


def _among(possible: tuple[AmendmentWay, ...], chosen: str) -> AmendmentWay | None:
    return AmendmentWay(chosen) if chosen in possible else None
