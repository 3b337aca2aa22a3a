"""The plan of posts of a consultation: drafts for the call, a reminder, the last day and the result.

They are ordinary drafts with a planned time: people of the municipality write on, and each goes through approval like
any other post. Nothing is published by itself.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.audit import record
from common.dates import long_date
from common.errors import ActionNotAllowed
from library.models import Template
from links import queries as links
from links.domain.make import LinkRequest, create_links
from links.rules import with_campaign
from municipalities.queries import glossary
from participation import post_texts
from participation.addresses import public_address
from participation.domain.write import lock
from participation.enums import ConsultationStage, PostRole
from participation.models import Consultation, ConsultationPost
from participation.queries import consultations as queries
from planning.models import Slot
from planning.queries import free_days
from planning.rules import SUGGESTED, resolve_nearest
from posts.compose import derive
from posts.draft import CallToAction, Draft, Shown, Text, parse
from posts.editing.domain.create import create_from_content
from posts.editing.domain.save import Content
from posts.enums import CallKind, Category
from posts.models import Media, Post
from posts.queries import usable_channels
from posts.rules import ResolvedTime

# A shorter term needs no reminder between the call and the last day.
SHORTEST_WITH_REMINDER = timedelta(days=4)
# How many days after the wanted one a post may go out, where offices are closed or its hours have passed.
_MOST_LATER = 7
# The place of the link on posters among the short links of a consultation; those of posts are channels.
POSTER, POSTER_PLACE = "poster", 0


@dataclass(frozen=True)
class PlanResult:
    """`made` in the order of their time; `left_out`: roles whose day or hour has passed."""

    made: list[Post]
    left_out: list[PostRole]


@transaction.atomic
def plan(consultation: Consultation, *, by: User) -> PlanResult:
    """Create the drafts that are missing; those that are there stay. Raises `ActionNotAllowed`."""
    row, now = lock(consultation), timezone.now()
    wanted = _roles(row, now)
    rows = ConsultationPost.objects.filter(consultation=row, role__in=wanted).select_related("post")
    known = {planned.role: planned for planned in rows.order_by("pk")}
    made: list[Post] = []
    left_out: list[PostRole] = []
    hours, media = _usual_hours(), _picture()
    poster_link(row)
    for role in wanted:
        before = known.get(role)
        if before is not None and before.post.deleted_at is None:
            continue
        moment = _time(row, role, hours, now)
        if moment is None and role != PostRole.RESULT:
            left_out.append(role)
            continue
        post = create_from_content(row.municipality, _content(row, role, moment, media), by=by)
        # a draft that somebody deleted is replaced
        planned = before or ConsultationPost(municipality=row.municipality, consultation=row, role=role)
        planned.post = post
        planned.save()
        record("consultation.post", by=by, target=row, role=str(role), post=post.pk)
        made.append(post)
    return PlanResult(made, left_out)


def _roles(row: Consultation, now: datetime) -> Sequence[PostRole]:
    """What can be announced now. Raises `ActionNotAllowed` where it is nothing."""
    if row.stage == ConsultationStage.DRAFT:
        raise ActionNotAllowed(_("Publish it first: its posts lead to its public page."))
    if row.stage == ConsultationStage.CALLED_OFF:
        raise ActionNotAllowed(_("It was called off, so nothing is announced any more."))
    if row.stage == ConsultationStage.REPORTED:
        return [PostRole.RESULT]
    if row.closes_at is None or now >= row.closes_at:
        raise ActionNotAllowed(_("Its term is over. A post about the result can be planned once the report is public."))
    assert row.starts_on is not None
    assert row.ends_on is not None
    is_long = row.ends_on - row.starts_on >= SHORTEST_WITH_REMINDER
    middle = [PostRole.REMINDER] if is_long else []
    last = [PostRole.LAST_DAY] if row.ends_on > row.starts_on else []
    return [PostRole.CALL, *middle, *last]


def _time(row: Consultation, role: PostRole, hours: dict[int, list[time]], now: datetime) -> ResolvedTime | None:
    """When a post goes out: the first usual hour of its day that is still to come; None where there is none in time."""
    assert row.starts_on is not None
    assert row.ends_on is not None
    match role:
        case PostRole.CALL:
            days = _days(max(row.starts_on, timezone.localdate(now)), row.ends_on)
        case PostRole.REMINDER:
            middle = row.starts_on + (row.ends_on - row.starts_on) / 2
            days = _days(middle, row.ends_on - timedelta(days=1), without=free_days(middle, 14, row.municipality))
        case PostRole.LAST_DAY:
            days = [row.ends_on]
        case _:
            return None
    moments = (resolve_nearest(day, at) for day in days for at in hours.get(day.weekday()) or SUGGESTED)
    return next((one for one in moments if now < one.due_at and row.closes_at and one.due_at < row.closes_at), None)


def _days(first: date, last: date, without: Collection[date] = ()) -> list[date]:
    """The first days on which it may go out."""
    days = (first + timedelta(days=number) for number in range(_MOST_LATER))
    return [day for day in days if day <= last and day not in without]


def _usual_hours() -> dict[int, list[time]]:
    """The municipality's hours by weekday, from Monday 0."""
    hours: dict[int, set[time]] = {}
    for weekday, at in Slot.objects.order_by().values_list("weekday", "at"):
        hours.setdefault(weekday, set()).add(at)
    return {weekday: sorted(times) for weekday, times in hours.items()}


def _content(row: Consultation, role: PostRole, moment: ResolvedTime | None, media: tuple[Shown, ...]) -> Content:
    tag = f"sr-{row.municipality.primary_script}"
    own = glossary(row.municipality_id)

    def scripted(text: str) -> str:
        return text if tag == "sr-Cyrl" else derive(text, tag, own)

    ends_on = row.ends_on.isoformat() if row.ends_on else ""
    is_call = role != PostRole.RESULT
    address = public_address(row)
    draft = Draft(
        texts={tag: Text(scripted(post_texts.text(row, role)))},
        media=media,
        link=address,
        channels=tuple(usable_channels().order_by("pk").values_list("pk", flat=True)),
        call=CallToAction(CallKind.COMMENT, scripted(post_texts.CALL_WORDS), ends_on) if is_call else CallToAction(),
        tracked=bool(address),
    )
    return Content(draft, scripted(post_texts.title(row, role)), Category.CONSULTATION, moment)


def _picture() -> tuple[Shown, ...]:
    """The pictures of the municipality's newest template for participation; without one the post has none."""
    templates = Template.objects.filter(category=Category.CONSULTATION, removed_at=None)
    for template in templates.order_by("-updated_at")[:5]:
        shown = parse(template.content).media
        known = set(Media.objects.filter(pk__in=[one.id for one in shown]).values_list("pk", flat=True))
        if shown and all(one.id in known for one in shown):
            return shown
    return ()


# ---------------------------------------------------------------- after the term was extended


def changes_needed(planned: ConsultationPost) -> list[str]:
    """What has to be changed in a planned post since the term became longer: sentences, none where all is right.

    `planned.post` has its `live_publications`; what is on a network already is not changed any more.
    """
    row, post = planned.consultation, planned.post
    if planned.role == PostRole.RESULT or row.ends_on is None or queries.is_out(post):
        return []
    draft = parse(post.draft)
    sentences = []
    deadline = draft.call.deadline_on
    if deadline is not None and deadline != row.ends_on:
        sentences.append(
            _("The term ends on %(day)s now. Change the day in the text, and until when the call to action applies.")
            % {"day": long_date(row.ends_on)}
        )
    due_on = post.local_time.date() if post.local_time else None
    if planned.role == PostRole.LAST_DAY and due_on is not None and due_on != row.ends_on:
        sentences.append(_("Move it to the last day, %(day)s.") % {"day": long_date(row.ends_on)})
    return sentences


# ---------------------------------------------------------------- the link on posters


def poster_link(row: Consultation) -> str:
    """The code of the short link for posters, made where it is missing; "" where none may lead to the public page."""
    address = public_address(row)
    if not address or links.target_problem(address):
        return ""
    target = with_campaign(address, source=POSTER, campaign=row.municipality.slug, medium="print")
    created = create_links(row.municipality_id, poster_subject(row), {POSTER_PLACE: LinkRequest(target, POSTER)})
    return created[POSTER_PLACE].rpartition("/")[2]


def poster_subject(row: Consultation) -> UUID:
    """The subject of its short link."""
    return uuid5(NAMESPACE_URL, f"consultation:{row.municipality_id}:{row.pk}")
