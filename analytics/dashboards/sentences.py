"""The statistics of a period in plain sentences: whether results improve, what works, what to publish next and when."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics.dashboards.labels import day_name, hours, rounded, times
from analytics.dashboards.queries.relative_performance import Judged, Typical
from analytics.dashboards.queries.totals import Totals
from analytics.thresholds import BETTER, ENOUGH_FOR_A_TIME, ENOUGH_OF_A_KIND
from common.numbers import number

# Less than this is no difference that anybody should act on.
ABOUT = 0.05


@dataclass(frozen=True)
class Sentence:
    """`tone` is "up", "down" or "" when it is neither good nor bad."""

    text: str
    tone: str = ""


def posts(now: Totals, before: Totals) -> Sentence:
    """How much was published, against the days before."""
    change = now.posts - before.posts
    named = {"count": number(now.posts), "change": number(abs(change))}
    if not now.posts:
        return Sentence(_("Nothing was published in these days."), "down" if before.posts else "")
    if not before.posts:
        text = ngettext("You published %(count)s post.", "You published %(count)s posts.", now.posts)
    elif change > 0:
        text = ngettext(
            "You published %(count)s post, %(change)s more than in the days before.",
            "You published %(count)s posts, %(change)s more than in the days before.",
            now.posts,
        )
    elif change < 0:
        text = ngettext(
            "You published %(count)s post, %(change)s fewer than in the days before.",
            "You published %(count)s posts, %(change)s fewer than in the days before.",
            now.posts,
        )
    else:
        text = ngettext(
            "You published %(count)s post, as many as in the days before.",
            "You published %(count)s posts, as many as in the days before.",
            now.posts,
        )
    sentence = text % named
    if now.different is not None and now.different < now.posts:
        apart = _("A post on two channels counts twice: there were %(different)s different posts.")
        sentence = f"{sentence} {apart % {'different': number(now.different)}}"
    return Sentence(sentence)


def per_post(now: Totals, before: Totals) -> Sentence | None:
    """Whether people reacted more; None where values are missing."""
    if now.per_post is None:
        return None
    named = {"now": rounded(now.per_post), "before": rounded(before.per_post)}
    if not before.per_post:
        return Sentence(_("A post got %(now)s interactions on average.") % named)
    if min(now.posts, before.posts) < ENOUGH_OF_A_KIND:
        text = _(
            "A post got %(now)s interactions on average, against %(before)s in the days before: of fewer than %(few)s "
            "posts nothing can be concluded."
        )
        return Sentence(text % {**named, "few": ENOUGH_OF_A_KIND})
    change = now.per_post / before.per_post - 1
    if change > ABOUT:
        text = _("People reacted more: %(now)s interactions per post, against %(before)s in the days before.")
        return Sentence(text % named, "up")
    if change < -ABOUT:
        text = _("People reacted less: %(now)s interactions per post, against %(before)s in the days before.")
        return Sentence(text % named, "down")
    return Sentence(_("People reacted as they did before: %(now)s interactions per post.") % named)


def against_baseline(now: Totals, base: Totals | None, joined: bool) -> Sentence | None:
    """The same against the municipality's own baseline; None without one."""
    if base is None or not base.per_post or now.per_post is None:
        return None
    named = {"before": rounded(base.per_post)}
    if min(now.posts, base.posts) < ENOUGH_OF_A_KIND:
        return None
    change = now.per_post / base.per_post - 1
    if change > ABOUT:
        text = (
            _("That is more than in the four weeks before joining the portal, when it was %(before)s.")
            if joined
            else _("That is more than in the four weeks before the training, when it was %(before)s.")
        )
        return Sentence(text % named, "up")
    if change < -ABOUT:
        text = (
            _("That is less than in the four weeks before joining the portal, when it was %(before)s.")
            if joined
            else _("That is less than in the four weeks before the training, when it was %(before)s.")
        )
        return Sentence(text % named, "down")
    text = (
        _("That is about as much as in the four weeks before joining the portal.")
        if joined
        else _("That is about as much as in the four weeks before the training.")
    )
    return Sentence(text)


def mix(shares: dict[str, int]) -> Sentence | None:
    """Service information against ceremony; `shares` are posts by category."""
    total = sum(shares.values())
    if not total:
        return None
    service, ceremony = shares.get("service", 0) + shares.get("eservice", 0), shares.get("ceremony", 0)
    named = {"service": number(service * 100 / total, 0), "ceremony": number(ceremony * 100 / total, 0)}
    text = _("Service information and eServices were %(service)s %% of the posts, ceremony and visits %(ceremony)s %%.")
    return Sentence(text % named)


def kind_that_works(judged: Judged, labels: dict[str, Any]) -> Sentence | None:
    """The category with the best results; None where none has enough posts or none stands out."""
    enough = {key: typical for key, typical in judged.kinds["category"].items() if typical.posts >= ENOUGH_OF_A_KIND}
    if len(enough) < 2:
        return None
    key, typical = max(enough.items(), key=lambda item: (item[1].times, item[1].posts))
    if typical.times < BETTER:
        return None
    text = _(
        "Of the categories with at least %(few)s posts, “%(name)s” works best: such a post typically gets %(times)s "
        "the usual (n = %(posts)s)."
    )
    named = {"name": labels[key], "times": times(typical.times), "posts": number(typical.posts)}
    return Sentence(text % {**named, "few": ENOUGH_OF_A_KIND})


@dataclass(frozen=True)
class When:
    """The best time that is known: a weekday and hours, or one of them."""

    typical: Typical
    weekday: int | None = None
    band: int | None = None

    @property
    def is_cell(self) -> bool:
        return self.weekday is not None and self.band is not None


def times_known(judged: Judged) -> list[When]:
    """Times with enough posts, the best first: weekday and hours where two of those can be compared, else weekdays and
    hours by themselves. Empty where not even two of them can."""
    if judged.posts < ENOUGH_FOR_A_TIME:
        return []
    cells = [When(typical, day, band) for (day, band), typical in judged.cells.items()]
    edges = [When(typical, weekday=day) for day, typical in judged.weekdays.items()]
    edges += [When(typical, band=band) for band, typical in judged.bands.items()]
    for group in (cells, edges):
        usable = [when for when in group if when.typical.posts >= ENOUGH_OF_A_KIND]
        if len(usable) > 1:
            return sorted(usable, key=lambda candidate: (-candidate.typical.times, -candidate.typical.posts))
    return []


def best_time(judged: Judged) -> When | None:
    """None where no two times can be compared, or none stands out."""
    best = next(iter(times_known(judged)), None)
    return best if best and best.typical.times >= BETTER else None


def time_that_works(judged: Judged) -> Sentence | None:
    best = best_time(judged)
    if best is None:
        return None
    floor = _("Only times with at least %(few)s posts are compared.") % {"few": ENOUGH_OF_A_KIND}
    return Sentence(f"{time_in_words(best)} {floor}")


def time_in_words(when: When) -> str:
    named = {"times": times(when.typical.times), "posts": number(when.typical.posts)}
    if when.weekday is not None and when.band is not None:
        named |= {"day": day_name(when.weekday), "hours": hours(when.band)}
        return _("%(day)s, %(hours)s: a post typically gets %(times)s the usual (n = %(posts)s).") % named
    if when.weekday is not None:
        named["day"] = day_name(when.weekday)
        return _("%(day)s: a post typically gets %(times)s the usual (n = %(posts)s).") % named
    named["hours"] = hours(when.band or 0)
    return _("Between %(hours)s o'clock: a post typically gets %(times)s the usual (n = %(posts)s).") % named
