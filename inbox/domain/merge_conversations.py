"""Merging conversations of one citizen on several networks: only by hand, with a reason, and undone by one click.

Nothing is guessed: two people may have the same name, and an answer must never reach the wrong one. Merging changes
only what is shown together. Every answer still goes to the conversation in which it is written.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.audit import record
from common.errors import ActionNotAllowed
from inbox.models import Citizen, Conversation, ConversationMerge

MOST_REASON = 300
MOST_CONVERSATIONS = 10


@transaction.atomic
def merge(conversation: Conversation, other: Conversation, reason: str, *, by: User) -> ConversationMerge:
    """Show `other` together with `conversation` from now on. Raises `ActionNotAllowed` without a reason, for the same
    conversation, and where `other` is merged already."""
    cleaned = " ".join(reason.replace("\x00", "").split())
    if not cleaned:
        raise ActionNotAllowed(_("Write down why this is the same person, for example what they wrote."), "reason")
    if len(cleaned) > MOST_REASON:
        raise ActionNotAllowed(
            _("The reason is too long: %(most)s characters at most.") % {"most": MOST_REASON}, "reason"
        )
    rows = Conversation.objects.select_for_update(of=("self",)).select_related("channel")
    by_pk = {row.pk: row for row in rows.filter(pk__in=[conversation.pk, other.pk]).order_by("pk")}
    if len(by_pk) < 2:
        raise ActionNotAllowed(_("Choose another conversation."), "other")
    kept, joined = by_pk[conversation.pk], by_pk[other.pk]
    if joined.citizen_id is not None:
        raise ActionNotAllowed(
            _("That conversation is merged with another one already. Take that back first, on its page."), "other"
        )
    if kept.citizen_id is None:
        kept.citizen = Citizen.objects.create(municipality_id=kept.municipality_id)
        kept.save(update_fields=["citizen"])
    elif Conversation.objects.filter(citizen=kept.citizen_id).count() >= MOST_CONVERSATIONS:
        raise ActionNotAllowed(
            _("%(most)s conversations of one person is the most.") % {"most": MOST_CONVERSATIONS}, "other"
        )
    joined.citizen = kept.citizen
    joined.save(update_fields=["citizen"])
    assert kept.citizen is not None
    row = ConversationMerge.objects.create(
        municipality_id=kept.municipality_id, conversation=joined, citizen=kept.citizen, reason=cleaned, by=by
    )
    record("conversation.merge", by=by, target=kept, label=str(kept.channel.name), channel=str(joined.channel.name))
    return row


@transaction.atomic
def undo(merged: ConversationMerge, *, by: User) -> None:
    """Take a merge back. Doing it twice does no harm."""
    row = ConversationMerge.objects.select_for_update().get(pk=merged.pk)
    if row.undone_at is not None:
        return
    row.undone_at, row.undone_by = timezone.now(), by
    row.save(update_fields=["undone_at", "undone_by"])
    Conversation.objects.filter(pk=row.conversation_id, citizen=row.citizen_id).update(citizen=None)
    if Conversation.objects.filter(citizen=row.citizen_id).count() == 1:
        Conversation.objects.filter(citizen=row.citizen_id).update(citizen=None)
    channel = Conversation.objects.select_related("channel").get(pk=row.conversation_id).channel
    record("conversation.unmerge", by=by, target=row, label=str(channel.name))
