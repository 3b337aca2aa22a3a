"""Corrects how a published post is counted: its version is frozen, its traits in the statistics are not.

Category, call to action, eService and format apply to the post on all its channels; `boosted` applies to one channel.
"""

from collections import defaultdict
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.db import transaction

from accounts.models import User
from analytics.ingestion.domain import dirty_days, traits
from analytics.models import Subject
from common.audit import record


@dataclass(frozen=True)
class Counted:
    """How a post is counted; a trait that it does not have is empty. `boosted`: its views were paid for."""

    category: str
    call_kind: str = ""
    service: str = ""
    interactive: str = ""
    boosted: bool = False


def counted(subject: Subject) -> Counted:
    """How the post is counted now."""
    kind = subject.traits
    assert kind is not None  # a constraint says so, but for channels
    return Counted(kind.category, kind.call_kind, kind.service, kind.interactive, kind.boosted)


@transaction.atomic
def recategorise(subject: Subject, wanted: Counted, *, by: User) -> bool:
    """Count the post as `wanted` on all its channels, with `boosted` on this one only. Returns False when nothing
    changes.

    The next rebuild updates the facts: the day of publication, and every day of activity whose snapshots are kept.
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
    dirty_days.mark_subjects([pk for subjects in moves.values() for pk in subjects])
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


def _key(row: Subject, traits_of_post: Counted) -> traits.Key:
    assert row.traits is not None  # a constraint says so, but for channels
    return (
        traits_of_post.category, traits_of_post.call_kind, traits_of_post.service, row.traits.material,
        row.traits.languages, traits_of_post.interactive, traits_of_post.boosted,
    )  # fmt: skip
