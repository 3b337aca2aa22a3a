"""The statements of Home, lists and composer answer as the ORM does: for everybody, with posts in every list and
deliveries in every state that needs a person, and with rows of another municipality."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from itertools import product
from types import SimpleNamespace
from typing import Any

import pytest

from django.utils import timezone

from accounts.models import User
from administration.models import PutAway
from administration.queries import first_steps
from analytics.dashboards.queries.post_figures import SUBJECTS
from analytics.models import Subject, Traits
from channels.enums import ChannelState
from channels.models import Channel
from common.prepared import PreparedRows, array
from delivery.enums import State
from delivery.models import Delivery
from mentoring.models import CheckIn, Criterion, Feedback, Score
from mentoring.queries import overviews
from mentoring.queries.people import AHEAD
from mentoring.queries.progress import halves
from municipalities.models import EService, GlossaryWord, Municipality, ServiceAvailability
from municipalities.queries import ACTIVE_SERVICES, ENTRIES, SPELLINGS, today
from municipalities.tenancy import OutOfScope, everywhere, scope
from posts import home, queries
from posts.coaching import published_phones
from posts.editing.domain.submit import submit
from posts.enums import AmendmentKind, AmendmentState, Stage
from posts.models import Amendment, Decision, Post, Publication, Version
from posts.review.domain import emergency
from posts.review.domain.approve import approve, send_back
from tests.analytics.factories import published
from tests.posts.deciders import on_the_list, submitted
from tests.posts.desk import Desk
from tests.posts.test_statements import _post_of_another

ASKING: tuple[dict[str, Any], ...] = (
    {"state": State.FAILED},
    {"state": State.EXPIRED},
    {"state": State.UNCONFIRMED, "unknown_since": timezone.now()},
    {"state": State.MISSING},
    {"changed_at": timezone.now(), "shown": "Вода", "shown_now": "Вино"},
    {"duplicate_at": timezone.now()},
)


@pytest.fixture
def full(desk: Desk) -> Desk:
    """A Home with rows of every kind, in two municipalities."""
    cast, now = desk.cast, timezone.now()
    on_the_list(cast, cast.officer)
    for hours in (30, 20):
        submitted(desk, hours=hours)
    for ready in (submitted(desk, hours=40), submitted(desk, hours=41)):
        approve(ready, desk.version(ready), by=cast.approver)
    unscheduled = submit(desk.write("Без времена"), by=cast.officer)
    approve(unscheduled, desk.version(unscheduled), by=cast.approver)
    back = submitted(desk)
    send_back(back, desk.version(back), note="Ко, где, када?", by=cast.approver)
    desk.write("Нацрт")
    emergency.publish(desk.write("Вода није за пиће!"), reason="Пукла је цев на главном воду.", by=cast.officer)
    out = [published(desk.mastodon, now - timedelta(days=n)) for n, _state in enumerate(ASKING, 1)]
    for publication, state in zip(out, ASKING, strict=True):
        Delivery.objects.filter(pk=publication.delivery_id).update(**state)
        Post.objects.filter(pk=publication.post_id).update(due_at=now - timedelta(hours=12))
    edited, seen, interactive = (published(desk.mastodon, now - timedelta(days=20 + n)) for n in range(3))
    edit = Delivery.objects.get(pk=edited.delivery_id)
    edit.parent, edit.pk, edit.kind, edit.remote_id, edit.state = Delivery(pk=edit.pk), None, "edit", "", State.FAILED
    edit.key = type(edit.key)(int=edit.key.int ^ 1)
    edit.save()
    Delivery.objects.filter(pk=seen.delivery_id).update(state=State.MISSING, noted_at=now)
    Post.objects.filter(pk=interactive.post_id).update(format="question")
    Amendment.objects.create(
        municipality=cast.cuprija, post=seen.post, kind=AmendmentKind.REMOVAL, state=AmendmentState.OPEN,
        reason="Погрешна слика", by=cast.officer,
    )  # fmt: skip
    submitted(desk, hours=50, channels=(desk.bluesky.pk,))
    Channel.objects.filter(pk=desk.bluesky.pk).update(state=ChannelState.NEEDS_CONSENT)
    feedback = Feedback.objects.create(municipality=cast.cuprija, post=back, mentor=cast.mentor)
    criterion = Criterion.objects.create(key="clear", texts={})
    Score.objects.create(municipality=cast.cuprija, feedback=feedback, criterion=criterion, level=3)
    PutAway.objects.create(municipality=cast.cuprija, step="words", by=cast.officer)
    with scope(cast.novi_pazar):
        _post_of_another(desk)
    with everywhere("a test"):
        Delivery.objects.filter(municipality=cast.novi_pazar).update(state=State.FAILED)
    return desk


def everything(row: Any, depth: int = 3) -> Any:
    """Loaded columns, annotations and related rows, which may lead back."""
    if not hasattr(row, "_state") or not depth:
        return row
    related = {name: everything(other, depth - 1) for name, other in row._state.fields_cache.items()}
    return {**{name: value for name, value in vars(row).items() if name != "_state"}, "related": related}


def same(statement: PreparedRows, municipality: Municipality, **given: Any) -> list[Any]:
    """The rows, after they were compared with those of the ORM."""
    rows = statement.instances(municipality=municipality.pk, **given)
    orm = statement.make(SimpleNamespace(municipality=municipality.pk, **given))
    with scope(municipality):
        expected = list(orm)
        if not orm.ordered:  # the database may then answer in any order
            rows, expected = (sorted(answer, key=lambda row: row.pk) for answer in (rows, expected))
        assert [everything(row) for row in rows] == [everything(row) for row in expected]
    return rows


def people(desk: Desk) -> Iterable[User]:
    return desk.cast.everyone().values()


def test_the_posts_of_every_list(full: Desk) -> None:
    places = (full.cast.cuprija, full.cast.novi_pazar)
    for own, decides in product((True, False), repeat=2):
        names, shown = home._names(own=own, decides=decides), set[str]()
        for user, place in product(people(full), places):
            with scope(place):
                rows = same(home.listed(own=own, decides=decides), place, user=user.pk, now=timezone.now())
            assert {row.municipality_id for row in rows} <= {place.pk}
            shown |= {name for row in rows for name in names if getattr(row, f"is_{name}")}
        assert shown == set(names)


def test_publications_that_need_a_person_and_those_of_the_lists(full: Desk) -> None:
    municipality = full.cast.cuprija
    posts = list(Post.objects.order_by("pk").values_list("pk", flat=True))
    attention = same(home.shown(with_attention=True), municipality, posts=array([]))
    states = [(row.delivery.state, row.delivery.kind) for row in attention]
    assert len(attention) == len(ASKING) + 2, "with the failed edit, and the one whose channel needs consent"
    assert {state for state, _kind in states} >= {row["state"] for row in ASKING if "state" in row}
    assert all(home._needs_attention(row) for row in attention)
    assert sum(row.asks is not None for row in attention) == 1
    for amount, with_attention in product((0, 1, len(posts)), (True, False)):
        rows = same(home.shown(with_attention=with_attention), municipality, posts=array(posts[:amount]))
        assert {row.post_id for row in rows} >= set(
            Publication.objects.filter(live=True, post__in=posts[:amount]).values_list("post_id", flat=True)
        )
        assert {row.municipality_id for row in rows} <= {municipality.pk}


def test_decisions_of_the_lists(full: Desk) -> None:
    municipality = full.cast.cuprija
    versions = array(Version.objects.values_list("pk", flat=True))
    returned = array(Post.objects.filter(stage=Stage.RETURNED).values_list("pk", flat=True))
    every = same(home.decided(emergencies=True), municipality, versions=versions, returned=returned)
    assert len(every) == Decision.objects.count() > 5
    notes = same(home.decided(emergencies=False), municipality, versions=array([]), returned=returned)
    assert [row.kind for row in notes] == ["returned"]
    urgent = same(home.decided(emergencies=True), municipality, versions=array([]), returned=array([]))
    assert [row.kind for row in urgent] == ["emergency"]


def test_posts_without_a_closing_report(full: Desk) -> None:
    now = timezone.now()
    given = {"now": now, "since": now - queries.REPORTS_FOR}
    (post,) = same(queries.ASKED_WITHOUT_REPORT, full.cast.cuprija, **given)
    assert post.format == "question"
    assert same(queries.ASKED_WITHOUT_REPORT, full.cast.cuprija, **{**given, "now": now - timedelta(days=60)}) == []


def test_the_steps_and_the_mentoring_of_a_municipality(full: Desk) -> None:
    on, now = today(), timezone.now()
    begins, middle = halves(on)
    for place in (full.cast.cuprija, full.cast.novi_pazar):
        with scope(place):
            (steps,) = same(first_steps.OF_MUNICIPALITY, place, today=on)
            assert steps.away == (["words"] if place == full.cast.cuprija else [])
            for author in people(full):
                given = {"now": now, "today": on, "ahead": on + AHEAD, "begins": begins, "middle": middle}
                (overview,) = same(overviews.OF_WRITER, place, author=author.pk, **given)
                mine = place == full.cast.cuprija and author == full.cast.officer
                assert (overview.rubric is not None) == mine


def test_the_calendar_without_filters(full: Desk) -> None:
    now, amounts = timezone.now(), []
    places = (full.cast.cuprija, full.cast.novi_pazar)
    for drafts, place, days in product((True, False), places, (0, 2, 400)):
        given = {"since": now - timedelta(days=days), "until": now + timedelta(days=days)}
        with scope(place):
            rows = same(queries.unfiltered_in_range(drafts=drafts), place, **given)
            assert columns(queries.in_range(**given, filters=queries.PostFilters(), drafts=drafts)) == columns(rows)
        amounts.append(len(rows))
    assert len(set(amounts)) > 2


def columns(rows: list[Any]) -> list[dict[str, Any]]:
    return [{name: getattr(row, name) for name in ("pk", "title", "stage", "due_at", "author")} for row in rows]


def test_publications_of_lists(full: Desk) -> None:
    """Also where rows share what they lead to."""
    posts = list(Post.objects.order_by("pk"))
    keys = array(post.pk for post in posts)
    rows = same(queries.LIVE_PUBLICATIONS, full.cast.cuprija, posts=keys)
    shared = queries.LIVE_PUBLICATIONS.shared_instances(municipality=full.cast.cuprija.pk, posts=keys)
    assert [everything(row) for row in shared] == [everything(row) for row in rows]
    assert len({id(row.channel) for row in shared}) == 2 < len(rows)
    with scope(full.cast.cuprija, full.cast.novi_pazar):
        ids = (full.cast.cuprija.pk, full.cast.novi_pazar.pk)
        several = queries.LIVE_PUBLICATIONS_OF_SEVERAL.shared_instances(municipalities=ids, posts=keys)
        known = Publication.objects.filter(live=True, post__in=posts).order_by("pk")
        assert [row.pk for row in several] == [row.pk for row in known]
        assert [row.channel.name for row in several] == [row.channel.name for row in known]
    with_publications = queries.with_publications(posts)
    prefetched = list(queries.for_lists(Post.objects.order_by("pk")))
    assert with_publications == prefetched == posts
    for post, other in zip(with_publications, prefetched, strict=True):
        assert post.live_publications == other.live_publications  # type: ignore[attr-defined]
        assert post.shown_state == other.shown_state


def test_figures_of_cards(full: Desk) -> None:
    traits = Traits.objects.get_or_create(category="service", material="text")[0]
    shown = list(Publication.objects.filter(live=True).order_by("pk")[:3])
    for publication in shown:
        Subject.objects.create(
            municipality_id=publication.municipality_id, kind="publication", channel=publication.channel,
            publication=publication, traits=traits, published_on=today(), likes=3,
        )  # fmt: skip
    posts = array(publication.post_id for publication in shown[:2])
    assert len(same(SUBJECTS, full.cast.cuprija, posts=posts)) == 2
    with scope(full.cast.novi_pazar):
        assert same(SUBJECTS, full.cast.novi_pazar, posts=posts) == []


def test_what_the_composer_knows_of_a_municipality(full: Desk) -> None:
    cast = full.cast
    services = [EService.objects.create(key=key, name_cyrl=key, is_active=key != "old") for key in ("new", "old")]
    for place in (cast.cuprija, cast.novi_pazar):
        with scope(place):
            GlossaryWord.objects.create(
                municipality=place, latin=place.slug, cyrillic=place.slug, added_by=cast.officer
            )
            for service, by in zip(services, (None, cast.officer), strict=True):
                verified = {"verified_by": by, "verified_on": today() if by else None}
                ServiceAvailability.objects.create(municipality=place, service=service, **verified)
    active = sorted(ACTIVE_SERVICES.instances(), key=lambda row: row.pk)
    orm = EService.objects.filter(is_active=True).order_by("pk")
    assert [everything(row) for row in active] == [everything(row) for row in orm]
    for place in (cast.cuprija, cast.novi_pazar):
        with scope(place):
            assert len(same(ENTRIES, place)) == 2
            words = SPELLINGS.rows(municipality=place.pk)
            assert words == list(GlossaryWord.objects.values_list("latin", "cyrillic")) == [(place.slug, place.slug)]
            sources = tuple(published_phones._known)
            texts = published_phones.written(sources).rows(municipality=place.pk)
            assert sources
            assert sorted(texts) == sorted((text,) for text in published_phones._united(sources))


def test_the_mentoring_of_several_municipalities(full: Desk) -> None:
    cast, now, on = full.cast, timezone.now(), today()
    at = now + timedelta(days=1)
    CheckIn.objects.create(
        municipality=cast.cuprija, mentor=cast.mentor, due_at=at, local_time=at, state="planned", planned_by=cast.mentor
    )
    for places in ([], [cast.cuprija], [cast.cuprija, cast.novi_pazar]):
        keys = [place.pk for place in places]
        with scope(*keys):
            rows = overviews.OF_SEVERAL.instances(municipalities=keys, now=now, today=on)
            orm = overviews._annotated(Municipality.objects.filter(pk__in=keys).only("pk"), now, on, None)
            assert sorted(map(columns_of, rows)) == sorted(map(columns_of, orm))
            assert [row.pk for row in rows if row.coming] == keys[:1]
    with scope(cast.novi_pazar), pytest.raises(OutOfScope):
        overviews.OF_SEVERAL.instances(municipalities=[cast.cuprija.pk], now=now, today=on)


def columns_of(row: Any) -> list[str]:
    return [f"{name}: {value}" for name, value in sorted(vars(row).items()) if name != "_state"]
