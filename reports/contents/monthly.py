"""The monthly page: what a municipality published, with which results, how good the data are, and what to do next."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, npgettext

from analytics.dashboards import report_charts
from analytics.dashboards.queries.counted_channels import earliest
from analytics.dashboards.queries.dashboard import Dashboard, Totals, dashboard
from analytics.enums import Material
from analytics.metrics import FORMULAS, METRICS
from analytics.models import Subject
from analytics.periods import Period
from analytics.thresholds import ENOUGH_OF_A_KIND, Thin, is_fit_for_per_cent, thin
from channels.models import Channel
from common.dates import day_month, long_date, month_year
from common.numbers import number, per_thousand
from common.templatetags.ui import network_name
from municipalities.models import Municipality
from municipalities.queries import today
from posts.enums import CallKind, Category
from reports import rules
from reports.contents.advice import Month, next_steps
from reports.contents.common import change, compared, document, meanings, per, value
from reports.document import (
    Block,
    Bullets,
    CellType,
    Column,
    Document,
    Facts,
    Heading,
    Link,
    Missing,
    Paragraph,
    Table,
    Tile,
    Tiles,
)
from reports.files.charts import printed
from reports.queries import months


def period_of(month: date) -> Period:
    """The whole month; of the running one up to yesterday, because today is not over."""
    yesterday = date.fromordinal(today().toordinal() - 1)
    return Period(month, max(month, min(rules.last_of(month), yesterday)))


def monthly(municipality: Municipality, month: date, as_of: datetime) -> Document:
    """In the language that is active and the scope that is open. A fixed number of queries."""
    period = period_of(month)
    figures = dashboard(period)
    base = _base(figures, period, earliest())
    materials = months.by_trait(period, "material")
    days = months.days_with_posts(period)
    title = _("Monthly report: %(month)s") % {"month": month_year(month)}
    blocks: list[Block | None] = [
        Paragraph(sentence(municipality, figures, period, base), "lead"),
        _unfinished(month, period),
        Paragraph(base.why_not, "warning") if base.why_not else None,
        _tiles(municipality, figures, period, base),
        Heading(_("What happened")),
        printed(report_charts.activity(figures, period)),
        printed(report_charts.followers(figures, period)),
        _by_day(figures, period),
        Heading(_("What was published")),
        *_mix(figures),
        _best(figures),
        _by_channel(figures),
        _groups("categories", _("By category"), _("Category"), _named(figures.by_category, _category)),
        _groups("calls", _("By call to action"), _("What people are asked to do"), _named(figures.by_call, _call)),
        _groups("materials", _("By type of post"), _("Type of post"), _materials(materials)),
        Heading(_("What to do next")),
        Bullets(next_steps(_seen(figures, period, days))),
        Heading(_("Quality of the data")),
        Bullets(list(_quality(municipality, figures, period))),
        Heading(_("What the metrics mean")),
        Facts(meanings()),
    ]
    about = _("Publications of %(municipality)s on its social networks in %(month)s and their results.") % {
        "municipality": municipality,
        "month": month_year(month),
    }
    return document(title, str(municipality), about, as_of, blocks)


@dataclass(frozen=True)
class Base:
    """The days before, if the month may be compared with them; else a sentence that says why not."""

    totals: Totals | None
    why_not: str = ""


def _base(figures: Dashboard, period: Period, first_known: date | None) -> Base:
    """`first_known`: the first day of which anything is known."""
    span, posts = period.before, figures.before.posts
    known = 0 if first_known is None else max((span.last - max(span.first, first_known)).days + 1, 0)
    named = {"days": span.days, "known": known, "posts": number(posts), "few": ENOUGH_OF_A_KIND}
    match thin(posts, known, span.days):
        case None:
            return Base(figures.before)
        case Thin.DAYS:
            text = _("Not compared with the %(days)s days before: anything is known of only %(known)s of them.")
        case Thin.POSTS:
            text = ngettext(
                "Not compared with the %(days)s days before: they had %(posts)s post, and a comparison takes %(few)s.",
                "Not compared with the %(days)s days before: they had %(posts)s posts, and a comparison takes %(few)s.",
                posts,
            )
    return Base(None, text % named if figures.now.posts else "")


def sentence(municipality: Municipality, figures: Dashboard, period: Period, base: Base) -> str:
    """The month in one or two sentences, for a reader who reads nothing else."""
    facts: dict[str, object] = {"municipality": municipality, "month": month_year(period.first)}
    if not figures.now.posts:
        return _("In %(month)s nothing was published in the name of %(municipality)s.") % facts
    channels = sum(1 for totals in figures.by_channel.values() if totals.posts)
    facts |= {
        "posts": npgettext("published in a month", "%(count)s post", "%(count)s posts", figures.now.posts)
        % {"count": number(figures.now.posts)},
        "channels": npgettext("published on", "%(count)s channel", "%(count)s channels", channels)
        % {"count": channels},
    }
    interactions = figures.now.get("interactions")
    if interactions is None:
        return (
            _(
                "In %(month)s, %(municipality)s published %(posts)s on %(channels)s; no network has reported "
                "interactions."
            )
            % facts
        )
    facts["interactions"] = npgettext(
        "brought by posts", "%(count)s interaction", "%(count)s interactions", interactions
    ) % {"count": number(interactions)}
    before = base.totals.get("interactions") if base.totals else None
    facts["compared"] = compared(interactions, before, period.days)
    if not facts["compared"]:
        text = _("In %(month)s, %(municipality)s published %(posts)s on %(channels)s. They received %(interactions)s.")
        return text % facts
    text = _(
        "In %(month)s, %(municipality)s published %(posts)s on %(channels)s. They received %(interactions)s, "
        "%(compared)s."
    )
    return text % facts


def _unfinished(month: date, period: Period) -> Block | None:
    if period.last == rules.last_of(month):
        return None
    text = _("The month is not over: this counts to %(day)s.") % {"day": long_date(period.last)}
    return Paragraph(text, "warning")


def _tiles(municipality: Municipality, figures: Dashboard, period: Period, base: Base) -> Tiles:
    now, before = figures.now, base.totals or Totals()
    posts_before = before.posts if base.totals else None
    days = {"days": period.days}
    against = _("against the %(days)s days before") % days
    interactions = now.get("interactions")
    per_post = per(interactions, now.posts)

    def tile(
        label: str,
        amount: int | float | None,
        formula: str,
        earlier: float | None = None,
        *,
        places: int = 0,
        counted: float | None = None,
    ) -> Tile:
        """`counted`: what an earlier average was taken of."""
        if amount is None or earlier is None:
            return Tile(label, value(amount), formula, places)
        if is_fit_for_per_cent(amount, earlier, counted):
            return Tile(label, amount, formula, places, change(amount, earlier), against)
        was = _("%(before)s in the %(days)s days before") % {"before": number(earlier, places), **days}
        return Tile(label, amount, formula, places, None, was)

    inhabitants = per_thousand(interactions, municipality.population)
    rate = FORMULAS["per_inhabitants"]
    missing = Missing(_("not reported") if municipality.population else _("population not entered"))
    tiles = [
        tile(_("Posts"), now.posts, _("publications on all channels"), posts_before),
        tile(_("Interactions"), interactions, str(FORMULAS["interactions"].text), before.get("interactions")),
        tile(_("Interactions per post"), per_post, _("interactions ÷ posts"),
             per(before.get("interactions"), before.posts), places=1, counted=before.get("interactions")),
        tile(_("Followers"), figures.followers.on(period.last, [c.pk for c in figures.channels]),
             _("all channels, on the last day of the period")),
        Tile(str(rate.label), missing if inhabitants is None else inhabitants, str(rate.text), 1),
    ]  # fmt: skip
    if now.get("views") is not None:
        views = METRICS["views"]
        tiles.append(tile(str(views.label), now.get("views"), str(views.meaning), before.get("views")))
    return Tiles(_("The month in numbers"), tiles)


def _by_day(figures: Dashboard, period: Period) -> Table:
    """For spreadsheets: the data of the two charts."""
    wanted = [channel.pk for channel in figures.channels]
    looked = set(figures.by_day) | set(figures.followers.by_day)

    def row(day: date) -> tuple[date, int | Missing, int | Missing]:
        reason = figures.followers.gaps.get(day, _("not read"))
        activity = figures.by_day.get(day) if day in looked else None
        if activity is None and day in looked:
            activity = 0
        followers = figures.followers.on(day, wanted)
        return (
            day,
            Missing(reason) if activity is None else activity,
            Missing(reason) if followers is None else followers,
        )

    columns = (
        Column(_("Day"), CellType.DATE),
        Column(_("Interactions"), CellType.NUMBER, meaning=_("by the day on which they happened")),
        Column(_("Followers"), CellType.NUMBER, meaning=_("all channels together, at the end of the day")),
    )
    return Table("days", _("By day"), columns, [row(day) for day in period.dates], printed=False)


def _mix(figures: Dashboard) -> Iterator[Block]:
    drawn = report_charts.mix(figures)
    if drawn is not None:
        yield printed(drawn)


def _best(figures: Dashboard) -> Table:
    has_views = any(subject.views is not None for subject in figures.best)
    columns = (
        Column(_("Post")),
        Column(_("Channel")),
        Column(_("Network")),
        Column(_("Published"), CellType.DATE),
        Column(_("Interactions"), CellType.NUMBER),
        *([Column(str(METRICS["views"].label), CellType.NUMBER)] if has_views else []),
        Column(_("On the network"), CellType.LINK),
    )
    prefetch_related_objects(figures.best, "publication__delivery")
    rows = [
        (
            title_of(subject), subject.channel.name, network_name(subject.channel.network_label),
            subject.published_on or Missing(), value(subject.interactions),
            *([value(subject.views)] if has_views else []), _link(subject),
        )
        for subject in figures.best
    ]  # fmt: skip
    return Table("best-posts", _("Best posts"), columns, rows, _("Ordered by interactions."), empty=_no_posts())


def _no_posts() -> str:
    return _("Nothing was published in these days, or no network has reported metrics yet.")


def title_of(subject: Subject) -> str:
    """An imported post has a title of its own."""
    return str(subject.publication.post) if subject.publication else subject.title or _("Without a title")


def _link(subject: Subject) -> Link | Missing:
    url = subject.publication.delivery.open_link if subject.publication else subject.permalink
    return Link(_("Open"), url) if url else Missing(_("no address"))


def _by_channel(figures: Dashboard) -> Table:
    names = ("likes", "reposts", "replies")
    columns = (
        Column(_("Channel")),
        Column(_("Network")),
        Column(_("Posts"), CellType.NUMBER),
        *(Column(str(METRICS[name].label), CellType.NUMBER) for name in names),
        Column(_("Interactions"), CellType.NUMBER),
        Column(_("Followers"), CellType.NUMBER, meaning=str(METRICS["followers"].meaning)),
    )

    def row(channel: Channel) -> Sequence[str | int | float | Missing]:
        totals = figures.by_channel.get(channel.pk) or Totals()
        cells = [value(totals.get(name), "–") for name in (*names, "interactions")]
        latest = value(figures.followers.latest(channel.pk), _("not read"))
        return (channel.name, network_name(channel.network_label), totals.posts, *cells, latest)

    rows = [row(channel) for channel in figures.channels]
    return Table("channels", _("By channel"), columns, rows, empty=_("No channel is connected."))


Group = tuple[str, int, int | None]


def _named(groups: Mapping[str, Totals], label: Callable[[str], str]) -> list[Group]:
    rows = sorted(groups.items(), key=lambda item: (-item[1].posts, item[0]))
    return [(label(key), totals.posts, totals.get("interactions")) for key, totals in rows if totals.posts]


def _category(key: str) -> str:
    return str(Category(key).label)


def _call(key: str) -> str:
    return str(CallKind(key).label) if key else _("None: it only informs")


def _materials(rows: list[tuple[str, int, int | None]]) -> list[Group]:
    return [(str(Material(key).label), posts, interactions) for key, posts, interactions in rows]


def _groups(name: str, title: str, heading: str, groups: list[Group]) -> Table:
    columns = (
        Column(heading),
        Column(_("Posts"), CellType.NUMBER),
        Column(_("Interactions"), CellType.NUMBER),
        Column(_("Interactions per post"), CellType.NUMBER, 1, _("interactions ÷ posts")),
    )
    rows = [
        (label, posts, value(interactions), value(per(interactions, posts))) for label, posts, interactions in groups
    ]
    note = ""
    if any(posts < ENOUGH_OF_A_KIND for _label, posts, _interactions in groups):
        text = _("Of fewer than %(few)s posts nothing can be concluded.")
        note = text % {"few": number(ENOUGH_OF_A_KIND)}
    return Table(name, title, columns, rows, note, empty=_("Nothing was published in these days."))


def _seen(figures: Dashboard, period: Period, days: list[date]) -> Month:
    groups = {key: totals.posts for key, totals in figures.by_category.items()}
    rates = {key: per(totals.get("interactions"), totals.posts) for key, totals in figures.by_category.items()}
    posted = {pk for pk, totals in figures.by_channel.items() if totals.posts}
    return Month(
        first=period.first,
        last=period.last,
        posts=figures.now.posts,
        groups=groups,
        per_post={key: rate for key, rate in rates.items() if rate is not None},
        calls={key: totals.posts for key, totals in figures.by_call.items()},
        days=days,
        silent=[c.name for c in figures.channels if figures.now.posts and c.pk not in posted],
        unread=[c.name for c in figures.channels if figures.followers.latest(c.pk) is None and c.pk in posted],
    )


def _quality(municipality: Municipality, figures: Dashboard, period: Period) -> Iterator[str]:
    """Gaps and their reasons, and the limits of the figures."""
    read = set(figures.followers.by_day)
    unread = [day for day in period.dates if day not in read]
    if not figures.channels:
        yield _("No channel is connected, so no metrics are fetched.")
    elif not unread:
        yield _("Metrics were fetched for every day of the period.")
    else:
        text = ngettext(
            "On %(count)s day no channel could be read; charts show it as a gap, not as a zero.",
            "On %(count)s days no channel could be read; charts show them as gaps, not as zeros.",
            len(unread),
        )
        yield text % {"count": number(len(unread))}
    reasons: dict[str, list[date]] = {}
    for day, reason in sorted(figures.followers.gaps.items()):
        reasons.setdefault(reason, []).append(day)
    for reason, days in reasons.items():
        shown = ", ".join(day_month(day) for day in days[:5]) + ("…" if len(days) > 5 else "")
        yield _("%(reason)s: %(days)s.") % {"reason": reason, "days": shown}
    if municipality.population is None:
        yield _("The population is not entered, so nothing is reckoned per inhabitant.")
    else:
        yield _("Population: %(count)s (%(year)s, %(source)s).") % {
            "count": number(municipality.population),
            "year": municipality.population_year,
            "source": municipality.population_source,
        }
    if 0 < figures.now.posts < ENOUGH_OF_A_KIND:
        yield _("There were few posts: shares and averages are not conclusive.")
    yield _(
        "Interactions are counted to the day of publication, with the latest metrics; only the chart by day counts "
        "them to the day on which they happened. Networks correct their metrics later: a report that is generated "
        "again can differ."
    )
