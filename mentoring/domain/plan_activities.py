"""Activities of an agreed plan: evidence, the report that one is done, and the mentor's confirmation."""

import secrets
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common import audit
from common.errors import ActionNotAllowed
from links.rules import target_problem
from mentoring.domain import plan_notifications as notifications
from mentoring.domain import plan_readings, plans
from mentoring.enums import Proof, Side
from mentoring.models import Activity, Evidence, Plan
from mentoring.queries.plans import decided_since, item_of, published_since, report_url, reported_since
from municipalities.holidays import BELGRADE
from municipalities.queries import today
from participation.models import Edition
from posts.draft import is_link
from posts.media.domain.consents import Scan
from posts.models import Publication

MOST_NOTE = 500
# Of one activity.
MOST_EVIDENCE = 30


def _following(plan: Plan) -> Plan:
    plan = plans.locked(plan)
    if plan.closed_at:
        raise ActionNotAllowed(_("The plan is closed."))
    if not plan.is_running:
        raise ActionNotAllowed(_("The plan is not agreed yet. Both sides agree first."))
    return plan


def _locked(activity: Activity) -> Activity:
    plan = _following(activity.plan)
    row: Activity = Activity.objects.select_related("owner", "kind").get(pk=activity.pk, plan=plan)
    row.plan = plan
    if row.dropped_at:
        raise ActionNotAllowed(_("Both agreed to drop this activity."))
    return row


# ---------------------------------------------------------------- evidence


@transaction.atomic
def add_posts(activity: Activity, posts: list[int], *, by: User) -> list[Evidence]:
    """Published posts of the municipality show it. Those that stand there already are left alone.

    Raises `ActionNotAllowed` for a post that is not out, or went out before the plan began.
    """
    row = _locked(activity)
    known = Evidence.objects.filter(activity=row, withdrawn_at__isnull=True, post__isnull=False)
    wanted = set(posts) - set(known.values_list("post", flat=True))
    chosen = list(published_since(row.plan).filter(pk__in=wanted))
    if len(chosen) != len(wanted):
        raise ActionNotAllowed(_("Choose posts that were published since the plan began and are still there."))
    _room(row, len(chosen))
    rows = [_post(row, post, by) for post in chosen]
    for evidence in rows:
        audit.record("agreement.add_evidence", by=by, target=row, evidence=evidence.title)
    return rows


def _post(activity: Activity, post: Any, by: User) -> Evidence:
    """With what it was, so that the row still says so when the post is gone."""
    out = Publication.objects.filter(post=post, delivery__published_at__isnull=False).select_related("delivery")
    first = out.exclude(delivery__permalink="").order_by("delivery__published_at").first()
    return Evidence.objects.create(
        municipality_id=activity.municipality_id, activity=activity, kind=Proof.POSTS, post=post, title=str(post)[:200],
        url=first.delivery.permalink[:500] if first else "",
        published_on=post.public_at.astimezone(BELGRADE).date(), by=by,
    )  # fmt: skip


@transaction.atomic
def add_needs(activity: Activity, needs: list[int], *, by: User) -> list[Evidence]:
    """Needs of citizens that were decided or done show it. Those that stand there already are left alone.

    Raises `ActionNotAllowed` for a need that is undecided, or that was decided before the plan began.
    """
    row = _locked(activity)
    known = Evidence.objects.filter(activity=row, withdrawn_at__isnull=True, need__isnull=False)
    wanted = set(needs) - set(known.values_list("need", flat=True))
    chosen = list(decided_since(row.plan).filter(pk__in=wanted))
    if len(chosen) != len(wanted):
        raise ActionNotAllowed(_("Choose needs that were decided or done since the plan began."))
    _room(row, len(chosen))
    rows = [_need(row, need, by) for need in chosen]
    for evidence in rows:
        audit.record("agreement.add_evidence", by=by, target=row, evidence=evidence.title)
    return rows


def _need(activity: Activity, need: Any, by: User) -> Evidence:
    """With what it was, so that the row still says so when the need is gone."""
    return Evidence.objects.create(
        municipality_id=activity.municipality_id, activity=activity, kind=Proof.NEED, need=need, title=need.title,
        stage=need.stage, n=need.size, informed=need.informed_count,
        published_on=need.done_on or need.decided_on, by=by,
    )  # fmt: skip


@transaction.atomic
def add_link(activity: Activity, url: str, note: str, *, by: User) -> Evidence:
    """A link. Input is hostile: only a public web address is stored."""
    row = _locked(activity)
    url = plans.text(url, 500, "url")
    if not is_link(url) or target_problem(url, ""):
        raise ActionNotAllowed(
            _("This is not the address of a public page. It begins with https:// and has no password."), "url"
        )
    note = plans.text(note, MOST_NOTE, "note")
    _room(row, 1)
    evidence: Evidence = Evidence.objects.create(
        municipality_id=row.municipality_id, activity=row, kind=Proof.LINK, url=url, note=note, by=by
    )
    audit.record("agreement.add_evidence", by=by, target=row, evidence=url)
    return evidence


@transaction.atomic
def add_reports(activity: Activity, editions: list[int], *, by: User) -> list[Evidence]:
    """Public reports of consultations show it: each is a link with the title and the day of the report. Those that
    stand there already are left alone. Raises `ActionNotAllowed` for one that is not public, or from before the plan.
    """
    row = _locked(activity)
    chosen = list(reported_since(row.plan).filter(pk__in=editions))
    if len(chosen) != len(set(editions)):
        raise ActionNotAllowed(_("Choose reports that became public since the plan began."))
    known = Evidence.objects.filter(activity=row, withdrawn_at__isnull=True, kind=Proof.LINK)
    urls = set(known.values_list("url", flat=True))
    added = [edition for edition in chosen if report_url(row.plan.municipality, edition) not in urls]
    _room(row, len(added))
    rows = [_report(row, edition, by) for edition in added]
    for evidence in rows:
        audit.record("agreement.add_evidence", by=by, target=row, evidence=evidence.title)
    return rows


def _report(activity: Activity, edition: Edition, by: User) -> Evidence:
    title, first = str(edition.consultation)[:200], edition.consultation.reported_at
    return Evidence.objects.create(
        municipality_id=activity.municipality_id, activity=activity, kind=Proof.LINK, title=title,
        url=report_url(activity.plan.municipality, edition), note=title,
        published_on=first.astimezone(BELGRADE).date() if first else None, by=by,
    )  # fmt: skip


@transaction.atomic
def add_file(activity: Activity, scan: Scan, note: str, *, by: User) -> Evidence:
    """A PDF, or a picture that was written anew."""
    row = _locked(activity)
    note = plans.text(note, MOST_NOTE, "note")
    _room(row, 1)
    name = f"evidence/plans/{row.municipality_id}/{secrets.token_hex(16)}.{scan.ending}"
    evidence: Evidence = Evidence.objects.create(
        municipality_id=row.municipality_id, activity=row, kind=Proof.FILE, note=note, by=by, file_mime=scan.mime,
        file=default_storage.save(name, ContentFile(scan.body)),
    )  # fmt: skip
    audit.record("agreement.add_evidence", by=by, target=row, evidence=scan.ending)
    return evidence


def _room(activity: Activity, more: int) -> None:
    if Evidence.objects.filter(activity=activity, withdrawn_at__isnull=True).count() + more > MOST_EVIDENCE:
        raise ActionNotAllowed(
            _("An activity keeps %(most)s pieces of evidence at most. Take one back first.") % {"most": MOST_EVIDENCE}
        )


@transaction.atomic
def withdraw(evidence: Evidence, *, by: User) -> None:
    """Withdraw a piece of evidence; its row stays. Raises `ActionNotAllowed` once the activity is
    confirmed.
    """
    row = _locked(evidence.activity)
    if row.confirmed_at:
        raise ActionNotAllowed(_("The mentor has confirmed this activity; its evidence stays."))
    changed = Evidence.objects.filter(pk=evidence.pk, withdrawn_at__isnull=True).update(
        withdrawn_at=timezone.now(), withdrawn_by=by
    )
    if changed:
        audit.record("agreement.withdraw_evidence", by=by, target=row, evidence=str(evidence))


# ---------------------------------------------------------------- done


@transaction.atomic
def report(activity: Activity, note: str, *, side: Side, by: User) -> Activity:
    """Say that it is done, today. A mentor who says so confirms it at once. Twice changes nothing.

    Raises `ActionNotAllowed` while the evidence that was agreed on is not there.
    """
    row = _locked(activity)
    if row.done_at:
        return row
    note = plans.text(note, MOST_NOTE, "note")
    if row.proves_itself:
        plan_readings.read_one(row)
    _refuse_unproved(row)
    row.done_on, row.done_at, row.done_by, row.done_note = today(), timezone.now(), by, note
    if side == Side.MENTOR:
        row.confirmed_at, row.confirmed_by = row.done_at, by
    row.save()
    if row.proves_itself:
        plan_readings.keep(row, by=by)
    audit.record("agreement.report", by=by, target=row)
    if side == Side.MENTOR:
        notifications.confirmed(row, by=by)
    else:
        notifications.done(row, by=by)
    return row


def _refuse_unproved(row: Activity) -> None:
    item = item_of(row)
    if item.is_proved:
        return
    if row.proves_itself:
        raise ActionNotAllowed(
            _("The indicator has not reached the value that was agreed, or there are too few posts.")
        )
    counts = {"there": item.counted, "wanted": row.wanted}
    raise ActionNotAllowed(
        _("The evidence is not complete: %(there)s of %(wanted)s. Add what is missing, then report it done.") % counts
    )


@transaction.atomic
def confirm(activity: Activity, *, side: Side, by: User) -> Activity:
    """The mentor has looked at it and agrees that it is done. Raises `ActionNotAllowed` for anybody else."""
    row = _locked(activity)
    if side != Side.MENTOR:
        raise ActionNotAllowed(_("The mentor confirms it."))
    if not row.done_at:
        raise ActionNotAllowed(_("No one has reported it done yet."))
    if row.confirmed_at:
        return row
    row.confirmed_at, row.confirmed_by = timezone.now(), by
    row.save()
    audit.record("agreement.confirm", by=by, target=row)
    notifications.confirmed(row, by=by)
    return row


@transaction.atomic
def reopen(activity: Activity, note: str, *, side: Side, by: User) -> Activity:
    """It is not done after all: the municipality takes its report back, or the mentor asks for more.

    Raises `ActionNotAllowed` when the mentor has confirmed it and another person asks.
    """
    row = _locked(activity)
    if not row.done_at:
        return row
    if row.confirmed_at and side != Side.MENTOR:
        raise ActionNotAllowed(_("The mentor has confirmed it. Ask your mentor."))
    note = plans.text(note, MOST_NOTE, "note")
    row.done_on = row.done_at = row.done_by = row.confirmed_at = row.confirmed_by = None
    row.done_note = ""
    row.save()
    audit.record("agreement.reopen", by=by, target=row)
    notifications.reopened(row, side, note, by=by)
    return row
