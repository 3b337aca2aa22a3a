"""Pauses: nothing irreversible is sent while one runs. Of a channel, a municipality, a programme or everybody.

A pause ends when a person resumes, or at its end time: the publish policy compares times, and `end` only records it.
Resuming sends no backlog: what came due during the pause asks a person (`delivery.domain.sweep`).
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from channels.models import Channel, ChannelPause
from common import audit
from common.dates import date_time
from municipalities.models import REAL_PLACE, Enrolment, Held, Membership, Municipality, Pause, Programme, WidePause
from municipalities.queries import today
from municipalities.rules import PUBLISHING_ROLES
from notifications.domain.notify import notify
from notifications.enums import NotificationKind

# Longer than any mourning; whoever forgets the year does not silence a municipality for ever.
LONGEST = timedelta(days=366)
Title = Callable[[Municipality], str]


def time_is_wrong(ends_at: datetime | None) -> str:
    """Why a pause cannot end then; empty when it can."""
    if ends_at is None:
        return ""
    if ends_at <= timezone.now():
        return _("This time has passed. Choose a later one, or leave it empty.")
    return _("A pause lasts a year at most. Choose an earlier time.") if ends_at > timezone.now() + LONGEST else ""


# ---- a municipality


@transaction.atomic
def pause(municipality: Municipality, reason: str, ends_at: datetime | None = None, *, by: User | None) -> Pause:
    """Pause all publishing; when it is paused already, the running pause stands."""
    row, is_new = _started(Pause, {"municipality": municipality}, reason, ends_at, by)
    if is_new:
        audit.record("municipality.pause", by=by, target=row, reason=reason, ends_at=_stamp(ends_at))
        _notify([municipality], lambda place: _("%(by)s paused all publishing in %(municipality)s"), row, by=by)
    return row


@transaction.atomic
def resume(municipality: Municipality, *, by: User) -> None:
    """End the running pause, if one runs."""
    row = _ended(Pause.objects.filter(municipality=municipality), by=by)
    if row:
        audit.record("municipality.resume", by=by, target=row)
        _notify([municipality], lambda place: _("%(by)s resumed publishing in %(municipality)s"), row, by=by)


# ---- a channel


@transaction.atomic
def pause_channel(channel: Channel, reason: str, ends_at: datetime | None = None, *, by: User) -> ChannelPause:
    """Pause publishing through one channel; if it is paused already, the running pause stays."""
    fields = {"channel": channel, "municipality_id": channel.municipality_id}
    row, is_new = _started(ChannelPause, fields, reason, ends_at, by)
    if is_new:
        audit.record("channel.pause", by=by, target=channel, reason=reason, ends_at=_stamp(ends_at))
        title = _about(channel, lambda: _("%(municipality)s: %(by)s paused the channel “%(channel)s”"))
        _notify([channel.municipality], title, row, by=by, url=_page(channel))
    return row


@transaction.atomic
def resume_channel(channel: Channel, *, by: User) -> None:
    """End the channel's running pause, if one runs."""
    row = _ended(ChannelPause.objects.filter(channel=channel), by=by)
    if row:
        audit.record("channel.resume", by=by, target=channel)
        title = _about(channel, lambda: _("%(municipality)s: %(by)s resumed the channel “%(channel)s”"))
        _notify([channel.municipality], title, row, by=by, url=_page(channel))


# ---- a programme, or everybody


@transaction.atomic
def pause_programme(
    programme: Programme | None, reason: str, ends_at: datetime | None = None, *, by: User
) -> WidePause:
    """Pause all municipalities that take part in `programme`, without one all there are. A running pause stands."""
    row, is_new = _started(WidePause, {"programme": programme}, reason, ends_at, by)
    if is_new:
        if programme:
            audit.record("programme.pause", by=by, target=programme, reason=reason, ends_at=_stamp(ends_at))
        else:
            audit.record("installation.pause", by=by, target=row, reason=reason, ends_at=_stamp(ends_at))
        _notify(concerned(programme), lambda place: _wide_title(programme), row, by=by)
    return row


@transaction.atomic
def resume_programme(pause: WidePause, *, by: User) -> None:
    row = _ended(WidePause.objects.filter(pk=pause.pk).select_related("programme"), by=by)
    if row:
        if row.programme:
            audit.record("programme.resume", by=by, target=row.programme)
        else:
            audit.record("installation.resume", by=by, target=row)
        _notify(concerned(row.programme), lambda place: _("%(by)s ended the pause of %(municipality)s"), row, by=by)


def concerned(programme: Programme | None) -> list[Municipality]:
    """The workspaces that a pause of `programme`, or of everybody, silences today."""
    places = Municipality.objects.filter(REAL_PLACE, joined_on__isnull=False)
    if programme is not None:
        enrolled = Enrolment.objects.on(today()).filter(cohort__programme=programme)
        places = places.filter(pk__in=enrolled.values("municipality"))
    return list(places.order_by("pk"))


def _wide_title(programme: Programme | None) -> str:
    if programme is None:
        return _("%(by)s paused publishing in all municipalities of the portal")
    return _("%(by)s paused publishing in all municipalities of the programme")


# ---- what ends by itself


@transaction.atomic
def end(model: type[Held], pk: int) -> None:
    """Record and announce the end of a pause whose time has come. Inside the municipality's scope, if it has one."""
    due = model._default_manager.filter(pk=pk, ended_at=None, ends_at__lte=timezone.now())
    row: Any = due.select_for_update(skip_locked=True, of=("self",)).first()
    if row is None:
        return
    row.ended_at = row.ends_at
    row.save(update_fields=["ended_at"])
    title: Title = _over
    if isinstance(row, WidePause):
        if row.programme:
            audit.record("programme.pause_ended", by=None, target=row.programme)
        else:
            audit.record("installation.pause_ended", by=None, target=row)
        places = concerned(row.programme)
    elif isinstance(row, ChannelPause):
        audit.record("channel.pause_ended", by=None, target=row.channel)
        places = [row.municipality]
        title = _about(row.channel, lambda: _("%(municipality)s: the pause of the channel “%(channel)s” is over"))
    else:
        audit.record("municipality.pause_ended", by=None, target=row)
        places = [row.municipality]
    _notify(places, title, row, by=None)


def _over(place: Municipality) -> str:
    return _("The pause of %(municipality)s is over")


# ---- parts


def _started(
    model: Any, fields: dict[str, Any], reason: str, ends_at: datetime | None, by: User | None
) -> tuple[Any, bool]:
    """The running pause, and whether this call created it. One whose time is over is ended first."""
    if wrong := time_is_wrong(ends_at):
        raise ValueError(wrong)
    for over in model._default_manager.filter(**fields, ended_at=None, ends_at__lte=timezone.now()):
        end(model, over.pk)
    try:
        with transaction.atomic():
            return model._default_manager.create(**fields, reason=reason, ends_at=ends_at, by=by), True
    except IntegrityError:
        return model._default_manager.get(**fields, ended_at=None), False


def _ended(rows: Any, *, by: User) -> Any:
    row = rows.select_for_update(of=("self",)).filter(ended_at=None).first()
    if row is not None:
        row.ended_at, row.ended_by = timezone.now(), by
        row.save(update_fields=["ended_at", "ended_by"])
    return row


def _stamp(ends_at: datetime | None) -> str:
    return ends_at.isoformat() if ends_at else ""


def _page(channel: Channel) -> str:
    return reverse("channel", args=[channel.municipality.slug, channel.pk])


def _about(channel: Channel, sentence: Callable[[], str]) -> Title:
    """The channel's name stands in the sentence; a percent sign in it shall not count as one of ours."""
    name = (channel.name or channel.handle).replace("%", "%%")
    return lambda place: sentence().replace("%(channel)s", name)


def _notify(places: Iterable[Municipality], title: Title, row: Held, *, by: User | None, url: str = "") -> None:
    """Everybody who publishes there, but not `by`, who knows."""
    rows = list(places)
    here = Membership.objects.running().filter(municipality__in=rows, role__in=PUBLISHING_ROLES, user__is_active=True)
    people: dict[int, set[User]] = {}
    for member in here.select_related("user"):
        people.setdefault(member.municipality_id, set()).add(member.user)
    for place in rows:

        def words(place: Municipality = place) -> tuple[str, str]:
            return title(place) % {"by": by, "municipality": place}, _body(row)

        address = url or reverse("workspace", args=[place.slug])
        about = f"{row._meta.label_lower}:{row.pk}"
        users = people.get(place.pk, set())
        notify(NotificationKind.PAUSE, users, municipality=place, url=address, build_text=words, by=by, about=about)


def _body(row: Held) -> str:
    if row.ended_at:
        return _(
            "Publishing goes on. If something came due in the pause, it was not sent: it waits for your decision on "
            "Home."
        )
    if row.ends_at is None:
        until = _("It lasts until publishing is resumed.")
    else:
        until = _("It ends automatically: %(time)s.") % {"time": date_time(row.ends_at)}
    return "\n".join([row.reason, until, _("Posts due during the pause are not sent: they wait for your decision.")])
