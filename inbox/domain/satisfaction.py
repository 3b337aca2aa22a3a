"""Asking citizens whether their question was answered: once after an answer, in the conversation, at most monthly.

The question is an automatic message. It is asked some minutes after an answer has reached the network, in the daytime,
while the network takes automatic messages, unless the person has written again. What they reply is recognised when it
is stored (`take_replies`): "yes" needs no answer, "no" stays an open message.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import User
from common.audit import record
from inbox import satisfaction_text
from inbox.domain import answer, automatic, triage
from inbox.enums import MessageKind, MessageState, Satisfaction
from inbox.models import Message, Reply, SatisfactionQuestion, SatisfactionSurvey
from inbox.queries.answering import answer_script
from inbox.queries.automatic import may_be_sent_by
from municipalities.holidays import BELGRADE
from municipalities.locking import lock_rights
from municipalities.models import Municipality
from municipalities.tenancy import everywhere, scope

ASK_AFTER = timedelta(minutes=10)
ASK_WITHIN = timedelta(hours=20)
ASK_EVERY = timedelta(days=30)
# A reply that comes later may be about something else.
REPLY_WITHIN = timedelta(days=7)
# A question that could not leave for so long is not sent any more.
LATEST = timedelta(hours=1)
FIRST_HOUR, LAST_HOUR = 8, 20
NOT_ASKED = (MessageKind.SPAM, MessageKind.UNLAWFUL, MessageKind.EMERGENCY, MessageKind.PRAISE)
MOST = 200


@transaction.atomic
def switch(municipality: Municipality, *, is_on: bool, by: User) -> SatisfactionSurvey:
    """Switch the question on or off. Raises `ActionNotAllowed` as `automatic.refuse_switching_on`."""
    fresh = lock_rights(municipality.pk, by)
    if is_on:
        automatic.refuse_switching_on(fresh, by)
    row = SatisfactionSurvey.objects.filter(municipality=fresh).first() or SatisfactionSurvey(municipality=fresh)
    if row.pk is None or row.is_on != is_on:
        row.is_on, row.by = is_on, by
        row.save()
        record("satisfaction.on" if is_on else "satisfaction.off", by=by, target=row, label=str(fresh))
    return row


def ask_due(now: datetime | None = None) -> int:
    """Ask about answers that have arrived. Returns how many questions were asked."""
    now = now or timezone.now()
    if not FIRST_HOUR <= now.astimezone(BELGRADE).hour < LAST_HOUR:
        return 0
    with everywhere("answers are found before their municipality"):
        due = list(_due(now).values_list("message", "municipality")[:MOST])
    return sum(_ask(message, municipality, now) for message, municipality in dict(due).items())


def _due(now: datetime) -> QuerySet[Reply]:
    """Answers by people to which nothing was written since and whose author was not asked lately."""
    later = Message.objects.filter(conversation=OuterRef("message__conversation"), at__gt=OuterRef("arrived_at"))
    questions = SatisfactionQuestion.objects.filter(asked_at__gt=now - ASK_EVERY).filter(
        Q(conversation=OuterRef("message__conversation"))
        | Q(conversation__citizen__isnull=False, conversation__citizen=OuterRef("message__conversation__citizen"))
    )
    surveys = SatisfactionSurvey.objects.filter(municipality=OuterRef("municipality"), is_on=True)
    return (
        Reply.objects.filter(
            is_automatic=False, arrived_at__lte=now - ASK_AFTER, arrived_at__gt=now - ASK_WITHIN,
            message__conversation__isnull=False, message__state=MessageState.ANSWERED, message__erased_at=None,
            message__automatic="",
        )
        .exclude(message__kind__in=NOT_ASKED)
        .filter(Exists(surveys), ~Exists(later), ~Exists(questions), message__satisfaction_question=None)
        .order_by("arrived_at")
    )  # fmt: skip


@transaction.atomic
def _ask(message: int, municipality_id: int, now: datetime) -> bool:
    """Everything is checked again: the survey, the right of whoever switched it on, the window, the last question."""
    with scope(municipality_id):
        survey = SatisfactionSurvey.objects.filter(is_on=True).select_related("by").first()
        if survey is None:
            return False
        municipality = lock_rights(municipality_id, survey.by)
        row = triage.lock(Message(pk=message))
        if row.conversation is None or not _due(now).filter(message=row).exists():
            return False
        may_ask = row.conversation.may_be_answered(now, automatic=True) and may_be_sent_by(survey.by, municipality)
        if not may_ask:
            return False
        approver = survey.by if municipality.answers_need_approval else None
        script = answer_script(row, municipality)
        text, replies = satisfaction_text.question(script), satisfaction_text.quick_replies(script)
        # One that was never answered makes room: at most one is open in a conversation.
        SatisfactionQuestion.objects.filter(conversation=row.conversation, value="").delete()
        reply = answer.send_automatic(
            row, text, by=survey.by, approved_by=approver, due_at=now, not_after=now + LATEST, quick_replies=replies
        )
        SatisfactionQuestion.objects.create(
            municipality_id=row.municipality_id, conversation=row.conversation, message=row, reply=reply, asked_at=now
        )
        record("satisfaction.ask", by=survey.by, target=row, label=triage.audit_label(row))
        return True


def take_replies(fresh: Collection[Message], now: datetime) -> None:
    """Recognise replies among new messages, before they are stored. Two queries, none without conversations."""
    ids = {row.conversation_id for row in fresh if row.conversation_id is not None and row.is_settled is False}
    if not ids:
        return
    waiting = {
        question.conversation_id: question
        for question in SatisfactionQuestion.objects.select_for_update(of=("self",))
        .filter(conversation__in=ids, value="", asked_at__gt=now - REPLY_WITHIN)
        .filter(reply__arrived_at__isnull=False)
    }
    for row in sorted(fresh, key=lambda one: one.at):
        question = waiting.get(row.conversation_id or 0)
        if question is None or row.at < question.asked_at:
            continue
        replied = satisfaction_text.parse_reply(row.text)
        if replied is None:
            continue
        del waiting[question.conversation_id]
        question.value, question.word, question.stars = replied.value, replied.word, replied.stars
        question.answered_at = now
        question.save(update_fields=["value", "word", "stars", "answered_at"])
        if replied.value == Satisfaction.YES:
            row.state, row.settled_at, row.read_at = MessageState.CLOSED, now, now
