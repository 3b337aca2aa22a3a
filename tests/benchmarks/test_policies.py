"""What `make bench ARGS=policies` records and compares."""

from __future__ import annotations

import pytest

from django.test import Client

from benchmarks import policies
from benchmarks.policies import Plan
from tests.people import Cast, sign_in

POSTS = "/m/cuprija/posts/"


@pytest.fixture
def officer(cast: Cast) -> Client:
    return sign_in(cast.officer)


def test_statements_of_a_page_are_recorded_with_their_scope(cast: Cast, officer: Client) -> None:
    statements = policies.recorded_statements(policies.page(officer, POSTS))
    assert any("posts_post" in statement.text for statement in statements)
    assert all(f"'{cast.cuprija.pk}'" in statement.before for statement in statements)
    assert not any("%s" in statement.text for statement in statements)


def test_a_page_that_is_not_shown_is_not_measured(cast: Cast, officer: Client) -> None:
    with pytest.raises(RuntimeError, match="404"):
        policies.recorded_statements(policies.page(officer, "/m/novi-pazar/posts/"))


@pytest.mark.django_db(transaction=True)
def test_every_statement_is_explained_with_policies_and_without(cast: Cast, officer: Client) -> None:
    [figures] = policies.measured({"Posts": policies.page(officer, POSTS)})
    assert figures.statements > 0
    assert min(figures.milliseconds) > 0


def test_plans_differ_by_what_they_scan_and_join() -> None:
    index = Plan({"Index Scan post_stage": 1, "Hash Join": 1}, 1.0, 10)
    assert policies.different(index, Plan(dict(index.nodes), 9.0, 99)) == ""
    assert policies.different(Plan({"Seq Scan posts_post": 1, "Hash Join": 1}, 1.0, 10), index) == (
        "with Seq Scan posts_post; without Index Scan post_stage"
    )
