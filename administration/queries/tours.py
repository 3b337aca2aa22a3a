"""Tours: the steps of each role's, and how far a person is.

A step is done when the act itself was done: an audit event or a row of this person in the tour's municipality, since
the tour began. Where the act is to read, it is done when the page was opened with something to read on it.

One query for a running tour, which opens the scope of its municipality. Who has none costs nothing: `tours_column`
comes with the person's workspaces.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from administration.enums import Tour, TourMark, TourStep
from administration.models import TourProgress
from channels import queries as channels
from common.addresses import address
from common.lazy_text import LazyText
from common.models import AuditEvent
from delivery.enums import State
from inbox.enums import OPEN_STATES
from inbox.models import Message
from inbox.queries.readable import readable_with
from municipalities.enums import MunicipalityKind, Role
from municipalities.models import Enrolment, Membership, Municipality, Pairing, Programme
from municipalities.queries import today
from municipalities.tenancy import scope
from posts.enums import Stage
from posts.models import Post, Publication
from serbian.sorting import sort_key

FEWEST_COMPARED = 2


@dataclass(frozen=True)
class StepDefinition:
    """`text` says what to do and `missing` why it cannot be done now; `act` is the link to `page`, the name of an
    address.

    It is done by an audit event among `verbs`, or by opening one of `pages` with something to read on it.
    """

    text: LazyText
    act: LazyText
    page: str
    missing: LazyText = ""
    verbs: frozenset[str] = frozenset()
    pages: frozenset[str] = frozenset()


STEPS: dict[TourStep, StepDefinition] = {
    TourStep.WRITE: StepDefinition(
        _("Two sentences are enough. They are saved by themselves, and nobody outside sees them."),
        _("Write"), "post_new", verbs=frozenset({"post.create", "post.duplicate"}),
    ),
    TourStep.PREVIEW: StepDefinition(
        _("Open your draft: to which channels it goes, and what people will see on each."),
        _("Open the draft"), "post",
        _("No channel is connected here yet, so there is nothing to see."),
        pages=frozenset({"post"}),
    ),
    TourStep.SUBMIT: StepDefinition(
        _("Give the post a time, then submit it for approval. Nothing goes out before that."),
        _("Edit the draft"), "post_edit", verbs=frozenset({"post.submit", "post.schedule", "post.publish_now"}),
    ),
    TourStep.ANSWER: StepDefinition(
        _("Open a message and write a sentence in reply."),
        _("Open a message"), "message",
        _("No message of a citizen is open now."),
        verbs=frozenset({"message.answer", "message.propose", "message.answered_in_another_way"}),
    ),
    TourStep.RESULTS: StepDefinition(
        _("Which posts were seen and answered most, in figures."),
        _("Open the posts"), "analytics_posts",
        _("Nothing has been published here yet, so there are no figures."),
        pages=frozenset({"analytics_posts", "analytics_works"}),
    ),
    TourStep.WAITING: StepDefinition(
        _("Open a post that waits for approval: what goes out stands as each network shows it."),
        _("Open the post"), "post",
        _("No post waits for your approval now."),
        pages=frozenset({"post"}),
    ),
    TourStep.DECIDE: StepDefinition(
        _("Approve the post, or send it back with a note about what is missing."),
        _("Decide"), "post",
        _("No post waits for your approval now."),
        verbs=frozenset({"post.approve", "post.return"}),
    ),
    TourStep.CALENDAR: StepDefinition(
        _("What is planned on which day, and what is still without approval."),
        _("Open the calendar"), "calendar", pages=frozenset({"calendar"}),
    ),
    TourStep.PAUSE: StepDefinition(
        _("On a day of mourning one button stops every post. Look where it is; nothing stops until you press it."),
        _("Open the page"), "pause", pages=frozenset({"pause"}),
    ),
    TourStep.OPEN: StepDefinition(
        _("The newest draft, as its writer sees it."),
        _("Open the post"), "post",
        _("Nobody has written a post there yet."),
        pages=frozenset({"post"}),
    ),
    TourStep.COMMENT: StepDefinition(
        _("Mark a word of the text and say what you think, or suggest a better one."),
        _("Open the post"), "post",
        _("Nobody has written a post there yet."),
        verbs=frozenset({"post.comment", "post.suggest"}),
    ),
    TourStep.PLAN: StepDefinition(
        _("What was agreed for the three months, and what shows that it was done."),
        _("Open the plan"), "mentoring_plan", pages=frozenset({"mentoring_plan"}),
    ),
    TourStep.CHECK_IN: StepDefinition(
        _("Choose a day and a time for half an hour together."),
        _("Arrange one"), "check_in_new", verbs=frozenset({"checkin.plan", "checkin.hold"}),
    ),
    TourStep.ATTENTION: StepDefinition(
        _("The municipalities in the order in which they need somebody, each with the reason."),
        _("Open the list"), "programme_mentoring",
        _("No municipality takes part yet."),
        pages=frozenset({"programme_mentoring"}),
    ),
    TourStep.COMPARE: StepDefinition(
        _("Choose two of them and show them over each other."),
        _("Choose two"), "programme_compare",
        _("Fewer than two municipalities take part, so there is nothing to compare."),
        pages=frozenset({"programme_compare"}),
    ),
    TourStep.REPORT: StepDefinition(
        _("Of a month that is over, with the figures of all municipalities."),
        _("Open the reports"), "programme_reports",
        _("No municipality takes part yet."),
        verbs=frozenset({"report.ask_programme"}),
    ),
}  # fmt: skip
TOURS: Mapping[Tour, tuple[TourStep, ...]] = {
    Tour.OFFICER: (TourStep.WRITE, TourStep.PREVIEW, TourStep.SUBMIT, TourStep.ANSWER, TourStep.RESULTS),
    Tour.APPROVER: (TourStep.WAITING, TourStep.DECIDE, TourStep.CALENDAR, TourStep.PAUSE),
    Tour.MENTOR: (TourStep.OPEN, TourStep.COMMENT, TourStep.PLAN, TourStep.CHECK_IN),
    Tour.STAFF: (TourStep.ATTENTION, TourStep.COMPARE, TourStep.REPORT),
}
INVITATIONS: Mapping[Tour, LazyText] = {
    Tour.OFFICER: _("Five steps from a first draft to its figures, with your own posts and messages."),
    Tour.APPROVER: _("Four steps: read what waits, decide, see the calendar, know where everything stops."),
    Tour.MENTOR: _("Four steps: open a post, comment on a word, see the plan, arrange a check-in."),
    Tour.STAFF: _("Three steps: see who needs you, compare two municipalities, create the report."),
}


# ---- which tours a person has


@dataclass(frozen=True)
class Known:
    """A row of `tours_column`."""

    pk: int
    tour: Tour
    municipality: int | None
    is_running: bool


def tours_column(user: Any) -> ArraySubquery:
    """For a query of a person's workspaces: their tours, as `known` reads them."""
    rows = TourProgress.objects.filter(user=user)
    fields = {name: F(name) for name in ("pk", "tour", "municipality", "begun_at", "left_at", "finished_at")}
    return ArraySubquery(rows.order_by("pk").values(json=JSONObject(**fields)))


def known(column: Iterable[Any]) -> list[Known]:
    """From a value of `tours_column`: PostgreSQL's JSON, as text where it was not decoded yet."""
    rows = [json.loads(row) if isinstance(row, str) else row for row in column]
    return [
        Known(row["pk"], Tour(row["tour"]), row["municipality"],
              bool(row["begun_at"]) and not row["left_at"] and not row["finished_at"])
        for row in rows
    ]  # fmt: skip


def known_of(row: TourProgress) -> Known:
    return Known(row.pk, Tour(row.tour), row.municipality_id, row.is_running)


def offers(user: User) -> list[tuple[Tour, Municipality | None]]:
    """The tours that a person's roles give today, each with the municipalities where it can take place, by name; not
    in an exercise, which leads its teams itself. Four queries."""
    joined = Municipality.objects.filter(joined_on__isnull=False).exclude(kind=MunicipalityKind.TRAINING)
    roles: tuple[tuple[Tour, QuerySet[Any, Any]], ...] = (
        (Tour.OFFICER, Membership.objects.running().filter(user=user, role=Role.OFFICER).values("municipality")),
        (Tour.APPROVER, Membership.objects.deciding().filter(user=user).values("municipality")),
        (Tour.MENTOR, Pairing.objects.on(today()).filter(mentor=user).values("municipality")),
    )
    result: list[tuple[Tour, Municipality | None]] = []
    for tour, rows in roles:
        places = joined.filter(pk__in=rows)
        result += [(tour, place) for place in sorted(places, key=lambda row: sort_key(str(row)))]
    return [*result, (Tour.STAFF, None)] if Programme.objects.filter(staff=user).exists() else result


@dataclass(frozen=True)
class Listed:
    """A tour that a person has. `row` is None while it was neither begun nor declined."""

    tour: Tour
    places: list[Municipality]
    """Where it can take place; none for the staff of a programme."""
    row: TourProgress | None

    @property
    def invitation(self) -> LazyText:
        return INVITATIONS[self.tour]

    @property
    def state(self) -> str:
        """ "new", "running", "left" or "finished"."""
        if self.row is None or self.row.begun_at is None:
            return "new"
        if self.row.finished_at:
            return "finished"
        return "left" if self.row.left_at else "running"

    @property
    def is_resumable(self) -> bool:
        """Left, and where it took place the person still has the role."""
        if self.row is None or self.state != "left":
            return False
        return self.row.municipality in self.places if self.places else self.row.municipality is None

    @property
    def done(self) -> int:
        return list(self.row.marks.values()).count(TourMark.DONE) if self.row else 0

    @property
    def total(self) -> int:
        return len(TOURS[self.tour])


def listed(user: User) -> list[Listed]:
    """Of all roles that a person has today. Five queries."""
    rows = {Tour(row.tour): row for row in TourProgress.objects.filter(user=user).select_related("municipality")}
    places: dict[Tour, list[Municipality]] = {}
    for tour, place in offers(user):
        places.setdefault(tour, []).extend([place] if place else [])
    return [Listed(tour, here, rows.get(tour)) for tour, here in places.items()]


# ---- how far


@dataclass(frozen=True)
class Visit:
    """The page that is shown now: the name of its address, the municipality it belongs to, the post it is about, and
    how many municipalities it compares."""

    page: str = ""
    municipality: int | None = None
    post: int | None = None
    compared: int = 0


@dataclass(frozen=True)
class Point:
    step: TourStep
    mark: str
    """A `TourMark`, or empty."""
    url: str
    missing: LazyText
    """Why it cannot be done now; empty if it can."""

    @property
    def definition(self) -> StepDefinition:
        return STEPS[self.step]

    @property
    def is_done(self) -> bool:
        return self.mark == TourMark.DONE

    @property
    def is_skipped(self) -> bool:
        return self.mark == TourMark.SKIPPED


@dataclass(frozen=True)
class Progress:
    """`newly_done` are steps that are done and not stored yet (`administration.domain.tours.note_done`)."""

    row: TourProgress
    points: list[Point]
    newly_done: list[TourStep] = field(default_factory=list)

    @property
    def tour(self) -> Tour:
        return Tour(self.row.tour)

    @property
    def municipality(self) -> Municipality | None:
        return self.row.municipality

    @property
    def next(self) -> Point | None:
        return next((point for point in self.points if not point.mark), None)

    @property
    def number(self) -> int:
        """Of the next step, counted from 1."""
        point = self.next
        return self.points.index(point) + 1 if point else self.total

    @property
    def total(self) -> int:
        return len(self.points)

    @property
    def done(self) -> int:
        return sum(point.is_done for point in self.points)


def progress(user: User, known_row: Known, visit: Visit | None = None) -> Progress | None:
    """Of a running tour. None if the person has lost the role or the municipality its workspace. One query."""
    with scope(*filter(None, [known_row.municipality])):
        rows = TourProgress.objects.select_related("municipality").filter(pk=known_row.pk, user=user)
        row = _with_facts(rows, known_row.tour, user, visit or Visit()).first()
    if row is None or not row.has_role:
        return None
    return _progress(row, known_row.tour, visit or Visit())


def _with_facts(rows: QuerySet[TourProgress], tour: Tour, user: User, visit: Visit) -> QuerySet[Any]:
    verbs = sorted(verb for step in TOURS[tour] for verb in STEPS[step].verbs)
    events = AuditEvent.objects.filter(actor_id=user.pk, id__gt=OuterRef("after_event"), verb__in=verbs)
    here: dict[str, Any] = {"municipality": OuterRef("municipality")}
    if tour == Tour.STAFF:
        events = events.filter(municipality_id__isnull=True)
    else:
        events = events.filter(municipality_id=OuterRef("municipality"))
    facts = {Tour.OFFICER: _of_officer, Tour.APPROVER: _of_approver, Tour.MENTOR: _of_mentor, Tour.STAFF: _of_staff}
    return rows.annotate(acts=ArraySubquery(events.values("verb").distinct()), **facts[tour](user, here, visit))


def _of_officer(user: User, here: dict[str, Any], visit: Visit) -> dict[str, Any]:
    own = Post.objects.filter(author=user, created_at__gte=OuterRef("begun_at"), deleted_at__isnull=True, **here)
    published = Publication.objects.filter(live=True, delivery__state=State.PUBLISHED, **here)
    messages = Message.objects.filter(readable_with(reads_private=False), state__in=OPEN_STATES, **here)
    return {
        "has_role": Exists(_members(user).filter(role=Role.OFFICER)),
        "post": Subquery(own.order_by("-pk").values("pk")[:1]),
        "sees_post": Exists(own.filter(pk=visit.post or 0, draft__channels__0__isnull=False)),
        "has_channel": Exists(channels.connected().order_by().filter(**here)),
        "message": Subquery(messages.order_by("-pk").values("pk")[:1]),
        "has_published": Exists(published),
    }


def _of_approver(user: User, here: dict[str, Any], visit: Visit) -> dict[str, Any]:
    waiting = Post.objects.filter(stage=Stage.SUBMITTED, deleted_at__isnull=True, **here).exclude(author=user)
    return {
        "has_role": Exists(Membership.objects.deciding().filter(user=user, **here)),
        "post": Subquery(waiting.order_by(F("due_at").asc(nulls_last=True), "pk").values("pk")[:1]),
        "sees_post": Exists(waiting.filter(pk=visit.post or 0)),
    }


def _of_mentor(user: User, here: dict[str, Any], visit: Visit) -> dict[str, Any]:
    posts = Post.objects.filter(deleted_at__isnull=True, **here)
    written = Q(stage__in=(Stage.DRAFT, Stage.SUBMITTED, Stage.RETURNED))
    return {
        "has_role": Exists(Pairing.objects.on(today()).filter(mentor=user, municipality__joined_on__isnull=False,
                                                              **here)),
        "post": Subquery(posts.filter(written).order_by("-updated_at").values("pk")[:1]),
        "sees_post": Exists(posts.filter(pk=visit.post or 0)),
    }  # fmt: skip


def _of_staff(user: User, here: dict[str, Any], visit: Visit) -> dict[str, Any]:
    taking_part = Enrolment.objects.on(today()).filter(
        cohort__programme__staff=user, municipality__joined_on__isnull=False
    )
    places = taking_part.values("municipality").distinct().order_by("municipality")
    return {
        "has_role": Exists(Programme.objects.filter(staff=user)),
        "places": ArraySubquery(places[:FEWEST_COMPARED]),
    }


def _members(user: User) -> QuerySet[Membership]:
    return Membership.objects.running().filter(
        user=user, municipality=OuterRef("municipality"), municipality__joined_on__isnull=False
    )


def _progress(row: Any, tour: Tour, visit: Visit) -> Progress:
    points, newly_done = [], []
    for step in TOURS[tour]:
        mark = row.marks.get(step, "")
        if mark != TourMark.DONE and _is_done(step, row, visit):
            mark = TourMark.DONE
            newly_done.append(step)
        missing = "" if mark or _can(step, row) else STEPS[step].missing
        points.append(Point(step, mark, _url(step, row, missing), missing))
    return Progress(row, points, newly_done)


def _is_done(step: TourStep, row: Any, visit: Visit) -> bool:
    definition = STEPS[step]
    if definition.verbs:
        return bool(definition.verbs & set(row.acts))
    if visit.page not in definition.pages or visit.municipality != row.municipality_id:
        return False
    if "post" in definition.pages:
        return bool(row.sees_post)
    if step == TourStep.COMPARE:
        return visit.compared >= FEWEST_COMPARED
    return _can(step, row)


def _can(step: TourStep, row: Any) -> bool:
    """Whether there is anything to do it with."""
    need = _NEEDS.get(step)
    return need is None or need(row)


_NEEDS: Mapping[TourStep, Callable[[Any], bool]] = {
    TourStep.PREVIEW: lambda row: bool(row.has_channel),
    TourStep.ANSWER: lambda row: row.message is not None,
    TourStep.RESULTS: lambda row: bool(row.has_published),
    **dict.fromkeys(
        (TourStep.WAITING, TourStep.DECIDE, TourStep.OPEN, TourStep.COMMENT), lambda row: row.post is not None
    ),
    **dict.fromkeys((TourStep.ATTENTION, TourStep.REPORT), lambda row: bool(row.places)),
    TourStep.COMPARE: lambda row: len(row.places) >= FEWEST_COMPARED,
}


def _url(step: TourStep, row: Any, missing: LazyText) -> str:
    """The very place; where the draft is not written yet, that where it is written. Empty if it cannot be done now."""
    if missing:
        return ""
    page = STEPS[step].page
    if row.municipality is None:
        return address(page)
    slug = row.municipality.slug
    if step in (TourStep.PREVIEW, TourStep.SUBMIT):
        return address(page, slug, row.post) if row.post else address("post_new", slug)
    if page == "message":
        return address(page, slug, row.message) if row.message else address("inbox", slug)
    if page == "post":
        return address(page, slug, row.post) if row.post else address("posts", slug)
    return address(page, slug)
