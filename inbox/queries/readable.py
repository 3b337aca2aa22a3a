"""Which messages a person may read: those for everybody, and private ones only with the right to them.

Who has `Verb.INBOX_PRIVATE` is decided by the municipality: its approvers, and officers named one by one
(`municipalities.domain.private_readers`). For everybody else a private message is not there: it is in no list, no count
and no search, and its address is 404. Every read of messages for a person goes through `readable`.
"""

from django.db.models import Q, QuerySet

from inbox.models import Message
from municipalities.queries import Access
from municipalities.rules import Verb
from platforms.visibility import FOR_EVERYBODY


def readable(access: Access, path: str = "") -> Q:
    """Of messages, or of rows that lead to one by `path` ("message__"): those that this person may read."""
    return readable_with(path, reads_private=reads_private(access))


def readable_with(path: str = "", *, reads_private: bool) -> Q:
    """The same for prepared statements, which have a variant for each answer."""
    return Q() if reads_private else Q(**{f"{path}visibility__in": sorted(FOR_EVERYBODY)})


def reads_private(access: Access) -> bool:
    return access.may(Verb.INBOX_PRIVATE)


def readable_messages(access: Access) -> QuerySet[Message]:
    return Message.objects.filter(readable(access))
