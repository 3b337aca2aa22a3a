"""Context of every page: navigation by permission, and the state of the workspace.

One query: the person's workspaces with unread notifications, pauses and waiting messages. Outside workspaces also
whether the person is staff of a programme, and programme-wide pauses.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Exists, QuerySet
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.web import SignedInRequest
from administration.enums import Tour
from administration.queries import tours
from administration.views.setting_up import UNDER_WAY
from analytics import reporting_period
from channels import pauses
from common.addresses import address
from common.lazy_text import LazyText
from common.prepared import Prepared, PreparedRows
from common.web.request import url_name
from inbox.queries.listing import OpenCounts
from inbox.queries.moderation import SecondReviewCounts
from inbox.queries.readable import reads_private
from municipalities.enums import MunicipalityKind
from municipalities.models import Municipality, Programme
from municipalities.prepared import PreparedRows as PreparedTenantRows
from municipalities.queries import Access, access_in, all_workspaces, today, workspace_with_roles, workspaces_of
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest, PageRequest, is_inside
from notifications.queries import Unread, unread_count
from serbian.sorting import sort_key


class NavigationRequest(PageRequest, SignedInRequest):
    """Also of pages for strangers and of error pages, where anything may be missing; the navigation asks first."""

    runs_a_programme: bool
    """Whether the person runs a programme. Missing until it is asked for."""
    tour: tours.Progress
    """Of the tour that the page shows, for `administration.middleware`. Missing where it shows none."""


@dataclass(frozen=True)
class Item:
    label: LazyText
    url: str
    icon: str
    current: bool = False
    count: int | None = None
    bottom: bool = False


@dataclass(frozen=True)
class Section:
    items: list[Item]
    label: LazyText = ""


@dataclass(frozen=True)
class Workspace:
    name: str
    url: str
    current: bool


@dataclass(frozen=True)
class Page:
    """A page of the rail: `url` is its name, `prefixes` the url names under it."""

    url: str
    label: LazyText
    icon: str
    verb: Verb | None = None
    prefixes: tuple[str, ...] = field(default=())


WORKSPACE = (
    Page("workspace", _("Home"), "house", Verb.WORKSPACE_VIEW, ("first_step",)),
    Page("calendar", _("Calendar"), "calendar", Verb.POST_VIEW, ("campaign", "slot", "recurrence", "plan_", "feed")),
    Page("posts", _("Posts"), "file-text", Verb.POST_VIEW, ("post", "deliver")),
    Page("inbox", _("Inbox"), "inbox", Verb.INBOX_VIEW, ("message", "inbox_", "moderation", "house_rules")),
    Page("needs", _("Needs"), "megaphone", Verb.NEEDS_VIEW, ("need",)),
    Page(
        "consultations",
        _("Consultations"),
        "scale",
        Verb.PARTICIPATION_VIEW,
        ("consultation", "contribution", "meeting", "paper_", "self_check"),
    ),
    Page("library", _("Library"), "library", Verb.LIBRARY_VIEW, ("library", "kit", "gallery", "good_practice")),
    Page(
        "analytics",
        _("Analytics"),
        "chart-line",
        Verb.ANALYTICS_VIEW,
        ("analytics", "report"),
    ),
    Page(
        "mentoring_plan",
        _("Mentoring"),
        "handshake",
        Verb.PLAN_VIEW,
        ("mentoring_", "progress", "hand_over", "check_in", "training"),
    ),
    Page(
        "settings",
        _("Settings"),
        "settings",
        Verb.SETTINGS_VIEW,
        ("settings_", "channel", "member", "decid", "delegat", "emergency", "activity", "profile", "pause", "export"),
    ),
)
# In a workspace of a training, before everything else.
EXERCISE = Page("exercise", _("Exercise"), "message-circle", Verb.TRAINING_VIEW, ("exercise_",))
PROGRAMME = (
    Page("programme_overview", _("Overview"), "chart-column", prefixes=("programme_output",)),
    Page("programme_mentoring", _("Mentoring"), "handshake"),
    Page(
        "programme",
        _("Municipalities compared"),
        "chart-line",
        prefixes=(
            "programme_multiples",
            "programme_compare",
            "programme_districts",
            "programme_training",
            "programme_municipality",
        ),
    ),
    Page("calendars", _("Calendars"), "calendar-days"),
    Page("programme_indicators", _("Indicators"), "target", prefixes=("programme_indicator",)),
    Page("programme_reports", _("Reports"), "files", prefixes=("programme_report",)),
    Page("services_catalogue", _("eServices"), "landmark", prefixes=("service_",)),
    Page("programme_kits", _("Campaign kits"), "layers", prefixes=("programme_kit",)),
    Page("train_list", _("Trainings"), "graduation-cap", prefixes=("train_",)),
    Page("programme_people", _("Cohorts and mentors"), "users", prefixes=("cohort", "enrol", "pair", "trainer_")),
    Page("programme_practice", _("Good practice"), "lightbulb", prefixes=("programme_practice",)),
    Page("programme_gallery", _("Gallery of posts"), "images", prefixes=("programme_gallery",)),
    Page("programme_pauses", _("Pauses"), "circle-pause", prefixes=("programme_pause", "programme_resume")),
    Page("programme_feedback", _("Feedback by the rubric"), "trending-up"),
    Page("check_in_hours", _("Hours of mentoring"), "clock"),
    Page("programme_first_steps", _("First steps"), "clipboard-list"),
    Page("rubric", _("Rubric"), "list-checks", prefixes=("rubric_",)),
    Page("programme_transparency", _("Transparency"), "shield-check", prefixes=("programme_transparency",)),
    Page("mentoring_plan_library", _("Activities"), "library", prefixes=("mentoring_plan_library",)),
)
INSTALLATION = (
    Page("installation_people", _("People"), "users", prefixes=("installation_invite", "programme_new")),
    Page("installation_municipalities", _("Municipalities"), "landmark", prefixes=("population", "workspace_open")),
    Page("installation_networks", _("Networks"), "key-round", prefixes=("installation_network",)),
    Page("programme_pauses", _("Pauses"), "circle-pause", prefixes=("programme_pause", "programme_resume")),
    Page("operations", _("Operation"), "activity", prefixes=("restore",)),
    Page("installation_activity", _("Activity"), "history", prefixes=("installation_activity",)),
    Page("installation_facts", _("About this portal"), "info"),
)
# Of people who are something in several municipalities.
CALENDARS = (Page("calendars", _("Calendars"), "calendar-days"),)
# What a programme's trainers see of it.
FOR_TRAINERS = ("train_list",)
# The programme's pages of one reporting period: who goes from one to another keeps it.
PERIODIC = ("programme_overview", "programme", "programme_indicators", "programme_reports")
HOME = ("home", "desk", "absence")
# Where a tour is offered, and of which role; the workspace has those of its members.
TOURS_OFFERED = {"desk": Tour.MENTOR, "home": Tour.MENTOR, "programme_overview": Tour.STAFF}
# More are chosen from on Home.
MOST_WORKSPACES = 12


def navigation(request: NavigationRequest) -> dict[str, Any]:
    """Context processor: `nav`, `workspaces`, `bell`, `new_post_url`, `picture_post_url`, `posts_today_url`,
    `channels_url`, `stop_url`, `workspace_notice`, `tour`, `tour_back`, `tour_offer`, `demo`."""
    context: dict[str, Any] = {"demo": settings.DEMO}
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return context
    municipality, access = getattr(request, "municipality", None), getattr(request, "access", None)
    in_scope = getattr(request, "tenancy", None) is not None
    with_inbox = in_scope and access is not None and access.may(Verb.INBOX_VIEW)
    with_private = with_inbox and access is not None and reads_private(access)
    works = with_inbox and access is not None and access.may(Verb.INBOX_WORK)
    rows = cache(
        lambda: _rows(
            user, municipality if in_scope else None, with_inbox=with_inbox, with_private=with_private, works=works
        )
    )  # the rail, the bell and the banner ask for them
    context["workspaces"] = SimpleLazyObject(lambda: _workspaces(rows(), municipality))
    context["bell"] = cache(lambda: _unread(user, rows()))  # a plain number: plurals reckon with it
    if with_inbox:
        context["inbox_waits"] = SimpleLazyObject(lambda: _inbox(rows()))
    context["nav"] = SimpleLazyObject(lambda: _sections(request, rows()))
    links = [{"label": _("Tour of the portal"), "url": address("tours"), "icon": "flag"}]
    if settings.DEMO:
        links.append({"label": _("Mailbox of the demo"), "url": address("mailbox"), "icon": "mail"})
    context["account_links"] = links
    context["tour"] = SimpleLazyObject(lambda: _tour(request, rows()))
    context["tour_back"] = request.get_full_path() if request.method in ("GET", "HEAD") else ""
    context["tour_offer"] = SimpleLazyObject(lambda: _tour_offer(request, rows()))
    if request.session.get(UNDER_WAY):
        context["workspace_notice"] = SimpleLazyObject(lambda: render_to_string("administration/setup_notice.html"))
    elif is_inside(request):
        context["workspace_notice"] = SimpleLazyObject(lambda: _notices(request, rows()))
    elif getattr(request, "resolver_match", None):
        context["workspace_notice"] = SimpleLazyObject(lambda: _wide_notice(request, rows()))
    if municipality and access and access.may(Verb.POST_EDIT):
        context["new_post_url"] = address("post_new", municipality.slug)
        context["picture_post_url"] = address("post_from_picture", municipality.slug)
        context["posts_today_url"] = address("posts_today", municipality.slug)
    if municipality and access and access.may(Verb.CHANNEL_VIEW):
        context["channels_url"] = address("channels", municipality.slug)
    if municipality and access and access.may(Verb.PAUSE):
        context["stop_url"] = address("pause", municipality.slug)
    return context


def _notices(request: MunicipalityRequest, rows: list[Any]) -> str:
    """The notices above every page of a workspace: that it is an exercise, and what is paused."""
    if not request.municipality.is_training:
        return _pause_notice(request, rows)
    played = render_to_string("trainings/_notice.html", {"slug": request.municipality.slug}, request)
    return format_html("{}{}", played, _pause_notice(request, rows))


def _pause_notice(request: MunicipalityRequest, rows: list[Any]) -> str:
    """The banner of the pauses that run here, empty when none does."""
    here = next((row for row in rows if row.pk == request.municipality.pk), None)
    running = pauses.from_columns(here) if here else pauses.of_municipality(request.municipality)
    if not running:
        return ""
    context = {
        "restore": next((paused for paused in running if paused.kind == "restore"), None),
        "is_administrator": "administrator" in request.access.roles,
        "wide": [paused for paused in running if paused.kind in ("everybody", "programme")],
        "own": [paused for paused in running if paused.kind == "municipality"],
        "channels": [paused for paused in running if paused.kind == "channel"],
        "slug": request.municipality.slug,
        "may_resume": request.access.may(Verb.PAUSE),
        "may_end_wide": bool({"staff", "administrator"} & request.access.roles),
    }
    return render_to_string("channels/pause_notice.html", context, request)


def _tour(request: NavigationRequest, rows: list[Any]) -> tours.Progress | None:
    """How far the person is in the tour that runs, this page included; None where none does, or where it has just been
    set up. One query if one runs."""
    running = next((row for row in tours.known(rows[0].tours) if row.is_running), None) if rows else None
    if running is None or not url_name(request):
        return None
    municipality, match = getattr(request, "municipality", None), request.resolver_match
    visit = tours.Visit(
        page=url_name(request),
        municipality=municipality.pk if municipality else None,
        post=match.kwargs.get("pk") if match and url_name(request) == "post" else None,
        compared=len(set(request.GET.getlist("m"))),
    )
    progress = tours.progress(request.user, running, visit)
    if progress:
        request.tour = progress
    return progress


def _tour_offer(request: NavigationRequest, rows: list[Any]) -> dict[str, Any] | None:
    """On Home, the first tour of the person's roles there that they have neither begun nor declined, unless one runs.
    No query."""
    here = url_name(request)
    if not rows or request.user.is_administrator or (here != "workspace" and here not in TOURS_OFFERED):
        return None
    have = tours.known(rows[0].tours)
    if any(row.is_running for row in have):
        return None
    if here == "workspace":
        is_exercise = request.municipality is not None and request.municipality.is_training
        roles = request.access.roles if request.access and not is_exercise else frozenset()
        fitting = [tour for tour in (Tour.OFFICER, Tour.APPROVER) if tour.value in roles]
    else:
        fitting = [TOURS_OFFERED[here]]
    tour = next((tour for tour in fitting if tour not in {row.tour for row in have}), None)
    if tour is None:
        return None
    place = request.municipality.slug if request.municipality else ""
    return {"tour": tour.value, "label": tour.label, "text": tours.INVITATIONS[tour], "municipality": place}


def _wide_notice(request: NavigationRequest, rows: list[Any]) -> str:
    """Outside workspaces: a restore, for everybody who works here; what else is paused for many at once, for who may
    end it. The pages of both have it anyway."""
    name, is_administrator = url_name(request), request.user.is_administrator
    ends_pauses = name != "programme_pauses" and (is_administrator or _is_staff(request))
    known = getattr(request, "programmes", None)
    context = {
        "restore": _restore(rows) if name not in ("restore", "restore_end") else None,
        "is_administrator": is_administrator,
        "wide": pauses.wide(request.user) if ends_pauses and not (known and not known[0].is_anything_paused) else [],
        "may_end_wide": True,
    }
    if not (context["restore"] or context["wide"]):
        return ""
    return render_to_string("channels/pause_notice.html", context, request)


def _restore(rows: list[Any]) -> pauses.Paused | None:
    """It comes with a person's workspaces; for who has none it is asked for."""
    if not rows:
        return pauses.of_restore()
    return next(map(pauses.Paused.read, rows[0].paused_restore), None)


NAMES = ("pk", "slug", "kind", "name_cyrl", "name_latn", "name_en")


def _workspaces_of(user: Any, on: date | None) -> QuerySet[Any]:
    """Those of a person on a day; of an administrator, who enters all of them on any day, None."""
    rows = workspaces_of(user, on) if on else all_workspaces()
    return rows.only(*NAMES).annotate(
        unread=Unread(user), trains=Exists(_as_trainer(user)), tours=tours.tours_column(user)
    )


@cache
def outside(*, everywhere: bool) -> PreparedRows:
    """The workspaces of a person, for pages outside of them. `everywhere`: of an administrator."""
    return PreparedRows(
        lambda of: _workspaces_of(of.user, None if everywhere else of.today).annotate(**pauses.restore_column()),
        user=int,
        **({} if everywhere else {"today": date}),
    )


def _with_state(of: Any, *, everywhere: bool, with_inbox: bool, with_private: bool, works: bool) -> QuerySet[Any]:
    rows = _workspaces_of(of.user, None if everywhere else of.today)
    if with_inbox:
        rows = rows.annotate(inbox_waits=OpenCounts(of.now, with_private=with_private))
    if works:
        rows = rows.annotate(second_looks=SecondReviewCounts(of.user, of.now, with_private=with_private))
    return rows.annotate(**pauses.columns(now=of.now, on=of.today))


@cache
def inside(*, everywhere: bool, with_inbox: bool, with_private: bool, works: bool) -> PreparedTenantRows:
    """The same for pages of a workspace, with what waits there for who may open its inbox, or work in it."""
    return PreparedTenantRows(
        lambda of: _with_state(
            of, everywhere=everywhere, with_inbox=with_inbox, with_private=with_private, works=works
        ),
        user=int,
        now=datetime,
        today=date,
    )


def _rows(
    user: Any, municipality: Municipality | None, *, with_inbox: bool, with_private: bool, works: bool
) -> list[Any]:
    """`municipality`: the one whose scope is open. One query."""
    everywhere = user.is_administrator
    if municipality is None:
        day = {} if everywhere else {"today": today()}
        return outside(everywhere=everywhere).instances(user=user.pk, **day)
    statement = inside(everywhere=everywhere, with_inbox=with_inbox, with_private=with_private, works=works)
    return statement.instances(municipality=municipality.pk, user=user.pk, now=timezone.now(), today=today())


@dataclass(frozen=True)
class InboxWaits:
    """How many messages of citizens are open here, and how many have waited too long; how many comments wait for
    this person's second look at what was done about them, and for how many that is late."""

    open: int = 0
    late: int = 0
    second: int = 0
    second_late: int = 0


def _inbox(rows: list[Any]) -> InboxWaits:
    """It is the same in every row: what lies in the open scope. Who may not open the inbox has no such column."""
    if not rows:
        return InboxWaits()
    return InboxWaits(*getattr(rows[0], "inbox_waits", (0, 0)), *getattr(rows[0], "second_looks", ()))


def _as_trainer(user: Any) -> QuerySet[Any]:
    return Programme.trainers.through.objects.filter(user=user)


def _trains(request: NavigationRequest, rows: list[Any]) -> bool:
    """Whether this person is a trainer. It comes with their workspaces; who has none is asked for."""
    return bool(rows[0].trains) if rows else _as_trainer(request.user).exists()


def _unread(user: Any, rows: list[Any]) -> int:
    """For people without a workspace, who have no such row."""
    return int(rows[0].unread) if rows else unread_count(user)


def _workspaces(rows: list[Any], current: Any) -> list[Workspace]:
    municipalities = sorted(rows, key=lambda m: sort_key(str(m)))
    return [Workspace(str(m), address("workspace", m.slug), m == current) for m in municipalities]


def _sections(request: NavigationRequest, rows: list[Any]) -> list[Section]:
    sections = []
    if _is_staff(request):
        sections.append(Section(_items(request, PROGRAMME), _("Programme")))
    elif _trains(request, rows):
        pages = tuple(page for page in PROGRAMME if page.url in FOR_TRAINERS)
        sections.append(Section(_items(request, pages), _("Programme")))
        if not rows and not request.user.is_administrator:
            return sections  # their Home is the list of trainings
    if request.access and request.municipality:
        pages = (EXERCISE, *WORKSPACE) if request.municipality.is_training else WORKSPACE
        counts = {"inbox": _inbox(rows).open}
        sections.append(Section(_items(request, pages, request.municipality.slug, counts=counts)))
    else:
        own = _own_workspaces(request, rows)
        home = Item(_("Home"), address("home"), "house", url_name(request) in HOME, bottom=bool(own))
        several = [] if _is_staff(request) or len(rows) < 2 else _items(request, CALENDARS)
        sections += [Section([home, *several]), *own]
    if request.user.is_administrator:
        shown = {page.url for page in PROGRAMME} if _is_staff(request) else set()
        pages = tuple(page for page in INSTALLATION if page.url not in shown)
        sections.append(Section(_items(request, pages), _("Installation")))
    return sections


def _own_workspaces(request: NavigationRequest, rows: list[Any]) -> list[Section]:
    """On pages of a person (notifications, the account): the pages of the workspace that they work in, or where it is
    several, each of them. One query at most."""
    # A workspace of an exercise is reached from the training.
    real = [row for row in rows if row.kind != MunicipalityKind.TRAINING]
    if not 0 < len(real) <= MOST_WORKSPACES or not url_name(request):
        return []
    if request.user.is_administrator or _is_staff(request):
        return []  # they go in and out by lists of their own
    if len(real) > 1:
        links = [Item(place.name, place.url, "landmark") for place in _workspaces(real, None)]
        return [Section(links, _("Municipalities"))]
    place = None if url_name(request) in HOME else workspace_with_roles(request.user, real[0].slug)
    if place is None:
        return []
    pages = _items(request, WORKSPACE[1:], place.slug, access=access_in(request.user, place))
    # On a phone Home and the first of them, as inside the workspace.
    return [Section([replace(page, bottom=at < 3) for at, page in enumerate(pages)], str(place))]


RUN = Prepared(lambda of: Programme.staff.through.objects.filter(user=of.user).values_list("programme"), user=int)


def _is_staff(request: NavigationRequest) -> bool:
    """Whether the navigation shows the programme's pages: in a workspace of the programme, and outside workspaces."""
    if request.access:
        return "staff" in request.access.roles
    if not hasattr(request, "runs_a_programme"):
        known = getattr(request, "programmes", None)
        if known:  # on pages that trainers open, too, each says whether it is run or only trained
            request.runs_a_programme = any(row.is_run for row in known)
        else:
            request.runs_a_programme = bool(RUN.rows(user=request.user.pk))
    return bool(request.runs_a_programme)


def _period_of(request: NavigationRequest, here: str) -> dict[str, str]:
    """The reporting period that was chosen on the page, which its neighbours keep."""
    pages = [page for page in PROGRAMME if page.url in PERIODIC]
    is_one = any(here == page.url or here.startswith(page.prefixes) for page in pages)
    return reporting_period.chosen_in(request.GET) if is_one else {}


def _items(
    request: NavigationRequest,
    pages: tuple[Page, ...],
    *args: str,
    counts: Mapping[str, int] | None = None,
    access: Access | None = None,
) -> list[Item]:
    here, counts, access = url_name(request), counts or {}, access or request.access
    items = []
    for page in pages:
        if page.verb and not (access and access.may(page.verb)):
            continue
        current = here == page.url or here.startswith(page.prefixes) if page.prefixes else here == page.url
        url = address(page.url, *args)
        if page.url in PERIODIC and (period := _period_of(request, here)):
            url = f"{url}?{urlencode(period)}"
        items.append(Item(page.label, url, page.icon, current, counts.get(page.url)))
    return items
