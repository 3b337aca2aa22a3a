"""Deciding about a need, recording what was done, and reopening it."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.audit import record
from common.errors import ActionNotAllowed
from needs import rules
from needs.domain.recall import recall
from needs.domain.write import lock, mark_daily_counts
from needs.enums import SETTLED, NeedStage
from needs.models import Need, Supporter
from posts.draft import storable

DECISIONS = (NeedStage.LOOKED_AT, NeedStage.PLANNED, NeedStage.DECLINED)


@transaction.atomic
def decide(need: Need, stage: str, *, reason: str = "", on: date | None = None, by: User) -> Need:
    """Record that it is looked at, planned or declined; the latter two need a reason and a day.

    Raises `ActionNotAllowed` without a reason, and for a settled need: that has to be reopened first.
    """
    row, text = lock(need), storable(reason).strip()
    if stage not in DECISIONS:
        raise ActionNotAllowed(_("Choose what was decided."), "stage")
    if row.is_settled:
        raise ActionNotAllowed(_("This need is settled. Open it again before something else is decided."))
    if len(text) > rules.MOST_REASON:
        raise ActionNotAllowed(
            _("The reason is too long: %(most)s characters at most.") % {"most": rules.MOST_REASON}, "reason"
        )
    day = None if stage == NeedStage.LOOKED_AT else on or timezone.localdate()
    if stage != NeedStage.LOOKED_AT and not text:
        raise ActionNotAllowed(_("Give a reason, in words that citizens may read."), "reason")
    _refuse_day(day, "on")
    row.stage, row.reason, row.decided_on = stage, text, day
    row.save()
    mark_daily_counts(row.municipality_id)
    record("need.decide", by=by, target=row, stage=str(stage))
    return row


@transaction.atomic
def done(need: Need, what: str, *, on: date, by: User) -> Need:
    """Record what was done and when; a second call changes the text. Raises `ActionNotAllowed`."""
    row, text = lock(need), storable(what).strip()
    if row.stage == NeedStage.DECLINED:
        raise ActionNotAllowed(_("It was decided that this will not be done. Open it again first."))
    if not text:
        raise ActionNotAllowed(_("Describe the outcome, in words that citizens may read."), "done")
    if len(text) > rules.MOST_DONE:
        raise ActionNotAllowed(_("This is too long: %(most)s characters at most.") % {"most": rules.MOST_DONE}, "done")
    _refuse_day(on, "on")
    row.stage, row.done, row.done_on, row.decided_on = NeedStage.DONE, text, on, row.decided_on or on
    row.save()
    mark_daily_counts(row.municipality_id)
    record("need.done", by=by, target=row)
    return row


@transaction.atomic
def reopen(need: Need, *, by: User) -> Need:
    """Undo a decision. Its texts stay as a draft.

    Unsent answers are cancelled, and supporters can be answered again.
    """
    row = lock(need)
    if row.stage not in (*SETTLED, NeedStage.PLANNED):
        return row
    recall(Supporter.objects.filter(need=row, reply__isnull=False).select_related("reply__delivery"), by=by)
    Supporter.objects.filter(need=row).update(reply=None, round=None, error="")
    row.stage, row.decided_on, row.done_on = NeedStage.LOOKED_AT, None, None
    row.save()
    mark_daily_counts(row.municipality_id)
    record("need.reopen", by=by, target=row)
    return row


def _refuse_day(day: date | None, field: str) -> None:
    if day is not None and (day > timezone.localdate() or day.year < 2000):
        raise ActionNotAllowed(_("This day cannot be right: it has to be today or before."), field)
