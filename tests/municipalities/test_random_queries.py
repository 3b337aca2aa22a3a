"""Random statements under random scopes, without the manager's filter: PostgreSQL shows and changes no foreign row.

The rows are those of the demo, in every tenant table that it fills; `make test` has a few statements and a few rows.
Statements that write are rolled back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, connection, models, transaction
from django.db.models import Count, Exists, F, Max, OuterRef
from django.db.models.query import QuerySet
from django.test import override_settings
from django.utils import timezone

from municipalities.models import Municipality
from municipalities.tenancy import TenantModel, everywhere, scope
from tests import security_figures
from tests.analytics.factories import channel, published
from tests.architecture.test_urls import make
from tests.database import owner_cursor, owner_rights
from tests.people import Cast

pytestmark = pytest.mark.django_db

Model = type[TenantModel]
MODELS: list[Model] = sorted(
    (model for model in apps.get_models() if issubclass(model, TenantModel) and model._meta.managed),
    key=lambda model: model._meta.label,
)
# Rows of each municipality, by table.
Counts = dict[str, dict[int, int]]


@pytest.fixture(scope="module")
def counts(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counts]:
    media_root = tmp_path_factory.mktemp("media")
    with django_db_blocker.unblock(), override_settings(DEMO=True, MEDIA_ROOT=media_root), transaction.atomic():
        call_command("seed_demo", verbosity=0)
        yield counted()
        transaction.set_rollback(True)


@pytest.fixture
def few(cast: Cast) -> Counts:
    """A post in each of two municipalities, and in one of them what stands in addresses."""
    make(cast)
    published(channel(cast.novi_pazar, cast.stranger), timezone.now())
    return counted()


def counted() -> Counts:
    with everywhere("a test counts what there is"):
        return {
            model._meta.db_table: dict(
                unfiltered(model).order_by().values_list("municipality_id").annotate(n=Count("*"))
            )
            for model in MODELS
        }


def unfiltered(model: type[models.Model]) -> QuerySet[Any]:
    return models.QuerySet(model)


def to_tenants(model: Model) -> list[models.ForeignKey[Any, Any]]:
    fields = model._meta.concrete_fields
    return [f for f in fields if isinstance(f, models.ForeignKey) and issubclass(f.related_model, TenantModel)]  # type: ignore[arg-type]


POINTING: dict[Model, list[tuple[Model, str]]] = {
    target: [(model, f.name) for model in MODELS for f in to_tenants(model) if f.related_model is target]
    for target in MODELS
}


# ---- statements; each returns the municipalities of the rows that it sees or changes, a row each


def _rows(model: Model, draw: Any) -> list[Any]:
    return list(
        unfiltered(model).order_by(draw(st.sampled_from(["pk", "-pk"]))).values_list("municipality_id", flat=True)
    )


def _filtered(model: Model, draw: Any) -> list[Any]:
    field = draw(st.sampled_from([f.name for f in model._meta.concrete_fields]))
    rows = unfiltered(model)
    condition = {f"{field}__isnull": draw(st.booleans())}
    rows = rows.filter(**condition) if draw(st.booleans()) else rows.exclude(**condition)
    return list(rows.values_list("municipality_id", flat=True))


def _grouped(model: Model, draw: Any) -> list[Any]:
    rows = unfiltered(model).order_by().values("municipality_id").annotate(n=Count("*"), last=Max("municipality_id"))
    return [row["municipality_id"] for row in rows]


def _in_subquery(model: Model, draw: Any) -> list[Any]:
    return list(
        Municipality.objects.filter(pk__in=unfiltered(model).values("municipality_id")).values_list("pk", flat=True)
    )


def _exists(model: Model, draw: Any) -> list[Any]:
    rows = Exists(unfiltered(model).filter(municipality=OuterRef("pk")))
    return list(Municipality.objects.filter(rows).values_list("pk", flat=True))


def _joined(model: Model, draw: Any) -> list[Any]:
    fields = to_tenants(model)
    if not fields:
        return _rows(model, draw)
    name = draw(st.sampled_from([f.name for f in fields]))
    rows = unfiltered(model).values_list("municipality_id", f"{name}__municipality_id")
    return [pk for row in rows for pk in row if pk is not None]


def _joined_from_the_other_side(model: Model, draw: Any) -> list[Any]:
    if not POINTING[model]:
        return _rows(model, draw)
    other, name = draw(st.sampled_from(POINTING[model]))
    rows = (
        unfiltered(other)
        .filter(**{f"{name}__isnull": False})
        .values_list(f"{name}__municipality_id", "municipality_id")
    )
    return [pk for row in rows for pk in row if pk is not None]


def _union(model: Model, draw: Any) -> list[Any]:
    other = draw(st.sampled_from(MODELS))
    both = unfiltered(model).order_by().values_list("municipality_id")
    return [row[0] for row in both.union(unfiltered(other).order_by().values_list("municipality_id"), all=True)]


RAW = (
    "SELECT municipality_id FROM {t}",
    "SELECT t.municipality_id FROM municipalities_municipality m JOIN {t} t ON true",
    "WITH w AS MATERIALIZED (SELECT * FROM {t}) SELECT municipality_id FROM w",
    "SELECT a.municipality_id FROM (SELECT municipality_id, count(*) OVER () FROM {t}) a",
    "SELECT unnest(array(SELECT municipality_id FROM {t}))",
    "SELECT l.municipality_id FROM municipalities_municipality m, LATERAL (SELECT * FROM {t} WHERE m.id > 0) l",
    "SELECT municipality_id FROM {t} EXCEPT ALL SELECT NULL::bigint",
    "SELECT (SELECT max(municipality_id) FROM {t}) WHERE EXISTS (SELECT FROM {t})",
    "TABLE {t}",
)
WRITING = (
    "UPDATE {t} SET municipality_id = municipality_id RETURNING municipality_id",
    "WITH w AS (UPDATE {t} SET municipality_id = municipality_id RETURNING *) SELECT municipality_id FROM w",
    "DELETE FROM {t} RETURNING municipality_id",
    "DELETE FROM {t} WHERE municipality_id IN (SELECT id FROM municipalities_municipality) RETURNING municipality_id",
)


def _run(sql: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        at = [column.name for column in cursor.description].index("municipality_id") if sql.startswith("TABLE") else 0
        return [row[at] for row in cursor.fetchall()]


def _raw(model: Model, draw: Any) -> list[Any]:
    return _run(draw(st.sampled_from(RAW)).format(t=model._meta.db_table))


def _raw_writing(model: Model, draw: Any) -> list[Any]:
    return _run(draw(st.sampled_from(WRITING)).format(t=model._meta.db_table))


def _updated(model: Model, draw: Any) -> list[Any]:
    allowed = list(unfiltered(model).values_list("municipality_id", flat=True))
    changed = unfiltered(model).update(municipality=F("municipality"))
    assert changed == len(allowed)
    return allowed


def _moved(model: Model, draw: Any) -> list[Any]:
    """To another municipality: refused wherever there is a row to move out of the scope."""
    unfiltered(model).update(
        municipality=draw(st.sampled_from(sorted(Municipality.objects.values_list("pk", flat=True))))
    )
    return list(unfiltered(model).values_list("municipality_id", flat=True))


READS: list[Callable[[Model, Any], list[Any]]] = [
    _rows, _filtered, _grouped, _in_subquery, _exists, _joined, _joined_from_the_other_side, _union, _raw,
]  # fmt: skip
WRITES: list[Callable[[Model, Any], list[Any]]] = [_raw_writing, _updated, _moved]


def judge(counts: Counts, data: Any, tally: Counter[str]) -> None:
    ids = data.draw(st.sets(st.sampled_from(sorted(counts["channels_channel"])), max_size=3), label="scope")
    model = data.draw(st.sampled_from(MODELS), label="model")
    statement = data.draw(st.sampled_from(READS + WRITES), label="statement")
    tally["statements"] += 1
    tally["writes among them"] += statement in WRITES
    with scope(*ids):
        try:
            with transaction.atomic():
                before = foreign_rows(model, ids) if statement in WRITES else ""
                shown = statement(model, data.draw)
                if statement in WRITES:
                    assert foreign_rows(model, ids) == before
                transaction.set_rollback(True)
        except DatabaseError:
            assert statement in WRITES  # a foreign key, a row that is never changed, or a row of another municipality
            tally["refused by the database"] += 1
            return
        tally["own rows shown or written"] += len(shown)
        tally["foreign rows shown or written"] += sum(pk not in ids for pk in shown)
        assert set(shown) <= ids
        if statement is _rows:  # and it hides nothing that is ours
            assert len(shown) == sum(counts[model._meta.db_table].get(pk, 0) for pk in ids)


def foreign_rows(model: Model, ids: Collection[int]) -> str:
    """A hash of all rows of the table outside the scope, as its owner sees them."""
    table = model._meta.db_table
    with owner_cursor() as cursor:
        cursor.execute(
            f"SELECT md5(coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '')) FROM {table} t "
            "WHERE municipality_id <> ALL (%s::bigint[])",
            [list(ids)],
        )
        return str(cursor.fetchone()[0])


SETTINGS: dict[str, Any] = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
}


@pytest.mark.slow
def test_the_demo_has_rows_of_several_municipalities_in_most_tables(counts: Counts) -> None:
    assert sum(len(by_municipality) > 1 for by_municipality in counts.values()) > len(MODELS) * 0.5


@pytest.fixture
def tally() -> Counter[str]:
    return Counter(dict.fromkeys(("statements", "writes among them", "foreign rows shown or written"), 0))


@settings(max_examples=100, **SETTINGS)
@given(data=st.data())
def test_random_statements_over_a_few_rows_show_and_change_no_foreign_row(
    few: Counts, tally: Counter[str], data: Any
) -> None:
    judge(few, data, tally)


@pytest.mark.slow
@settings(max_examples=1_000, **SETTINGS)
@given(data=st.data())
def test_a_thousand_random_statements_show_and_change_no_foreign_row(
    counts: Counts, tally: Counter[str], data: Any
) -> None:
    judge(counts, data, tally)


@pytest.mark.security_figures
@pytest.mark.long
def test_ten_thousand_random_statements_show_and_change_no_foreign_row(counts: Counts, tally: Counter[str]) -> None:
    @settings(max_examples=10_000, **SETTINGS)
    @given(data=st.data())
    def run(data: Any) -> None:
        judge(counts, data, tally)

    run()
    security_figures.record("Random statements under random scopes", tally)


def test_a_foreign_row_that_is_shown_or_changed_fails(few: Counts) -> None:
    """The owner, for whom no policy holds, is what a missing policy would be."""
    ids = set(sorted(few["channels_channel"])[:1])
    model = next(model for model in MODELS if model._meta.db_table == "posts_post")
    with scope(*ids), transaction.atomic():
        before = foreign_rows(model, ids)
        with owner_cursor() as cursor:
            cursor.execute("UPDATE posts_post SET title = title || '!'")
        assert foreign_rows(model, ids) != before
        with owner_rights():
            assert not set(_rows(model, lambda strategy: "pk")) <= ids
        transaction.set_rollback(True)
