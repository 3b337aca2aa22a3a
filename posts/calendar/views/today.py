"""What is planned today, on a page that people keep on their device to see it without a connection."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from common.offline import kept_offline
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from posts import queries
from posts.calendar.views.post_list import options
from posts.rules import ZONE


@requires(Verb.POST_VIEW)
@kept_offline
@require_safe
def today(request: MunicipalityRequest) -> HttpResponse:
    """Three queries: posts, their publications, channels."""
    day = timezone.localdate()
    since, until = (datetime.combine(one, time(), ZoneInfo(ZONE)) for one in (day, day + timedelta(days=1)))
    posts = queries.in_range(since, until, queries.PostFilters(), drafts=request.access.may(Verb.DRAFT_VIEW))
    among = {channel.pk: channel for channel in options()["channels"]}
    rows = [(post, queries.channels_shown(post, among)) for post in posts]
    return render(request, "posts/today.html", {"rows": rows, "day": day})
