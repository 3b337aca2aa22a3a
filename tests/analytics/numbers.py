"""A municipality with numbers that can be reckoned by hand: posts with their latest numbers, and the facts of them.

`Numbers.post` makes what a look leaves behind; `Numbers.facts` adds them up by day of publication. What happened on a
day (`Numbers.happened`) and followers (`Numbers.follow`) are written down as they are.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import User
from analytics.enums import Basis, Material, SubjectKind
from analytics.metrics import ADDED, interactions
from analytics.models import ChannelDay, DailyFact, Subject, Traits
from channels.models import Channel
from municipalities.models import Municipality
from municipalities.tenancy import scope
from posts.enums import Category
from serbian.folding import fold
from tests.analytics import factories

BELGRADE = ZoneInfo("Europe/Belgrade")
_ids = count(1)


def at(day: date, clock: str = "09:00") -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), BELGRADE)


@dataclass
class Numbers:
    municipality: Municipality
    by: User
    subjects: list[Subject] = field(default_factory=list)

    def channel(self, **fields: Any) -> Channel:
        return factories.channel(self.municipality, self.by, **fields)

    def traits(self, **fields: Any) -> Traits:
        known = {
            "category": Category.SERVICE, "call_kind": "", "service": "", "material": Material.TEXT,
            "languages": "sr-Cyrl", "interactive": "", "boosted": False,
        }  # fmt: skip
        return Traits.objects.get_or_create(**known | fields)[0]

    def post(
        self, channel: Channel, moment: datetime, *, title: str = "", imported: bool = False, **fields: Any
    ) -> Subject:
        """`fields` are numbers (likes=3) and traits (category="culture")."""
        numbers = {key: fields.pop(key) for key in list(fields) if key in (*ADDED, "reach")}
        publication = None if imported else factories.published(channel, moment)
        with scope(self.municipality):
            if publication is not None and title:
                publication.post.title = title
                publication.post.search_key = fold(title)
                publication.post.save()
            subject = Subject.objects.create(
                municipality=self.municipality,
                kind=SubjectKind.IMPORTED if imported else SubjectKind.PUBLICATION,
                channel=channel,
                publication=publication,
                remote_id=f"post-{next(_ids)}",
                title=title if imported else "",
                permalink="https://social.example/old" if imported else "",
                traits=self.traits(**fields),
                published_at=moment,
                published_on=moment.astimezone(BELGRADE).date(),
                last_fetched_at=moment,
                interactions=interactions(numbers),
                **numbers,
            )
        self.subjects.append(subject)
        return subject

    def facts(self) -> None:
        """Daily facts by day of publication."""
        groups: dict[tuple[int, date, int], list[Subject]] = defaultdict(list)
        for subject in self.subjects:
            groups[subject.channel_id, subject.published_on, subject.traits_id].append(subject)
        with scope(self.municipality):
            for (channel, day, traits), rows in groups.items():
                sums = {key: _sum(getattr(row, key) for row in rows) for key in (*ADDED, "interactions")}
                DailyFact.objects.update_or_create(
                    municipality=self.municipality, channel_id=channel, day=day, traits_id=traits,
                    basis=Basis.PUBLICATION, defaults={"posts": len(rows), **sums},
                )  # fmt: skip

    def happened(self, channel: Channel, day: date, **numbers: int | None) -> None:
        """A fact by day of activity; negative where a network corrected itself."""
        with scope(self.municipality):
            DailyFact.objects.create(
                municipality=self.municipality, channel=channel, day=day, traits=self.traits(), basis=Basis.ACTIVITY,
                posts=0, interactions=interactions(numbers), **numbers,
            )  # fmt: skip

    def follow(self, channel: Channel, day: date, followers: int | None, gap: str = "") -> None:
        with scope(self.municipality):
            ChannelDay.objects.create(
                municipality=self.municipality, channel=channel, day=day, followers=followers, gap=gap
            )


def _sum(values: Any) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None
