"""Rules of posts that ask no database: who may do what, and for which hours an approval is valid."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from municipalities.rules import Verb
from posts import rules
from posts.enums import Stage

MOMENT = datetime(2026, 12, 3, 10, tzinfo=UTC)
HOUR, MICROSECOND = timedelta(hours=1), timedelta(microseconds=1)


def approved(*times: datetime | None) -> rules.ApprovalProgress:
    return rules.ApprovalProgress(tuple(SimpleNamespace(due_at=time) for time in times))


@pytest.mark.parametrize(
    ("moment", "is_inside"),
    [
        (MOMENT - HOUR, True),
        (MOMENT - HOUR - MICROSECOND, False),
        (MOMENT + HOUR, True),
        (MOMENT + HOUR + MICROSECOND, False),
    ],
)
def test_an_approval_is_valid_for_the_hours_around_its_time_both_ends_included(
    moment: datetime, is_inside: bool
) -> None:
    assert rules.is_within_approval_window(approved(MOMENT), moment, HOUR) is is_inside
    assert rules.is_within_approval_window(approved(None), moment, HOUR)


def test_of_two_approvals_only_the_hours_of_both_count() -> None:
    both = approved(MOMENT, MOMENT + HOUR)
    assert rules.approval_window(both, HOUR) == (MOMENT, MOMENT + HOUR)
    assert rules.approval_window(approved(), HOUR) is None


@pytest.mark.parametrize("stage", Stage.values)
@pytest.mark.parametrize("is_deleted", [True, False])
@pytest.mark.parametrize("is_public", [True, False])
@pytest.mark.parametrize("may_edit", [True, False])
def test_only_what_waits_or_is_approved_is_taken_back(
    stage: str, is_deleted: bool, is_public: bool, may_edit: bool
) -> None:
    post = SimpleNamespace(stage=stage, author_id=1, deleted_at=MOMENT if is_deleted else None)
    access = SimpleNamespace(may=lambda verb: may_edit and verb == Verb.POST_EDIT)
    expected = may_edit and not is_deleted and not is_public and stage in (Stage.SUBMITTED, Stage.APPROVED)
    assert rules.may_take_back(access, post, is_public=is_public) is expected
