"""Adopting a kit: creates drafts in the municipality's own name, grouped in a campaign. Publishes nothing.

It records which draft belongs to which post of the kit, so concurrent or repeated adoption creates each draft once. A
draft that was deleted can be created again.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.audit import record
from common.errors import ActionNotAllowed
from kits import queries
from kits.models import AdoptedPost, Adoption, Kit, KitPost
from kits.rules import day_of, stored
from municipalities.models import Municipality
from municipalities.queries import glossary
from planning.domain import campaigns
from planning.models import Campaign
from planning.queries import free_days
from planning.rules import resolve_nearest
from posts.draft import Draft, parse
from posts.editing.domain.create import create
from posts.editing.domain.save import Content, save_draft
from posts.editing.placeholders import Value, filled
from posts.models import Post
from posts.rules import ResolvedTime
from serbian.glossary import Glossary


@dataclass(frozen=True)
class AdoptionChoice:
    """The choice of the person: the first day, the answers by placeholder name, and the ids of the posts."""

    starts_on: date
    values: Mapping[str, Value]
    parts: Collection[int]


@dataclass(frozen=True)
class AdoptionResult:
    """`made` are the new drafts ordered by day; empty if all existed already."""

    adoption: Adoption
    made: list[Post]


def publish_times(parts: Collection[KitPost], start: date, municipality: Municipality) -> dict[int, ResolvedTime]:
    """The publishing time by id of the post. Days off are skipped. Pure except for the holiday calendar, a file."""
    ahead = max((part.day for part in parts), default=0) + 30
    rest = free_days(start, ahead, municipality)
    return {part.pk: resolve_nearest(day_of(start, part.day, rest), part.at) for part in parts}


@transaction.atomic
def adopt(kit: Kit, choice: AdoptionChoice, *, municipality: Municipality, by: User) -> AdoptionResult:
    """Create drafts of `by` for the chosen posts that have none yet. Raises `ActionNotAllowed`."""
    # serialised per municipality, so that concurrent adoptions create each draft once
    Municipality.objects.select_for_update(no_key=True).get(pk=municipality.pk)
    _hold(kit)
    row = queries.offered(municipality).filter(pk=kit.pk).first()
    if row is None or not row.is_open or not queries.takes_part(row):
        raise ActionNotAllowed(_("This kit can no longer be adopted. Drafts created from it are kept."))
    parts = queries.parts_of(row)
    chosen = [part for part in parts if part.pk in choice.parts]
    if not chosen:
        raise ActionNotAllowed(_("Choose at least one post."))
    when = publish_times(parts, choice.starts_on, municipality)
    adoption = _adoption(row, choice, municipality, max(when[part.pk].local.date() for part in parts), by)
    known = {
        adopted_post.part_id: adopted_post
        for adopted_post in AdoptedPost.objects.filter(adoption=adoption).select_related("post")
    }
    drafts, own_glossary = [], glossary(municipality.pk)
    for part in chosen:
        before = known.get(part.pk)
        if before and before.post.deleted_at is None:
            continue
        post = _draft(part, choice, when[part.pk], municipality, by=by, glossary=own_glossary)
        campaigns.assign(post, adoption.campaign, by=by)
        AdoptedPost.objects.update_or_create(
            adoption=adoption, part=part, defaults={"municipality": municipality, "post": post}
        )
        drafts.append(post)
    if drafts:
        record(
            "kit.adopt", by=by, target=adoption, label=row.name, drafts=len(drafts), posts=[post.pk for post in drafts]
        )
    return AdoptionResult(adoption, drafts)


def _hold(kit: Kit) -> None:
    """Let the programme's staff change or close the kit before this adoption or after it, not in between.

    Any number of municipalities may hold it at once; Django's `select_for_update` has no such lock.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM kits_kit WHERE id = %s FOR SHARE", [kit.pk])


def _adoption(kit: Kit, choice: AdoptionChoice, municipality: Municipality, last: date, by: User) -> Adoption:
    adoption = Adoption.objects.filter(kit=kit).select_related("campaign").first()
    if adoption is None:
        campaign = _campaign(kit, choice.starts_on, last, municipality, by)
        adoption = Adoption(kit=kit, municipality=municipality, campaign=campaign, by=by)
    adoption.starts_on, adoption.values = choice.starts_on, stored(choice.values)
    adoption.save()
    return adoption


def _campaign(kit: Kit, first: date, last: date, municipality: Municipality, by: User) -> Campaign:
    """A new campaign named after the kit, with a number if the municipality has one of that name."""
    taken = set(Campaign.objects.filter(name__startswith=kit.name).values_list("name", flat=True))
    names = (kit.name if n == 1 else f"{kit.name} ({n})" for n in range(1, len(taken) + 2))
    name = next(candidate for candidate in names if candidate not in taken)
    values = {"name": name, "note": kit.purpose, "starts_on": first, "ends_on": last}
    return campaigns.begin(municipality, values, by=by)


def _draft(
    part: KitPost,
    choice: AdoptionChoice,
    when: ResolvedTime,
    municipality: Municipality,
    *,
    by: User,
    glossary: Glossary,
) -> Post:
    """`glossary`: the municipality's own spellings."""
    post = create(municipality, by=by)
    empty = replace(parse(part.content), glossary=glossary)
    draft = filled(empty, choice.values, deadline=part.deadline, first=f"sr-{municipality.primary_script}")
    draft = localise(draft, part.kit, municipality, parse(post.draft).channels)
    # a time in the past is dropped: a person chooses another one
    time = when if when.due_at > timezone.now() else None
    save_draft(post, Content(draft, part.name, part.category, time), revision=post.revision, by=by)
    return Post.objects.get(pk=post.pk)


def localise(draft: Draft, kit: Kit, municipality: Municipality, channels: tuple[int, ...]) -> Draft:
    """The draft with the municipality's channels and languages, promoting the kit's service with a counted link."""
    spoken = set(queries.official(municipality))
    return replace(
        draft,
        texts={tag: text for tag, text in draft.texts.items() if tag.startswith("sr-") or tag in spoken},
        channels=channels,
        service=kit.service.key if kit.service else "",
        tracked=bool(draft.link),
    )
