"""Filters that the calendar and the list share, read from a hostile address."""

from typing import Any

from django.http import HttpRequest

from channels.enums import ChannelState
from channels.models import Channel
from common.web.params import choice_param, int_param
from delivery.enums import State
from posts.enums import Category, Stage
from posts.queries import Filters

STATES = (
    *((each, each.label) for each in Stage),
    *((each, each.label) for each in (
        State.SCHEDULED, State.PUBLISHED, State.FAILED, State.UNCONFIRMED, State.EXPIRED,
    )),
)  # fmt: skip


def filters_of(request: HttpRequest) -> Filters:
    return Filters(
        channel=int_param(request.GET, "channel"),
        state=choice_param(request.GET, "state", {*Stage.values, *State.values}),
        category=choice_param(request.GET, "category", Category.values),
        words=request.GET.get("q", "").replace("\x00", "")[:80],
    )


def options() -> dict[str, Any]:
    """Choices of the filters' fields. One query."""
    channels = Channel.objects.exclude(state=ChannelState.DISCONNECTED).only("pk", "name", "platform").order_by("pk")
    return {"channels": list(channels), "states": STATES, "categories": Category.choices}
