"""Statements that are made once: they answer as a query made anew, and stay behind the wall between municipalities."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from django.contrib.postgres.expressions import ArraySubquery
from django.db import DataError, connection, transaction
from django.db.models import Exists, F, OuterRef, Value
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from channels.models import Channel
from common import prepared
from common.audit import record
from common.models import AuditEvent
from common.prepared import PreparedRows, among, array, instance
from municipalities.models import Pause
from municipalities.prepared import Prepared, PreparedForSeveral, PreparedUpdate
from municipalities.prepared import PreparedRows as PreparedTenantRows
from municipalities.tenancy import OutOfScope, everywhere, scope
from tests.analytics import factories
from tests.people import Cast


@pytest.fixture
def pages(cast: Cast) -> list[Channel]:
    return [factories.channel(cast.cuprija, cast.officer), factories.channel(cast.novi_pazar, cast.stranger)]


def named() -> Prepared:
    return Prepared(lambda of: Channel.objects.filter(pk=of.pk).values_list("name"), pk=int)


def test_each_run_answers_for_its_own_values(pages: list[Channel]) -> None:
    query = named()
    for page in (*pages, *pages):
        with scope(page.municipality_id):
            assert query.rows(municipality=page.municipality_id, pk=page.pk) == [(page.name,)]


def test_what_belongs_to_another_municipality_is_not_found(pages: list[Channel]) -> None:
    mine, other = pages
    with scope(mine.municipality_id):
        assert named().rows(municipality=mine.municipality_id, pk=other.pk) == []


def test_a_run_outside_the_scope_of_its_municipality_is_refused(pages: list[Channel]) -> None:
    mine, other = pages
    query = named()
    with scope(mine.municipality_id), pytest.raises(OutOfScope):
        query.rows(municipality=other.municipality_id, pk=other.pk)
    with pytest.raises(OutOfScope):
        query.rows(municipality=mine.municipality_id, pk=mine.pk)
    with everywhere("a test"):
        assert query.rows(municipality=other.municipality_id, pk=other.pk) == [(other.name,)]


def test_an_update_sets_its_columns_where_it_may(pages: list[Channel]) -> None:
    rename = PreparedUpdate(Channel, "name", "facts", where=("pk", "name"))
    mine, other = pages
    changes: dict[str, Any] = {"name": "Град", "facts": {"words": ["a", None]}}
    with scope(mine.municipality_id):
        here = {"municipality": mine.municipality_id, "name": mine.name}
        assert rename.run(changes, **here, pk=other.pk) == 0
        assert rename.run(changes, **here, pk=mine.pk) == 1
        assert rename.run(changes, **here, pk=mine.pk) == 0, "its name is another one now"
        mine.refresh_from_db()
        assert (mine.name, mine.facts) == ("Град", {"words": ["a", None]})


def test_a_row_is_stored_with_all_its_columns(cast: Cast) -> None:
    details: list[dict[str, Any]] = [{"words": ["a", None], "said": "„цитат“ \\ '"}, {}]
    for detail in details:
        made = record("test.done", by=cast.officer, target=cast.cuprija, municipality_id=cast.cuprija.pk, **detail)
        stored = AuditEvent.objects.get(pk=made.pk)
        for field in AuditEvent._meta.concrete_fields:
            assert getattr(made, field.attname) == getattr(stored, field.attname)
        assert stored.detail == detail
    assert record("test.done", by=None).actor_id is None


def test_nothing_may_be_set_where_there_was_something(cast: Cast) -> None:
    by: User = cast.officer
    lift = PreparedUpdate(Pause, "ends_at", where=("pk",))
    with scope(cast.cuprija):
        pause = Pause.objects.create(
            municipality=cast.cuprija, reason="Дан жалости", by=by, ends_at=timezone.now() + timedelta(hours=1)
        )
        for until in (None, timezone.now(), None):
            assert lift.run({"ends_at": until}, municipality=cast.cuprija.pk, pk=pause.pk) == 1
            pause.refresh_from_db()
            assert pause.ends_at == until


def test_a_value_that_the_statement_does_not_use_is_an_error(cast: Cast) -> None:
    query = Prepared(lambda of: Channel.objects.values_list("name"), pk=int)
    with scope(cast.cuprija), pytest.raises(ValueError, match="pk"):
        query.rows(municipality=cast.cuprija.pk, pk=1)


@pytest.mark.parametrize(
    ("make", "kinds"),
    [
        (
            lambda of: AuditEvent.objects.filter(at__gte=of.since - timedelta(days=1), at__lt=of.since),
            {"since": datetime},
        ),
        (lambda of: AuditEvent.objects.filter(at__gte=timezone.now(), pk=of.pk), {"pk": int}),
        (lambda of: AuditEvent.objects.filter(at__date=timezone.localdate(), pk=of.pk), {"pk": int}),
        (lambda of: AuditEvent.objects.filter(pk__in=[of.pk + 1, of.pk]), {"pk": int}),
        (lambda of: AuditEvent.objects.filter(verb=_("Home"), pk=of.pk), {"pk": int}),
        (lambda of: AuditEvent.objects.filter(pk=of.pk)[: of.pk], {"pk": int}),
    ],
    ids=["from a marker", "now", "today", "one of two", "in a language", "a limit"],
)
def test_a_value_that_would_be_kept_for_ever_is_an_error(db: None, make: Any, kinds: dict[str, type]) -> None:
    """Enum values and other constants of the query are no such values, as the statements in use show."""
    query = prepared.Prepared(lambda of: make(of).values_list("pk"), **kinds)
    with pytest.raises(ValueError, match="holds"):
        query.rows(**{name: 7 if kind is int else timezone.now() for name, kind in kinds.items()})


def test_a_constant_is_not_taken_for_a_marker(pages: list[Channel]) -> None:
    """Also where its value is given at a run."""
    query = Prepared(
        lambda of: Channel.objects.filter(platform="mastodon", name=of.name).values_list("pk", Value("mastodon")),
        name=str,
    )
    page = pages[0]
    with scope(page.municipality_id):
        assert query.rows(municipality=page.municipality_id, name=page.name) == [(page.pk, "mastodon")]
        assert query.rows(municipality=page.municipality_id, name="mastodon") == []
        Channel.objects.filter(pk=page.pk).update(name="mastodon")
        assert query.rows(municipality=page.municipality_id, name="mastodon") == [(page.pk, "mastodon")]


def test_a_statement_that_failed_can_be_run_again(pages: list[Channel]) -> None:
    page, query = pages[0], named()
    with scope(page.municipality_id):
        with pytest.raises(DataError), transaction.atomic():
            query.rows(municipality=page.municipality_id, pk="no number")
        for _again in range(2):
            assert query.rows(municipality=page.municipality_id, pk=page.pk) == [(page.name,)]


def test_annotations_and_deferred_columns_come_as_the_orm_brings_them(pages: list[Channel]) -> None:
    def selected(pk: Any, platform: Any) -> Any:
        rows = Channel.objects.filter(pk=pk, platform=platform).defer("facts", "municipality__name_en")
        return rows.annotate(
            known=JSONObject(name=F("name"), at=F("connected_at")),
            others=ArraySubquery(Channel.objects.filter(platform=OuterRef("platform")).values("name")),
            is_here=Exists(Channel.objects.filter(pk=OuterRef("pk"))),
        ).select_related("municipality")

    query = PreparedTenantRows(lambda of: selected(of.pk, of.platform), "municipality", pk=int, platform=str)
    for page in pages:
        with scope(page.municipality_id):
            given = {"pk": page.pk, "platform": page.platform}
            (row,) = query.instances(municipality=page.municipality_id, **given)
            (orm,) = selected(**given)
            assert row.get_deferred_fields() == orm.get_deferred_fields() == {"facts"}
            assert row.municipality.get_deferred_fields() == orm.municipality.get_deferred_fields() == {"name_en"}
            for one, other in ((row, orm), (row.municipality, orm.municipality)):
                assert {**vars(one), "_state": None} == {**vars(other), "_state": None}
            assert (row.others, row.is_here, row.known["name"]) == ([page.name], True, page.name)
            assert row.facts == orm.facts, "a deferred column is read when it is needed"


def test_two_values_of_one_kind_keep_their_places(cast: Cast) -> None:
    query = prepared.Prepared(
        lambda of: AuditEvent.objects.filter(at__gte=of.since, at__lt=of.until).values_list("pk"),
        until=datetime,
        since=datetime,
    )
    event = record("test.done", by=cast.officer, target=cast.cuprija)
    before, after = event.at - timedelta(seconds=1), event.at + timedelta(seconds=1)
    assert (event.pk,) in query.rows(since=before, until=after)
    assert query.rows(since=after, until=before) == []


def test_a_list_of_any_length_is_one_statement_and_those_of_others_are_not_in_it(pages: list[Channel]) -> None:
    query = PreparedForSeveral(lambda of: Channel.objects.filter(pk__in=among(of.some)).values_list("pk"), some=str)
    mine, other = pages
    both = [mine.municipality_id, other.municipality_id]
    with scope(*both):
        for wanted in ([], [mine], pages, [*pages, mine]):
            keys = query.rows(municipalities=both, some=array(page.pk for page in wanted))
            assert sorted(keys) == sorted({(page.pk,) for page in wanted})
        assert query.rows(municipalities=both[:1], some=array(page.pk for page in pages)) == [(mine.pk,)]
    with scope(mine.municipality_id), pytest.raises(OutOfScope):
        query.rows(municipalities=both, some=array([mine.pk]))


def test_whole_rows_come_as_a_query_made_anew_would_bring_them(pages: list[Channel]) -> None:
    def asked(some: Any) -> Any:
        with everywhere("a test"):
            rows = Channel.objects.filter(pk__in=some).order_by("pk")
            return rows.select_related("municipality", "connected_by", "credential")

    mine, _theirs = pages
    with everywhere("a test"):
        Channel.objects.filter(pk=mine.pk).update(facts={"words": ["a", None]})
        query = PreparedRows(lambda of: asked(among(of.some)), "municipality", "connected_by", "credential", some=str)
        instances, plain = (
            query.instances(some=array(page.pk for page in pages)),
            list(asked([page.pk for page in pages])),
        )
    assert instances == plain
    for one, other in zip(instances, plain, strict=True):
        fields = [field.attname for field in Channel._meta.concrete_fields]
        assert [getattr(one, name) for name in fields] == [getattr(other, name) for name in fields]
        assert one._state.fields_cache == other._state.fields_cache
        assert not one._state.adding


def test_an_instance_takes_its_columns_in_any_order(pages: list[Channel]) -> None:
    page = pages[0]
    values = {"name": page.name, "state": page.state, "id": page.pk, "municipality_id": page.municipality_id}
    for order in (values, dict(reversed(values.items()))):
        channel = instance(Channel, order)
        assert (channel.pk, channel.name, channel.state) == (page.pk, page.name, page.state)
    with scope(page.municipality_id):
        assert channel.handle == page.handle, "the rest is asked of the database"
    with pytest.raises(ValueError, match="colour"):
        instance(Channel, {"id": 1, "colour": "red"})


def test_it_answers_after_a_connection_was_lost_and_behind_a_pooler(
    pages: list[Channel], monkeypatch: pytest.MonkeyPatch
) -> None:
    page, query = pages[0], named()
    asked = {"municipality": page.municipality_id, "pk": page.pk}
    with scope(page.municipality_id):
        for _again in range(2):
            assert query.rows(**asked) == [(page.name,)]
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'made_once_%'")
            assert cursor.fetchone()[0] >= 1
            cursor.execute("DEALLOCATE ALL")
        prepared._known.clear()
        assert query.rows(**asked) == [(page.name,)]
        monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", 0)
        assert named().rows(**asked) == [(page.name,)]
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'made_once_%'")
            assert cursor.fetchone()[0] == 1, "the second one was not prepared"
