"""Telling the people in charge that a step of a consultation is overdue: first the officer, then the approver.

The officer hears of it on the first working day after the day that was missed, the approver `rules.TO_APPROVER` working
days after it. `Consultation.overdue_reported_on` is the last day on which somebody was told, so that each is told once
for each day that was missed. After `rules.TO_PUBLIC` working days it stands on the public page
(`participation.public_text.next_step`).

Where nobody ends a consultation at all, they hear once more, `rules.ERASURE_NOTICE` before it counts as ended for the
erasure of words and addresses (`participation.domain.personal_data_stores`).
"""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.dates import long_date
from inbox.domain.retention import private_days
from municipalities.queries import approvers, still_may
from municipalities.rules import Verb
from municipalities.tenancy import everywhere, scope
from notifications.domain.notify import notify
from notifications.enums import NotificationKind
from participation import rules
from participation.domain.write import lock
from participation.enums import ConsultationStage
from participation.models import Consultation
from participation.next_steps import LABELS
from participation.queries import consultations as queries


def remind(now: datetime | None = None) -> int:
    """Tell whom it concerns today; returns how many consultations were told about. Safe to run twice at once."""
    now = now or timezone.now()
    with everywhere("consultations whose next step is overdue"):
        due = list(_candidates(now).values_list("pk", "municipality_id"))
    return sum(_remind(pk, municipality, now) for pk, municipality in due)


def _candidates(now: datetime) -> QuerySet[Consultation]:
    """Those with a missed day about which nobody was told today."""
    today = timezone.localdate(now)
    missed = (
        Q(stage=ConsultationStage.DRAFT, starts_on__lt=today)
        | Q(stage=ConsultationStage.PUBLISHED, closes_at__lte=now, decided_by__lt=today)
        | Q(stage=ConsultationStage.CLOSED, report_by__lt=today)
    )
    not_today = Q(overdue_reported_on=None) | Q(overdue_reported_on__lt=today)
    return Consultation.objects.filter(missed & not_today).order_by(F("municipality"), "pk")


def announce_erasure(now: datetime | None = None) -> int:
    """Tell officers and approvers that words and addresses of a consultation will be erased although it never ended;
    returns about how many. To run before `remind` on the same day. Safe to run twice at once."""
    now = now or timezone.now()
    notice_begins = now - (rules.COUNTS_AS_ENDED - rules.ERASURE_NOTICE)
    with everywhere("consultations that nobody ends"):
        open_ones = Consultation.objects.filter(
            stage__in=(ConsultationStage.PUBLISHED, ConsultationStage.CLOSED), closes_at__lte=notice_begins,
            closes_at__gt=now - rules.COUNTS_AS_ENDED,
        )  # fmt: skip
        due = list(open_ones.order_by("municipality", "pk").values_list("pk", "municipality_id"))
    return sum(_announce_erasure(pk, municipality, now) for pk, municipality in due)


@transaction.atomic
def _announce_erasure(pk: int, municipality_id: int, now: datetime) -> int:
    with scope(municipality_id):
        row = lock(Consultation(pk=pk, municipality_id=municipality_id))
        if row.stage not in (ConsultationStage.PUBLISHED, ConsultationStage.CLOSED) or row.closes_at is None:
            return 0
        begins = row.closes_at + rules.COUNTS_AS_ENDED - rules.ERASURE_NOTICE
        if now < begins or (row.overdue_reported_on and row.overdue_reported_on >= timezone.localdate(begins)):
            return 0
        row.overdue_reported_on = timezone.localdate(now)
        row.save(update_fields=["overdue_reported_on"])
        officers = [row.officer] if still_may(row.officer, row.municipality, Verb.PARTICIPATION_EDIT) else []
        people = {person.pk: person for person in [*officers, *_approvers(row)]}
        _notify_of_erasure(row, row.closes_at + rules.COUNTS_AS_ENDED, list(people.values()))
    return 1


@transaction.atomic
def _remind(pk: int, municipality_id: int, now: datetime) -> int:
    today = timezone.localdate(now)
    with scope(municipality_id):
        row = lock(Consultation(pk=pk, municipality_id=municipality_id))
        step = queries.standing_of(queries.of_municipality(row.municipality).get(pk=pk), now).step
        if step is None or step.due_on is None or not step.is_overdue:
            return 0
        people = _to_tell(row, step, row.overdue_reported_on)
        if not people:
            return 0
        row.overdue_reported_on = today
        row.save(update_fields=["overdue_reported_on"])
        _notify(row, step, people)
    return 1


def _to_tell(row: Consultation, step: rules.NextStep, told_on: date | None) -> list[User]:
    assert step.due_on is not None
    officers_day = rules.add_working_days(step.due_on, 1)
    approvers_day = rules.add_working_days(step.due_on, rules.TO_APPROVER)
    people = []
    if told_on is None or told_on < officers_day:
        # whoever left is not in charge any more: then the approvers hear of it at once
        people += (
            [row.officer] if still_may(row.officer, row.municipality, Verb.PARTICIPATION_EDIT) else _approvers(row)
        )
    if step.concerns_approver and (told_on is None or told_on < approvers_day):
        people += _approvers(row)
    return people


def _approvers(row: Consultation) -> list[User]:
    """The one in charge; everybody who decides here where there is none, or they left."""
    if row.approver is not None and still_may(row.approver, row.municipality, Verb.PARTICIPATION_PUBLISH):
        return [row.approver]
    return approvers(row.municipality)


def _notify_of_erasure(row: Consultation, counts_as_ended: datetime, people: list[User]) -> None:
    def build_text() -> tuple[str, str]:
        days = {"addresses": private_days(), "words": settings.INBOX_DAYS}
        facts = {name: long_date(timezone.localdate(counts_as_ended + timedelta(days=of))) for name, of in days.items()}
        day = long_date(timezone.localdate(counts_as_ended))
        subject = _("Words of citizens will be erased: %(consultation)s") % {"consultation": row}
        body = _(
            "The term of this consultation was over long ago, and its report is not public. On %(day)s it counts as "
            "ended where personal data are concerned: addresses are erased on %(addresses)s, and on %(words)s the "
            "words that were not released, so that nobody can be answered any more and nothing more be decided by "
            "them. Words from networks go with their messages. Numbers, decisions and released words stay."
        ) % {"day": day, **facts}
        advice = _("Decide about what is open, answer, close the consultation and publish its report before.")
        return subject, f"{body}\n\n{advice}"

    notify(
        NotificationKind.CONSULTATION, people, municipality=row.municipality, build_text=build_text,
        url=reverse("consultation", args=[row.municipality.slug, row.pk]),
        about=f"participation.consultation:{row.pk}",
    )  # fmt: skip


def _notify(row: Consultation, step: rules.NextStep, people: list[User]) -> None:
    due_on = step.due_on
    assert due_on is not None

    def build_text() -> tuple[str, str]:
        facts = {"consultation": row, "step": LABELS[step.code], "day": long_date(due_on)}
        subject = _("Overdue: %(step)s – %(consultation)s") % facts
        body = _("This was to be done by %(day)s. Who took part waits for it.") % facts
        if row.is_published:
            public = _("If it is still open on %(day)s, the public page says so.") % {
                "day": long_date(rules.add_working_days(due_on, rules.TO_PUBLIC))
            }
            body = f"{body}\n\n{public}"
        return subject, body

    notify(
        NotificationKind.CONSULTATION, people, municipality=row.municipality, build_text=build_text,
        url=reverse("consultation", args=[row.municipality.slug, row.pk]),
        about=f"participation.consultation:{row.pk}",
    )  # fmt: skip
