"""Whether an automatic answer may still be sent, and the switch of the municipality in scope."""

from datetime import datetime, timedelta

from inbox.models import ExternalReply, OfficeHours, Reply
from inbox.queries.automatic import may_be_sent_by
from municipalities.holidays import is_open

# So late it may still leave; then its author has stopped waiting.
LATEST = timedelta(minutes=30)


def office_hours() -> OfficeHours | None:
    """The switch of the municipality in scope, if anybody has ever touched it. One query."""
    return OfficeHours.objects.select_related("by").first()


def is_still_due(reply: Reply, now: datetime) -> bool:
    """Whether an automatic answer that is about to leave still makes sense: it is switched on by a person who may,
    offices are closed, and nobody has answered the conversation meanwhile. A fixed number of queries."""
    if is_open(now) or now > reply.at + LATEST:
        return False
    settings = OfficeHours.objects.filter(municipality=reply.municipality_id, is_on=True).select_related("by").first()
    if settings is None or settings.by_id != reply.by_id or not may_be_sent_by(settings.by, reply.municipality):
        return False
    conversation = reply.message.conversation_id
    later = Reply.objects.filter(message__conversation=conversation, is_automatic=False, at__gte=reply.at)
    outside = ExternalReply.objects.filter(conversation=conversation, at__gte=reply.at)
    return not later.exists() and not outside.exists()
