"""Showing a need on the public page "You asked, we did". Whether that page is on: `needs.domain.page`."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common.audit import record
from common.errors import ActionNotAllowed
from needs.domain.write import lock, mark_daily_counts
from needs.enums import SETTLED, NeedStage
from needs.models import Need


@transaction.atomic
def show(need: Need, *, by: User) -> Need:
    """Everybody may read it from now on. Raises `ActionNotAllowed` before anything was decided."""
    row = lock(need)
    if row.stage not in (*SETTLED, NeedStage.PLANNED):
        raise ActionNotAllowed(_("Decide about it first: the page shows decisions and outcomes."))
    return _set_public(row, is_public=True, by=by)


@transaction.atomic
def hide(need: Need, *, by: User) -> Need:
    """It is taken from the page; copies that readers hold last some minutes."""
    return _set_public(lock(need), is_public=False, by=by)


def _set_public(row: Need, *, is_public: bool, by: User) -> Need:
    if row.is_public != is_public:
        row.is_public = is_public
        row.save()
        mark_daily_counts(row.municipality_id)
        if is_public:
            record("need.show", by=by, target=row)
        else:
            record("need.hide", by=by, target=row)
    return row
