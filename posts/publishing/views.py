"""Click counts of the links of posts: the list, and one post by channel and day, with its QR codes."""

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from channels.models import Channel
from links import queries as links
from links.models import Link
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from posts import queries, rules
from posts.models import Post

ON_A_PAGE = 25
DAYS = 60


@dataclass(frozen=True)
class LinkClicksRow:
    """A post that has short links, with its clicks."""

    post: Post
    clicks: int
    channels: list[Channel]


@dataclass(frozen=True)
class ShortLinkRow:
    """One short link as readers see it."""

    link: Link
    channel: Channel | None
    url: str
    clicks: int


@requires(Verb.POST_VIEW)
@require_safe
def linked(request: MunicipalityRequest) -> HttpResponse:
    """Posts with short links, newest first. Five queries."""
    rows = queries.linked(drafts=request.access.may(Verb.DRAFT_VIEW))
    page = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    posts = list(page.object_list)
    totals = links.totals(post.key for post in posts)
    where = links.places_by_subject(post.key for post in posts)
    channels = Channel.objects.in_bulk({pk for places in where.values() for pk in places})
    lines = [
        LinkClicksRow(post, totals.get(post.key, 0), [channels[pk] for pk in where.get(post.key, ()) if pk in channels])
        for post in posts
    ]
    return render(request, "links/links.html", {"page": page, "lines": lines})


@requires(Verb.POST_VIEW)
@require_safe
def post_links(request: MunicipalityRequest, pk: int) -> HttpResponse:
    """The links of one post: each with its QR code, and clicks by day. Five queries."""
    rows = queries.visible().annotate(is_public=queries.is_public())
    post: Post = get_object_or_404(rows, pk=pk)
    if not rules.may_read(request.access, is_public=post.is_public):  # type: ignore[attr-defined]
        raise Http404
    links_by_channel, clicks = links.links_of(post.key), links.clicks(post.key)
    channels = Channel.objects.in_bulk({link.place for link in links_by_channel})
    newest = list({link.place: link for link in links_by_channel}.values())
    shorts = [
        ShortLinkRow(link, channels.get(link.place), links.short(link.code), clicks.by_place.get(link.place, 0))
        for link in newest
    ]
    context = {
        "post": post,
        "shorts": shorts,
        "clicks": clicks,
        "days": [(day, _row(by_place, shorts)) for day, by_place in list(clicks.by_day.items())[:DAYS]],
    }
    return render(request, "links/post.html", context)


def _row(by_place: dict[int, int], shorts: list[ShortLinkRow]) -> list[int]:
    """Clicks of a day in the order of the columns, the total last."""
    counts = [by_place.get(short.link.place, 0) for short in shorts]
    return [*counts, sum(by_place.values())]
