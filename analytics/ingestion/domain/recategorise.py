"""Correcting what a published post counts as: its version is frozen, its place in the numbers is not.

What the post is (category, call to action, eService, format) holds on all its channels. That somebody paid for it holds
where it was paid for.
"""

from collections import defaultdict
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.db import transaction

from accounts.models import User
from analytics.ingestion.domain import stale_days, traits
from analytics.models import Subject
from common.audit import record


@dataclass(frozen=True)
class Counted:
    """What a post counts as; empty where it has none of it. `boosted`: somebody paid for its views."""

    category: str
    call_kind: str = ""
    service: str = ""
    interactive: str = ""
    boosted: bool = False


def counted(subject: Subject) -> Counted:
    """What it counts as now."""
    kind = subject.traits
    assert kind is not None  # a constraint says so, but for channels
    return Counted(kind.category, kind.call_kind, kind.service, kind.interactive, kind.boosted)


@transaction.atomic
def recategorise(subject: Subject, wanted: Counted, *, by: User) -> bool:
    """Have the post count as `wanted` on all its channels, `boosted` on this one. False when it does already.

    Facts follow with the next fold: the day of publication, and every day of activity whose readings are kept.
    """
    rows = list(_of_the_post(subject))
    before = next(counted(row) for row in rows if row.pk == subject.pk)
    moves: dict[traits.Key, list[int]] = defaultdict(list)
    for row in rows:
        now = counted(row)
        other = replace(wanted, boosted=wanted.boosted if row.pk == subject.pk else now.boosted)
        if other != now:
            moves[_key(row, other)].append(row.pk)
    if not moves:
        return False
    kinds = traits.rows_for(moves)
    for key, subjects in moves.items():
        Subject.objects.filter(pk__in=subjects).update(traits=kinds[key])
    stale_days.mark_traces([pk for subjects in moves.values() for pk in subjects])
    changed = {name: [old, asdict(wanted)[name]] for name, old in asdict(before).items() if old != asdict(wanted)[name]}
    target = subject.publication.post if subject.publication else subject
    record("post.recategorise", by=by, target=target, label=str(target) if subject.publication else subject.title,
           changed=changed)  # fmt: skip
    return True


def _of_the_post(subject: Subject) -> Any:
    rows = Subject.objects.select_for_update(of=("self",)).select_related("traits").order_by("pk")
    if subject.publication is None:
        return rows.filter(pk=subject.pk)
    return rows.filter(publication__post_id=subject.publication.post_id)


def _key(row: Subject, what: Counted) -> traits.Key:
    assert row.traits is not None  # a constraint says so, but for channels
    return (
        what.category, what.call_kind, what.service, row.traits.material, row.traits.languages, what.interactive,
        what.boosted,
    )  # fmt: skip
