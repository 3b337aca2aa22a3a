"""Drafts of answers, saved while somebody types, so that nothing is lost and colleagues see that somebody is writing.

Typing is not audited. A draft is deleted when its answer is sent, with its message, or after
`inbox.rules.DRAFT_RETENTION`.
"""

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from inbox import rules
from inbox.enums import ProposalState
from inbox.models import AnswerDraft, Message, ProposedAnswer, Reply
from municipalities.tenancy import everywhere


@transaction.atomic
def save(message: Message, text: str, *, by: User) -> None:
    """Save the draft, or delete it where the text is empty or the message was erased."""
    row = Message.objects.select_for_update(of=("self",)).get(pk=message.pk)
    cleaned, now = text.replace("\x00", "").replace("\r\n", "\n")[: rules.MOST_CHARACTERS], timezone.now()
    mine = AnswerDraft.objects.filter(message=row, by=by)
    if not cleaned.strip() or row.erased_at or _is_sent(row, cleaned.strip(), by):
        mine.delete()
    elif not mine.update(text=cleaned, at=now):
        AnswerDraft.objects.create(
            municipality_id=row.municipality_id, message=row, by=by, text=cleaned, began_at=now, at=now
        )


def _is_sent(row: Message, text: str, by: User) -> bool:
    """A page may send its last change after the answer itself."""
    waiting = ProposedAnswer.objects.filter(message=row, by=by, text=text, state=ProposalState.WAITING)
    return Reply.objects.filter(message=row, by=by, text=text).exists() or waiting.exists()


def discard(message: Message, *, by: User) -> None:
    """Delete the draft of an answer that was sent."""
    AnswerDraft.objects.filter(message=message, by=by).delete()


def purge_expired() -> int:
    """Delete drafts that have not changed for `rules.DRAFT_RETENTION`; returns how many."""
    with everywhere("forget answers that nobody finished"):
        return AnswerDraft.objects.filter(at__lt=timezone.now() - rules.DRAFT_RETENTION).delete()[0]
