"""Loaded with `-p tests.without_tenant_filter`: the suite with PostgreSQL's row-level security as the only protection.

The tenant manager neither filters nor raises, and rows of other municipalities may be saved. Tests of the manager
itself are marked `tenant_filter`; they do not run.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests import security_figures


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left_out = [item for item in items if item.get_closest_marker("tenant_filter")]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


def pytest_terminal_summary(terminalreporter: Any) -> None:
    stats = terminalreporter.stats
    failed = [report for name in ("failed", "error") for report in stats.get(name, [])]
    names = {report.nodeid for report in [*stats.get("passed", []), *failed]}
    # By a name of its own: the proofs that are part of the suite record nothing in this run, as they are smaller here.
    security_figures.record(
        "Suite with the tenant manager switched off",
        {"tests": len(names), "failed": len({report.nodeid for report in failed})},
        variable="SUITE_FIGURES",
    )


@pytest.fixture(scope="session", autouse=True)
def without_tenant_filter() -> None:
    from django.db import models

    from municipalities import tenancy

    markers = 2**62  # `common.prepared`: numbers that no row has
    filtered = tenancy.TenantManager.get_queryset

    def unfiltered(manager: Any) -> Any:
        scope = tenancy.current()
        ids = scope.municipality_ids if scope else None
        # A statement that is compiled once names its municipality itself, by a marker.
        is_compiled = ids is not None and not (isinstance(ids, frozenset) and all(id_ < markers for id_ in ids))
        return filtered(manager) if is_compiled else models.Manager.get_queryset(manager)

    tenancy.TenantManager.get_queryset = unfiltered  # type: ignore[method-assign]
    tenancy.TenantModel.refuse_foreign = lambda row: None  # type: ignore[method-assign]
