"""Two people, or two workers, in the same moment: in real transactions, each of its own connection."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest

from django.utils import timezone

from municipalities.tenancy import scope
from planning.domain import feeds, imports, repeat
from planning.models import Feed, ImportRun, Occurrence
from posts.models import Post
from tests.people import Cast
from tests.posts.desk import Desk, opened
from tests.posts.test_decisions_at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk(cast: Cast) -> Desk:
    with scope(cast.cuprija):
        return opened(cast)


def uploaded(desk: Desk, raw: str, by: Any) -> ImportRun:
    with scope(desk.municipality):
        return imports.upload(desk.municipality, raw.encode(), "plan.csv", by=by)


def drafts(desk: Desk) -> int:
    with scope(desk.municipality):
        return Post.objects.count()


def test_a_plan_that_two_people_confirm_at_once_is_made_once(desk: Desk) -> None:
    run = uploaded(desk, "Текст\nВода\nСтруја\n", desk.cast.officer)
    people = (desk.cast.officer, desk.cast.approver)
    outcomes = at_once(desk, *(lambda by=by: imports.confirm(run, by=by) for by in people))
    assert sorted(outcomes) == ["done", "refused"]
    assert drafts(desk) == 2


def test_the_same_rows_from_two_files_at_once_are_made_once(desk: Desk) -> None:
    first = uploaded(desk, "Текст\nВода\nСтруја\n", desk.cast.officer)
    second = uploaded(desk, "Text;Link\nВода;\nСтруја;\n", desk.cast.approver)
    outcomes = at_once(
        desk,
        lambda: imports.confirm(first, by=desk.cast.officer, expected=2),
        lambda: imports.confirm(second, by=desk.cast.approver, expected=2),
    )
    assert sorted(outcomes) == ["done", "refused"]
    assert drafts(desk) == 2


def weekly(desk: Desk) -> Any:
    today = timezone.localdate()
    values = {
        "every": "week", "weekdays": list(range(7)), "at": time(23, 59), "starts_on": today,
        "ends_on": today + timedelta(days=6), "skips_holidays": False,
    }  # fmt: skip
    with scope(desk.municipality):
        return repeat.begin(desk.write("Пијачни дан."), values, by=desk.cast.officer)


def test_three_workers_make_each_draft_once(desk: Desk) -> None:
    weekly(desk)
    made: list[int] = []
    assert at_once(desk, *[lambda: made.append(repeat.make_due())] * 3) == ["done"] * 3
    assert sum(made) == 7
    with scope(desk.municipality):
        assert Occurrence.objects.exclude(post=None).count() == 7
    assert drafts(desk) == 1 + 7


def test_a_day_is_left_out_or_made_and_never_both(desk: Desk) -> None:
    row = weekly(desk)
    on: date = row.ends_on
    outcomes = at_once(desk, repeat.make_due, lambda: repeat.skip(row, on, by=desk.cast.officer))
    with scope(desk.municipality):
        last = Occurrence.objects.get(on=on)
    assert outcomes[0] == "done"
    assert (last.post is None) is (outcomes[1] == "done")
    assert (last.skipped_at is None) is (outcomes[1] == "refused")


def test_an_end_in_the_same_moment_is_an_end(desk: Desk) -> None:
    row = weekly(desk)
    assert at_once(desk, repeat.make_due, lambda: repeat.end(row, by=desk.cast.officer)) == ["done", "done"]
    before = drafts(desk)
    assert repeat.make_due() == 0
    assert drafts(desk) == before


def test_of_two_links_that_are_made_at_once_one_lives(desk: Desk) -> None:
    assert at_once(desk, *[lambda: feeds.make(desk.municipality, by=desk.cast.officer)] * 2) == ["done", "done"]
    assert Feed.objects.filter(revoked_at__isnull=True).count() == 1
