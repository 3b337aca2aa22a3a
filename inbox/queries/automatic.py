"""In whose name automatic messages may be sent to citizens."""

from typing import Any

from municipalities.models import Municipality
from municipalities.queries import still_may
from municipalities.rules import Verb


def may_be_sent_by(person: Any, municipality: Municipality) -> bool:
    """Whether one may be sent in this person's name now: they may answer here, also in private, and approve where
    answers need it. Six queries at most."""
    if not all(still_may(person, municipality, verb) for verb in (Verb.INBOX_WORK, Verb.INBOX_PRIVATE)):
        return False
    return not municipality.answers_need_approval or still_may(person, municipality, Verb.POST_APPROVE)
