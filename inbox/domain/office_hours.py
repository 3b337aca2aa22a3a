"""The automatic answer to private messages that arrive while offices are closed: switched on here, sent by a worker.

It is sent once for each conversation until offices open (`OfficeHoursAnswer`), only to what a person wrote a moment
ago, and only where the network allows an automatic answer. It answers nothing: the message stays open, and its deadline
goes on. Whether it may still leave is asked again right before the call (`inbox.reply_policy`).
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from channels import pauses
from channels.enums import ChannelState
from common.audit import record
from common.errors import ActionNotAllowed
from inbox.domain import answer, automatic
from inbox.enums import MessageKind, MessageState
from inbox.models import ExternalReply, Message, OfficeHours, OfficeHoursAnswer, Reply
from inbox.office_hours_text import MOST_OWN, automatic_answer
from inbox.queries.answering import answer_script
from inbox.queries.automatic import may_be_sent_by
from inbox.queries.office_hours import LATEST
from inbox.text_analysis import Flag
from inbox.text_analysis.automatic import is_automatic
from municipalities.holidays import is_open, last_closing, next_opening
from municipalities.locking import lock_rights
from municipalities.models import Municipality
from municipalities.queries import glossary
from municipalities.tenancy import everywhere, scope

# Older messages are a backlog: their author does not wait for a word of ours at this moment.
FRESH = timedelta(minutes=15)
BATCH = 200
UNWANTED = (MessageKind.SPAM, MessageKind.UNLAWFUL)


@transaction.atomic
def save(municipality: Municipality, *, is_on: bool, own_text: str, by: User) -> OfficeHours:
    """Switch it on or off, and write the words after the fixed ones. Only who may read private messages switches it on
    or changes its words while it is on; where answers need approval, only an approver. Raises `ActionNotAllowed`."""
    place = lock_rights(municipality.pk, by)
    text = " ".join(own_text.replace("\x00", "").split())
    if len(text) > MOST_OWN:
        raise ActionNotAllowed(
            _("The words are too long: %(most)s characters at most.") % {"most": MOST_OWN}, "own_text"
        )
    if "{" in text or "}" in text:
        raise ActionNotAllowed(_("Gaps are not filled here. Write the words themselves."), "own_text")
    if is_on:
        automatic.refuse_switching_on(place, by)
    row = OfficeHours.objects.filter(municipality=place).first() or OfficeHours(municipality=place)
    was_on, is_new = row.is_on, row.pk is None
    if not is_new and (row.is_on, row.own_text, row.by_id) == (is_on, text, by.pk):
        return row
    row.is_on, row.own_text, row.by, row.at = is_on, text, by, timezone.now()
    row.save()
    record(
        "office.hours_change" if was_on == is_on else "office.hours_on" if is_on else "office.hours_off",
        by=by,
        target=row,
        label=str(place),
    )
    return row


# ---- what a worker does


def send_due(now: datetime | None = None) -> int:
    """Answer what is due. Returns how many answers were put into the outbox; safe to run concurrently."""
    now = now or timezone.now()
    if is_open(now):
        return 0
    with everywhere("find private messages that arrived while offices are closed"):
        keys = list(_due(now).values_list("pk", flat=True)[:BATCH])
    return sum(_send(pk, now) for pk in keys)


def _due(now: datetime) -> QuerySet[Message]:
    """Open private messages of the last minutes in conversations that got none in this night."""
    switched_on = OfficeHours.objects.filter(municipality=OuterRef("municipality"), is_on=True)
    sent = OfficeHoursAnswer.objects.filter(conversation=OuterRef("conversation"), until=next_opening(now).date())
    rows = Message.objects.filter(
        received_at__gt=now - FRESH, state=MessageState.OPEN, conversation__isnull=False, erased_at=None,
        remote_deleted_at=None, at__gte=F("received_at") - FRESH, channel__state=ChannelState.CONNECTED,
        automatic="",
    )  # fmt: skip
    rows = rows.exclude(kind__in=UNWANTED).exclude(suggested_kind__in=UNWANTED)
    return rows.filter(Exists(switched_on), ~Exists(sent)).order_by("at", "pk")


def _send(pk: int, now: datetime) -> bool:
    with everywhere("an automatic answer starts from its message"):
        message = Message.objects.select_related("conversation", "channel__municipality").get(pk=pk)
    with scope(message.municipality_id), transaction.atomic():
        settings = OfficeHours.objects.select_related("by").filter(is_on=True).first()
        if settings is None or not _is_wanted(message, now):
            return False
        place = lock_rights(message.municipality_id, settings.by)
        if not may_be_sent_by(settings.by, place):
            return False
        claimed = OfficeHoursAnswer(
            municipality=place, conversation=message.conversation, until=next_opening(now).date(), at=now
        )
        # Of two workers the second waits here for the first, and then inserts nothing.
        OfficeHoursAnswer.objects.bulk_create([claimed], ignore_conflicts=True)
        claim = OfficeHoursAnswer.objects.select_for_update().filter(
            conversation=message.conversation_id, until=claimed.until, reply=None, at=now
        ).first()  # fmt: skip
        row = Message.objects.select_for_update(of=("self",)).select_related("channel", "conversation").get(pk=pk)
        if claim is None or row.state != MessageState.OPEN or row.erased_at:
            return False
        script = answer_script(row, place)
        text = automatic_answer(next_opening(now), settings.own_text, script, glossary(place.pk))
        approver = settings.by if place.answers_need_approval else None
        try:
            answer.refuse_text(row, text)
        except ActionNotAllowed:  # the network does not take such a text: the person gets a colleague's answer instead
            return False
        reply = answer.send_automatic(
            row, text, by=settings.by, approved_by=approver, due_at=now, not_after=now + LATEST
        )
        claim.reply = reply
        claim.save(update_fields=["reply"])
        record("message.automatic_answer", by=settings.by, target=row, label=str(row.channel.name))
    return True


def _is_wanted(message: Message, now: datetime) -> bool:
    """Whether a person wrote it, nobody has answered in this night, nothing is paused, and the window is open."""
    conversation = message.conversation
    if conversation is None or not message.is_private or is_open(message.at) or is_open(message.received_at):
        return False
    if Flag.ADVERT in message.hints.get("flags", ()) or is_automatic(message.text, message.author_handle):
        return False
    if not conversation.may_be_answered(now, automatic=True):
        return False
    closed_at = last_closing(now)
    ours = Reply.objects.filter(message__conversation=conversation, is_automatic=False, at__gte=closed_at)
    theirs = ExternalReply.objects.filter(conversation=conversation, at__gte=closed_at)
    paused = Message.objects.filter(pk=message.pk).annotate(pause=pauses.of()).filter(pause__isnull=False)
    return not (ours.exists() or theirs.exists() or paused.exists())
