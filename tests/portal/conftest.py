"""Every test begins outside of a request."""

import pytest

from portal import request_ids


@pytest.fixture(autouse=True)
def outside_of_requests() -> None:
    """A request ends with its answer, and a test before this one may have left a streamed file unread."""
    request_ids.forget()
