"""Threads: the suite and the faults against the local stand-in, and what is Threads' own."""

import pytest

from platforms.types import Ready
from tests.platforms.bench import Bench
from tests.platforms.fakes import FakeServer
from tests.platforms.faults import FaultConformance, bench_for

COUNTED = {"like": "likes", "repost": "reposts", "reply": "replies", "quote": "quotes"}


@pytest.fixture
def bench(fakes: FakeServer) -> Bench:
    return bench_for(fakes, "threads", counted=COUNTED, deviations=frozenset({"keeps its token"}))


class TestThreadsFake(FaultConformance):
    create = r"/threads_publish$"
    upload = r"/threads$"
    rate_seconds = 120
    absent = Ready

    @pytest.fixture
    def bench(self, fakes: FakeServer) -> Bench:
        return bench_for(fakes, "threads", counted=COUNTED, deviations=frozenset({"keeps its token"}))
