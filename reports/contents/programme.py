"""What a programme tells its donor: who took part, what they did, and what came of it against baseline and target."""

from collections.abc import Sequence
from datetime import date, datetime
from statistics import median

from django.utils.translation import gettext as _
from django.utils.translation import npgettext

from analytics.catalogue import FORMULAS
from analytics.periods import Period
from common import charts
from common.dates import long_date
from common.numbers import number, significant
from municipalities.models import Programme
from municipalities.queries import today
from reports import rules
from reports.contents.common import change, compared, document, in_months, meanings, value
from reports.document import (
    Block,
    Bullets,
    Column,
    Document,
    Facts,
    Heading,
    Kind,
    Missing,
    Paragraph,
    Table,
    Tile,
    Tiles,
)
from reports.files.charts import printed
from reports.queries import programme as queries
from reports.queries.programme import Compared, Place
from serbian.sorting import sort_key

MOST_BARS = 15
# Below this many posts the numbers of a municipality say little.
FEW_POSTS = 5


def period_of(first: date, last: date) -> Period:
    """Whole months; of the running one up to yesterday, because today is not over."""
    yesterday = date.fromordinal(today().toordinal() - 1)
    return Period(first, max(first, min(rules.last_of(last), yesterday)))


def programme(programme_: Programme, first: date, last: date, as_of: datetime) -> Document:
    """In the language that is active. Opens the scope of those municipalities that agreed, and of no others."""
    period = period_of(first, last)
    found = queries.compared(programme_, period.first, period.last)
    places = sorted(found.places, key=lambda place: sort_key(str(place.municipality)))
    span = in_months(first, last)
    blocks: list[Block | None] = [
        Paragraph(_sentence(places, span, period), "lead"),
        None
        if period.last == rules.last_of(last)
        else Paragraph(_("The last month is not over: this counts to %(day)s.") % {"day": long_date(period.last)},
                       "warning"),
        _tiles(places, period),
        Heading(_("By size")),
        _by_size(places),
        Heading(_("Municipalities side by side")),
        _table(places),
        _ranking(places),
        Heading(_("How good these numbers are")),
        Bullets(_quality(found)),
        Heading(_("What the numbers mean")),
        Facts(meanings((_("Median (n)"), _("the middle one of n municipalities that have the number: as many lie "
                                           "above it as below")))),
    ]  # fmt: skip
    about = _("What the municipalities of %(programme)s did on their social networks in %(months)s.") % {
        "programme": programme_,
        "months": span,
    }
    return document(_("Report of the programme"), f"{programme_} · {span}", about, as_of, blocks)


def _sum(places: Sequence[Place], key: str) -> int | None:
    told = [getattr(place, key) for place in places if getattr(place, key) is not None]
    return sum(told) if told else None


def _sentence(places: Sequence[Place], span: str, period: Period) -> str:
    if not places:
        return _("In %(months)s no municipality took part that agreed to be compared.") % {"months": span}
    posts, interactions = _sum(places, "posts") or 0, _sum(places, "interactions")
    facts: dict[str, object] = {
        "months": span,
        "places": npgettext("took part", "%(count)s municipality", "%(count)s municipalities", len(places))
        % {"count": number(len(places))},
        "posts": npgettext("published by municipalities", "%(count)s post", "%(count)s posts", posts)
        % {"count": number(posts)},
    }
    if interactions is None:
        return _("In %(months)s, %(places)s published %(posts)s; no network has told how people received them.") % facts
    facts["interactions"] = npgettext(
        "brought by posts", "%(count)s interaction", "%(count)s interactions", interactions
    ) % {"count": number(interactions)}
    facts["compared"] = compared(interactions, _sum(places, "interactions_before"), period.days)
    if not facts["compared"]:
        return _("In %(months)s, %(places)s published %(posts)s. They brought %(interactions)s.") % facts
    told = _("In %(months)s, %(places)s published %(posts)s. They brought %(interactions)s, %(compared)s.")
    return told % facts


Middle = tuple[float | None, int]


def _middle(values: Sequence[float | None]) -> Middle:
    """The median and of how many; None of fewer than may be told."""
    known = [each for each in values if each is not None]
    return (median(known) if len(known) >= rules.SMALLEST_GROUP else None), len(known)


def _few() -> str:
    return _("fewer than %(count)s") % {"count": rules.SMALLEST_GROUP}


def _tiles(places: Sequence[Place], period: Period) -> Tiles | None:
    if not places:
        return None
    against = _("against the %(days)s days before") % {"days": period.days}
    posts, interactions = _sum(places, "posts") or 0, _sum(places, "interactions")
    tiles = [
        Tile(_("Municipalities"), len(places), _("that take part and agreed to be compared")),
        Tile(_("Posts"), posts, _("publications on all channels"), 0,
             change(posts, _sum(places, "posts_before")), against),
        Tile(_("Interactions"), value(interactions), str(FORMULAS["interactions"].text), 0,
             change(interactions, _sum(places, "interactions_before")), against),
    ]  # fmt: skip
    for key in ("per_inhabitants", "per_followers"):
        told, n = _middle([getattr(place, key) for place in places])
        label = str(FORMULAS[key].label)
        if key == "per_inhabitants":
            label = _("%(measure)s, median") % {"measure": label}
        formula = _("%(formula)s; n = %(n)s municipalities") % {"formula": FORMULAS[key].text, "n": n}
        tiles.append(Tile(label, Missing(_few()) if told is None else told, formula, 1))
    return Tiles(_("The programme in numbers"), tiles)


SIZES = (("small", 0, 20_000), ("middle", 20_000, 100_001), ("large", 100_001, 10**9))


def _size_of(place: Place) -> str:
    people = place.municipality.population
    return "unknown" if not people else next(key for key, since, until in SIZES if since <= people < until)


def _by_size(places: Sequence[Place]) -> Table:
    labels = {
        "small": _("Under 20,000 inhabitants"),
        "middle": _("20,000 to 100,000 inhabitants"),
        "large": _("Over 100,000 inhabitants"),
        "unknown": _("Population not entered"),
    }
    columns = (
        Column(_("Size")),
        Column("n", Kind.NUMBER, meaning=_("municipalities in the group")),
        Column(_("Posts, median"), Kind.NUMBER, 1),
        Column(_("Interactions per 1,000 inhabitants, median"), Kind.NUMBER, 1),
        Column(_("per post per 1,000 followers (median)"), Kind.NUMBER, 1),
    )
    rows = []
    for key, label in labels.items():
        group = [place for place in places if _size_of(place) == key]
        if not group:
            continue
        middles = [_middle([getattr(p, name) for p in group]) for name in
                   ("posts", "per_inhabitants", "per_followers")]  # fmt: skip
        rows.append((label, len(group), *(Missing(_few()) if told is None else told for told, _n in middles)))
    note = _("A group of fewer than %(count)s municipalities is not told, so that none can be reckoned out.")
    return Table("sizes", "", columns, rows, note % {"count": rules.SMALLEST_GROUP}, empty=_nobody())


def _nobody() -> str:
    return _("No municipality to compare.")


def _table(places: Sequence[Place]) -> Table:
    columns = (
        Column(_("Municipality")),
        Column(_("Posts"), Kind.NUMBER),
        Column(_("Interactions"), Kind.NUMBER),
        Column(_("Change in per cent"), Kind.NUMBER, meaning=_("of interactions, against the days before")),
        Column(_("per 1,000 inhabitants"), Kind.NUMBER, 1, str(FORMULAS["per_inhabitants"].text)),
        Column(_("Followers"), Kind.NUMBER),
        Column(_("per post per 1,000 followers (median)"), Kind.NUMBER, 1, str(FORMULAS["per_followers"].text)),
        Column("n", Kind.NUMBER, meaning=_("posts that the median was taken of")),
    )
    rows = [_row(place) for place in places]
    note = _("Municipalities with fewer than %(few)s posts: their numbers say little: %(names)s.")
    few = ", ".join(str(place.municipality) for place in places if place.posts < FEW_POSTS)
    told = note % {"few": FEW_POSTS, "names": few} if few else ""
    return Table("municipalities", "", columns, rows, told, empty=_nobody())


def _row(place: Place) -> tuple[str | int | float | Missing, ...]:
    unknown = Missing(_("not told") if place.municipality.population else _("population not entered"))
    return (
        str(place.municipality),
        place.posts,
        value(place.interactions),
        value(change(place.interactions, place.interactions_before), "–"),
        unknown if place.per_inhabitants is None else place.per_inhabitants,
        value(place.followers, _("not read")),
        value(place.per_followers, "–"),
        place.counted,
    )


def _ranking(places: Sequence[Place]) -> Block | None:
    known = sorted((p for p in places if p.per_inhabitants is not None), key=lambda p: -(p.per_inhabitants or 0))
    if not known:
        return None
    shown = known[:MOST_BARS]
    rate = FORMULAS["per_inhabitants"]
    words = charts.Words(number=significant, gap=_("not read"), heading=_("Municipality"), formula=str(rate.text))
    title = str(rate.label)
    if len(known) > MOST_BARS:
        title = _("%(formula)s: the %(count)s highest") % {"formula": title, "count": MOST_BARS}
    series = charts.Series(str(rate.label), [place.per_inhabitants for place in shown])
    return printed(charts.ranking(title, [str(place.municipality) for place in shown], series, words))


def _quality(found: Compared) -> list[str]:
    told = []
    if found.withheld:
        told.append(
            npgettext(
                "withheld",
                "%(count)s municipality takes part but did not agree to be compared; it is not in these numbers.",
                "%(count)s municipalities take part but did not agree to be compared; they are not in these numbers.",
                found.withheld,
            )
            % {"count": number(found.withheld)}
        )
    unread = [str(place.municipality) for place in found.places if place.interactions is None and place.posts]
    if unread:
        told.append(_("No network has told a number yet: %(names)s.") % {"names": ", ".join(sorted(unread))})
    without = [str(place.municipality) for place in found.places if not place.municipality.population]
    if without:
        told.append(_("Population not entered: %(names)s.") % {"names": ", ".join(sorted(without))})
    told.append(
        _("Interactions are counted to the day of publication, with the latest numbers. Networks correct their numbers "
          "later: a report that is made again can differ.")
    )  # fmt: skip
    return told
