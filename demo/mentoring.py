"""The mentor's work beside drafts: rubric scores over the weeks, a handover, days of absence."""

import random
import tomllib
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.utils import timezone

from demo.municipality_context import MunicipalityContext
from demo.people import HANDED_OVER, People
from demo.rows import insert, made_at
from demo.texts import CONTENT
from demo.threads import moment
from mentoring.domain.absence import announce
from mentoring.domain.performance import notify_mentors
from mentoring.domain.rubric import stored
from mentoring.models import Absence, Criterion, Feedback, Handover, Score
from mentoring.queries.rubric import programme_of
from municipalities.models import Pairing
from municipalities.tenancy import scope
from posts.models import Post, Version

# Of the posts since the training, how many got the rubric filled in.
SHARE = 0.8
# Where a municipality stood after the training, and what a week of mentoring adds: of levels from 1 to 4.
BEGAN = {
    "call-to-action": 1.5, "clarity": 2.0, "useful-information": 2.3, "accessibility": 1.5, "picture": 2.2, "tone": 2.5,
    "script-and-language": 2.7,
}  # fmt: skip
A_WEEK = 0.24
SPREAD = 0.5
GOOD = 3
AWAY_IN, AWAY_FOR = timedelta(days=12), timedelta(days=4)


@cache
def content() -> dict[str, Any]:
    with (CONTENT / "mentor.toml").open("rb") as file:
        return tomllib.load(file)


def feedback_of_published(
    context: MunicipalityContext, frozen: Sequence[tuple[Post, Version]], rng: random.Random
) -> list[Feedback]:
    """The rubric of the posts since the training, with levels that grow. Inside the municipality's scope."""
    criteria = stored(programme_of(context.team.municipality))
    offset = rng.uniform(-0.35, 0.35)
    municipality, rows, scores = context.team.municipality, [], []
    for post, version in frozen:
        if post.created_at.date() < context.people.mentored_on or rng.random() > SHARE:
            continue
        at = moment(post, rng.uniform(0.5, 0.85))
        weeks = (at.date() - context.people.mentored_on).days / 7
        levels = _levels(criteria, post, offset + A_WEEK * weeks, rng)
        mentor, note = context.people.mentor_of(municipality.slug, at.date()), _note(levels, rng)
        row = Feedback(
            municipality=municipality, post=post, version=version.number, mentor=mentor, note=note, is_demo=True
        )
        row.given_at = row.changed_at = at
        rows.append(row)
        scores.append(levels)
    insert(rows)
    insert(
        [
            Score(municipality=municipality, feedback=row, criterion=criterion, level=level)
            for row, levels in zip(rows, scores, strict=True)
            for criterion, level in levels.items()
        ]
    )
    return rows


def _levels(criteria: list[Criterion], post: Post, grown: float, rng: random.Random) -> dict[Criterion, int]:
    judged = [criterion for criterion in criteria if criterion.key != "picture" or post.draft["media"]]
    return {
        criterion: min(4, max(1, round(rng.gauss(BEGAN.get(criterion.key, 2) + grown, SPREAD)))) for criterion in judged
    }


def _note(levels: dict[Criterion, int], rng: random.Random) -> str:
    """A note on the weakest criterion; some feedback has none."""
    weakest = min(levels, key=lambda criterion: levels[criterion])
    if levels[weakest] >= GOOD:
        return rng.choice(content()["praise"]["texts"])
    return rng.choice(content()["notes"][weakest.key]) if rng.random() < 0.8 else ""


def arrange(people: People, now: datetime) -> None:
    """What comes of it: notices of how posts did, a municipality that changed its mentor, days away that are near."""
    with made_at(now - timedelta(hours=20)):
        notify_mentors(now)
    _hand_over(people)
    first = timezone.localdate(now) + AWAY_IN
    if not Absence.objects.filter(mentor=people.mentor).exists():
        with made_at(now - timedelta(hours=26)):
            announce(first, first + AWAY_FOR, content()["absence"]["note"], by=people.mentor)


def _hand_over(people: People) -> None:
    team = people.teams[HANDED_OVER]
    former = Pairing.objects.filter(municipality=team.municipality, mentor=people.former).first()
    successor = Pairing.objects.filter(municipality=team.municipality, mentor=people.mentor).first()
    if former is None or successor is None:
        return
    with scope(team.municipality):
        if not Handover.objects.exists():
            row = Handover(
                municipality=team.municipality, former=former, successor=successor, by=people.former,
                note=content()["handover"]["note"].strip(),
                at=timezone.now() - timedelta(days=(timezone.localdate() - successor.starts_on).days + 2),
            )  # fmt: skip
            insert([row])
