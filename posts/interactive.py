"""Formats in which people take part: what each of them needs before it is published. Pure.

The limits of a network (number and length of a poll's answers) are checked by its connector; here are the requirements
of a fair question: that there is one, that its answers differ, and that people know what happens with the answers.
"""

from datetime import UTC, datetime, time, timedelta

from django.utils.translation import gettext as _

from municipalities.holidays import BELGRADE
from posts.compose import POLL_DAYS, WITH_ANSWERS
from posts.draft import Draft
from posts.enums import Format

# When a report is requested for a question without an end.
OPEN_FOR = timedelta(days=7)
FEWEST = 2


def format_notes(draft: Draft) -> list[str]:
    """Warnings about the interactive part, as sentences; empty when the post only informs."""
    interactive = draft.interactive
    if not interactive.kind:
        return []
    notes = []
    if not interactive.promise:
        notes.append(_("Explain how the answers will be used. People take part when they know the purpose."))
    if interactive.kind in WITH_ANSWERS and len(interactive.options) < FEWEST:
        notes.append(_("There are fewer than two answers to choose from. Write at least two."))
    if interactive.kind == Format.THIS_OR_THAT and len(interactive.options) > FEWEST:
        notes.append(_("“This or that” has two answers. For more, make it a poll."))
    if interactive.kind == Format.QUIZ and (
        interactive.answer is None or interactive.answer >= len(interactive.options)
    ):
        notes.append(_("Mark the right answer of the quiz; you will need it for the post that solves it."))
    if interactive.kind in (Format.QUESTION, Format.POLL, Format.THIS_OR_THAT, Format.QUIZ) and not _asks(draft):
        notes.append(_("There is no question in the text. End one sentence with a question mark."))
    if interactive.kind == Format.CONTEST:
        notes += _of_contest(draft)
    if interactive.kind == Format.LIVE and not interactive.rules:
        notes.append(_("Write the plan: who answers, when it begins, and how people send questions beforehand."))
    return notes


def _of_contest(draft: Draft) -> list[str]:
    notes = []
    if not draft.interactive.rules:
        notes.append(_("A contest needs rules: who may take part, until when, how it is decided, what can be won."))
    if not draft.call.deadline:
        notes.append(_("A contest needs a last day. Choose it as the deadline of the call to action."))
    notes.append(_("A prize draw can fall under the law on games of chance. Ask your lawyer before it is published."))
    return notes


def _asks(draft: Draft) -> bool:
    written = [text.text for text in draft.texts.values()]
    written += [text for texts in draft.per_channel.values() for text in texts.values()]
    return any("?" in text for text in written)


def answers_until(draft: Draft, published_at: datetime) -> datetime:
    """When the answers are complete: the end of the poll, of the deadline's day, or a week after publication. UTC.

    A poll runs for a multiple of 24 hours, as its network counts; a day ends at midnight in Belgrade.
    """
    interactive = draft.interactive
    if interactive.kind in WITH_ANSWERS:
        return published_at + timedelta(days=interactive.days or POLL_DAYS)
    if draft.call.deadline_on:
        ends = datetime.combine(draft.call.deadline_on, time.max, BELGRADE)
        return max(ends.astimezone(UTC), published_at)
    return published_at + OPEN_FOR
