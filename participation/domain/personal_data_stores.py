"""Personal data stores of consultations, for `inbox.personal_data`, and what is erased when its time is over.

A contribution counts for ever: its number, way in, decision and reason stay, and so does what a person released of it
(`public_text`), which names nobody. Its original words are erased:

- of comments, private messages and e-mails together with the message in the inbox, but not before the consultation has
  ended: until then they are what is decided about;
- of the form, of meetings and of paper `INBOX_DAYS` after the consultation has ended, files with them;
- a contact address `INBOX_PRIVATE_DAYS` after that, for whichever way in;
- of a consultation that nobody ends in the same way, as if it had ended `rules.COUNTS_AS_ENDED` after its term;
- at once when their author asks for erasure. Who withdraws a proposal itself (`decide.withdraw`) has the released words
  erased as well.

What is held for a legal claim (`inbox.models.LegalHold`) waits until the hold is released.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Case, DateTimeField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from inbox import personal_data
from inbox.domain.retention import private_days
from inbox.models import LegalHold
from inbox.personal_data import DataSubject, Erasure, ErasureEffect, PersonalDataStore, StoredField
from municipalities.tenancy import everywhere
from participation import rules
from participation.domain.erase import erase_words
from participation.enums import OF_MESSAGES, ConsultationStage, WayIn
from participation.models import Contribution, Meeting

BATCH = 1000
ENDED = (ConsultationStage.REPORTED, ConsultationStage.CALLED_OFF)


def _contributions(person: DataSubject) -> Iterable[Any]:
    rows = Contribution.objects.filter(message__in=person.messages)
    return rows.select_related("consultation", "decided_by").order_by("pk")


def _erase_contributions(what: Erasure) -> None:
    rows = Contribution.objects.filter(message__in=what.messages, erased_at=None)
    if not what.asked:
        nobody_ended_it = Q(consultation__closes_at__lt=what.now - rules.COUNTS_AS_ENDED)
        rows = rows.filter(Q(consultation__stage__in=ENDED) | nobody_ended_it)
    if keys := list(rows.values_list("pk", flat=True)):
        erase_words(keys)


def _how_long() -> str:
    return _(
        "Words from networks as long as the message, and until the consultation has ended; words from the form, from "
        "meetings and on paper %(days)s days after the consultation has ended, contact addresses %(private)s days. "
        "A consultation that nobody closes counts as ended %(late)s days after its last day. What was released of "
        "them, without names, stays with its decision."
    ) % {"days": settings.INBOX_DAYS, "private": private_days(), "late": rules.COUNTS_AS_ENDED.days}


CONTRIBUTIONS = PersonalDataStore(
    "contributions",
    gettext_lazy("Proposals in consultations"),
    ErasureEffect.PARTLY,
    _how_long,
    "participation.contribution",
    ("text", "search_key", "contact", "public_text", "public_search_key"),
    _contributions,
    (
        StoredField("consultation", gettext_lazy("Consultation")),
        StoredField("number", gettext_lazy("Number")),
        StoredField("way_in", gettext_lazy("How it came"), "get_way_in_display"),
        StoredField("text", gettext_lazy("Words")),
        StoredField("public_text", gettext_lazy("Public words")),
        StoredField("contact", gettext_lazy("E-mail")),
        StoredField("age_band", gettext_lazy("Age"), "get_age_band_display"),
        StoredField("gender", gettext_lazy("Gender"), "get_gender_display"),
        StoredField("decision", gettext_lazy("Decision"), "get_decision_display"),
        StoredField("reason", gettext_lazy("Reason")),
        StoredField("received_at", pgettext_lazy("of a row", "When")),
    ),
    erase=_erase_contributions,
    stays=lambda: _(
        "That the proposal was made, its number, the decision with its reason, and the words that were released "
        "without any name: they are part of a public record. Who withdraws the proposal itself has these words erased "
        "as well."
    ),
)


def _named(person: DataSubject) -> Iterable[Any]:
    """Contributions that came without a message and hold their full name."""
    if not person.full_names:
        return []
    rows = Contribution.objects.filter(message=None, erased_at=None).exclude(text="").select_related("consultation")
    first = Q(pk__in=[])
    for words in person.full_names:
        named = Q()
        for word in words:
            named &= Q(search_key__contains=word)
        first |= named
    return [row for row in rows.filter(first).order_by("pk") if person.is_named_in(row.text)]


BY_HAND = PersonalDataStore(
    "contributions_by_hand",
    gettext_lazy("Proposals by form, at meetings and on paper that hold the same name"),
    ErasureEffect.STAYS,
    _how_long,
    "participation.contribution",
    (),
    _named,
    (
        StoredField("consultation", gettext_lazy("Consultation")),
        StoredField("number", gettext_lazy("Number")),
        StoredField("way_in", gettext_lazy("How it came"), "get_way_in_display"),
        StoredField("text", gettext_lazy("Words")),
        StoredField("received_at", pgettext_lazy("of a row", "When")),
    ),
    stays=lambda: _(
        "The same name need not be the same person. If it is, erase the words on the page of the proposal; its number "
        "stays."
    ),
)

FILES = PersonalDataStore(
    "contribution_files",
    gettext_lazy("Files attached to proposals"),
    ErasureEffect.STAYS,
    _how_long,
    "participation.contributionfile",
    ("name", "file"),
    stays=lambda: _("They came by the form, without a name or an account, and are erased with the words beside them."),
)

QUESTIONS = PersonalDataStore(
    "contribution_questions",
    gettext_lazy("Questions to departments about proposals"),
    ErasureEffect.STAYS,
    _how_long,
    "participation.contributionquestion",
    ("question", "shown", "answer", "answered_name"),
    stays=lambda: _(
        "They are about proposals that came by the form, at a meeting or on paper, and are erased with the words of "
        "the proposal."
    ),
)

MINUTES = PersonalDataStore(
    "meetings",
    gettext_lazy("Minutes of meetings of citizens"),
    ErasureEffect.STAYS,
    lambda: _("As long as the consultation."),
    "participation.meeting",
    ("note",),
    lambda person: (
        [row for row in Meeting.objects.exclude(note="").order_by("pk") if person.is_named_in(row.note)]
        if person.full_names
        else []
    ),
    (
        StoredField("place", gettext_lazy("Where")),
        StoredField("note", gettext_lazy("Note")),
        StoredField("at", pgettext_lazy("of a row", "When")),
    ),
    stays=lambda: _("Minutes hold no names of citizens. Should one be there, correct the minutes by hand."),
)


def purge_expired() -> int:
    """Erase words and contacts whose time is over; returns of how many contributions."""
    now = timezone.now()
    with everywhere("forget words of proposals whose time is over"):
        count = 0
        for rows in (_with_messages(now), _without_messages(now)):
            while keys := list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH]):
                with transaction.atomic():
                    erase_words(keys)
                count += len(keys)
        over = Q(ended_at__lt=now - timedelta(days=private_days()))
        contacts = _ended(Contribution.objects.exclude(contact="")).filter(over)
        return count + Contribution.objects.filter(pk__in=contacts.values("pk")).update(contact="")


def _ended(rows: QuerySet[Any]) -> QuerySet[Any]:
    """With `ended_at`: when the consultation ended, or counts as ended because nobody did it in time."""
    at = Coalesce("consultation__reported_at", "consultation__closed_at", "consultation__closes_at")
    counts_as = ExpressionWrapper(F("consultation__closes_at") + Value(rules.COUNTS_AS_ENDED), DateTimeField())
    ended_at = Case(When(consultation__stage__in=ENDED, then=at), default=counts_as, output_field=DateTimeField())
    return rows.annotate(ended_at=ended_at)


def _with_messages(now: datetime) -> QuerySet[Any]:
    """Those whose message was erased while the consultation still ran, or is gone."""
    held = Exists(LegalHold.objects.filter(message=OuterRef("message"), released_at=None))
    rows = _ended(Contribution.objects.filter(way_in__in=OF_MESSAGES, erased_at=None)).exclude(held)
    return rows.filter(Q(message=None) | Q(message__erased_at__isnull=False), ended_at__lt=now)


def _without_messages(now: datetime) -> QuerySet[Any]:
    rows = _ended(Contribution.objects.filter(way_in__in=[WayIn.FORM, WayIn.MEETING, WayIn.PAPER], erased_at=None))
    return rows.filter(ended_at__lt=now - timedelta(days=settings.INBOX_DAYS))


def register() -> None:
    personal_data.register(CONTRIBUTIONS, BY_HAND, FILES, QUESTIONS, MINUTES)
