"""Reads of memberships, pairings, programmes and delegations, from which access is decided."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, Subquery, Value
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Invitation, User
from common.models import AuditEvent
from common.prepared import PreparedRows
from common.sorting import SerbianKey
from municipalities.availability import Offer, in_season, promotable
from municipalities.availability import state as availability_state
from municipalities.enums import Role
from municipalities.models import (
    HELD_ROLE,
    REAL_PLACE,
    Cohort,
    Delegation,
    District,
    EmergencyRight,
    Enrolment,
    EService,
    GlossaryWord,
    Membership,
    Municipality,
    Pairing,
    Pause,
    PrivateReader,
    Programme,
    RuleChange,
    ServiceAvailability,
    WidePause,
    runs,
)
from municipalities.prepared import Prepared as PreparedTenantQuery
from municipalities.prepared import PreparedRows as PreparedTenantRows
from municipalities.rules import DELEGATE, ON_EMERGENCY_LIST, PRIVATE_READER, PUBLISHING_ROLES, Verb, verbs
from municipalities.tenancy import the_only_one
from serbian.folding import fold
from serbian.glossary import Glossary
from serbian.sorting import sort_key


@dataclass(frozen=True)
class Access:
    """What one person may do in one municipality's workspace.

    `decides_from`: the person is a new approver, whose rights begin then at the latest (UTC).
    """

    roles: frozenset[str]
    allowed: frozenset[Verb]
    decides_from: datetime | None = None

    def may(self, verb: str) -> bool:
        return verb in self.allowed


def today() -> date:
    return timezone.localdate()


def with_roles(user: Any, on: date | None = None) -> QuerySet[Municipality]:
    """Municipalities, each with what `user` is there on a day (today), for `access_in`: memberships and what was lent
    to a member, a running pairing, a running enrolment in one's programme. No query of its own: it comes with the row.
    """
    on = on or today()
    member = Membership.objects.running().filter(user=user, municipality=OuterRef("pk"))
    mentor = Pairing.objects.on(on).filter(mentor=user, municipality=OuterRef("pk"))
    staff = Enrolment.objects.on(on).filter(cohort__programme__staff=user, municipality=OuterRef("pk"))
    return Municipality.objects.annotate(
        held_roles=ArraySubquery(member.values(held=HELD_ROLE)),
        decides_from=Subquery(member.filter(waits_until__isnull=False).values("waits_until")[:1]),
        as_mentor=Exists(mentor),
        as_staff=Exists(staff),
        as_delegate=Exists(delegations(OuterRef("pk"), on).filter(delegate=user)),
        on_emergency_list=Exists(emergency_rights(OuterRef("pk")).filter(user=user)),
        as_private_reader=Exists(private_readers(OuterRef("pk")).filter(user=user)),
    )


# Every page of a workspace begins with it.
WORKSPACE = PreparedRows(
    lambda of: with_roles(of.user, of.today).filter(slug=of.slug, joined_on__isnull=False),
    user=int,
    slug=str,
    today=date,
)


def workspace_with_roles(user: Any, slug: str) -> Municipality | None:
    """The municipality with this slug, as `with_roles` has it; None if it has no workspace. One query."""
    return next(iter(WORKSPACE.instances(user=user.pk, slug=slug, today=today())), None)


def _roles(user: Any, place: Any) -> frozenset[str]:
    """Of a row from `with_roles(user)`. An administrator of the installation is one everywhere."""
    flags = {
        "mentor": place.as_mentor,
        "staff": place.as_staff,
        DELEGATE: place.as_delegate,
        ON_EMERGENCY_LIST: place.on_emergency_list,
        PRIVATE_READER: place.as_private_reader,
        "administrator": user.is_administrator,
    }
    return frozenset([*place.held_roles, *(role for role, held in flags.items() if held)])


def roles(user: Any, municipality: Municipality) -> frozenset[str]:
    """What `user` is in the municipality today. One query."""
    return _roles(user, with_roles(user).get(pk=municipality.pk))


def approvers(municipality: Municipality) -> list[User]:
    """Who decides here in their own name, and can sign in. One query."""
    rows = Membership.objects.deciding().filter(municipality=municipality).select_related("user").order_by("pk")
    return [row.user for row in rows]


def delay() -> timedelta:
    """How long a relaxed rule and a new right wait."""
    return timedelta(hours=settings.RULE_RELAXATION_HOURS)


def is_guarded(municipality: Municipality, *, without: Any = None) -> bool:
    """Whether somebody approves here, or did while a change asked for now would have waited: then relaxed rules and new
    rights wait. Else it is a first set-up. At most three queries.

    Who sends the approvers away does not become the first one. `without`: a user who does not count.
    """
    here = Membership.objects.running().filter(municipality=municipality, role=Role.APPROVER)
    others = here.exclude(user=without) if without else here
    if others.filter(user__is_active=True).exists():
        return True
    since = timezone.now() - delay()
    left = {user for user in _approvers_at(municipality, since) if user != getattr(without, "pk", None)}
    if not left:
        return False
    switched_off = AuditEvent.objects.filter(verb="account.deactivate", at__gt=since, target_id__in=map(str, left))
    still_members = set(others.filter(user__in=left).values_list("user", flat=True))
    return bool(left - still_members) or switched_off.exists()


def _approvers_at(municipality: Municipality, moment: datetime) -> set[int]:
    """Ids of those who decided then, from the history of memberships."""
    history = apps.get_model("municipalities", "MembershipEvent").objects
    rows = history.filter(municipality=municipality, pgh_created_at__lte=moment)
    last = rows.order_by("pgh_obj_id", "-pgh_id").distinct("pgh_obj_id")
    return {
        row.user_id for row in last if row.role == Role.APPROVER and row.ended_at is None and row.waits_until is None
    }


def waiting_change() -> RuleChange | None:
    """The relaxation of house rules that waits in the municipality in scope. One query."""
    return RuleChange.objects.filter(ended_at__isnull=True).select_related("by").first()


def _members(user: str, *roles: str) -> Exists:
    """Whether the person of the outer row's field `user` is a running member there, in one of the roles."""
    running = Membership.objects.running().filter(role__in=roles, user__is_active=True)
    return Exists(running.filter(user=OuterRef(user), municipality=OuterRef("municipality")))


def delegations(municipality: Municipality | OuterRef, on: date | None = None) -> QuerySet[Delegation]:
    """Those that hold on a day (today): neither ended nor void because one of the two has left or lost the role."""
    rows = Delegation.objects.on(on or today()).filter(municipality=municipality, ended_at__isnull=True)
    decides = Membership.objects.deciding().filter(user=OuterRef("approver"), municipality=OuterRef("municipality"))
    valid = rows.filter(Exists(decides), _members("delegate", *PUBLISHING_ROLES), waits_until__isnull=True)
    return valid.select_related("approver", "delegate").order_by("pk")


def coming_delegations(municipality: Municipality) -> QuerySet[Delegation]:
    """Those that hold today or will, in order; for the page on which they are kept."""
    rows = Delegation.objects.filter(municipality=municipality, ended_at__isnull=True, ends_on__gte=today())
    return rows.select_related("approver", "delegate", "by").order_by("starts_on", "pk")


def emergency_rights(municipality: Municipality | OuterRef) -> QuerySet[EmergencyRight]:
    """The emergency list in force: only members who publish, without entries that still wait."""
    return entered_emergency_rights(municipality).filter(waits_until__isnull=True)


def entered_emergency_rights(municipality: Municipality | OuterRef) -> QuerySet[EmergencyRight]:
    """The same with those who still wait; for the page on which the list is kept."""
    rows = EmergencyRight.objects.filter(municipality=municipality, ended_at__isnull=True)
    return rows.filter(_members("user", *PUBLISHING_ROLES)).select_related("user", "by").order_by("pk")


def private_readers(municipality: Municipality | OuterRef) -> QuerySet[PrivateReader]:
    """The officers named for private messages, in force: only members who publish, without entries that still wait."""
    return entered_private_readers(municipality).filter(waits_until__isnull=True)


def entered_private_readers(municipality: Municipality | OuterRef) -> QuerySet[PrivateReader]:
    """The same with those who still wait; for the page on which the list is kept."""
    rows = PrivateReader.objects.filter(municipality=municipality, ended_at__isnull=True)
    return rows.filter(_members("user", *PUBLISHING_ROLES)).select_related("user", "by").order_by("pk")


def people_who_read_private(municipality: Municipality) -> set[int]:
    """Ids of everybody who may read private messages here now: by role or by name, as `rules` has it. One query."""
    by_role = Membership.objects.deciding().filter(municipality=municipality).values_list("user")
    by_name = private_readers(municipality).order_by().values_list("user")
    return {pk for (pk,) in by_role.union(by_name)}


def access(user: Any, municipality: Municipality) -> Access:
    return access_in(user, with_roles(user).get(pk=municipality.pk))


def still_may(user: Any, municipality: Municipality, verb: Verb) -> bool:
    """Whether this person may do it now: for what they began or granted earlier and takes effect now.

    Everything is read anew, the person too: an account that is switched off may do nothing. Two queries.
    """
    person = User.objects.filter(pk=user.pk, is_active=True).first()
    if person is None:
        return False
    place = with_roles(person).filter(pk=municipality.pk, joined_on__isnull=False).first()
    return place is not None and access_in(person, place).may(verb)


def access_in(user: Any, municipality: Any) -> Access:
    """The same for a row that comes from `with_roles(user)`. No query."""
    held = _roles(user, municipality)
    allowed = verbs(held, staff_may_read_drafts=municipality.staff_may_read_drafts)
    return Access(held, allowed, municipality.decides_from)


def workspaces(user: Any) -> QuerySet[Municipality]:
    """Municipalities whose workspace this person can enter, in no order; sort by name in the reader's script."""
    return all_workspaces() if user.is_administrator else workspaces_of(user, today())


def all_workspaces() -> QuerySet[Municipality]:
    return Municipality.objects.filter(joined_on__isnull=False)


def workspaces_of(user: Any, on: date) -> QuerySet[Municipality]:
    """Those in which this person is something on a day; an administrator enters the others, too (`workspaces`)."""
    member = Membership.objects.running().filter(user=user).values("municipality")
    mentored = Pairing.objects.on(on).filter(mentor=user).values("municipality")
    programme = Enrolment.objects.on(on).filter(cohort__programme__staff=user).values("municipality")
    return all_workspaces().filter(pk__in=member.union(mentored, programme))


def mentored(user: Any) -> QuerySet[Municipality]:
    """Municipalities that `user` accompanies as a mentor today."""
    paired = Pairing.objects.on(today()).filter(mentor=user).values("municipality")
    return Municipality.objects.filter(joined_on__isnull=False, pk__in=paired)


def staff_of(municipality: Municipality) -> QuerySet[User]:
    """The staff of the programmes in which the municipality is enrolled today."""
    here = Enrolment.objects.on(today()).filter(municipality=municipality).values("cohort__programme")
    return User.objects.filter(programmes__in=here, is_active=True).distinct().order_by("pk")


# What a table shows of a municipality, as columns of rows that belong to one.
MUNICIPALITY_COLUMNS = tuple(
    f"municipality__{name}" for name in ("slug", "name_cyrl", "name_latn", "name_en", "arms", "colour")
)


def run_by(user: Any) -> QuerySet[Programme]:
    """The programmes whose staff this person is. Each knows whether any wide pause runs (`is_anything_paused`)."""
    return _run_by(user, timezone.now())


def _run_by(user: Any, now: datetime) -> QuerySet[Programme]:
    wide = WidePause.objects.filter(runs(now))
    return Programme.objects.filter(staff=user).annotate(is_anything_paused=Exists(wide), is_run=Value(True))


# Every page of a programme begins with it.
RUN_BY = PreparedRows(lambda of: _run_by(of.user, of.now), user=int, now=datetime)


def programmes_run_by(user: Any) -> list[Programme]:
    """As `run_by`. One query."""
    return RUN_BY.instances(user=user.pk, now=timezone.now())


def trained_by(user: Any) -> QuerySet[Programme]:
    """The programmes whose trainings this person may hold: as their trainer, or as their staff (`is_run`)."""
    wide = WidePause.objects.filter(runs(timezone.now()))
    staff = Programme.staff.through.objects.filter(programme=OuterRef("pk"), user=user)
    rows = Programme.objects.filter(Q(staff=user) | Q(trainers=user)).distinct()
    return rows.annotate(is_anything_paused=Exists(wide), is_run=Exists(staff))


def running_pause() -> Pause | None:
    """The pause of the municipality in scope, if one runs."""
    return Pause.objects.filter(runs(timezone.now())).select_related("by").first()


def needs_second_factor(user: Any) -> bool:
    """Whether this person can make a municipality speak, or sees what several keep to themselves: mentors and staff.

    Viewers and trainers need none (`settings.SECOND_FACTOR_ASKED_OF`). At most three queries.
    """
    return (
        Membership.objects.running().filter(user=user, role__in=PUBLISHING_ROLES).exists()
        or Pairing.objects.on(today()).filter(mentor=user).exists()
        or Programme.objects.filter(staff=user).exists()
    )


def names_in_passwords() -> list[str]:
    """Names that make bad passwords: of all municipalities, whole and without "grad" and the like."""
    names = Municipality.objects.values_list("name_latn", flat=True)
    return [part for name in names for part in (name, name.replace(" ", ""), *name.split())]


MEMBERS = PreparedRows(
    lambda of: Membership.objects.running().filter(municipality=of.place).select_related("user", "municipality", "by"),
    "user",
    "municipality",
    "by",
    place=int,
)


def members(municipality: Municipality) -> list[Membership]:
    """Running memberships with their people, by name."""
    rows = MEMBERS.shared_instances(place=municipality.pk)
    return sorted(rows, key=lambda row: (sort_key(row.user.name), row.role))


def colleagues(municipality: Municipality) -> list[User]:
    """Active members, each once, by name."""
    people = {row.user_id: row.user for row in members(municipality) if row.user.is_active}
    return sorted(people.values(), key=lambda person: (sort_key(person.name), person.pk))


def colleagues_who_read_private(municipality: Municipality, named: Collection[int]) -> list[User]:
    """Active members who may read private messages by role, or are among `named` (ids), each once, by name. One query,
    that of `colleagues`."""
    rows = [row for row in members(municipality) if row.user.is_active]
    deciders = {row.user_id for row in rows if row.role == Role.APPROVER and row.waits_until is None}
    people = {row.user_id: row.user for row in rows if row.user_id in deciders or row.user_id in named}
    return sorted(people.values(), key=lambda person: (sort_key(person.name), person.pk))


def mentors(municipality: Municipality) -> QuerySet[Pairing]:
    """Pairings that run today."""
    return Pairing.objects.on(today()).filter(municipality=municipality).select_related("mentor")


def invitations(municipality: Municipality) -> QuerySet[Invitation]:
    """Invitations to be a member here: those that wait, and those that stopped because their inviter lost the right."""
    grants = [{"kind": "membership", "municipality": municipality.slug}]
    return Invitation.objects.open().select_related("invited_by").filter(grants__contains=grants).order_by("email")


def activity(
    municipality: Municipality, *, prefixes: tuple[str, ...] = (), actor: int | None = None
) -> QuerySet[AuditEvent]:
    """What was done in a workspace, newest first; `prefixes` are beginnings of verbs ("post.")."""
    events = AuditEvent.objects.filter(municipality_id=municipality.pk).order_by("-id")
    if prefixes:
        events = events.filter(reduce(or_, (Q(verb__startswith=prefix) for prefix in prefixes)))
    return events if actor is None else events.filter(actor_id=actor)


def actors(municipality: Municipality) -> list[tuple[int, str]]:
    """(id, name) of everybody who did something here, under the name they had last."""
    events = AuditEvent.objects.filter(municipality_id=municipality.pk, actor_id__isnull=False)
    named = events.order_by("actor_id", "-id").distinct("actor_id").values_list("actor_id", "actor_label")
    return sorted(((pk, label) for pk, label in named if pk is not None), key=lambda pair: sort_key(pair[1]))


# ---- programmes


def cohorts(programmes: list[Programme]) -> QuerySet[Cohort]:
    return Cohort.objects.filter(programme__in=programmes).select_related("programme").order_by("-training_on", "name")


def enrolments(programmes: list[Programme]) -> QuerySet[Enrolment]:
    """All enrolments of these programmes, ended ones too."""
    rows = Enrolment.objects.filter(cohort__programme__in=programmes)
    return rows.select_related("municipality", "cohort__programme").order_by("starts_on", "pk")


def enrolled(programmes: list[Programme]) -> list[Municipality]:
    """Municipalities that take part today or later, by name."""
    running = enrolments(programmes).filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today()))
    municipalities = Municipality.objects.filter(pk__in=running.values("municipality"))
    return sorted(municipalities, key=lambda row: sort_key(str(row)))


def is_enrolled_with(user: Any, slug: str) -> bool:
    """Whether a municipality takes part, today or later, in a programme whose staff this person is. One query."""
    rows = Enrolment.objects.filter(cohort__programme__staff=user, municipality__slug=slug)
    return rows.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today())).exists()


def pairings(programmes: list[Programme]) -> QuerySet[Pairing]:
    """Pairings, ended ones too, in municipalities of these programmes, the newest first."""
    places = Enrolment.objects.filter(cohort__programme__in=programmes).values("municipality")
    rows = Pairing.objects.filter(municipality__in=places).select_related("mentor", "municipality")
    return rows.order_by("-starts_on", "pk")


def known_mentors(programmes: list[Programme]) -> list[Any]:
    """Everybody who mentors or mentored a municipality of these programmes, by name."""
    people = {row.mentor for row in pairings(programmes) if row.mentor.is_active}
    return sorted(people, key=lambda person: sort_key(person.name))


def mentor_invitations(programmes: list[Programme]) -> QuerySet[Invitation]:
    """Invitations of mentors to municipalities of these programmes: those that wait or stopped."""
    slugs = Enrolment.objects.filter(cohort__programme__in=programmes).values_list("municipality__slug", flat=True)
    condition = Q(pk__in=[])
    for slug in set(slugs):
        condition |= Q(grants__contains=[{"kind": "pairing", "municipality": slug}])
    return Invitation.objects.open().select_related("invited_by").filter(condition).order_by("email")


def trainers(programmes: list[Programme]) -> list[Any]:
    """(programme, person) for everybody who trains one of these programmes, by name. One query."""
    rows = Programme.trainers.through.objects.filter(programme__in=programmes).select_related("programme", "user")
    return sorted(rows, key=lambda row: sort_key(row.user.name))


def trainer_invitations(programmes: list[Programme]) -> QuerySet[Invitation]:
    """Invitations to train one of these programmes: those that wait or stopped."""
    condition = Q(pk__in=[])
    for programme in programmes:
        condition |= Q(grants__contains=[{"kind": "trainer", "programme": programme.pk}])
    return Invitation.objects.open().select_related("invited_by").filter(condition).order_by("email")


@dataclass(frozen=True)
class CohortMembership:
    """A municipality in a cohort, with the pairings that run or are to come."""

    enrolment: Enrolment
    pairings: list[Pairing]
    has_ended: bool


def cohorts_with_members(programmes: list[Programme]) -> list[tuple[Cohort, list[CohortMembership]]]:
    """Every cohort with its municipalities by name, those that still take part first. Three queries."""
    mentored_by: dict[int, list[Pairing]] = {}
    for pairing in pairings(programmes):
        if pairing.ends_on is None or pairing.ends_on >= today():
            mentored_by.setdefault(pairing.municipality_id, []).append(pairing)
    seats: dict[int, list[CohortMembership]] = {}
    for row in enrolments(programmes):
        ended = row.ends_on is not None and row.ends_on < today()
        seats.setdefault(row.cohort_id, []).append(
            CohortMembership(row, mentored_by.get(row.municipality_id, []), ended)
        )
    return [
        (cohort, sorted(seats.get(cohort.pk, []), key=lambda s: (s.has_ended, sort_key(str(s.enrolment.municipality)))))
        for cohort in cohorts(programmes)
    ]


# ---- the installation


def district_names() -> dict[str, str]:
    """Every district's name in the language of the interface, by code. One query."""
    return {district.code: str(district) for district in District.objects.all()}


def search(text: str) -> QuerySet[Municipality]:
    """Municipalities whose name, in either script, holds `text`: "cuprija" finds Ћуприја."""
    rows = Municipality.objects.filter(REAL_PLACE).select_related("district")
    for word in fold(text).split():
        rows = rows.filter(search_key__contains=word)
    return rows


def narrowed(text: str, show: str) -> QuerySet[Municipality]:
    """`search`, and of that those with or without a workspace, or without a population."""
    rows = search(text)
    if show == "open":
        return rows.filter(joined_on__isnull=False)
    if show == "closed":
        return rows.filter(joined_on__isnull=True)
    return rows.filter(population__isnull=True) if show == "unknown" else rows


def people(text: str) -> list[User]:
    """Everybody whose name or address holds `text` in either script, by name; switched-off accounts last."""
    terms = fold(text).split()
    users = [row for row in User.objects.all() if all(word in fold(f"{row.name} {row.email}") for word in terms)]
    return sorted(users, key=lambda row: (not row.is_active, sort_key(row.name)))


def rights_of(users: list[User]) -> dict[int, list[str]]:
    """The rights of each person as text: "Approver, Ćuprija". Four queries for any number of people."""
    rights: dict[int, list[str]] = {user.pk: [] for user in users}
    for membership in Membership.objects.running().filter(user__in=users).select_related("municipality"):
        rights[membership.user_id].append(_place(Role(membership.role).label, membership.municipality))
    for pairing in Pairing.objects.on(today()).filter(mentor__in=users).select_related("municipality"):
        rights[pairing.mentor_id].append(_place(_("Mentor"), pairing.municipality))
    for staff in Programme.staff.through.objects.filter(user__in=users).select_related("programme"):
        rights[staff.user_id].append(_("Staff of the programme %(programme)s") % {"programme": staff.programme})
    for trainer in Programme.trainers.through.objects.filter(user__in=users).select_related("programme"):
        rights[trainer.user_id].append(_("Trainer of the programme %(programme)s") % {"programme": trainer.programme})
    return rights


def _place(role: Any, municipality: Municipality) -> str:
    return _("%(role)s, %(municipality)s") % {"role": role, "municipality": municipality}


def programmes() -> QuerySet[Programme]:
    """Every programme with its staff and the number of its cohorts. Two queries."""
    rows = Programme.objects.annotate(groups=Count("cohorts", distinct=True)).order_by("name")
    return rows.prefetch_related(Prefetch("staff", User.objects.order_by("name", "pk")))


# ---- eServices


@dataclass(frozen=True)
class Offered:
    """A service of the catalogue in one municipality. `entry` None: nothing was entered."""

    service: EService
    entry: ServiceAvailability | None
    state: Offer
    is_in_season: bool

    @property
    def url(self) -> str:
        """Where it begins: the municipality's own address, else that of the catalogue."""
        return (self.entry.url if self.entry else "") or self.service.url

    @property
    def may_be_promoted(self) -> bool:
        return promotable(self.state)


def offered(service: EService, entry: ServiceAvailability | None, day: date | None = None) -> Offered:
    day = day or today()
    offer = availability_state(entry, day, settings.SERVICE_STALE_MONTHS)
    return Offered(service, entry, offer, in_season(service.months, day))


ACTIVE_SERVICES = PreparedRows(lambda of: EService.objects.filter(is_active=True))
ENTRIES = PreparedTenantRows(lambda of: ServiceAvailability.objects.select_related("verified_by"), "verified_by")


def services(*, all_of_them: bool = False) -> list[EService]:
    """The catalogue by name in the reader's script. One query."""
    rows = EService.objects.all() if all_of_them else ACTIVE_SERVICES.instances()
    return sorted(rows, key=lambda row: sort_key(str(row)))


def offers() -> list[Offered]:
    """Every service in the municipality of the open scope, those in season first. Two queries."""
    entries = {row.service_id: row for row in ENTRIES.instances(municipality=the_only_one())}
    offereds = [offered(service, entries.get(service.pk)) for service in services()]
    return sorted(offereds, key=lambda offer: not offer.is_in_season)


def offer(key: str) -> Offered | None:
    """One service as it stands in the open scope of one municipality; None: there is none by this key. One query where
    the municipality has written something down about it, else two.
    """
    entries = ServiceAvailability.objects.select_related("service", "verified_by")
    entry = entries.filter(service__key=key).first()
    if entry is not None:
        return offered(entry.service, entry)
    service = EService.objects.filter(key=key).first()
    return offered(service, None) if service else None


def offer_of(service: EService) -> Offered:
    """The same for a service at hand. One query."""
    return offered(service, ServiceAvailability.objects.select_related("verified_by").filter(service=service).first())


def offers_of(service: EService, places: list[Municipality]) -> list[tuple[Municipality, Offered]]:
    """One service in each of these municipalities; the caller opens their scope. One query."""
    rows = ServiceAvailability.objects.filter(service=service).select_related("verified_by")
    entries = {row.municipality_id: row for row in rows}
    return [(place, offered(service, entries.get(place.pk))) for place in places]


def counts_of_offers(places: list[Municipality]) -> dict[int, int]:
    """In how many of these municipalities each service is available and verified; their scope is open. One query."""
    counts: dict[int, int] = {}
    for row in ServiceAvailability.objects.filter(municipality__in=places):
        if promotable(availability_state(row, today(), settings.SERVICE_STALE_MONTHS)):
            counts[row.service_id] = counts.get(row.service_id, 0) + 1
    return counts


# ---- words of the house


SPELLINGS = PreparedTenantQuery(lambda of: GlossaryWord.objects.values_list("latin", "cyrillic"))


def glossary(municipality_id: int) -> Glossary:
    """The words that this municipality spells its own way, for the converter. One query."""
    pairs = SPELLINGS.rows(municipality=municipality_id)
    return Glossary.of(
        (latin for latin, cyrillic in pairs if latin == cyrillic), (pair for pair in pairs if pair[0] != pair[1])
    )


def search_glossary(query: str = "") -> QuerySet[GlossaryWord]:
    """The list as people read it; `words` in either script, with or without diacritics."""
    rows = GlossaryWord.objects.select_related("added_by")
    for word in fold(query).split():
        rows = rows.filter(search_key__contains=word)
    return rows.order_by(SerbianKey("latin"), "latin")
