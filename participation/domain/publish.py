"""Publishing a consultation, and closing it once every contribution has an end."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from common.audit import record
from common.dates import long_date, weekday
from common.errors import ActionNotAllowed
from municipalities.holidays import holidays, is_working_day
from municipalities.locking import lock_rights
from municipalities.queries import still_may, today
from municipalities.rules import Verb
from participation import rules
from participation.domain.write import closing_moment, least_term, lock
from participation.enums import ConsultationStage, DayCount, WayIn
from participation.grounds import ground_of
from participation.models import Consultation
from participation.queries.contributions import undecided
from posts.rules import AmbiguousTime, resolve_wall_time


@transaction.atomic
def publish(consultation: Consultation, *, by: User) -> Consultation:
    """Make a draft public. Raises `ActionNotAllowed` where something is missing, or its term is too short."""
    lock_rights(consultation.municipality_id, by)
    row = lock(consultation)
    if row.is_published:
        raise ActionNotAllowed(_("This consultation is public already."))
    if not still_may(by, row.municipality, Verb.PARTICIPATION_PUBLISH):
        raise ActionNotAllowed(_("Only an approver can publish a consultation."))
    for problem, name in problems(row):
        raise ActionNotAllowed(problem, name)
    assert row.starts_on is not None
    row.least_days, row.day_count = least_term(row, row.starts_on)
    row.closes_at = closing_moment(row)
    row.stage, row.published_at, row.published_by = ConsultationStage.PUBLISHED, timezone.now(), by
    row.approver, row.overdue_reported_on = row.approver or by, None
    row.save()
    record("consultation.publish", by=by, target=row)
    return row


def problems(row: Consultation) -> list[tuple[str, str]]:
    """What keeps a draft from being published: a sentence and its field, in the order of the page."""
    missing = [
        (_("Write what citizens are asked about."), "subject", row.subject),
        (_("Enter the first day."), "starts_on", row.starts_on),
        (_("Enter the last day."), "ends_on", row.ends_on),
        (_("Enter until when everything is decided."), "decided_by", row.decided_by),
        (_("Enter until when the report is public."), "report_by", row.report_by),
        (_("Choose at least one way in which citizens can take part."), "ways_in", row.ways_in),
    ]
    missing_fields = [(problem, name) for problem, name, value in missing if not value]
    if WayIn.MAIL in row.ways_in and not row.mail:
        missing_fields.append((_("Enter the address to which proposals are mailed."), "mail"))
    if row.starts_on and row.starts_on < today():
        missing_fields.append((_("The first day is over. Choose today or a later day."), "starts_on"))
    return missing_fields + _term_problems(row)


def _term_problems(row: Consultation) -> list[tuple[str, str]]:
    if row.starts_on is None or row.ends_on is None:
        return []
    try:
        days, count = least_term(row, row.starts_on)
        closing_moment(row)
    except ActionNotAllowed as refused:
        return [(refused.message, refused.field)]
    sentences = []
    if announced_too_late := _late_notice(row):
        sentences.append((announced_too_late, "starts_on"))
    earliest = rules.earliest_end(row.starts_on, days, count)
    if days and row.ends_on < earliest:
        sentences.append((too_short(days, count, long_date(earliest)), "ends_on"))
    return sentences


def _late_notice(row: Consultation) -> str:
    """Why the first day is too early for a ground that asks for an announcement before it; "" if it is not."""
    ground = ground_of(row.ground)
    if ground is None or not ground.notice or row.starts_on is None:
        return ""
    earliest = today() + timedelta(days=ground.notice)
    if row.starts_on >= earliest:
        return ""
    return ngettext(
        "Its legal ground asks that it is announced %(days)s day before the first day. If it is published today, the "
        "first day can be %(earliest)s.",
        "Its legal ground asks that it is announced %(days)s days before the first day. If it is published today, the "
        "first day can be %(earliest)s.",
        ground.notice,
    ) % {"days": ground.notice, "earliest": long_date(earliest)}


def warnings(row: Consultation) -> list[str]:
    """What is allowed, and what whoever writes it should know: sentences about the term."""
    if row.ends_on is None:
        return []
    sentences = []
    if not is_working_day(row.ends_on):
        known = holidays(row.ends_on, row.ends_on, row.municipality.slug)
        names = [day.shown_name for day in known if not day.is_working]
        facts = {
            "day": f"{weekday(row.ends_on)}, {long_date(row.ends_on)}" + (f" ({names[0]})" if names else ""),
            "next": f"{weekday(working := rules.next_working_day(row.ends_on))}, {long_date(working)}",
        }
        sentences.append(
            _(
                "On the last day – %(day)s – offices are closed: proposals come in by form, message and mail only, and "
                "nobody can bring one on paper. The next working day is %(next)s."
            )
            % facts
        )
    if row.last_hour is not None and isinstance(resolve_wall_time(row.ends_on, row.last_hour), AmbiguousTime):
        sentences.append(
            _("On the last day clocks go back, so %(hour)s exists twice. The later one counts.")
            % {"hour": f"{row.last_hour:%H:%M}"}
        )
    return sentences


def too_short(days: int, count: str, earliest: str) -> str:
    """Why a term is too short, with the day that is long enough."""
    if count == DayCount.WORKING:
        sentence = ngettext(
            "Its legal ground asks for at least %(days)s working day after the first day: until %(earliest)s.",
            "Its legal ground asks for at least %(days)s working days after the first day: until %(earliest)s.",
            days,
        )
    else:
        sentence = ngettext(
            "Its legal ground asks for at least %(days)s day after the first day, and the term ends on a working day: "
            "until %(earliest)s.",
            "Its legal ground asks for at least %(days)s days after the first day, and the term ends on a working day: "
            "until %(earliest)s.",
            days,
        )
    return sentence % {"days": days, "earliest": earliest}


@transaction.atomic
def close(consultation: Consultation, *, by: User) -> Consultation:
    """Close it after its term. Raises `ActionNotAllowed` while one contribution is without an end."""
    lock_rights(consultation.municipality_id, by)
    row = lock(consultation)
    if row.stage != ConsultationStage.PUBLISHED:
        raise ActionNotAllowed(_("Only a consultation that is published can be closed."))
    if not still_may(by, row.municipality, Verb.PARTICIPATION_PUBLISH):
        raise ActionNotAllowed(_("Only an approver can close a consultation."))
    if row.closes_at is None or timezone.now() < row.closes_at:
        raise ActionNotAllowed(_("Its term is not over yet: citizens can still take part."))
    unchecked = row.batches.filter(checked_at=None).count()
    if unchecked:
        raise ActionNotAllowed(_("A batch on paper has not been checked by a second person yet."))
    left = undecided(row).count()
    if left:
        raise ActionNotAllowed(
            ngettext(
                "%(count)s contribution has no decision yet. Everyone who took part gets an answer.",
                "%(count)s contributions have no decision yet. Everyone who took part gets an answer.",
                left,
            )
            % {"count": left}
        )
    row.stage, row.closed_at, row.overdue_reported_on = ConsultationStage.CLOSED, timezone.now(), None
    row.save()
    record("consultation.close", by=by, target=row)
    return row
