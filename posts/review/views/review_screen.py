"""The review page as plain data: its state, what may be done, how it stands on the networks, and what is decided.

`present` decides everything that depends on the state of the post; `templates/posts/review.html` only draws it. All of
it is read before, by `review_page`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from channels.enums import ChannelState
from common.states import STATES
from delivery.enums import ReasonCode, State
from posts.editing.previews import Preview
from posts.enums import DecisionKind, DenialReason, Stage
from posts.forms import TimingForm
from posts.models import Decision, Post, Publication
from posts.models.post import NEEDS_A_LOOK
from posts.queries import SEEN
from posts.review.domain.approve import too_late_message
from posts.review.views.decision_box import ApprovalStep, DecisionBox
from posts.review.views.review_page import ReviewPage
from posts.review.views.thread_lines import ThreadLine, thread_lines
from posts.rules import asks_when

# Of these nothing has left for a network.
NOT_SENT = (State.WAITING, State.SCHEDULED, State.CANCELLED, State.EXPIRED, "paused", "delayed")
NetworkEvent = Literal["", "missing", "withdrawn", "withdrawing", "changed", "until", "over"]
PageMode = Literal["writing", "deciding", "out"]
"""What the page is for: the draft and its conversations; a decision; how an approved post stands on its networks."""


@dataclass(frozen=True)
class StatusPill:
    """`label` "": the state's own."""

    state: str
    label: str = ""


@dataclass(frozen=True)
class PostAction:
    """A link, or with `is_form` a form with one button, which first asks `confirm` if there is one."""

    url: str
    icon: str
    label: str
    is_form: bool = False
    is_primary: bool = False
    is_danger: bool = False
    confirm: str = ""
    confirm_yes: str = ""


@dataclass(frozen=True)
class NetworkLine:
    """A publication. `event`: what happened to it after it was out, at `event_at`; `at`: when it went or goes out.

    `network_words`: why the network refused it, in its own words, "" without any. `is_there`: nobody has taken it from
    the network, as far as the portal knows.
    """

    publication: Publication
    at: datetime | None
    event: NetworkEvent
    event_at: datetime | None
    notes: tuple[str, ...]
    network_words: str = ""
    thread: tuple[ThreadLine, ...] = ()
    """The posts that follow it, where it is a thread."""

    @property
    def is_there(self) -> bool:
        return self.event not in ("missing", "withdrawn", "over")


@dataclass(frozen=True)
class PreviewCard:
    """How a network shows it. `state`: how it stands there, where it is not what the others are; "" otherwise.
    `published_at` None: it would say "now". `shares_network`: another channel on the page is of the same network.
    """

    preview: Preview
    state: str = ""
    published_at: datetime | None = None
    shares_network: bool = False


@dataclass(frozen=True)
class StepLine:
    """A step towards approval: `decided_by` and `decided_at` where it was taken, else `note` says how it stands."""

    icon: str
    label: str
    is_next: bool
    decided_by: str = ""
    decided_at: datetime | None = None
    note: str = ""


@dataclass(frozen=True)
class EmergencyCard:
    """A publication without approval. `stage`: it was reviewed, this person may review it, or it waits for another."""

    heading: str
    decision: Decision
    stage: Literal["reviewed", "review", "waits"]
    pill: StatusPill | None = None
    reviewed_by: str = ""
    review: Decision | None = None


@dataclass(frozen=True)
class DecisionCard:
    """The decision about what waits. `form`: what this person may send; `intro`: on what they decide, "" for others.

    `goes_out_at`: when it goes out once it is approved; `hint`: what their approval does, or why they cannot approve.
    `when`: in which they choose that; `publish_label`: of the button that approves, if it goes out on this approval.
    """

    heading: str
    is_lapsed: bool
    intro: str
    goes_out: str
    goes_out_at: datetime | None
    steps: tuple[StepLine, ...]
    form: Literal["", "decide", "endorse"]
    hint: str
    asks_about_threads: bool
    when: TimingForm | None
    publish_label: str


@dataclass(frozen=True)
class ReviewScreen:
    """`publish_now`: the class of that button, in the `menu` or before the `actions`. `menu` None: there is none.

    `text`: where the text with its comments stands among what the networks show; "": nowhere. `is_older`: a newer text
    than the one shown was submitted. `was_sent`: the version that is shown is, or was, on a network. `is_out`: the post
    is on one at this moment, and `further_actions` are those about what is public.
    """

    mode: PageMode
    text: Literal["", "first", "last"]
    statuses: tuple[StatusPill, ...]
    publish_now: Literal["", "button", "menu-item"]
    actions: tuple[PostAction, ...]
    menu: tuple[PostAction, ...] | None
    returned: Decision | None
    shows_approved_time: bool
    is_older: bool
    networks: tuple[NetworkLine, ...]
    previews: tuple[PreviewCard, ...]
    was_sent: bool
    is_out: bool
    further_actions: tuple[PostAction, ...]
    emergency: EmergencyCard | None
    deciding: DecisionCard | None


def present(reading: ReviewPage, slug: str) -> ReviewScreen:
    """The page as it is read in the municipality with this slug."""
    post, may, box = reading.post, reading.may, reading.decision_box
    has_menu = any(may[verb] for verb in ("take_back", "duplicate", "activity", "take_down"))
    last = reading.decisions[0] if reading.decisions else None
    deciding = _deciding(reading) if box.waits and may["drafts"] and reading.is_newest else None
    mode = _mode(reading, deciding)
    was_returned = post.stage == Stage.RETURNED and last is not None and last.kind == DecisionKind.RETURNED
    is_out = any(row.delivery.state == State.PUBLISHED and not row.delivery.is_over for row in reading.publications)
    return ReviewScreen(
        mode=mode,
        text=_text(reading, mode),
        statuses=tuple(_statuses(reading)),
        publish_now=_publish_now(reading),
        actions=tuple(_actions(reading, slug)),
        menu=tuple(_menu(reading, slug, is_out=is_out)) if has_menu else None,
        returned=last if was_returned else None,
        shows_approved_time=(may["publish"] or may["unschedule"]) and not box.lapsed,
        is_older=reading.version is not None and not reading.is_newest,
        networks=tuple(_network(publication, reading) for publication in reading.publications),
        previews=mark_shared_networks(list(_previews(reading))),
        was_sent=_was_sent(reading),
        is_out=is_out,
        further_actions=tuple(_further_actions(reading, slug)) if is_out else (),
        emergency=_emergency(box),
        deciding=deciding,
    )


def _mode(reading: ReviewPage, deciding: DecisionCard | None) -> PageMode:
    if deciding:
        return "deciding"
    # who reads no drafts comes for what is public
    is_approved = reading.post.stage == Stage.APPROVED or not reading.may["drafts"]
    return "out" if reading.publications and is_approved else "writing"


def _text(reading: ReviewPage, mode: PageMode) -> Literal["", "first", "last"]:
    """Who writes or comments begins with the text, who decides or looks at what is out with the networks."""
    if not reading.may["drafts"]:
        return ""
    return "first" if mode == "writing" or (mode == "deciding" and not reading.may["decide"]) else "last"


# ---- the head of the page


def _statuses(reading: ReviewPage) -> Iterator[StatusPill]:
    """How the post stands: while it is written and decided its stage, afterwards what became of it on its networks."""
    post, box = reading.post, reading.decision_box
    if box.unapproved and not box.lapsed:
        yield StatusPill("expired", _("Emergency, not approved"))
    elif post.is_correction:
        yield StatusPill(post.stage, _correction_label(post))
    on_networks = _on_networks(reading)
    if post.stage != Stage.APPROVED or not on_networks:
        # What was withdrawn from the schedule is no news; what is out, or may be, is.
        on_networks = {state: count for state, count in on_networks.items() if state not in NOT_SENT}
        if not post.is_correction and not (box.unapproved and not box.lapsed):
            yield StatusPill(post.stage)
    all_of_them = len(reading.publications)
    for state, count in on_networks.items():
        yield StatusPill(state, str(STATES[state].counted(count, all_of_them).label))


def _on_networks(reading: ReviewPage) -> dict[str, int]:
    """How many of its publications are in each state; first those that need a person."""
    counts = Counter(publication.shown_state for publication in reading.publications)
    order = [*NEEDS_A_LOOK, *counts]
    return {state: counts[state] for state in dict.fromkeys(order) if counts[state]}


def _correction_label(post: Post) -> str:
    if post.stage == Stage.SUBMITTED:
        return _("Correction waits for approval")
    return _("Correction sent back") if post.stage == Stage.RETURNED else _("Correction being written")


def _publish_now(reading: ReviewPage) -> Literal["", "button", "menu-item"]:
    """A post with a time is published earlier from the menu."""
    if not reading.may["publish"]:
        return ""
    if reading.post.due_at:
        return "menu-item"
    return "" if reading.may["edit"] else "button"


def _actions(reading: ReviewPage, slug: str) -> Iterator[PostAction]:
    post, may = reading.post, reading.may
    if may["edit"]:
        yield PostAction(_url("post_edit", slug, post), "pencil", _("Go on writing"), is_primary=True)
    elif may["publish"]:
        label = _("Change the time") if post.due_at else _("Choose a time")
        yield PostAction(_url("post_move", slug, post), "calendar-clock", label, is_primary=not post.due_at)
    if may["correct"]:
        yield PostAction(_url("post_correct", slug, post), "pencil", _("Correct it"))
    if may["take_back"]:
        yield PostAction(
            _url("post_take_back", slug, post),
            "pencil",
            _("Edit"),
            is_form=True,
            confirm=_what_editing_does(post),
            confirm_yes=_("Edit it"),
        )


def _what_editing_does(post: Post) -> str:
    if post.stage == Stage.APPROVED:
        return _(
            "It becomes a draft and its approval lapses: nothing goes out until it is submitted and approved again."
        )
    return _("It becomes a draft and is not reviewed until you submit it again.")


def _menu(reading: ReviewPage, slug: str, *, is_out: bool) -> Iterator[PostAction]:
    """Without what stands beside the networks once it is out."""
    post, may = reading.post, reading.may
    if may["move"] and not may["publish"]:
        yield PostAction(_url("post_move", slug, post), "calendar-clock", _("Change the time"))
    if may["unschedule"]:
        yield PostAction(_url("post_unschedule", slug, post), "calendar-x", _("Take off the schedule"), is_form=True)
    if may["emergency"]:
        yield PostAction(_url("post_emergency", slug, post), "octagon-alert", _("Publish in an emergency"))
    if may["duplicate"]:
        yield from _reuse(post, slug)
        if not is_out:
            yield _repeat(post, slug)
    if may["activity"]:
        yield PostAction(_url("post_activity", slug, post), "history", _("Activity"))
    if may["delete"]:
        yield PostAction(_url("post_delete", slug, post), "trash-2", _("Delete"), is_form=True, is_danger=True)


def _reuse(post: Post, slug: str) -> Iterator[PostAction]:
    yield PostAction(_url("post_duplicate", slug, post), "copy", _("Duplicate"), is_form=True)
    yield PostAction(_url("library_from_post", slug, post), "files", _("Save as a template"))
    if post.format and post.is_public:  # type: ignore[attr-defined]
        yield PostAction(_url("post_closing", slug, post), "list-checks", _("Outcome of the answers"))


def _repeat(post: Post, slug: str) -> PostAction:
    return PostAction(_url("recurrence_new", slug, post), "repeat-2", _("Repeat it"))


def _further_actions(reading: ReviewPage, slug: str) -> Iterator[PostAction]:
    if reading.may["duplicate"]:
        yield _repeat(reading.post, slug)
    if reading.may["take_down"]:
        yield PostAction(_url("post_take_down", slug, reading.post), "trash-2", _("Take it down…"), is_danger=True)


def _url(name: str, slug: str, post: Post) -> str:
    return reverse(name, args=[slug, post.pk])


# ---- on the networks


def _network(publication: Publication, reading: ReviewPage) -> NetworkLine:
    delivery = publication.delivery
    event, event_at = _event(publication)
    notes = tuple(_network_notes(publication, reading))
    at = delivery.published_at or delivery.due_at
    thread = thread_lines(delivery, reading.thread_parts.get(delivery.pk, []))
    return NetworkLine(publication, at, event, event_at, notes, delivery.network_words, thread)


def _was_sent(reading: ReviewPage) -> bool:
    version = reading.version.pk if reading.version else None
    return any(row.version_id == version for row in reading.publications if row.delivery.state in SEEN)


def _previews(reading: ReviewPage) -> Iterator[PreviewCard]:
    """First those of networks that have shown it: the others stand below the same heading with their state."""
    states = {(row.channel_id, row.slot): row for row in reading.publications}
    others = []
    for preview in reading.previews:
        publication = states.get((preview.channel.pk, preview.part.slot))
        if publication is None or publication.delivery.state in SEEN or not _was_sent(reading):
            is_shown = publication is not None and reading.version and publication.version_id == reading.version.pk
            published_at = publication.delivery.published_at if publication and is_shown else None
            yield PreviewCard(preview, published_at=published_at)
        else:
            others.append(PreviewCard(preview, publication.shown_state))
    yield from others


def mark_shared_networks(cards: Sequence[PreviewCard]) -> tuple[PreviewCard, ...]:
    """A network's name alone names a channel only where it is the only one of that network."""
    shown = {card.preview.channel.pk: card.preview.channel.network_label for card in cards}
    channels = Counter(shown.values())
    return tuple(replace(card, shares_network=channels[card.preview.channel.network_label] > 1) for card in cards)


def _event(publication: Publication) -> tuple[NetworkEvent, datetime | None]:
    delivery = publication.delivery
    if delivery.state == State.MISSING:
        return "missing", delivery.state_at
    if delivery.state == State.WITHDRAWN:
        return "withdrawn", delivery.state_at
    if delivery.state == State.PUBLISHED and delivery.withdrawal_asked_at:
        return "withdrawing", None
    if publication.shown_state == "changed":
        return "changed", delivery.changed_at
    until = delivery.public_until if delivery.state == State.PUBLISHED else None
    if until is None:
        return "", None
    return ("over" if delivery.is_over else "until"), until


def _network_notes(publication: Publication, reading: ReviewPage) -> Iterator[str]:
    delivery = publication.delivery
    is_older = reading.newest is None or publication.version_id != reading.newest.pk
    if reading.may["drafts"] and delivery.state == State.PUBLISHED and is_older:
        yield _("an earlier text is there")
    if delivery.reason == ReasonCode.TOO_EARLY and delivery.state == State.WAITING:
        yield delivery.reason_words
    if delivery.network_words:
        yield _("It could not be taken down there.") if delivery.state == State.PUBLISHED else delivery.reason_words
    elif delivery.problem:
        yield _(delivery.problem)


# ---- an emergency


def _emergency(box: DecisionBox) -> EmergencyCard | None:
    if box.emergency is None:
        return None
    asks = _("Published in an emergency: was it in order?")
    heading = asks if box.may_review else _("Published in an emergency")
    if box.review is None:
        return EmergencyCard(heading, box.emergency, "review" if box.may_review else "waits")
    if box.review.kind == DecisionKind.REVIEWED:
        pill = StatusPill("approved", _("In order"))
    else:
        pill = StatusPill("failed", _("Not in order"))
    return EmergencyCard(heading, box.emergency, "reviewed", pill, _decided_by(box.review), box.review)


def _decided_by(decision: Decision) -> str:
    if decision.for_whom:
        return f"{decision.by} {_('for %(person)s') % {'person': decision.for_whom}}"
    return str(decision.by)


# ---- the decision


def _deciding(reading: ReviewPage) -> DecisionCard:
    post, may, box = reading.post, reading.may, reading.decision_box
    may_say = may["decide"] or may["endorse"]
    form: Literal["", "decide", "endorse"] = "decide" if may["decide"] else "endorse" if may["endorse"] else ""
    corrects = may_say and post.is_correction
    return DecisionCard(
        heading=_heading(reading),
        is_lapsed=box.lapsed,
        intro=_intro(reading) if may_say else "",
        goes_out=goes_out(post) if may_say else "",
        goes_out_at=post.due_at if may_say and not corrects else None,
        steps=tuple(_step(step, reading.next_people) for step in box.steps),
        form=form,
        hint=_hint(reading) if may["decide"] else "",
        asks_about_threads=may["approve"] and bool(reading.open),
        when=reading.when,
        publish_label=publish_label(reading.previews) if reading.when and box.last and not reading.is_paused else "",
    )


def goes_out(post: Post) -> str:
    """In a sentence; "" where it has a time."""
    if post.is_correction:
        return _("The networks are corrected as soon as everyone has agreed.")
    if asks_when(post, timezone.now()):
        return too_late_message(post)
    if post.on_approval:
        return _("It goes out as soon as everyone has agreed.")
    return "" if post.due_at else _("Nobody has said yet when it goes out.")


def publish_label(previews: Sequence[Preview]) -> str:
    """Of the button that approves, where this publishes the post at once; "" where no network would take it now."""
    connected = [preview.channel for preview in previews if preview.channel.state == ChannelState.CONNECTED]
    count = len({channel.platform for channel in connected})
    if not count:
        return ""
    return ngettext(
        "Approve and publish now on one network", "Approve and publish now on %(count)s networks", count
    ) % {"count": count}


def _heading(reading: ReviewPage) -> str:
    may = reading.may
    if may["approve"] and reading.post.is_correction:
        return _("Is what is public corrected like this?")
    if may["approve"]:
        return _("Publish this post as it is?")
    if may["endorse"]:
        return _("Is this post ready?")
    if reading.decision_box.denial == DenialReason.MENTOR:
        return _("The mentor reads this post first")
    return _("This post waits for another approver") if may["decide"] else _("This post waits for a decision")


def _intro(reading: ReviewPage) -> str:
    assert reading.newest is not None
    return _(
        "You decide on the text that %(person)s submitted. It has not changed since; what you see here is exactly what "
        "is sent."
    ) % {"person": reading.newest.created_by}


def _hint(reading: ReviewPage) -> str:
    box = reading.decision_box
    if reading.may["approve"]:
        return "" if box.last else _("After your approval one more approver has to agree before it goes out.")
    if box.denial == DenialReason.OWN:
        return _("You wrote or submitted it, so another person has to approve it. You can still return it.")
    if box.denial == DenialReason.TWICE:
        return _(
            "You have decided on this version already. Another person has to take the next step; you can still return "
            "it."
        )
    return _("You can approve it after that, and return it at any time.")


def _step(step: ApprovalStep, next_people: str) -> StepLine:
    label = str(step.step.label)
    if step.by:
        return StepLine("circle-check", label, step.is_next, _decided_by(step.by), step.by.at)
    if step.left_out:
        note = _("left out: no mentor is paired with the municipality today")
        return StepLine("minus", label, step.is_next, note=note)
    if step.is_next:
        note = _("next: %(names)s") % {"names": next_people} if next_people else _("next: nobody can do it today")
        return StepLine("hourglass", label, step.is_next, note=note)
    return StepLine("circle-dashed", label, step.is_next, note=_("after that"))
