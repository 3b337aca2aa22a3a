"""The Channels page: the state of each account, its last and next post, and what to do.

It is in this package because it needs both channels and posts.
"""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import cached_property
from django.views.decorators.http import require_GET

from channels import pauses, rate_limits
from channels import queries as of_channels
from channels.channel_status import ChannelStatus, channel_status
from channels.enums import ChannelState
from channels.models import Channel
from channels.pauses import Paused
from channels.rate_limits import Traffic
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from posts import queries
from posts.models import Publication
from posts.scheduling import budgets
from posts.scheduling.budgets import Usage


@dataclass
class ChannelRow:
    channel: Channel
    paused: Paused | None
    traffic: Traffic
    last: Publication | None
    next: Publication | None
    refused: Publication | None
    usages: list[Usage]

    @cached_property
    def status(self) -> ChannelStatus:
        ends = getattr(self.channel, "consent_until", None)
        return channel_status(self.channel, self.paused, ends, self.traffic, refused=self.refused is not None)


@requires(Verb.CHANNEL_VIEW)
@require_GET
def channels(request: MunicipalityRequest) -> HttpResponse:
    """Six queries and one question to Valkey, however many channels there are."""
    listed = list(of_channels.listed())
    running = pauses.of_municipality(request.municipality)
    wide = next((pause for pause in running if pause.kind != "channel"), None)
    alone = {pause.channel_id: pause for pause in running if pause.kind == "channel"}
    at = rate_limits.of(row for row in listed if row.state == ChannelState.CONNECTED)
    last, coming, refused = queries.last_on_channels(), queries.next_on_channels(), queries.refused_on_channels()
    used = budgets.usages([row for row in listed if row.state != ChannelState.DISCONNECTED], timezone.now())
    rows = [
        ChannelRow(
            row, wide or alone.get(row.pk), at, last.get(row.pk), coming.get(row.pk), refused.get(row.pk),
            used.get(row.pk, []),
        )
        for row in listed
    ]  # fmt: skip
    may = request.access.may
    context = {
        "rows": rows,
        "may_connect": may(Verb.CHANNEL_CONNECT),
        "may_pause": may(Verb.PAUSE),
        "may_read_drafts": may(Verb.DRAFT_VIEW),
    }
    return render(request, "channels/channels.html", context)
