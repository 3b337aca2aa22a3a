"""Row-level isolation of municipalities (multi-tenancy).

Every table with data of one municipality derives from `TenantModel`. Its manager raises `OutOfScope` unless a
scope is open, and inside a scope shows that municipality's rows only: also for `.exists()`, aggregates, subqueries,
related managers and forward foreign keys, because all of them start at `get_queryset()` of the base manager. A row of
another municipality cannot be saved either.

    with scope(municipality):            # middleware from the URL, a task from its row
        Post.objects.filter(...)
    with everywhere("claim due work"):   # the few reads across municipalities; a test lists the modules that may
        Delivery.objects.filter(...)
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar

from django.apps import apps
from django.db import models


class OutOfScope(RuntimeError):
    """A tenant table was touched without an open scope, or with a row of another municipality."""


@dataclass(frozen=True)
class Scope:
    municipality_ids: frozenset[int] | None  # None: everywhere
    reason: str = ""

    def refuse(self, municipality_id: int | None) -> None:
        """Raise `OutOfScope` unless it covers this municipality."""
        if not self.covers(municipality_id):
            raise OutOfScope(f"A statement about municipality {municipality_id} outside its scope")

    def covers(self, municipality_id: int | None) -> bool:
        return self.municipality_ids is None or municipality_id in self.municipality_ids


_scope: ContextVar[Scope | None] = ContextVar("municipality_scope", default=None)


@contextmanager
def scope(*municipalities: Any) -> Iterator[Scope]:
    """Open the scope of these municipalities (rows or ids)."""
    ids = frozenset(getattr(m, "pk", m) for m in municipalities)
    token = _scope.set(Scope(ids))
    try:
        yield Scope(ids)
    finally:
        _scope.reset(token)


@contextmanager
def named_later(ids: Any) -> Iterator[None]:
    """For a statement that is made once: its rows are those of `ids`, an expression whose values are named when it runs
    (`municipalities.prepared`). Nothing can be saved."""
    token = _scope.set(Scope(ids))
    try:
        yield
    finally:
        _scope.reset(token)


@contextmanager
def everywhere(reason: str) -> Iterator[Scope]:
    """Open the scope of all municipalities, for a named reason."""
    opened = Scope(None, reason)
    token = _scope.set(opened)
    try:
        yield opened
    finally:
        _scope.reset(token)


def current() -> Scope | None:
    return _scope.get()


def require() -> Scope:
    opened = _scope.get()
    if opened is None:
        raise OutOfScope("A tenant table was read outside a scope: wrap it in municipalities.tenancy.scope(...)")
    return opened


def the_only_one() -> int:
    """The id of the municipality whose scope is open; raises `OutOfScope` if it is not the scope of one."""
    ids = require().municipality_ids
    if ids is None or len(ids) != 1:
        raise OutOfScope("The scope of a single municipality is needed here.")
    return next(iter(ids))


def all_in_scope() -> frozenset[int]:
    """The ids of the municipalities whose scope is open; raises `OutOfScope` in the scope of all."""
    ids = require().municipality_ids
    if ids is None:
        raise OutOfScope("The scope of certain municipalities is needed here.")
    return ids


Row_co = TypeVar("Row_co", bound=models.Model, covariant=True)


class TenantQuerySet(models.QuerySet[Row_co]):
    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        rows = list(objs)
        for row in rows:
            row.refuse_foreign()
        return super().bulk_create(rows, *args, **kwargs)


class TenantManager(models.Manager[Row_co]):
    """Rows of the open scope only; raises `OutOfScope` when none is open."""

    _queryset_class = TenantQuerySet

    def get_queryset(self) -> models.QuerySet[Row_co]:
        opened = require()
        rows = super().get_queryset()
        if opened.municipality_ids is None:
            return rows
        if len(opened.municipality_ids) == 1:
            return rows.filter(municipality_id=next(iter(opened.municipality_ids)))
        return rows.filter(municipality_id__in=opened.municipality_ids)


class TenantModel(models.Model):
    """A row that belongs to one municipality."""

    municipality = models.ForeignKey("municipalities.Municipality", models.PROTECT, related_name="+")

    objects = TenantManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"

    def refuse_foreign(self) -> None:
        """Raise `OutOfScope` when this row does not belong to the open scope."""
        if not require().covers(self.municipality_id):
            raise OutOfScope(f"{self._meta.label} of municipality {self.municipality_id} saved outside its scope")

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.refuse_foreign()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        self.refuse_foreign()
        return super().delete(*args, **kwargs)


def tenant_tables() -> list[str]:
    """Tables whose rows belong to one municipality, and the row history of such tables, in order.

    History without a municipality of its own (of public pages: whether one is on, and its contact) is not among them.
    """
    return sorted({model._meta.db_table for model in apps.get_models() if _is_of_a_tenant(model)})


def _is_of_a_tenant(model: type[models.Model]) -> bool:
    is_history = issubclass(getattr(model, "pgh_tracked_model", object), TenantModel)
    return (issubclass(model, TenantModel) and not model._meta.proxy) or (
        is_history and any(field.name == "municipality" for field in model._meta.fields)
    )
