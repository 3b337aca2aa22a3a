"""What stands in a person's list of private conversations, and what they have read of it."""

from django.db.models import F
from django.db.models.functions import Greatest

from practice.errors import Missing
from practice.models import Account, Conversation, Status


def receive(status: Status) -> None:
    """Put a new private message into the list of everybody who may read it. Its author has read all before it."""
    readers = status.readers or []
    rows = [Conversation(account_id=pk, readers=readers) for pk in readers]
    Conversation.objects.bulk_create(rows, ignore_conflicts=True)
    _read(status.account_id, readers, status.pk)


def read(account: Account, conversation_id: int, up_to: int) -> None:
    """Raises `Missing` for another account's conversation. `up_to` is the id of the last message that was seen."""
    row = Conversation.objects.filter(pk=conversation_id, account=account).first()
    if row is None:
        raise Missing
    _read(account.pk, row.readers, up_to)


def read_messages(account: Account, readers: list[int], up_to: int) -> None:
    """As `read`; no change where there is no such conversation."""
    _read(account.pk, readers, up_to)


def forget(account: Account, conversation_id: int) -> None:
    """Take a conversation out of the list of `account`, where the next message puts it again. Raises as `read` does."""
    deleted, _ = Conversation.objects.filter(pk=conversation_id, account=account).delete()
    if not deleted:
        raise Missing


def _read(account_id: int, readers: list[int], up_to: int) -> None:
    rows = Conversation.objects.filter(account_id=account_id, readers=readers)
    rows.update(read_up_to=Greatest(F("read_up_to"), up_to))
