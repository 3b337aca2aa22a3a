"""Running pauses and who started them: of a restored backup, of everybody, of a programme, of a municipality, of a
channel.

A publish policy reads them with `of`, a column of a query that it makes anyway. Pages use `of_municipality`: one query.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import DateTimeField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, JSONObject, NullIf
from django.utils import timezone

from channels.models import Channel, ChannelPause
from common import network_labels, restores
from municipalities.models import Enrolment, Municipality, Pause, WidePause, runs
from municipalities.queries import today
from platforms.imitation import imitated

PauseScope = Literal["restore", "everybody", "programme", "municipality", "channel"]


@dataclass(frozen=True)
class Paused:
    """A pause that runs. `channel` to `channel_id` are those of a paused channel, else empty.

    That of a restore (`common.restores`) has nobody who started it; `made_at` is when its backup was made.
    """

    kind: PauseScope
    pk: int
    reason: str
    by: str
    at: datetime
    ends_at: datetime | None
    programme: str = ""
    channel: str = ""
    platform: str = ""
    imitates: str = ""
    is_practice: bool = False
    channel_id: int | None = None
    made_at: datetime | None = None

    @property
    def network_label(self) -> str:
        """As `Channel.network_label`."""
        network = imitated(self.imitates) or self.platform
        return network_labels.of_practice(network) if self.is_practice else network

    @property
    def summary(self) -> str:
        """Who and why, in no language of ours: "Ана Јовић: Дан жалости". Empty after a restore."""
        return f"{self.by}: {self.reason}" if self.by else ""

    def holds(self, created_at: datetime) -> bool:
        """Whether it holds also an emergency that was written then: a restored one may be public already."""
        return self.kind == "restore" and created_at <= self.at

    @classmethod
    def read(cls, row: dict[str, Any] | str) -> "Paused":
        """From a value of `of` or `columns`: PostgreSQL's JSON, as text where it was not decoded yet."""
        row = json.loads(row) if isinstance(row, str) else row
        kind = "everybody" if row["kind"] == "programme" and not row["programme"] else row["kind"]
        ends_at = datetime.fromisoformat(row["ends_at"]) if row["ends_at"] else None
        made_at = datetime.fromisoformat(row["made_at"]) if row.get("made_at") else None
        times = {"at": datetime.fromisoformat(row["at"]), "ends_at": ends_at, "made_at": made_at}
        return cls(**{**row, **times, "kind": kind, "programme": row.get("programme") or ""})


# As `str(user)` has it.
NAME = Coalesce(NullIf(F("by__name"), Value("")), F("by__email"))
FIELDS = {"pk": F("pk"), "reason": F("reason"), "by": NAME, "at": F("at"), "ends_at": F("ends_at")}


def of(
    municipality: str = "municipality", channel: str = "channel", *, now: datetime | None = None, on: date | None = None
) -> Coalesce:
    """For a query whose rows have a municipality and a channel: the widest running pause, as `Paused.read` takes it.

    Four index scans of tables that hold few running rows; the first hit spares the rest.
    """
    return Coalesce(
        *(Subquery(rows[:1]) for rows in _rows(now or timezone.now(), on or today(), municipality, channel))
    )


def columns(
    municipality: str = "pk", *, now: datetime | None = None, on: date | None = None
) -> dict[str, ArraySubquery]:
    """For a query of municipalities whose rows `from_columns` reads. Only the open scope is seen as paused."""
    names = ("paused_restore", "paused_wide", "paused_own", "paused_channels")
    rows = _rows(now or timezone.now(), on or today(), municipality, None)
    return {name: ArraySubquery(subquery) for name, subquery in zip(names, rows, strict=True)}


def from_columns(row: Any) -> list[Paused]:
    """The running pauses of a municipality, the widest first, from a row that was loaded with `columns`."""
    columns = (*row.paused_restore, *row.paused_wide, *row.paused_own, *row.paused_channels)
    return [Paused.read(pause) for pause in columns]


def restore_column() -> dict[str, ArraySubquery]:
    """Of `columns` what needs no scope: the pause of a restore."""
    return {"paused_restore": ArraySubquery(_of_restore())}


def of_restore() -> Paused | None:
    """The pause of a restored backup, if one waits for its administrator."""
    row = _of_restore().first()
    return Paused.read(row) if row else None


def of_municipality(municipality: Municipality) -> list[Paused]:
    """The running pauses of this municipality, the widest first. Inside its scope."""
    return from_columns(Municipality.objects.filter(pk=municipality.pk).only("pk").annotate(**columns()).get())


def blocking(channel: Channel) -> Paused | None:
    """The widest pause that keeps this channel silent."""
    row = Channel.objects.filter(pk=channel.pk).values_list(of(channel="pk"), flat=True).first()
    return Paused.read(row) if row else None


def of_channel(channel: Channel) -> ChannelPause | None:
    """The channel's own pause, if one runs."""
    return ChannelPause.objects.filter(runs(timezone.now()), channel=channel).select_related("by").first()


def wide(user: Any) -> list[WidePause]:
    """The pause of everybody, and those of the programmes that this person runs; to an administrator all there are."""
    rows = WidePause.objects.filter(runs(timezone.now())).select_related("by", "programme")
    if not user.is_administrator:
        rows = rows.filter(Q(programme=None) | Q(programme__staff=user))
    return list(rows.order_by("programme_id", "pk"))


def _rows(now: datetime, on: date, municipality: str, channel: str | None) -> list[QuerySet[Any]]:
    """Of the widest kind first. `municipality` and `channel` name the columns of the query around it."""
    enrolled = Enrolment.objects.on(on).filter(
        municipality=OuterRef(OuterRef(municipality)), cohort__programme=OuterRef("programme")
    )
    everywhere = WidePause.objects.filter(runs(now)).filter(Q(programme=None) | Exists(enrolled))
    own = Pause.objects.filter(runs(now), municipality=OuterRef(municipality))
    of_channels = ChannelPause.objects.filter(runs(now)).order_by("pk")
    if channel is None:
        of_channels = of_channels.filter(municipality=OuterRef(municipality))
    else:
        of_channels = of_channels.filter(channel=OuterRef(channel))
    named = {"channel": F("channel__name"), "channel_id": F("channel_id")}
    named |= {"platform": F("channel__platform"), "imitates": F("channel__imitates")}
    named["is_practice"] = F("channel__is_practice")
    return [
        _of_restore(),
        _read(everywhere.order_by("programme_id", "pk"), "programme", programme=F("programme__name")),
        _read(own.order_by("pk"), "municipality"),
        _read(of_channels, "channel", **named),
    ]


def _of_restore() -> QuerySet[Any]:
    nobody = {"reason": Value(""), "by": Value(""), "ends_at": Value(None, DateTimeField())}
    fields = JSONObject(kind=Value("restore"), pk=F("pk"), at=F("restored_at"), made_at=F("made_at"), **nobody)
    return restores.running().values_list(fields, flat=True)[:1]


def _read(rows: QuerySet[Any], kind: PauseScope, **more: Any) -> QuerySet[Any]:
    return rows.values_list(JSONObject(kind=Value(kind), **FIELDS, **more), flat=True)
