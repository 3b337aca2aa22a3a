"""The load of the public form measures what it says: every kind of request is answered, and what is taken is stored."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks import measure, proposals
from municipalities.tenancy import everywhere
from participation.models import Contribution, EditionFile


@pytest.mark.django_db
def test_a_report_is_measured_once_all_its_files_are_there() -> None:
    row = proposals.fill(contributions=2, decided=2)
    assert proposals.report(row, contributions=5) > 0
    with everywhere("test"):
        assert EditionFile.objects.count() == 11


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_every_kind_of_request_is_measured(live_server: Any) -> None:
    row = proposals.fill(contributions=60, decided=45)
    rows = {one.name: one for one in proposals.table(proposals.load(live_server.url, row, rate=20, seconds=2, later=2))}
    assert set(rows) == {*proposals.KINDS, "All"}
    assert rows["All"].requests == 40
    assert set(rows["All"].statuses) == {200}
    client = measure.entered(row.officer)
    assert {client.get(path).status_code for path in proposals.office_pages(row).values()} == {200}
    with everywhere("test"):
        assert Contribution.objects.count() == 60 + rows[proposals.SEND].requests
    sent = proposals.rush(live_server.url, row, forms=5)
    assert (sent.statuses, sent.stored) == ({200: 5}, 5)
