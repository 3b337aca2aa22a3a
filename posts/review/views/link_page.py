"""What the page of a decision link shows: what goes out as each network shows it, or why nothing can be decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.confirming import ConfirmationWay, confirmation_way
from accounts.models import User
from common import dates
from posts import queries
from posts.approval import approval_capacities, approval_progress
from posts.draft import Draft
from posts.editing.previews import Preview, picture_url
from posts.enums import DecisionKind
from posts.forms import TimingForm
from posts.models import Decision, DecisionLink, Post, Version
from posts.review import annotated_text
from posts.review.annotated_text import Talk
from posts.review.decision_mail import next_deciders, others_sentence, version_previews
from posts.review.domain.approve import time_shown
from posts.review.domain.decision_links import LinkState, LinkStatus
from posts.review.views.approval_sentence import approval_sentence
from posts.review.views.review_page import is_paused_here
from posts.review.views.review_screen import PreviewCard, goes_out, mark_shared_networks, publish_label
from posts.rules import ApprovalCapacity, capacity_or_denial


@dataclass(frozen=True)
class ClosedPage:
    """Nothing can be decided: what happened, and what that means or what to do. `url`, with its `label`: where to go
    on, "" for nowhere.
    """

    heading: str
    sentences: tuple[str, ...]
    url: str = ""
    label: str = ""
    is_good: bool = False


@dataclass(frozen=True)
class OpenPage:
    """`place` stands for the request in the templates of previews, which show the municipality of the page.

    `publish_label`: of the button that approves, where this publishes it now; "" if it cannot.
    `way`: what the person enters, "" where their own session says who they are. `absent`: for whom they stand in.
    `talks` are the open conversations, which only their own session sees: without it the page shows what the mail
    holds.
    """

    post: Post
    version: Version
    cards: Sequence[PreviewCard]
    talks: Sequence[Talk]
    open_talks: int
    others: str
    time: str
    person: User
    way: str
    place: Any
    url: str
    absent: User | None
    is_last: bool
    is_paused: bool
    when: TimingForm
    publish_label: str
    goes_out: str

    @property
    def asks(self) -> bool:
        """Whether the form asks for a password."""
        return self.way in (ConfirmationWay.PASSWORD, ConfirmationWay.PASSWORD_AND_CODE)

    @property
    def asks_code(self) -> bool:
        return self.way == ConfirmationWay.PASSWORD_AND_CODE

    @property
    def may_decide_here(self) -> bool:
        """Not by passkey, nor without a second factor that is required: those need the sign-in."""
        return not self.way or self.asks

    @property
    def may_approve_here(self) -> bool:
        """Nobody approves past conversations that they have not seen."""
        return self.may_decide_here and not self.hidden_talks

    @property
    def hidden_talks(self) -> int:
        """How many conversations are open and not shown."""
        return self.open_talks if self.way else 0


def open_page(link: DecisionLink, token: str, way: str, sent: Mapping[str, str]) -> OpenPage:
    """In the scope of its municipality. `way`: as in `OpenPage`; `sent`: what the form came back with."""
    post, version, person, municipality = link.version.post, link.version, link.user, link.municipality
    version.post = post
    draft, previews = version_previews(version)
    progress = approval_progress(version, municipality)
    capacity = capacity_or_denial(
        approval_capacities(person, municipality),
        progress,
        writers=queries.writers(post, version),
        own_allowed=municipality.may_approve_own,
    )
    absent = capacity.for_whom if isinstance(capacity, ApprovalCapacity) else None
    is_last, is_paused = len(progress.missing) <= 1, is_paused_here(municipality)
    urls = _picture_urls(municipality.slug, draft, token)
    return OpenPage(
        post=post,
        version=version,
        cards=mark_shared_networks([PreviewCard(_with_urls(preview, urls)) for preview in previews]),
        talks=[] if way else _open_talks(post, person),
        open_talks=queries.open_threads(post),
        others=others_sentence(next_deciders(post, version, progress, besides=person)),
        time=time_shown(post),
        person=person,
        way=way,
        place=SimpleNamespace(municipality=municipality),
        url=post_url(post),
        absent=User.objects.get(pk=absent) if absent else None,
        is_last=is_last,
        is_paused=is_paused,
        when=TimingForm(sent if "when" in sent else None, post=post, now=timezone.now()),
        publish_label=publish_label(previews) if is_last and not is_paused else "",
        goes_out=goes_out(post),
    )


def way_of(link: DecisionLink, user: Any) -> str:
    """As in `OpenPage`: a session of the same person has passed all that a sign-in asks for."""
    way = confirmation_way(link.user)
    return "" if user.is_authenticated and user.pk == link.user_id and way != ConfirmationWay.SET_UP else way


def _picture_urls(slug: str, draft: Draft, token: str) -> dict[str, str]:
    """Where the page has the pictures from, by where members have them from."""
    return {
        picture_url(slug, shown.id, shown.crop): reverse("decide_by_link_picture", args=[token, number])
        for number, shown in enumerate(draft.media, 1)
    }


def _with_urls(preview: Preview, urls: Mapping[str, str]) -> Preview:
    return replace(preview, pictures=[replace(shown, url=urls[shown.url]) for shown in preview.pictures])


def _open_talks(post: Post, reader: User) -> list[Talk]:
    threads = [thread for thread in queries.threads(post, reader=reader) if thread.is_open]
    talks = [Talk(thread, comments=list(thread.loaded_comments)) for thread in threads]  # type: ignore[attr-defined]
    comments = [comment for talk in talks for comment in talk.comments]
    wanted = {pk for comment in comments for pk in comment.mentions}
    names = {pk: row.name for pk, row in User.objects.in_bulk(wanted).items()} if wanted else {}
    for comment in comments:
        comment.html = annotated_text.comment_html(comment.text, names)
    return talks


def post_url(post: Post) -> str:
    return reverse("post", args=[post.municipality.slug, post.pk])


# ---------------------------------------------------------------- why nothing can be decided


def closed_page(link: DecisionLink, status: LinkStatus, *, is_done: bool = False) -> ClosedPage:
    """`is_done`: this person has decided with it a moment ago. In the scope of its municipality."""
    url, label = post_url(link.version.post), _("Open the post in the portal")
    if status.state == LinkState.USED:
        return _used(link, url, label, is_done=is_done)
    if status.decision:
        return _decided_by_another(status.decision, url, label)
    heading, *sentences = _reason(link, status)
    if status.state in (LinkState.NO_RIGHT, LinkState.DELETED):
        return ClosedPage(heading, tuple(sentences))
    return ClosedPage(
        heading, tuple(sentences), url, _("Open the new version") if status.state == LinkState.CHANGED else label
    )


def _reason(link: DecisionLink, status: LinkStatus) -> tuple[str, ...]:
    """The heading, and what it means or what to do."""
    in_portal = _("In the portal you can see what happened to the post, and decide as always.")
    if status.state == LinkState.EXPIRED:
        time = {"time": dates.date_time(link.expires_at)}
        return (
            _("This link has expired"),
            _("It worked until %(time)s. Nothing was decided with it.") % time,
            _("The post still waits for your decision: sign in and decide in the portal."),
        )
    if status.denial:
        return _("You cannot approve this post"), str(status.denial.label), in_portal
    sentences = {
        LinkState.SWITCHED_OFF: (
            _("Decisions from a mail are switched off"),
            _("The municipality has switched them off since this mail was sent. Nothing was decided."),
            in_portal,
        ),
        LinkState.NO_RIGHT: (
            _("This link decides nothing any more"),
            _("The person it was sent to does not approve posts of this municipality today. Nothing was decided."),
            _("If that is not right, ask an approver of the municipality or an administrator."),
        ),
        LinkState.DELETED: (_("The post was deleted"), _("There is nothing to decide any more.")),
        LinkState.CHANGED: (
            _("The post was changed after this mail was sent"),
            _("This link is about an earlier version, so nothing can be decided with it."),
            _("Read the new version and decide about that."),
        ),
        LinkState.TAKEN_BACK: (
            _("The post does not wait for a decision any more"),
            _("Its writer took it back to work on it. Nothing was decided."),
            in_portal,
        ),
    }
    return sentences[status.state]


def _used(link: DecisionLink, url: str, label: str, *, is_done: bool) -> ClosedPage:
    assert link.used_at is not None
    approved = link.outcome == DecisionKind.APPROVED
    time = {"time": dates.date_time(link.used_at)}
    if not is_done:
        what = _("The post was approved.") if approved else _("The post was returned with a note.")
        how = _("That was on %(time)s. A link works once; in the portal you see how the post stands now.") % time
        return ClosedPage(_("Already decided with this link"), (what, how), url, label)
    if not approved:
        return ClosedPage(_("Returned"), (_("Returned. The author has been notified."),), url, label, is_good=True)
    return ClosedPage(
        _("Approved"),
        (approval_sentence(link.version.post, is_paused=is_paused_here(link.municipality)),),
        url,
        label,
        is_good=True,
    )


def _decided_by_another(decision: Decision, url: str, label: str) -> ClosedPage:
    facts = {"person": decision.by, "time": dates.date_time(decision.at)}
    if decision.kind == DecisionKind.RETURNED:
        what = _("%(person)s returned it to its writer on %(time)s.") % facts
    elif decision.kind == DecisionKind.EMERGENCY:
        what = _("%(person)s published it in an emergency on %(time)s.") % facts
    else:
        what = _("%(person)s approved it on %(time)s.") % facts
    nothing = _("Your link is not needed any more, and nothing was decided with it.")
    return ClosedPage(_("The post is decided already"), (what, nothing), url, label)


def unknown_page() -> ClosedPage:
    why = _("It is not complete, or it is older than a month. Copy the whole address from the mail, or sign in.")
    return ClosedPage(_("This link does not work"), (why,), reverse("home"), _("Go to the portal"))


def busy_page() -> ClosedPage:
    why = _(
        "Too many such links were opened from your network within a minute. Nothing was decided. Go back and try again "
        "in a minute."
    )
    return ClosedPage(_("One moment, please"), (why,))


def foreign_page(user: Any) -> ClosedPage:
    why = _("You are signed in as %(person)s, and the link was sent to somebody else. Nothing was decided.") % {
        "person": user
    }
    to_do = _(
        "Nobody decides in another person's name. If you may decide about posts yourself, they wait for you in the "
        "portal. If the link is yours, sign out first."
    )
    return ClosedPage(_("This link belongs to another person"), (why, to_do), reverse("home"), _("Go to the portal"))
