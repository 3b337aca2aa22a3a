"""What the networks of one post returned last, each beside the usual result of its channel."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from analytics.dashboards.queries.posts import Usual, usual
from analytics.enums import SUCCESSFUL
from analytics.metrics import GAPS, METRICS, Metric
from analytics.models import Subject
from analytics.thresholds import SETTLED_AFTER, USUAL_DAYS
from channels import validation
from common.lazy_text import LazyText
from posts.models import Publication

METRICS_SHOWN = ("likes", "replies", "reposts", "views", "clicks")


@dataclass(frozen=True)
class Comparison:
    """`times` the usual result of the channel, over the ninety days that end with `last`."""

    times: float
    interactions: int
    usual: Usual
    last: date


@dataclass(frozen=True)
class PublicationFigures:
    """`values`: metrics with what the network returned last. `not_yet`: those that it returns of other posts, and
    `never`: those that it does not have.

    `fetched_at` None: nothing was fetched yet. `gap`: why the last fetch brought no values, "" where it did.
    `is_young`: it is compared with the usual only later; `comparison` None: there is nothing to compare with.
    """

    values: tuple[tuple[Metric, int], ...]
    not_yet: tuple[Metric, ...]
    never: tuple[Metric, ...]
    fetched_at: datetime | None
    gap: LazyText = ""
    is_young: bool = False
    comparison: Comparison | None = None


def publication_figures(publications: list[Publication], today: date) -> dict[int, PublicationFigures]:
    """By id of those that are or were out, all of one post. Two queries, none where nothing was out."""
    out = {publication.pk: publication for publication in publications if publication.delivery.published_at}
    if not out:
        return {}
    rows = Subject.objects.filter(publication__in=out).select_related("traits")
    subjects = {subject.publication_id: subject for subject in rows}
    compared = [subject for subject in subjects.values() if _is_comparable(subject, today)]
    published_on = max((subject.published_on for subject in compared if subject.published_on), default=today)
    last = today if (today - published_on).days < USUAL_DAYS else published_on
    medians = usual(last, today) if compared else {}
    return {pk: _figures(publication, subjects.get(pk), today, medians, last) for pk, publication in out.items()}


def _is_comparable(subject: Subject, today: date) -> bool:
    """What was paid for reaches more people than the usual post, and a young one has not reached all of its own."""
    is_boosted = subject.traits is not None and subject.traits.boosted
    return subject.interactions is not None and not is_boosted and not _is_young(subject, today)


def _is_young(subject: Subject, today: date) -> bool:
    return subject.published_on is not None and today - subject.published_on < SETTLED_AFTER


def _figures(
    publication: Publication, subject: Subject | None, today: date, medians: dict[int, Usual], last: date
) -> PublicationFigures:
    measures = validation.measures(publication.channel)
    known = {name: getattr(subject, name) for name in METRICS_SHOWN} if subject else {}
    values = tuple((METRICS[name], value) for name, value in known.items() if value is not None)
    without = [name for name in METRICS_SHOWN if known.get(name) is None]
    result = PublicationFigures(
        values=values,
        not_yet=tuple(METRICS[name] for name in without if name in measures),
        never=tuple(METRICS[name] for name in without if name not in measures),
        fetched_at=subject.last_fetched_at if subject else None,
    )
    if subject is None:
        return result
    is_read = not subject.last_outcome or subject.last_outcome in SUCCESSFUL
    return replace(
        result,
        gap="" if is_read else GAPS[subject.last_outcome],
        is_young=_is_young(subject, today),
        comparison=_comparison(subject, medians.get(subject.channel_id), last)
        if _is_comparable(subject, today)
        else None,
    )


def _comparison(subject: Subject, usual_result: Usual | None, last: date) -> Comparison | None:
    if subject.interactions is None or usual_result is None or not usual_result.median:
        return None
    return Comparison(subject.interactions / usual_result.median, subject.interactions, usual_result, last)
