"""Queries of the page "You asked, we did": public needs, and closing reports of posts that asked something.

Opens the scope of the one municipality whose page is on. Nothing here identifies an author.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db.models import Case, Count, Exists, F, Max, OuterRef, Prefetch, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce, Length

from delivery.enums import State
from inbox.enums import Topic
from municipalities.holidays import BELGRADE
from municipalities.models import REAL_PLACE, Municipality
from municipalities.queries import glossary, today
from municipalities.tenancy import scope
from needs.enums import NeedStage
from needs.models import QUOTABLE, Need, NeedPicture, NeedsPage, Supporter
from platforms.post_settings import STORY
from posts.models import Closing, Publication, Variant
from posts.picture_metadata import consent_note
from serbian.glossary import EMPTY, Glossary

# Stages that are published. The order is that of the page.
PUBLISHED_STAGES = (NeedStage.DONE, NeedStage.PLANNED, NeedStage.DECLINED)
# The closing reports of polls, questions and consultations.
ASKED = "asked"
SECTIONS = (*(str(stage) for stage in PUBLISHED_STAGES), ASKED)
AT_ONCE = 10
MOST_QUOTES = 3
IN_FEED = 20
PUBLISHED = Q(delivery__state=State.PUBLISHED)


@dataclass(frozen=True)
class PublishedPage:
    """A municipality whose page is on. `stamp` changes with every change of its content."""

    municipality: Municipality
    page: NeedsPage
    stamp: str


@dataclass(frozen=True)
class PublicFilters:
    """What the reader wants to see: one of `SHOWN`, of one topic or of all, from which page."""

    show: str = NeedStage.DONE.value
    topic: str = ""
    number: int = 1


@dataclass(frozen=True)
class ClosingReport:
    """The closing report of a post that asked people something: the question, the options and the outcome."""

    closing: Closing
    asked: str
    options: Sequence[str]
    url: str
    asked_at: datetime | None


@dataclass(frozen=True)
class PublicNeeds:
    """One page of a section. `counts` by section, `topics` by topic within this section."""

    counts: dict[str, int]
    topics: dict[str, int]
    pages: int
    needs: list[Need] = field(default_factory=list)
    posts: dict[int, str] = field(default_factory=dict)  # follow-up post to its address on a network
    reports: list[ClosingReport] = field(default_factory=list)
    terms: Glossary = EMPTY


def published_page(slug: str) -> PublishedPage | None:
    """None where the page is off or missing. Practice workspaces are shown in the demo only. Four queries."""
    municipality = Municipality.objects.filter(REAL_PLACE, slug=slug, joined_on__isnull=False).first()
    if municipality is None or (municipality.is_practice and not settings.DEMO):
        return None
    with scope(municipality):
        page = NeedsPage.objects.filter(is_on=True).first()
        if page is None:
            return None
        last = public_needs().aggregate(count=Count("pk"), last=Max("changed_at"))
        # erased quotes change the stamp, so that they disappear at once and not with the cached page
        quoted = Supporter.objects.filter(QUOTABLE, need__is_public=True)
        quotes = quoted.aggregate(count=Count("pk"), letters=Sum(Length("quote")))
    changed = last["last"].timestamp() if last["last"] else 0
    contact = sha256(page.contact.encode()).hexdigest()[:8]
    return PublishedPage(
        municipality, page, f"{last['count']}-{changed}-{quotes['count']}-{quotes['letters']}-{contact}"
    )


def pages_that_are_on() -> QuerySet[NeedsPage]:
    """Of the open scope. For `reports.public_parts`."""
    return NeedsPage.objects.filter(is_on=True).order_by()


def page() -> NeedsPage | None:
    """Of the open scope, on or off. One query."""
    return NeedsPage.objects.first()


def how_many() -> dict[str, int]:
    """The number of entries that are, or would be, on the page of the open scope. Two queries."""
    return {"needs": public_needs().count(), "reports": closings().count()}


def public_needs() -> QuerySet[Any]:
    """Of the open scope, annotated with `about`: its topic, or "other" without one."""
    about = Case(When(topic="", then=Value(Topic.OTHER.value)), default="topic")
    return Need.objects.filter(is_public=True, stage__in=PUBLISHED_STAGES).annotate(about=about)


def result_date(need: Need) -> date:
    """The day of the latest outcome."""
    return need.done_on or need.decided_on or need.created_at.astimezone(BELGRADE).date()


def load_section(municipality: Municipality, chosen: PublicFilters) -> PublicNeeds | None:
    """None where there is no such page. A fixed number of queries."""
    with scope(municipality):
        counts, topics = _counts(chosen)
        total = topics.get(chosen.topic, 0) if chosen.topic else counts[chosen.show]
        pages = max(1, -(-total // AT_ONCE))
        if chosen.number > pages or (chosen.topic and not total):
            return None
        part = slice((chosen.number - 1) * AT_ONCE, chosen.number * AT_ONCE)
        terms = glossary(municipality.pk)
        if chosen.show == ASKED:
            return PublicNeeds(counts, topics, pages, reports=_reports(part), terms=terms)
        needs = _needs(chosen, part)
        return PublicNeeds(counts, topics, pages, needs, _posts(needs), terms=terms)


def newest(municipality: Municipality, stages: Sequence[NeedStage] = PUBLISHED_STAGES) -> tuple[list[Need], Glossary]:
    """What was decided or done last, of these stages. Two queries."""
    with scope(municipality):
        rows = public_needs().filter(stage__in=stages).order_by(Coalesce("done_on", "decided_on").desc(), "-pk")
        return list(rows[:IN_FEED]), glossary(municipality.pk)


def _counts(chosen: PublicFilters) -> tuple[dict[str, int], dict[str, int]]:
    counts: Counter[str] = Counter()
    topics: Counter[str] = Counter()
    for stage, topic, count in public_needs().order_by().values_list("stage", "about").annotate(count=Count("pk")):
        counts[stage] += count
        if stage == chosen.show:
            topics[topic] += count
    counts[ASKED] = closings().count()
    return {show: counts[show] for show in SECTIONS}, dict(topics)


def _needs(chosen: PublicFilters, part: slice) -> list[Need]:
    rows = public_needs().filter(stage=chosen.show)
    if chosen.topic:
        rows = rows.filter(about=chosen.topic)
    # Results are news, newest first; plans and refusals are looked up by topic.
    order = ("-done_on", "-pk") if chosen.show == NeedStage.DONE else ("about", "-decided_on", "-pk")
    quotes = Supporter.objects.filter(QUOTABLE).order_by("-received_on", "-pk")[:MOST_QUOTES]
    pictures = NeedPicture.objects.select_related("media").order_by("-moment", "position", "pk")  # before, after
    rows = rows.select_related("settlement").prefetch_related(
        Prefetch("supporters", quotes, to_attr="quotes"), Prefetch("pictures", pictures, to_attr="shown")
    )
    needs: list[Any] = list(rows.order_by(*order)[part])
    day = today()
    for need in needs:
        need.shown = [picture for picture in need.shown if _may_show(picture, day)]
    return needs


def _may_show(picture: NeedPicture, day: date) -> bool:
    """Whether the people on it agreed, or there are none. Videos are excluded: they would need captions on the page."""
    return not picture.media.is_probed and consent_note(picture.media, day) is None


def _posts(needs: Sequence[Need]) -> dict[int, str]:
    """Addresses of the published posts about them."""
    ids = [need.follow_up_id for need in needs if need.follow_up_id]
    rows = _out().filter(post__in=ids).exclude(delivery__permalink="").order_by("-delivery__published_at")
    rows = rows.exclude(delivery__payload__settings__format=STORY)  # its address is good for a day
    return {post: url for post, url in rows.values_list("post", "delivery__permalink") if post is not None}


def _out() -> QuerySet[Publication]:
    return Publication.objects.filter(PUBLISHED)


# ---------------------------------------------------------------- what people were asked


def closings() -> QuerySet[Closing]:
    """Reports whose follow-up post is published: before that only the municipality has read them."""
    return Closing.objects.filter(Exists(_out().filter(post=OuterRef("follow_up"))), post__deleted_at__isnull=True)


def _reports(part: slice) -> list[ClosingReport]:
    rows = list(closings().select_related("post").defer("post__draft", "post__search_key").order_by("-at", "-pk")[part])
    publications: dict[int, Publication] = {}
    seen = Publication.objects.filter(post__in=[row.post_id for row in rows], delivery__published_at__isnull=False)
    for publication in seen.select_related("version", "delivery").order_by("delivery__published_at", "pk"):
        publications.setdefault(publication.post_id, publication)
    texts: dict[int, str] = {}
    variants = Variant.objects.filter(
        version__in=[publication.version_id for publication in publications.values()], channel__isnull=True
    )
    for version, text in (
        variants.filter(language="sr").order_by(F("derived").desc(), "pk").values_list("version", "text")
    ):
        texts[version] = text  # texts written by people come last and win
    return [_report(row, publications.get(row.post_id), texts) for row in rows]


def _report(row: Closing, publication: Publication | None, texts: dict[int, str]) -> ClosingReport:
    if publication is None:
        return ClosingReport(row, str(row.post), (), "", None)
    options = (publication.version.structure.get("interactive") or {}).get("options") or ()
    url = publication.delivery.open_link if publication.delivery.state == State.PUBLISHED else ""
    text = texts.get(publication.version_id) or str(row.post)
    return ClosingReport(
        row,
        text,
        [str(option) for option in options if isinstance(option, str)],
        url,
        publication.delivery.published_at,
    )


def contacts() -> QuerySet:
    """The contact on the page of needs of the open scope. For `posts.coaching.published_phones`."""
    return NeedsPage.objects.order_by().values_list("contact", flat=True)
