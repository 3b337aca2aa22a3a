"""Levels by the rubric over weeks, of one municipality or of all of a programme. A fixed number of queries.

A level is 1 to 4; pages show the mean of the levels given in a week. People are not ranked: writers see their own posts
or the municipality as a whole.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Avg, Count, Exists, JSONField, OuterRef, Q, QuerySet, Subquery, Value, Window
from django.db.models.functions import Coalesce, JSONObject, TruncWeek

from common.prepared import PreparedRows, among, array
from mentoring.models import Criterion, Feedback, Score
from mentoring.queries.rubric import rubric_of, rubrics
from mentoring.rules import FEW
from municipalities.holidays import BELGRADE
from municipalities.models import Enrolment, Municipality, Programme
from municipalities.prepared import PreparedForSeveral
from municipalities.queries import MUNICIPALITY_COLUMNS, today
from municipalities.tenancy import all_in_scope, scope
from posts.models import Post
from posts.queries import is_public

WEEKS = 12
HALF = 4  # weeks that are set against the four before them
LAST = 6


def weeks(last: date) -> list[date]:
    """Mondays of the weeks shown, the oldest first."""
    monday = last - timedelta(days=last.weekday())
    return [monday - timedelta(weeks=n) for n in reversed(range(WEEKS))]


def _since(mondays: list[date]) -> datetime:
    return datetime.combine(mondays[0], time(), BELGRADE)


@dataclass
class LevelSum:
    """Levels of a criterion: their sum and number."""

    total: float = 0
    count: int = 0

    def add(self, mean: float, count: int) -> None:
        self.total += mean * count
        self.count += count

    @property
    def mean(self) -> float | None:
        return self.total / self.count if self.count else None

    @property
    def reliable_mean(self) -> float | None:
        """The mean, where there is enough for one."""
        return self.mean if self.count >= FEW else None


@dataclass
class CriterionProgress:
    """One criterion over the weeks; a week without a level is a gap."""

    criterion: Criterion
    weeks: list[LevelSum]

    def _sum(self, cells: list[LevelSum]) -> LevelSum:
        whole = LevelSum()
        for cell in cells:
            whole.total, whole.count = whole.total + cell.total, whole.count + cell.count
        return whole

    @property
    def all(self) -> LevelSum:
        return self._sum(self.weeks)

    @property
    def now(self) -> LevelSum:
        return self._sum(self.weeks[-HALF:])

    @property
    def before(self) -> LevelSum:
        return self._sum(self.weeks[-2 * HALF : -HALF])

    @property
    def change(self) -> float | None:
        """By how much the mean of the last four weeks differs from the four before; None while either has too few."""
        now, before = self.now.reliable_mean, self.before.reliable_mean
        return None if now is None or before is None else now - before


@dataclass(frozen=True)
class RubricProgress:
    mondays: list[date]
    lines: list[CriterionProgress]
    last: list[Any]
    posts: int


def progress(municipality: Municipality, *, author: Any = None, drafts: bool = True) -> RubricProgress:
    """Of the municipality in scope: of posts by `author`, or of all. Without `drafts` only what has been public
    is named."""
    mondays = weeks(today())
    rows = Score.objects.filter(feedback__given_at__gte=_since(mondays))
    feedback = Feedback.objects.filter(given_at__gte=_since(mondays), post__deleted_at=None)
    if author is not None:
        rows, feedback = rows.filter(feedback__post__author=author), feedback.filter(post__author=author)
    cells: dict[str, dict[date, LevelSum]] = defaultdict(lambda: defaultdict(LevelSum))
    for key, week, mean, count in _by_week(rows):
        cells[key][week.date()].add(mean, count)
    lines = [
        CriterionProgress(criterion, [cells[criterion.key][monday] for monday in mondays])
        for criterion in _named(rubric_of(municipality), rows, cells)
    ]
    last, posts = _last(feedback, drafts=drafts)
    return RubricProgress(mondays, lines, last, posts)


@dataclass(frozen=True)
class RubricSummary:
    """The mean level by all criteria: of the last four weeks, and of the four before them where there is enough."""

    now: float | None
    before: float | None
    count: int

    @property
    def change(self) -> float | None:
        return None if self.now is None or self.before is None else self.now - self.before

    @classmethod
    def read(cls, values: Mapping[str, Any] | None) -> "RubricSummary":
        """From what `in_short` brings; None where nothing was given."""
        if values is None:
            return cls(None, None, 0)
        now = values["now"] if values["count"] >= FEW else None
        return cls(now, values["before"] if values["older"] >= FEW else None, values["count"])


def halves(on: date) -> tuple[datetime, datetime]:
    """Since when the levels of `RubricSummary` count on a day: those before, and those of now."""
    mondays = weeks(on)
    before, now = (datetime.combine(mondays[-half], time(), BELGRADE) for half in (2 * HALF, HALF))
    return before, now


def rubric_summary(author: Any, begins: datetime, middle: datetime) -> Subquery:
    """For a query of municipalities: what `RubricSummary.read` reads, of the posts by `author` in each; `begins` and
    `middle` are `halves`.
    """
    rows = Score.objects.filter(
        municipality=OuterRef("pk"), feedback__given_at__gte=begins, feedback__post__deleted_at=None,
        feedback__post__author=author,
    )  # fmt: skip
    is_new = Q(feedback__given_at__gte=middle)
    values = JSONObject(
        now=Avg("level", filter=is_new), count=Count("pk", filter=is_new),
        before=Avg("level", filter=~is_new), older=Count("pk", filter=~is_new),
    )  # fmt: skip
    per_place = rows.order_by().values("municipality").annotate(values_of_scores=values).values("values_of_scores")
    return Subquery(per_place, output_field=JSONField())


def levels(first: date, last: date) -> dict[str, LevelSum]:
    """Of the municipality in scope, by the key of the criterion: what was given from `first` to `last`. One query."""
    since, until = (datetime.combine(day, time(), BELGRADE) for day in (first, last + timedelta(days=1)))
    rows = Score.objects.filter(feedback__given_at__gte=since, feedback__given_at__lt=until).values("criterion__key")
    cells: dict[str, LevelSum] = {}
    for row in rows.annotate(mean=Avg("level"), count=Count("pk")).order_by():
        cells.setdefault(row["criterion__key"], LevelSum()).add(row["mean"], row["count"])
    return cells


def _by_week(rows: QuerySet[Score]) -> Iterable[tuple[str, datetime, float, int]]:
    weekly = rows.values("criterion__key", week=TruncWeek("feedback__given_at", tzinfo=BELGRADE))
    counted = weekly.annotate(mean=Avg("level"), count=Count("pk")).order_by()
    return counted.values_list("criterion__key", "week", "mean", "count")


def _named(current: list[Criterion], rows: QuerySet[Score], cells: Iterable[str]) -> list[Criterion]:
    """Today's criteria, then those by which something was given and that are not used any more."""
    retired = set(cells) - {criterion.key for criterion in current}
    if not retired:
        return current
    old = Criterion.objects.filter(pk__in=rows.filter(criterion__key__in=retired).values("criterion"))
    latest = {criterion.key: criterion for criterion in old.order_by("revision")}
    return [*current, *sorted(latest.values(), key=lambda criterion: criterion.order)]


def _last(feedback: QuerySet[Feedback], *, drafts: bool) -> tuple[list[Any], int]:
    """The newest feedback with its mean level, and how much there is in all. One query.

    Outsiders read only what was said about posts that were public; the number counts the others, too.
    """
    scores = Score.objects.filter(feedback=OuterRef("pk")).order_by().values("feedback")
    rows = feedback.annotate(
        mean=Subquery(scores.annotate(mean=Avg("level")).values("mean")),
        count=Coalesce(Subquery(scores.annotate(count=Count("pk")).values("count")), 0),
        may_read=Value(True) if drafts else Exists(_public_posts()),
        all=Window(Count("pk")),
    )
    rows = rows.select_related("post__author", "mentor").defer("post__draft", "post__search_key")
    newest = list(rows.order_by("-may_read", "-changed_at")[:LAST])
    return [row for row in newest if row.may_read], newest[0].all if newest else 0


def _public_posts() -> QuerySet[Post]:
    return Post.objects.filter(is_public(), pk=OuterRef("post"))


# ---- a programme


@dataclass(frozen=True)
class MunicipalityProgress:
    municipality: Municipality
    cells: list[LevelSum]
    posts: int


@dataclass
class ProgressDashboard:
    """The municipalities of one programme that agreed to comparison, by the criteria of its rubric."""

    programme: Programme
    criteria: list[Criterion]
    rows: list[MunicipalityProgress] = field(default_factory=list)
    withheld: int = 0


# Without the columns of municipalities and cohorts that no table of names shows.
ENROLMENTS = PreparedRows(
    lambda of: (
        Enrolment.objects.on(of.today)
        .filter(cohort__programme__in=among(of.programmes))
        .select_related("municipality", "cohort")
        .only(
            "compares",
            "cohort",
            "cohort__programme",
            "municipality",
            *MUNICIPALITY_COLUMNS,
        )
    ),
    "municipality",
    "cohort",
    programmes=str,
    today=date,
)


def progress_dashboards(programmes: list[Programme]) -> list[ProgressDashboard]:
    """Rows in no order. Opens the scope of exactly the municipalities that are enrolled today and agreed."""
    enrolments = ENROLMENTS.instances(programmes=array(programme.pk for programme in programmes), today=today())
    agreed = {enrolment.municipality_id for enrolment in enrolments if enrolment.compares}
    cells: dict[int, dict[str, LevelSum]] = defaultdict(lambda: defaultdict(LevelSum))
    posts: dict[int, int] = {}
    if agreed:
        with scope(*agreed):
            cells, posts = _sums(weeks(today()))
    dashboards = []
    for programme, criteria in rubrics(programmes):
        board = ProgressDashboard(programme, [criterion for criterion in criteria if criterion.is_used])
        of_programme = [row for row in enrolments if row.cohort.programme_id == programme.pk]
        for pk, enrolment in {row.municipality_id: row for row in of_programme}.items():
            if not enrolment.compares:
                board.withheld += 1
                continue
            row = [cells[pk][criterion.key] for criterion in board.criteria]
            board.rows.append(MunicipalityProgress(enrolment.municipality, row, posts.get(pk, 0)))
        dashboards.append(board)
    return dashboards


def _sums(mondays: list[date]) -> tuple[dict[int, dict[str, LevelSum]], dict[int, int]]:
    """By municipality and key of the criterion; and posts with feedback by municipality. Two queries."""
    cells: dict[int, dict[str, LevelSum]] = defaultdict(lambda: defaultdict(LevelSum))
    given = {"municipalities": all_in_scope(), "since": _since(mondays)}
    for municipality, criterion, mean, count in LEVELS.rows(**given):
        cells[municipality][criterion].add(float(mean), count)
    return cells, dict(POSTS.rows(**given))


def _levels(since: datetime) -> Any:
    rows = Score.objects.filter(feedback__given_at__gte=since).order_by()
    return rows.values_list("municipality_id", "criterion__key").annotate(mean=Avg("level"), count=Count("pk"))


def _posts(since: datetime) -> Any:
    feedback = Feedback.objects.filter(given_at__gte=since).order_by()
    return feedback.values_list("municipality_id").annotate(posts=Count("post", distinct=True))


LEVELS = PreparedForSeveral(lambda of: _levels(of.since), since=datetime)
POSTS = PreparedForSeveral(lambda of: _posts(of.since), since=datetime)
