"""Messages that may be contributions: with the tag of a consultation, below its posts, or mailed to its address."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from channels.queries import mailbox_platforms
from inbox.enums import MessageKind
from inbox.models import PRIVATE, Message
from inbox.queries.readable import readable_messages
from municipalities.queries import Access
from participation.enums import ConsultationStage, WayIn
from participation.models import Consultation, ConsultationPost, NoContribution

NEVER = (MessageKind.SPAM, MessageKind.UNLAWFUL)


def suggested(consultation: Consultation, access: Access) -> QuerySet[Message]:
    """Those that this person may read and nobody has counted or left out yet, oldest first."""
    rows = readable_messages(access).filter(
        _seems_meant(consultation), _of_ways(consultation), contribution=None, erased_at=None, remote_deleted_at=None
    )
    left_out = NoContribution.objects.filter(consultation=consultation, message=OuterRef("pk"))
    rows = rows.exclude(kind__in=NEVER).exclude(text="").exclude(Exists(left_out))
    return rows.select_related("channel").order_by("at", "pk").defer("first_text", "search_key")


def countable(keys: list[int], access: Access) -> list[Message]:
    """Those of these messages that this person may read, oldest first."""
    rows = readable_messages(access).filter(pk__in=keys).select_related("channel", "contribution__consultation")
    return list(rows.order_by("at", "pk").defer("first_text", "search_key"))


def running() -> QuerySet[Consultation]:
    """Consultations that take contributions now, in the open scope."""
    return Consultation.objects.filter(stage=ConsultationStage.PUBLISHED).order_by("-created_at", "-pk")


def _seems_meant(consultation: Consultation) -> Q:
    post = ConsultationPost.objects.filter(consultation=consultation, post=OuterRef("publication__post"))
    meant = Q(Exists(post))
    if consultation.tag_id is not None:
        meant |= Q(tags__contains=[consultation.tag_id])
    if consultation.mail:
        meant |= Q(channel__handle__iexact=consultation.mail, channel__platform__in=mailbox_platforms())
    return meant


def _of_ways(consultation: Consultation) -> Q:
    """Messages that came in a way that this consultation takes."""
    is_mail = Q(channel__platform__in=mailbox_platforms())
    by_way = {WayIn.COMMENT: ~is_mail & ~PRIVATE, WayIn.MESSAGE: ~is_mail & PRIVATE, WayIn.MAIL: is_mail}
    taken = Q(pk__in=[])
    for way, condition in by_way.items():
        if way in consultation.ways_in:
            taken |= condition
    return taken
