"""The progress of a new workspace. Every step is derived from existing data, so nobody has to tick anything.

One query for any number of municipalities; their scope is open.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from administration.enums import FirstStep
from administration.models import PutAway
from channels.enums import ChannelState
from channels.models import Channel
from channels.queries import takes_posts
from common.lazy_text import LazyText
from common.models import AuditEvent
from municipalities.enums import Role
from municipalities.models import GlossaryWord, Membership, Municipality, Pairing, ServiceAvailability
from municipalities.prepared import PreparedRows
from municipalities.queries import Access, today
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from planning.models import Slot
from posts.models import Post
from serbian.sorting import sort_key


@dataclass(frozen=True)
class StepDefinition:
    """`page` is the name of the page on which it is done, `verb` who may; `others` says who does it, to the rest.

    `keep` is what one presses who does not want it; empty where a workspace cannot do without.
    """

    why: LazyText
    act: LazyText
    page: str
    verb: Verb | None
    others: LazyText
    keep: LazyText = ""


_APPROVER = _("An approver or the administrator does this.")
_OFFICER = _("An officer or approver does this.")
KINDS: dict[FirstStep, StepDefinition] = {
    FirstStep.PEOPLE: StepDefinition(
        _("An officer who writes and an approver who agrees; one person alone cannot do both."),
        _("Invite people"), "members", Verb.MEMBERS_MANAGE, _APPROVER,
    ),
    FirstStep.PROFILE: StepDefinition(
        _("Coat of arms and website, so that everyone sees at once where they are."),
        _("Fill in the profile"), "settings", Verb.SETTINGS_EDIT, _APPROVER,
    ),
    FirstStep.RULES: StepDefinition(
        _("How many people approve a post before it is published, and how far an approved post may be moved."),
        _("Choose the rules"), "settings_rules", Verb.SETTINGS_EDIT, _APPROVER, _("They are right as they are"),
    ),
    FirstStep.CHANNEL: StepDefinition(
        _("The municipality's account on a network. Until there is one, posts stay drafts."),
        _("Connect a channel"), "channels", Verb.CHANNEL_CONNECT, _APPROVER,
    ),
    FirstStep.POPULATION: StepDefinition(
        _("Needed for metrics per thousand inhabitants."),
        _("Enter the population"), "population", None, _("The programme or the administrator enters it."),
    ),
    FirstStep.MENTOR: StepDefinition(
        _("A member of the programme who reads along in the first months."),
        _("Pair a mentor"), "programme_people", None,
        _("The staff of the programme pair you."), _("No mentor is planned"),
    ),
    FirstStep.SERVICES: StepDefinition(
        _("Which services of the national portal are available here. Posts about a service that has not been "
        "reviewed carry a warning."),
        _("Review the eServices"), "settings_services", Verb.LIBRARY_EDIT, _OFFICER,
    ),
    FirstStep.WORDS: StepDefinition(
        _("Names that the converter between the scripts must not touch, of firms for instance."),
        _("See the list of words"), "settings_words", Verb.LIBRARY_EDIT, _OFFICER, _("Nothing to add"),
    ),
    FirstStep.TIMES: StepDefinition(
        _("At which times of the week each channel posts, so that the calendar can propose one."),
        _("Set the usual times"), "slots", Verb.LIBRARY_EDIT, _OFFICER, _("There are no usual times"),
    ),
    FirstStep.DRAFT: StepDefinition(
        _("Write a short post. Nothing is published before it is approved."),
        _("Write the first post"), "post_new", Verb.POST_EDIT, _OFFICER,
    ),
}  # fmt: skip
# Pages that lie outside the workspace.
ACROSS = {"population", "programme_people"}


@dataclass(frozen=True)
class Point:
    step: FirstStep
    is_done: bool
    is_put_away: bool
    url: str
    """Empty for those who may not do it."""

    @property
    def kind(self) -> StepDefinition:
        return KINDS[self.step]

    @property
    def is_open(self) -> bool:
        return not self.is_done and not self.is_put_away


@dataclass(frozen=True)
class Progress:
    municipality: Municipality
    points: list[Point]
    is_put_away: bool

    @property
    def count(self) -> int:
        """How many are done or put away."""
        return sum(not point.is_open for point in self.points)

    @property
    def total(self) -> int:
        return len(self.points)

    @property
    def open(self) -> list[Point]:
        return [point for point in self.points if point.is_open]

    @property
    def is_over(self) -> bool:
        return self.is_put_away or not self.open


def _with_progress(places: QuerySet[Municipality], on: date) -> QuerySet[Municipality]:
    here = {"municipality": OuterRef("pk")}
    members = Membership.objects.running().filter(user__is_active=True, **here)
    verbs = ("municipality.edit_rules", "municipality.ask_rules")
    rules = AuditEvent.objects.filter(municipality_id=OuterRef("pk"), verb__in=verbs)
    # In the order of an index: without one PostgreSQL reads the table until it meets a post of this municipality, which
    # for one that joined late are the posts of all others.
    newest = Post.objects.filter(deleted_at__isnull=True, **here).order_by("-updated_at")
    return places.annotate(
        has_officer=Exists(members.filter(role=Role.OFFICER)),
        has_approver=Exists(members.filter(role=Role.APPROVER)),
        has_rules=Exists(rules),
        has_channel=Exists(Channel.objects.filter(takes_posts(), **here).exclude(state=ChannelState.DISCONNECTED)),
        has_mentor=Exists(Pairing.objects.on(on).filter(**here)),
        has_services=Exists(ServiceAvailability.objects.filter(verified_on__isnull=False, **here)),
        has_glossary=Exists(GlossaryWord.objects.filter(**here)),
        has_times=Exists(Slot.objects.filter(**here)),
        newest_post=Subquery(newest.values("pk")[:1]),
        away=ArraySubquery(PutAway.objects.filter(**here).values("step")),
    )


def _done(row: Any) -> dict[FirstStep, bool]:
    return {
        FirstStep.PEOPLE: row.has_officer and row.has_approver,
        FirstStep.PROFILE: bool(row.arms and row.website),
        FirstStep.RULES: row.has_rules,
        FirstStep.CHANNEL: row.has_channel,
        FirstStep.POPULATION: row.population is not None,
        FirstStep.MENTOR: row.has_mentor,
        FirstStep.SERVICES: row.has_services,
        FirstStep.WORDS: row.has_glossary,
        FirstStep.TIMES: row.has_times,
        FirstStep.DRAFT: row.newest_post is not None,
    }


def _progress(row: Any, access: Access | None, across: Collection[str]) -> Progress:
    done = _done(row)
    points = [
        Point(step, done[step], step.value in row.away, _url(KINDS[step], row, access, across)) for step in FirstStep
    ]
    return Progress(row, points, PutAway.ALL in row.away)


def _url(kind: StepDefinition, row: Any, access: Access | None, across: Collection[str]) -> str:
    if kind.page in ACROSS:
        return reverse(kind.page) if kind.page in across else ""
    if access is None or kind.verb is None or not access.may(kind.verb):
        return ""
    return reverse(kind.page, args=[row.slug])


OF_MUNICIPALITY = PreparedRows(
    lambda of: _with_progress(Municipality.objects.filter(pk=of.municipality), of.today), today=date
)


def progress(request: MunicipalityRequest) -> Progress:
    """Of the municipality of the page, with links for those who may do a step. One query."""
    (row,) = OF_MUNICIPALITY.instances(municipality=request.municipality.pk, today=today())
    across = {"population"} if request.user.is_administrator else set()
    if "staff" in request.access.roles:
        across |= ACROSS
    return _progress(row, request.access, across)


def unfinished(request: MunicipalityRequest) -> Progress | None:
    """For Home: None once everything is done or put away. One query."""
    steps = progress(request)
    return None if steps.is_over else steps


def of_several(places: Collection[Municipality]) -> list[Progress]:
    """For the staff of a programme: those that have most to do first. One query."""
    rows = _with_progress(Municipality.objects.filter(pk__in=[place.pk for place in places]), today())
    progresses = [_progress(row, None, ACROSS) for row in rows]
    return sorted(progresses, key=lambda steps: (steps.is_over, steps.count, sort_key(str(steps.municipality))))
