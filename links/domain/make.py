"""Creates short links for a post that is being frozen. Part of a verb: it runs inside its transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings

from links import rules
from links.models import Link
from links.queries import short
from municipalities.tenancy import everywhere


@dataclass(frozen=True)
class LinkRequest:
    """The target of a link, and the platform of its channel."""

    target: str
    network: str


def create_links(municipality_id: int, subject: UUID, wanted: Mapping[int, LinkRequest]) -> dict[int, str]:
    """The short address for each place; an existing link with the same target is reused.

    Two queries, unless a code is taken by another link, which then gets the next one.
    """
    addresses: dict[int, str] = {}
    turn = 0
    while left := {place: link for place, link in wanted.items() if place not in addresses}:
        codes = {
            place: rules.code(settings.SECRET_KEY, subject, place, link.target, turn) for place, link in left.items()
        }
        fresh = [
            Link(
                municipality_id=municipality_id, code=codes[place], target=link.target, subject=subject, place=place,
                network=link.network,
            )
            for place, link in left.items()
        ]  # fmt: skip
        Link.objects.bulk_create(fresh, ignore_conflicts=True)
        with everywhere("a code is one for all municipalities"):
            stored = Link.objects.in_bulk(list(codes.values()), field_name="code")
        for place, link in left.items():
            row = stored[codes[place]]
            if (row.subject, row.place, row.target) == (subject, place, link.target):
                addresses[place] = short(row.code)
        turn += 1
    return addresses
