"""Creating a consultation, changing it, giving it more time, and calling it off."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.models import User
from common.audit import record
from common.dates import long_date
from common.errors import ActionNotAllowed
from inbox.models import Department
from inbox.models.tags import Tag
from municipalities.holidays import BELGRADE
from municipalities.locking import lock_rights
from municipalities.models import Municipality
from municipalities.queries import approvers, members, still_may, today
from municipalities.rules import PUBLISHING_ROLES, Verb
from participation import rules
from participation.enums import ConsultationKind, ConsultationStage, DayCount, WayIn
from participation.grounds import catalogue, ground_of
from participation.models import Consultation, OwnGround
from posts.draft import storable
from posts.rules import AmbiguousTime, NonexistentTime, ResolvedTime, resolve_wall_time
from serbian.transliteration import to_latin

# The hour of the end of a term whose last day is whole.
MIDNIGHT = time()


@dataclass(frozen=True)
class ConsultationContent:
    """The submitted content of a consultation. `last_hour` None: the last day is whole."""

    kind: str
    title: str
    subject: str = ""
    rules: str = ""
    ground: str = ""
    own_ground: OwnGround | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    last_hour: time | None = None
    decided_by: date | None = None
    report_by: date | None = None
    ways_in: Sequence[str] = field(default_factory=tuple)
    mail: str = ""
    officer: User | None = None
    approver: User | None = None
    department: Department | None = None
    tag: Tag | None = None


def lock(consultation: Consultation) -> Consultation:
    """The row, locked. Raises outside of a transaction."""
    rows = Consultation.objects.select_for_update(of=("self",)).select_related("municipality", "own_ground")
    return rows.get(pk=consultation.pk)


def _locked_by_approver(consultation: Consultation, refusal: str, *, by: User) -> Consultation:
    """The row, locked, with the right to publish checked anew. Raises `ActionNotAllowed` with `refusal` without it."""
    lock_rights(consultation.municipality_id, by)
    row = lock(consultation)
    if not still_may(by, row.municipality, Verb.PARTICIPATION_PUBLISH):
        raise ActionNotAllowed(refusal)
    return row


@transaction.atomic
def create(municipality: Municipality, content: ConsultationContent, *, by: User) -> Consultation:
    """A draft. Raises `ActionNotAllowed`."""
    # serialised per municipality, so that two drafts never take the same address
    Municipality.objects.select_for_update(no_key=True).get(pk=municipality.pk)
    row = Consultation(municipality=municipality, by=by, officer=by)
    _apply(row, content)
    row.slug = _slug(row.title)
    row.save()
    record("consultation.create", by=by, target=row)
    return row


@transaction.atomic
def change(consultation: Consultation, content: ConsultationContent, *, by: User) -> Consultation:
    """Change a draft wholly; of one that is published everything but its kind, ground and term, and not its ways in
    once somebody has used them. Raises `ActionNotAllowed`.
    """
    row = lock(consultation)
    if row.stage in (ConsultationStage.REPORTED, ConsultationStage.CALLED_OFF):
        raise ActionNotAllowed(_("This consultation has ended, so it is no longer changed."))
    if row.is_published:
        _refuse_changed_term(row, content)
        _refuse_lost_way(row, content)
    _apply(row, content)
    row.save()
    record("consultation.change", by=by, target=row)
    return row


@transaction.atomic
def extend(consultation: Consultation, ends_on: date, *, by: User) -> Consultation:
    """Give a published consultation more time, as an approver. Raises `ActionNotAllowed`, also for less time.

    The days of decisions and report move by as much. A term that was over runs again.
    """
    row = _locked_by_approver(consultation, _("Only an approver can extend the term."), by=by)
    if row.stage != ConsultationStage.PUBLISHED or row.ends_on is None:
        raise ActionNotAllowed(_("Only the term of a consultation that is published can be extended."))
    if ends_on <= row.ends_on:
        raise ActionNotAllowed(
            _("Citizens can rely on the day that was announced: a term becomes longer, never shorter."), "ends_on"
        )
    if ends_on < today():
        raise ActionNotAllowed(_("This day is over. Choose today or a later day."), "ends_on")
    before = row.ends_on
    later = ends_on - before
    row.ends_on = ends_on
    row.decided_by = row.decided_by + later if row.decided_by else None
    row.report_by = row.report_by + later if row.report_by else None
    _refuse_bad_term(row)
    row.closes_at = closing_moment(row)
    row.overdue_reported_on = None
    row.save()
    record("consultation.extend", by=by, target=row, before=before.isoformat(), after=ends_on.isoformat())
    return row


@transaction.atomic
def call_off(consultation: Consultation, because: str, *, by: User) -> Consultation:
    """End a published consultation before its report, as an approver; the reason is public. Contributions keep their
    decisions. Raises `ActionNotAllowed`.
    """
    row = _locked_by_approver(consultation, _("Only an approver can call a consultation off."), by=by)
    reason = storable(because).strip()
    if row.stage not in (ConsultationStage.PUBLISHED, ConsultationStage.CLOSED):
        raise ActionNotAllowed(_("Only a consultation that is published, and whose report is not, can be called off."))
    if not reason:
        raise ActionNotAllowed(_("Write why: citizens who took part read it."), "because")
    _refuse_longer(reason, rules.MOST_REASON, "because")
    row.stage, row.called_off_because = ConsultationStage.CALLED_OFF, reason
    row.save()
    record("consultation.call_off", by=by, target=row)
    return row


@transaction.atomic
def delete(consultation: Consultation, *, by: User) -> None:
    """Delete a draft with its documents. Raises `ActionNotAllowed` for everything that was public."""
    row = lock(consultation)
    if row.is_published:
        raise ActionNotAllowed(_("It was public, so it stays. Call it off instead, with the reason."))
    record("consultation.delete", by=by, target=row)
    files = list(row.documents.exclude(file="").values_list("file", flat=True))
    row.delete()
    for name in files:
        transaction.on_commit(partial(default_storage.delete, name))


@transaction.atomic
def add_ground(municipality: Municipality, values: dict[str, Any], *, by: User) -> OwnGround:
    """A legal ground of the municipality's own. Raises `ActionNotAllowed`."""
    ground = OwnGround(municipality=municipality, by=by, **values)
    if ground.valid_to is not None and ground.valid_to < ground.valid_from:
        raise ActionNotAllowed(_("It cannot end before it begins."), "valid_to")
    ground.save()
    record("consultation.ground", by=by, target=ground)
    return ground


def least_term(row: Consultation, on: date) -> tuple[int, str]:
    """Least days, and how they count, that its ground asks for on that day; (0, …) where it asks for none.

    Raises `ActionNotAllowed` for a ground that is not in force, or does not fit the kind.
    """
    if row.own_ground is not None:
        own = row.own_ground
        if on < own.valid_from or (own.valid_to is not None and own.valid_to < on):
            raise ActionNotAllowed(_("This legal ground is not in force on the first day."), "ground")
        return own.days, own.day_count
    if not row.ground:
        return 0, DayCount.CALENDAR
    ground = ground_of(row.ground)
    if ground is None or row.kind not in ground.kinds:
        raise ActionNotAllowed(_("This legal ground does not fit this kind of consultation."), "ground")
    if not ground.is_valid_on(on):
        raise ActionNotAllowed(_("This legal ground is not in force on the first day."), "ground")
    return ground.days, ground.day_count


def closing_moment(row: Consultation) -> datetime:
    """When the term is over (aware). Raises `ActionNotAllowed` for an hour that does not exist on its last day."""
    assert row.ends_on is not None
    if row.last_hour is None:
        return datetime.combine(row.ends_on + timedelta(days=1), MIDNIGHT, BELGRADE)
    moment = resolve_wall_time(row.ends_on, row.last_hour)
    match moment:
        case NonexistentTime():
            raise ActionNotAllowed(
                _(
                    "On %(day)s clocks go forward and %(hour)s does not exist. Choose %(next)s or later, or leave the "
                    "hour empty: then the whole day counts."
                )
                % {
                    "day": long_date(row.ends_on),
                    "hour": f"{row.last_hour:%H:%M}",
                    "next": f"{moment.next_valid:%H:%M}",
                },
                "last_hour",
            )
        case AmbiguousTime():
            # the later one of the two, in favour of citizens
            return moment.options[1].due_at
        case ResolvedTime():
            return moment.due_at


def _apply(row: Consultation, content: ConsultationContent) -> None:
    title = " ".join(storable(content.title).split())
    if not title:
        raise ActionNotAllowed(_("Write what it is about, in a few words."), "title")
    if content.kind not in ConsultationKind.values:
        raise ActionNotAllowed(_("Choose what kind of consultation it is."), "kind")
    unknown = set(content.ways_in) - set(WayIn.values)
    if unknown:
        raise ActionNotAllowed(_("Choose how citizens can take part."), "ways_in")
    _refuse_longer(title, rules.MOST_TITLE, "title")
    row.subject, row.rules = storable(content.subject).strip(), storable(content.rules).strip()
    _refuse_longer(row.subject, rules.MOST_SUBJECT, "subject")
    _refuse_longer(row.rules, rules.MOST_RULES, "rules")
    row.kind, row.title = content.kind, title
    if content.ground and content.ground not in catalogue():
        raise ActionNotAllowed(_("There is no such legal ground."), "ground")
    row.ground, row.own_ground = content.ground, content.own_ground
    row.starts_on, row.ends_on, row.last_hour = content.starts_on, content.ends_on, content.last_hour
    row.decided_by, row.report_by = content.decided_by, content.report_by
    row.ways_in, row.mail = sorted(set(content.ways_in)), content.mail
    _refuse_strangers(row, content)
    row.officer = content.officer or row.officer
    row.approver, row.department, row.tag = content.approver, content.department, content.tag
    _refuse_bad_term(row)
    row.closes_at = closing_moment(row) if row.ends_on else None


def _refuse_strangers(row: Consultation, content: ConsultationContent) -> None:
    """Refuse people of elsewhere. Who left since they were chosen stays until somebody replaces them."""
    if content.officer is not None and content.officer.pk != row.officer_id:
        writers = {member.user_id for member in members(row.municipality) if member.role in PUBLISHING_ROLES}
        if content.officer.pk not in writers:
            raise ActionNotAllowed(_("Choose an officer or approver of the municipality."), "officer")
    if content.approver is None or content.approver.pk == row.approver_id:
        return
    if content.approver.pk not in {person.pk for person in approvers(row.municipality)}:
        raise ActionNotAllowed(_("Choose an approver of the municipality."), "approver")


def _refuse_bad_term(row: Consultation) -> None:
    """A draft may lack days, and what it has makes sense."""
    days = [
        ("ends_on", row.starts_on, row.ends_on, _("It cannot end before it begins.")),
        ("decided_by", row.ends_on, row.decided_by, _("Decisions come after the last day.")),
        ("report_by", row.decided_by, row.report_by, _("The report comes after the decisions.")),
    ]
    for name, first, last, problem in days:
        if first is not None and last is not None and last < first:
            raise ActionNotAllowed(problem, name)
    if row.starts_on and row.ends_on and row.ends_on - row.starts_on > rules.LONGEST_TERM:
        raise ActionNotAllowed(_("A term of more than a year is a mistake of typing. Check the years."), "ends_on")


def _refuse_changed_term(row: Consultation, content: ConsultationContent) -> None:
    before = (row.kind, row.ground, row.own_ground_id, row.starts_on, row.ends_on, row.last_hour)
    own = content.own_ground.pk if content.own_ground else None
    if before != (content.kind, content.ground, own, content.starts_on, content.ends_on, content.last_hour):
        raise ActionNotAllowed(
            _("Kind, legal ground and term are public already. A term can be extended; for anything else call it off.")
        )


def _refuse_lost_way(row: Consultation, content: ConsultationContent) -> None:
    lost = set(row.ways_in) - set(content.ways_in)
    used = set(row.contributions.filter(way_in__in=lost).order_by().values_list("way_in", flat=True))
    if used:
        label = WayIn(sorted(used)[0]).label
        raise ActionNotAllowed(
            _("Contributions came in this way already, so it stays: %(way)s.") % {"way": label}, "ways_in"
        )


def _refuse_longer(text: str, most: int, name: str) -> None:
    if len(text) > most:
        raise ActionNotAllowed(
            _("This is too long: %(count)s characters, at most %(most)s.") % {"count": len(text), "most": most}, name
        )


def _slug(title: str) -> str:
    wanted = slugify(to_latin(title))[:50].strip("-") or f"{today().year}"
    return rules.free_slug(wanted, {*rules.RESERVED_SLUGS, *Consultation.objects.values_list("slug", flat=True)})
