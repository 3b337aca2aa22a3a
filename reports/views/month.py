"""The calendar of a month as a file to print."""

from django.http import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from common import downloads
from common.web.params import choice_param, date_param
from municipalities.access import requires
from municipalities.holidays import holidays
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from posts import queries
from posts.calendar import grid
from posts.queries import PostFilters
from reports.files.month import month_pdf, month_png


@requires(Verb.POST_VIEW)
@require_safe
def month(request: MunicipalityRequest) -> HttpResponseBase:
    """`?date=` is a day of the month, today if it is none; `?as=png` a picture. What the person may read, in the
    language of the page."""
    now = timezone.localtime()
    anchor = date_param(request.GET, "date", default=now.date())
    shown, own = grid.visible_range("month", anchor), grid.visible_range("list", anchor)
    posts = queries.in_range(own.since, own.until, PostFilters(), drafts=request.access.may(Verb.DRAFT_VIEW))
    channels = {channel.pk: channel for channel in queries.usable_channels()}
    for post in posts:
        post.channels = queries.channels_shown(post, channels)  # type: ignore[attr-defined]
    weeks = grid.weeks(grid.days(shown, posts, holidays(shown.first, shown.last, request.municipality.slug)))
    name = f"{request.municipality.slug}-{anchor:%Y-%m}"
    if choice_param(request.GET, "as", ("pdf", "png"), default="pdf") == "png":
        return downloads.png(month_png(request.municipality, anchor, weeks, now), f"{name}.png")
    return downloads.pdf(month_pdf(request.municipality, anchor, weeks, now), f"{name}.pdf")
