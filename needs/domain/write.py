"""Creating a need, changing its texts, and deleting one without supporters."""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from analytics.rollups.domain import daily_counts
from common.audit import record
from common.errors import ActionNotAllowed
from inbox.enums import Topic
from inbox.models import Department, Settlement
from municipalities.models import Municipality
from needs.measured import NEEDS
from needs.models import Need
from needs.rules import MOST_TEXT
from posts.draft import storable

MOST_TITLE = 160


@dataclass(frozen=True)
class NeedContent:
    """The submitted content of a need."""

    title: str
    text: str = ""
    topic: str = ""
    settlement: Settlement | None = None
    department: Department | None = None


def lock(need: Need) -> Need:
    """The row, locked. Raises outside of a transaction."""
    return Need.objects.select_for_update(of=("self",)).select_related("municipality").get(pk=need.pk)


def lock_municipality(municipality_id: int) -> None:
    """Serialises changes of supporters: they move between needs, and both sizes have to be right afterwards."""
    Municipality.objects.select_for_update(no_key=True).get(pk=municipality_id)


def recount(municipality_id: int, *needs: int) -> None:
    """Set the size of these needs to the number of their supporters. Their municipality is locked."""
    for pk in sorted(set(needs)):
        Need.objects.filter(pk=pk).update(size=Need(pk=pk).supporters.count())
    mark_daily_counts(municipality_id)


def mark_daily_counts(municipality_id: int) -> None:
    """Mark the needs of this municipality for recounting. A need moves between days with its first supporter, so all
    days are marked; it is one query."""
    daily_counts.mark(NEEDS, municipality_id)


@transaction.atomic
def create(municipality: Municipality, content: NeedContent, *, by: User) -> Need:
    """A new need without supporters. Raises `ActionNotAllowed`."""
    need = Need(municipality=municipality, by=by)
    _apply(need, content)
    need.save()
    record("need.write", by=by, target=need)
    return need


@transaction.atomic
def change(need: Need, content: NeedContent, *, by: User) -> Need:
    row = lock(need)
    _apply(row, content)
    row.save()
    record("need.change", by=by, target=row)
    return row


@transaction.atomic
def delete(need: Need, *, by: User) -> None:
    """Delete a need without supporters. Raises `ActionNotAllowed` if it has any."""
    lock_municipality(need.municipality_id)
    row = lock(need)
    if row.supporters.exists():
        raise ActionNotAllowed(_("Citizens requested this, so it stays. Merge it with another need instead."))
    record("need.delete", by=by, target=row)
    row.delete()


def _apply(need: Need, content: NeedContent) -> None:
    title, text = " ".join(storable(content.title).split()), storable(content.text).strip()
    if not title:
        raise ActionNotAllowed(_("Describe the need in a few words."), "title")
    if len(title) > MOST_TITLE or len(text) > MOST_TEXT:
        raise ActionNotAllowed(
            _("This is too long: a title may have %(title)s characters, the sentences below it %(text)s.")
            % {"title": MOST_TITLE, "text": MOST_TEXT},
            "title" if len(title) > MOST_TITLE else "text",
        )
    if content.topic and content.topic not in Topic.values:
        raise ActionNotAllowed(_("There is no such topic."), "topic")
    need.title, need.text, need.topic = title, text, content.topic
    need.settlement, need.department = content.settlement, content.department
