"""Notifications about the review of a post, in the language of each recipient. Only rows; a worker sends the mail."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common import dates
from municipalities.enums import Approval, Role
from municipalities.models import Membership
from notifications.domain.notify import TextBuilder, notify
from notifications.domain.withdraw import withdraw
from notifications.enums import NotificationKind
from posts.approval import deciders, mentors_of, requires_mentor
from posts.enums import DecisionKind, Stage, SuggestionState
from posts.models import Amendment, Comment, Decision, Post, Suggestion, Thread
from posts.notifications import mentions
from posts.queries import last_submission
from posts.rules import ApprovalProgress, approved_times


def submitted(post: Post, *, by: User) -> None:
    """To those whose turn it is: the mentor where an endorsement is required first, else the approvers."""
    facts = _facts(post, by)
    withdraw(NotificationKind.SUBMITTED, _about_post(post))
    readers = mentors_of(post.municipality) if requires_mentor(post.municipality) else []

    def build_text() -> tuple[str, str]:
        if readers:
            subject = _("%(municipality)s: “%(post)s” waits until you have read it") % facts
            body = _("%(person)s wrote a post. Confirm that it is ready; an approver decides after that.") % facts
        else:
            subject = _("%(municipality)s: “%(post)s” waits for your approval") % facts
            body = _("%(person)s wrote a post and requests your approval.") % facts
        return subject, f"{body}\n{_when(post)}"

    _notify(NotificationKind.SUBMITTED, readers or deciders(post.municipality), post, build_text, by=by)


def next_step(post: Post, progress: ApprovalProgress, *, by: User) -> None:
    """To the approvers who have not decided: a second approval is needed."""
    facts = _facts(post, by)
    done = {who for approval in progress.approvals for who in (approval.by_id, approval.for_whom_id)}

    def build_text() -> tuple[str, str]:
        subject = _("%(municipality)s: “%(post)s” waits for a second approval") % facts
        body = _("%(person)s approved the post. It is published when one more approver agrees.") % facts
        return subject, f"{body}\n{_when(post)}"

    others = [decider for decider in deciders(post.municipality) if decider.pk not in done]
    _notify(NotificationKind.SUBMITTED, others, post, build_text, by=by)


def endorsed(post: Post, progress: ApprovalProgress, *, by: User, note: str) -> None:
    """To its writers; and to the approvers if they waited for it."""
    facts = _facts(post, by)

    def build_text() -> tuple[str, str]:
        subject = _("%(municipality)s: a mentor has read “%(post)s”") % facts
        body = _("%(person)s has read the post and finds it ready.") % facts
        return subject, "\n".join(filter(None, [body, note, _when(post)]))

    def turn() -> tuple[str, str]:
        subject = _("%(municipality)s: “%(post)s” waits for your approval") % facts
        return subject, build_text()[1]

    _notify(NotificationKind.DECIDED, _writers(post), post, build_text, by=by)
    if post.municipality.approval == Approval.MENTOR:
        _notify(NotificationKind.SUBMITTED, deciders(post.municipality), post, turn, by=by)


def approved(post: Post, *, by: User, note: str) -> None:
    """To its writers."""
    facts = _facts(post, by)

    def build_text() -> tuple[str, str]:
        subject = _("%(municipality)s: “%(post)s” was approved") % facts
        body = _("%(person)s approved the post.") % facts
        return subject, "\n".join(filter(None, [body, note, _when(post)]))

    _notify(NotificationKind.DECIDED, _writers(post), post, build_text, by=by)


def emergency(post: Post, *, by: User, reason: str, review_due_at: datetime) -> None:
    """To all approvers, at once: it is public, and one of them has to review it."""
    facts = _facts(post, by)

    def build_text() -> tuple[str, str]:
        subject = _("%(municipality)s: emergency post “%(post)s”") % facts
        body = _("%(person)s published a post without approval. The reason given:") % facts
        until = _("Review it until %(time)s.") % {"time": dates.date_time(review_due_at)}
        return subject, f"{body}\n\n{reason}\n\n{until}"

    _notify(NotificationKind.EMERGENCY, deciders(post.municipality), post, build_text, by=by, fragment="#emergency")


def review_due(post: Post, about: Decision) -> None:
    """To those who may review it, until somebody does."""
    facts = _facts(post, about.by)

    def build_text() -> tuple[str, str]:
        subject = _("%(municipality)s: the emergency post “%(post)s” waits for a review") % facts
        body = _("%(person)s published it without approval, and it has not been reviewed since.") % facts
        assert about.review_due_at is not None
        until = _("The review is due on %(time)s.") % {"time": dates.date_time(about.review_due_at)}
        return subject, f"{body}\n{until}"

    others = [decider for decider in deciders(post.municipality) if decider.pk not in (about.by_id, post.author_id)]
    _notify(NotificationKind.REVIEW_DUE, others, post, build_text, by=None, fragment="#emergency")


def reviewed(post: Post, decision: Decision, *, about: Decision, by: User) -> None:
    """To the publisher of the emergency, and to its writers."""
    facts = _facts(post, by)

    def build_text() -> tuple[str, str]:
        if decision.kind == DecisionKind.REVIEWED:
            subject = _("%(municipality)s: the emergency post “%(post)s” is in order") % facts
        else:
            subject = _("%(municipality)s: the emergency post “%(post)s” is not in order") % facts
        body = _("%(person)s reviewed what you published without approval.") % facts
        return subject, "\n\n".join(filter(None, [body, decision.note]))

    _notify(NotificationKind.DECIDED, [about.by, *_writers(post)], post, build_text, by=by, fragment="#emergency")


def returned(post: Post, *, by: User, note: str) -> None:
    """To its writers."""
    facts = {"person": by, "municipality": post.municipality, "post": post}

    def build_text() -> tuple[str, str]:
        subject = _("%(municipality)s: “%(post)s” came back with a note") % facts
        return subject, f"{_('%(person)s returned the post with this note:') % facts}\n\n{note}"

    _notify(NotificationKind.DECIDED, _writers(post), post, build_text, by=by)


def asked_to_publish_now(post: Post, approved_for: datetime, *, by: User) -> None:
    """To those whose turn it is: it was approved for another time, and should be published now."""
    facts = _facts(post, by)
    readers = mentors_of(post.municipality) if requires_mentor(post.municipality) else []

    def build_text() -> tuple[str, str]:
        subject = _("%(municipality)s: “%(post)s” is to be published now and waits for approval again") % facts
        time = {**facts, "time": dates.date_time(approved_for)}
        body = _(
            "It was approved for %(time)s. %(person)s requests to publish it now. Until then it is off the schedule."
        )
        return subject, body % time

    _notify(NotificationKind.SUBMITTED, readers or deciders(post.municipality), post, build_text, by=by)


def moved(post: Post, progress: ApprovalProgress, *, by: User) -> None:
    """To those who approved it: the approval stays, the time has changed. `at` has their approvals.

    An earlier time is reported at once to all approvers: later nothing could be stopped any more. Of several moves only
    the last is told to those who have not seen the others, and a post that is back at its approved time only to those
    who have.
    """
    times = approved_times(progress)
    know = withdraw(NotificationKind.MOVED, _about_post(post))
    if times and all(approved_time == post.due_at for approved_time in times):
        _moved_back(post, [person for person in _agreed(progress) if person.pk in know], by=by)
        return
    if post.due_at and times and post.due_at < max(times):
        _earlier(post, progress, max(times), by=by)
        return
    facts = _facts(post, by)

    def build_text() -> tuple[str, str]:
        subject = _("%(municipality)s: “%(post)s” has another time") % facts
        body = _("%(person)s moved a post that you approved. Your approval stays.") % facts
        return subject, f"{body}\n{_when(post)}"

    _notify(NotificationKind.MOVED, _agreed(progress), post, build_text, by=by)


def _moved_back(post: Post, people: Iterable[Any], *, by: User) -> None:
    facts = _facts(post, by)

    def build_text() -> tuple[str, str]:
        subject = _("%(municipality)s: “%(post)s” is back at its time") % facts
        body = _("%(person)s moved the post back to the time that you approved.") % facts
        return subject, f"{body}\n{_when(post)}"

    _notify(NotificationKind.MOVED, people, post, build_text, by=by)


def _earlier(post: Post, progress: ApprovalProgress, approved_for: datetime, *, by: User) -> None:
    facts = _facts(post, by)

    def build_text() -> tuple[str, str]:
        subject = _("%(municipality)s: “%(post)s” will be published earlier than it was approved for") % facts
        time = {**facts, "time": dates.date_time(approved_for)}
        body = _("%(person)s chose an earlier time. The post was approved for %(time)s, and the approval stays.") % time
        return subject, f"{body}\n{_when(post)}"

    people = [*_agreed(progress), *deciders(post.municipality)]
    _notify(NotificationKind.MOVED, people, post, build_text, by=by, at_once=True)


def _agreed(progress: ApprovalProgress) -> list[Any]:
    """Who approved, and for whom."""
    return [who for approval in progress.approvals for who in (approval.by, approval.for_whom) if who]


def removal_asked(amendment: Amendment, *, by: User) -> None:
    """To the approvers."""
    post, facts = amendment.post, _facts(amendment.post, by)

    def build_text() -> tuple[str, str]:
        subject = _("%(municipality)s: removal of “%(post)s” is requested") % facts
        body = _("%(person)s requests the removal of a public post. The reason given:") % facts
        return subject, f"{body}\n\n{amendment.reason}"

    _notify(NotificationKind.SUBMITTED, deciders(post.municipality), post, build_text, by=by, fragment="#removal")


def removed(amendment: Amendment, *, by: User) -> None:
    """To its writers and to the person who asked; in an emergency to all approvers."""
    post, facts = amendment.post, _facts(amendment.post, by)

    def build_text() -> tuple[str, str]:
        subject = _("%(municipality)s: “%(post)s” is taken down") % facts
        if amendment.is_emergency:
            body = _("%(person)s takes down a post without approval, being on the emergency list. The reason given:")
        else:
            body = _("%(person)s agreed that the post is taken down. The reason given:")
        return subject, "\n\n".join(filter(None, [body % facts, amendment.reason, amendment.note]))

    people = deciders(post.municipality) if amendment.is_emergency else [amendment.by, *_writers(post)]
    kind = NotificationKind.EMERGENCY if amendment.is_emergency else NotificationKind.DECIDED
    _notify(kind, people, post, build_text, by=by, fragment="#removal")


def removal_declined(amendment: Amendment, *, by: User) -> None:
    """To the person who asked."""
    post, facts = amendment.post, _facts(amendment.post, by)

    def build_text() -> tuple[str, str]:
        subject = _("%(municipality)s: “%(post)s” stays where it is") % facts
        body = _("%(person)s declined to take it down, with this note:") % facts
        return subject, f"{body}\n\n{amendment.note}"

    _notify(NotificationKind.DECIDED, [amendment.by], post, build_text, by=by, fragment="#removal")


def commented(comment: Comment, *, by: User) -> None:
    """To the people mentioned in it, the writers of the post and earlier participants of the thread."""
    thread = comment.thread
    post, facts = thread.post, _facts(thread.post, by)
    people = {person.pk: person for person in User.objects.filter(pk__in=comment.mentions)}
    text = _plain(comment, people)
    named = [people[pk] for pk in comment.mentions if pk in people]

    def mentioning() -> tuple[str, str]:
        subject = _("%(municipality)s: %(person)s mentions you on “%(post)s”") % facts
        return subject, _about(thread, text)

    def saying() -> tuple[str, str]:
        subject = _("%(municipality)s: %(person)s commented on “%(post)s”") % facts
        return subject, _about(thread, text)

    others = [person for person in _in(thread) if person.pk not in people]
    _notify(NotificationKind.MENTION, named, post, mentioning, by=by, fragment=f"#thread-{thread.pk}")
    _notify(NotificationKind.COMMENT, others, post, saying, by=by, fragment=f"#thread-{thread.pk}")


def suggested(suggestion: Suggestion, comment: Comment, *, by: User) -> None:
    """To the writers of the post, who decide, and to the people mentioned in the reason."""
    thread = suggestion.thread
    facts = _facts(thread.post, by)
    people = {person.pk: person for person in User.objects.filter(pk__in=comment.mentions)}
    text = _plain(comment, people)

    def build_text() -> tuple[str, str]:
        subject = _("%(municipality)s: %(person)s suggests other words for “%(post)s”") % facts
        instead = suggestion.replacement or _("(nothing: the words are taken out)")
        change = "\n".join([_("Instead of:"), thread.quote, "", _("proposed text:"), instead])
        return subject, "\n\n".join(filter(None, [change, text]))

    recipients = [*_writers(thread.post), *people.values()]
    _notify(NotificationKind.SUGGESTION, recipients, thread.post, build_text, by=by, fragment=f"#thread-{thread.pk}")


def decided(post: Post, suggestions: Sequence[Suggestion], *, by: User) -> None:
    """To each author of the suggestions, one notification for all of theirs."""
    facts = _facts(post, by)
    for author in {suggestion.thread.author_id: suggestion.thread.author for suggestion in suggestions}.values():
        own = [suggestion for suggestion in suggestions if suggestion.thread.author_id == author.pk]
        accepted = [suggestion for suggestion in own if suggestion.state == SuggestionState.ACCEPTED]

        def build_text(accepted: Any = accepted, own: Any = own) -> tuple[str, str]:
            if accepted:
                subject = _("%(municipality)s: %(person)s accepted your words for “%(post)s”") % facts
            else:
                subject = _("%(municipality)s: %(person)s declined your words for “%(post)s”") % facts
            changes = [f"{suggestion.thread.quote}\n→ {suggestion.replacement or '—'}" for suggestion in own]
            return subject, "\n\n".join(changes)

        _notify(NotificationKind.SUGGESTION, [author], post, build_text, by=by, fragment=f"#thread-{own[0].thread_id}")


def report_waits(post: Post) -> None:
    """To the author of the post; to all writers of the municipality once the author has left."""
    running = Membership.objects.running().filter(
        municipality=post.municipality, role__in=(Role.OFFICER, Role.APPROVER)
    )
    people = [row.user for row in running.select_related("user")]
    mine = [person for person in people if person.pk == post.author_id]
    facts = _facts(post, None)

    def build_text() -> tuple[str, str]:
        subject = _("%(municipality)s: people have answered “%(post)s”") % facts
        body = _("Enter the result: how many answered, the answers, the decision. Then inform the public.")
        return subject, body

    url = reverse("post_closing", args=[post.municipality.slug, post.pk])
    about = f"posts.post:{post.pk}"
    notify(
        NotificationKind.CLOSING,
        mine or people,
        municipality=post.municipality,
        url=url,
        build_text=build_text,
        about=about,
    )


def _facts(post: Post, by: User | None) -> dict[str, Any]:
    return {"person": by, "municipality": post.municipality, "post": post}


def _in(thread: Thread) -> list[Any]:
    spoken = [comment.author for comment in thread.comments.select_related("author")]
    return [*_writers(thread.post), *spoken]


def _plain(comment: Comment, people: dict[int, Any]) -> str:
    return mentions.plain(comment.text, {pk: person.name for pk, person in people.items()})


def _about(thread: Thread, text: str) -> str:
    return f"„{thread.quote}”\n\n{text}" if thread.quote else text


def _writers(post: Post) -> list[Any]:
    submission = last_submission(post)
    return [post.author, *([submission.by] if submission else [])]


def _when(post: Post) -> str:
    if post.is_correction:
        return _("It corrects a public post, and takes effect as soon as everyone has agreed.")
    if post.on_approval and post.approve_until:
        return _("It goes out as soon as it is approved, if that is before %(time)s.") % {
            "time": dates.date_time(post.approve_until)
        }
    if post.due_at is None:
        return _("No time is chosen yet.")
    if post.stage == Stage.APPROVED and post.due_at <= timezone.now():
        return _("It goes out at once, unless publishing is paused.")
    if post.stage != Stage.APPROVED:
        return _("It is meant to go out on %(time)s.") % {"time": dates.date_time(post.due_at)}
    return _("It is scheduled for %(time)s.") % {"time": dates.date_time(post.due_at)}


def _about_post(post: Post) -> str:
    return f"posts.post:{post.pk}"


def _notify(
    kind: NotificationKind,
    people: Iterable[Any],
    post: Post,
    build_text: TextBuilder,
    *,
    by: User | None,
    fragment: str = "",
    at_once: bool = False,
) -> None:
    """`fragment` is the position on the post's page: "#thread-3"."""
    url = reverse("post", args=[post.municipality.slug, post.pk]) + fragment
    notify(
        kind,
        people,
        municipality=post.municipality,
        url=url,
        build_text=build_text,
        by=by,
        about=_about_post(post),
        at_once=at_once,
    )
