"""The load of the public form measures what it says: every kind of request is answered, and what is taken is stored."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks import proposals
from municipalities.tenancy import everywhere
from participation.models import Contribution


@pytest.mark.django_db(transaction=True)
def test_every_kind_of_request_is_measured(live_server: Any) -> None:
    row = proposals.fill(contributions=60, decided=45)
    rows = {one.name: one for one in proposals.table(proposals.load(live_server.url, row, rate=20, seconds=2, later=2))}
    assert set(rows) == {*proposals.KINDS, "All"}
    assert rows["All"].requests == 40
    assert set(rows["All"].statuses) == {200}
    with everywhere("test"):
        assert Contribution.objects.count() == 60 + rows[proposals.SEND].requests
