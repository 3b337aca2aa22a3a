"""Posts that the demo's municipalities share in the gallery, with comments, copies and picks, created by our own
verbs."""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.db.models import Sum
from django.utils import timezone, translation

from analytics.metrics import interactions
from analytics.models import MetricSnapshot, Subject
from common.errors import ActionNotAllowed
from common.numbers import per_thousand
from demo.people import PROGRAMME, People, Team
from demo.rows import made_at
from demo.texts import CONTENT
from exchange.domain import comments, copying, picks, share
from exchange.models import SharedComment, SharedCopy, SharedPost
from exchange.queries import gallery as queries
from links.models import ClickCount
from municipalities.models import Programme
from municipalities.tenancy import scope
from notifications.models import Notification
from posts.models import Post
from posts.queries import is_public

MOST = 12
# So long a post has been out before anybody calls it a good one.
OUT = timedelta(days=2)
WHOSE_OWN, OF_THE_MENTOR = "@", "mentor"


@cache
def content() -> dict[str, Any]:
    with (CONTENT / "gallery.toml").open("rb") as file:
        return tomllib.load(file)


def arrange(teams: Sequence[Team], people: People, now: datetime) -> None:
    """Posts in the gallery, the oldest first."""
    shared: list[tuple[Mapping[str, Any], SharedPost]] = []
    with translation.override("sr"):
        for raw in content()["shared"]:
            if len(shared) == MOST:
                break
            at = now - timedelta(days=raw["days"], hours=3)
            if source := _post(raw, teams, at):
                shared.append((raw, _share(raw, *source, at)))
        for raw, row in sorted(shared, key=lambda pair: -pair[0]["days"]):
            _talk(raw, row, people, now)
            _copy(raw, row, people)
        _pick(shared, people)
    Notification.objects.filter(kind="gallery").update(mail_due_at=None)


def _post(raw: Mapping[str, Any], teams: Sequence[Team], at: datetime) -> tuple[Team, Post] | None:
    """The post with the most reactions, and its team."""
    best: tuple[int, Team, Post] | None = None
    for team in teams:
        if team.municipality.slug not in raw.get("places", [team.municipality.slug]):
            continue
        with scope(team.municipality):
            rows = Post.objects.filter(is_public(), title=raw["post"], due_at__lt=at - OUT)
            for post in rows.annotate(reached=Sum("publications__subject__interactions")):
                if best is None or (post.reached or 0) > best[0]:
                    best = (post.reached or 0, team, post)
    return best[1:] if best else None


def _share(raw: Mapping[str, Any], team: Team, post: Post, at: datetime) -> SharedPost:
    municipality = team.municipality
    with scope(municipality), made_at(at):
        row = share.share(post, " ".join(raw["why"].split()), municipality=municipality, by=team.officer)
        day = timezone.localdate(at)
        row.measured_on, row.shared_at = day, at
        row.figures = _figures_of(row, post, at)
        row.save(update_fields=["measured_on", "shared_at", "figures"])
    return row


def _figures_of(row: SharedPost, post: Post, at: datetime) -> dict[str, Any]:
    """Figures of the post on that day, from its metric snapshots."""
    values = []
    for subject in Subject.objects.filter(publication__post=post):
        snapshot = (
            MetricSnapshot.objects.filter(subject_id=subject.pk, at__lte=at, likes__isnull=False)
            .order_by("-at")
            .first()
        )
        value = interactions(vars(snapshot)) if snapshot else None
        if value is not None:
            values.append(value)
    total = sum(values) if values else None
    clicks = row.figures["clicks"]
    if clicks is not None:
        counts = ClickCount.objects.filter(link__subject=post.key, counted_on__lte=timezone.localdate(at))
        clicks = counts.aggregate(some=Sum("people"))["some"] or 0
    days = (timezone.localdate(at) - row.published_on).days
    rate = per_thousand(total, row.municipality.population)
    return {**row.figures, "interactions": total, "inhabitants": rate, "clicks": clicks, "days": days}


def _talk(raw: Mapping[str, Any], row: SharedPost, people: People, now: datetime) -> None:
    teams = people.teams
    for number, (who, text) in enumerate(raw["comments"]):
        municipality = row.municipality if who == WHOSE_OWN else teams.get(who, teams["cuprija"]).municipality
        is_mentor = who == OF_THE_MENTOR
        by = people.mentor if is_mentor else teams[municipality.slug].officer
        if municipality == row.municipality and who not in (WHOSE_OWN, OF_THE_MENTOR):
            continue  # no questions to oneself
        with queries.gallery_scope(municipality):
            try:
                shared_comment = comments.comment(row, text, municipality=municipality, by=by, is_mentor=is_mentor)
            except ActionNotAllowed:
                continue  # the mentor of the demo has said a lot
            at = min(row.shared_at + timedelta(hours=4 + 7 * number), now - timedelta(minutes=20))
            SharedComment.objects.filter(pk=shared_comment.pk).update(at=at)
        Notification.objects.filter(about=f"exchange.sharedpost:{row.pk}", by=by).update(created_at=at)


def _copy(raw: Mapping[str, Any], row: SharedPost, people: People) -> None:
    for slug in raw.get("copies", ()):
        team = people.teams.get(slug)
        if team is None or team.municipality == row.municipality:
            continue
        with queries.gallery_scope(team.municipality) as room:
            source = queries.with_pictures([queries.shown().get(pk=row.pk)])[0]
        with scope(team.municipality):
            done = copying.copy(source, municipality=team.municipality, by=team.officer, also=room.ids)
            Post.objects.filter(pk=done.post.pk).update(is_demo=True)
            SharedCopy.objects.filter(pk=done.copy.pk).update(at=row.shared_at + timedelta(hours=20))


def _pick(shared: Sequence[tuple[Mapping[str, Any], SharedPost]], people: People) -> None:
    programme = Programme.objects.get(name=PROGRAMME)
    with queries.programmes_scope([programme]):
        for raw, row in shared:
            if raw.get("pick"):
                picks.pick(programme, row, raw["pick"], by=people.staff)
