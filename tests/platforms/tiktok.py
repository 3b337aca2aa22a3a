"""Shared by the tests of TikTok's connector."""

from typing import Any

from tests.platforms.bench import Bench
from tests.platforms.fakes import FakeServer
from tests.platforms.faults import bench_for

PHOTOS = r"/content/init/$"
INIT = r"/video/init/$"
PUT = r"/tiktok/video/$"


def bench_of(fakes: FakeServer) -> Bench:
    known = frozenset({"cannot prove absence", "no conversation", "cannot delete"})
    return bench_for(fakes, "tiktok", deviations=known)


def the_fake(fakes: FakeServer) -> Any:
    return fakes.world.fake("tiktok")


def asked(fakes: FakeServer, ending: str) -> int:
    return sum(1 for one in fakes.ledger() if one["path"].endswith(ending))


def with_options(bench: Bench, **options: Any) -> dict[str, Any]:
    return bench.connector().fetch_facts() | {"options": options}
