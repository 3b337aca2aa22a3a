"""System checks: every model that belongs to a municipality is a tenant model (`municipalities.tenancy`), and
row-level security holds for the role that the application signs in with (`municipalities.row_security`)."""

from collections.abc import Iterable, Sequence
from typing import Any

import pghistory.models

from django.apps import apps
from django.core.checks import CheckMessage, Error
from django.db import connection
from django.db.models import Model

from municipalities.models import Municipality
from municipalities.row_security import schema
from municipalities.tenancy import TenantModel

# Rows that hold a municipality and stay in front of the wall, each with the reason.
IN_FRONT: dict[str, str] = {
    "planning.Feed": "found by the hash of its secret before anybody has signed in; what it shows is behind the wall",
    "administration.TourProgress": "belongs to a person, and the tour of a programme's staff to no municipality",
    "notifications.Notification": "belongs to a person and may come from several municipalities or from none",
    "trainings.Participant": "comes to a training of a programme beside people of other municipalities, or of none",
    "trainings.Team": "a trainer sees all teams of an exercise side by side; what a team does is behind its wall",
}


def tenant_models_are_scoped(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """municipalities.E001: a model above this layer with a municipality that is no `TenantModel`."""
    return [_error(model) for model in unscoped(apps.get_models())]


def row_security_holds(
    app_configs: Any = None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """municipalities.E002: the role bypasses row-level security; E003: a table without it. Reads the database."""
    if not databases or "default" not in databases:
        return []
    with connection.cursor() as cursor:
        if bypassing := schema.bypassing_role(cursor):
            return [
                Error(
                    f"The role {bypassing} of DATABASE_URL bypasses row-level security: it is a superuser, has "
                    "BYPASSRLS or owns the tables.",
                    hint="Put its address into DATABASE_OWNER_URL and an address with a role of its own into "
                    "DATABASE_URL; `launcher.prepare migrate` creates that role (docs/operations/deploy.md).",
                    id="municipalities.E002",
                )
            ]
        if tables := schema.unprotected(cursor):
            return [
                Error(
                    f"No row-level security on {', '.join(tables)}.",
                    hint="Run `migrate` with DATABASE_OWNER_URL set to the role that owns the tables.",
                    id="municipalities.E003",
                )
            ]
    return []


def unscoped(models: Iterable[type[Model]]) -> list[type[Model]]:
    """Models with a key to a municipality that neither derive from `TenantModel` nor are on the list."""
    return [model for model in models if _belongs_above(model) and not _is_excused(model)]


def _belongs_above(model: type[Model]) -> bool:
    if model._meta.app_label == "municipalities":
        return False  # memberships, pairings and enrolments open the wall
    return any(field.related_model is Municipality for field in model._meta.concrete_fields)


def _is_excused(model: type[Model]) -> bool:
    # Row history is written by triggers and has no page; what reads it goes through the row it belongs to.
    return issubclass(model, TenantModel | pghistory.models.Event) or model._meta.label in IN_FRONT


def _error(model: type[Model]) -> Error:
    return Error(
        f"{model._meta.label} belongs to a municipality but is not behind the wall.",
        hint="Derive it from municipalities.tenancy.TenantModel, or add it to municipalities.checks.IN_FRONT with why.",
        obj=model,
        id="municipalities.E001",
    )
