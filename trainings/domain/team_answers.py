"""A team's reactions to citizens: answer them, and hide comments with personal data."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.audit import record
from common.errors import ActionNotAllowed
from practice.domain import moderate, write
from practice.errors import ApiError as RefusedByNetwork
from practice.errors import Missing
from practice.models import Account, Status
from practice.rules import MAX_CHARACTERS
from practice.text import cleaned, length
from trainings.domain import citizens
from trainings.domain.exercises import locked
from trainings.models import Play, Team

# A mention of the citizen precedes the text.
MOST_ANSWER = MAX_CHARACTERS - 40
# What stands instead of a post of a citizen's own that mentions the page, since a page hides comments below its own
# posts only. To citizens: so it is Serbian, whatever the trainee's interface is.
HIDDEN = "Страница је сакрила овај коментар."


@transaction.atomic
def answer(team: Team, play: Play, text: str, *, by: User, now: datetime | None = None) -> Play:
    """Say `text` below what the citizen wrote. Raises `ActionNotAllowed` when the time is up, it was answered or is
    gone.
    """
    now = now or timezone.now()
    play = _open(team, play, now)
    content = cleaned(text)
    if not content:
        raise ActionNotAllowed(_("Write an answer first."), "text")
    if length(content) > MOST_ANSWER:
        raise ActionNotAllowed(
            _("The answer is too long: at most %(most)s characters.") % {"most": MOST_ANSWER}, "text"
        )
    if play.answered_at:
        raise ActionNotAllowed(_("A member of your team has already answered this."))
    try:
        with transaction.atomic():
            status = citizens.reply(team, play, content)
    except Missing:
        raise ActionNotAllowed(_("The message you are answering is no longer on the network.")) from None
    except RefusedByNetwork:
        raise ActionNotAllowed(_("The practice network does not take this answer."), "text") from None
    play.answer, play.answer_status, play.answered_at, play.answered_by = content, status.pk, now, by
    play.save(update_fields=["answer", "answer_status", "answered_at", "answered_by"])
    record("exercise.answer", by=by, target=play, label=play.citizen)
    return play


@transaction.atomic
def hide(team: Team, play: Play, *, by: User, now: datetime | None = None) -> Play:
    """Hide it from everybody but the citizen; the conversation stays. No change if it is hidden already.

    Raises as `answer` does, and for a private message.
    """
    now = now or timezone.now()
    play = _open(team, play, now)
    if play.hidden_at:
        return play
    try:
        with transaction.atomic():
            _hide(team, play)
    except (Missing, Account.DoesNotExist):
        raise ActionNotAllowed(_("It is no longer on the network.")) from None
    play.hidden_at, play.hidden_by = now, by
    play.save(update_fields=["hidden_at", "hidden_by"])
    record("exercise.hide", by=by, target=play, label=play.citizen)
    return play


def _hide(team: Team, play: Play) -> None:
    status = Status.objects.select_related("root").filter(pk=play.status or 0).first()
    if status is None:
        raise Missing
    if status.readers is not None:
        raise ActionNotAllowed(_("Only you and the citizen can read this message, so there is nothing to hide."))
    if status.root and status.root.account_id == team.page_id:
        moderate.hide(status.root.account, status.pk)
    else:
        write.edit(Account.objects.get(pk=play.account_id), status.pk, write.Draft(HIDDEN, "sr"))


def _open(team: Team, play: Play, now: datetime) -> Play:
    """The row as it is now, locked under its exercise. Raises `ActionNotAllowed`."""
    if not locked(team.exercise).is_open(now):
        raise ActionNotAllowed(_("The time is up. No more comments can be posted in this exercise."))
    play = Play.objects.select_for_update().get(pk=play.pk)
    if play.status is None or team.page is None:
        raise ActionNotAllowed(_("It is no longer on the network."))
    return play
