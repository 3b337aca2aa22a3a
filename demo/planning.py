"""Planning ahead: usual times of every channel, and repeating posts in two municipalities."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from channels.enums import ChannelState
from channels.models import Channel
from demo.people import Team
from municipalities.tenancy import scope
from planning.domain import repeat, slots
from planning.enums import Every
from planning.models import Occurrence
from posts.models import Post
from posts.queries import is_public, visible

# By the place of a channel among those of its municipality: weekdays from Monday 0, and times on the wall.
USUAL: tuple[tuple[Sequence[int], Sequence[time]], ...] = (
    (range(5), (time(9, 15), time(16, 30))),
    ((0, 2, 4), (time(12),)),
    ((1, 3), (time(19),)),
)
# What is as true in three months as today, so that it may be said again; how often, on which weekdays, at what time.
TIMELESS = (
    "Термин за личну карту", "Постаните еГрађанин", "еИзвод без шалтера", "Захтев од куће", "Стање пореза на имовину",
    "Видиш рупу? Пријави!", "Бебо, добро дошла на свет",
)  # fmt: skip
RHYTHMS: dict[str, tuple[tuple[Every, tuple[int, ...], time], ...]] = {
    "cuprija": ((Every.WEEK, (1,), time(9, 15)), (Every.TWO_WEEKS, (3,), time(16, 30))),
    "novi-pazar": ((Every.TWO_WEEKS, (2,), time(12)),),
}
RUNS = timedelta(weeks=12)


def arrange(teams: Sequence[Team], now: datetime) -> None:
    """Done with the portal's own verbs; the drafts of the coming days are there at once."""
    today = timezone.localdate(now)
    for team in teams:
        with scope(team.municipality):
            connected = Channel.objects.filter(state=ChannelState.CONNECTED).order_by("pk")
            for (days, times), channel in zip(USUAL, connected, strict=False):
                slots.set_slots(channel, [(day, at) for day in days for at in times], by=team.officer)
            rhythms = RHYTHMS.get(team.municipality.slug, ())
            for pattern, (every, days, at) in zip(_patterns(), rhythms, strict=False):
                repeat.begin(pattern, _values(every, days, at, today), by=team.officer)
    repeat.make_due()
    for team in teams:
        with scope(team.municipality):
            Post.objects.filter(pk__in=Occurrence.objects.values("post")).update(is_demo=True)


def _patterns() -> Iterator[Post]:
    """The last published post of each title, in the order of `TIMELESS`; none of a campaign, which ends with it."""
    rows = visible().filter(is_public(), title__in=TIMELESS, campaign_post__isnull=True).order_by("-due_at")
    newest = {post.title: post for post in reversed(rows)}
    yield from (newest[title] for title in TIMELESS if title in newest)


def _values(every: Every, days: Sequence[int], at: time, today: date) -> dict[str, Any]:
    return {
        "every": every, "weekdays": list(days), "at": at, "starts_on": today, "ends_on": today + RUNS,
        "skips_holidays": True,
    }  # fmt: skip
