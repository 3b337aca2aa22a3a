"""The connector that others are begun from passes what every connector has to pass, and its page names its places."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

from platforms import registry
from platforms.errors import Rejected
from platforms.registry import PLATFORMS, Platform
from tests.platforms.bench import Bench
from tests.platforms.fakes import FakeServer, running
from tests.platforms.fakes.core import FAKES
from tests.platforms.faults import FaultConformance, bench_for

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "platforms" / "write-one.md"
ENTRY = Platform(
    title="Notice Board",
    path="tests.platforms.template.connector.Template",
    connect_by="token",
    colour="#333333",
    preview="mastodon",
    measures=frozenset(),
    account_measures=frozenset({"followers"}),
    default_server="https://board.example",
    asks=("token",),
)


@pytest.fixture(scope="module")
def server() -> Iterator[FakeServer]:
    """As `conftest.server`, with one network more."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(PLATFORMS, "template", ENTRY)
        patch.setitem(FAKES, "template", "tests.platforms.template.fake.TemplateFake")
        with running() as fake:
            yield fake


class TestTemplate(FaultConformance):
    create = "/posts$"
    upload = "/pictures$"

    @pytest.fixture
    def bench(self, fakes: FakeServer) -> Bench:
        return bench_for(fakes, "template", counted={}, deviations=frozenset({"no conversation"}))

    def test_connecting_by_its_token(self, bench: Bench, fakes: FakeServer) -> None:
        connector = bench.connector(credential=None)
        typed = fakes.account("template", "opstina")["token"]
        assert connector.exchange({"token": f" {typed} "}) == bench.credential
        with pytest.raises(Rejected) as refused:
            connector.exchange({"token": "wrong"})
        assert (refused.value.field, refused.value.code) == ("token", "token_wrong")

    def test_a_link_names_its_post(self, bench: Bench) -> None:
        kind = registry.connector("template")
        published = bench.publish(bench.connector(), bench.outgoing("Вест."))
        assert kind.named_by(published.permalink, bench.server, "1") == published.remote_id
        assert kind.named_by("https://elsewhere.example/posts/1", bench.server, "1") is None


def test_it_fits_the_size_that_its_page_promises() -> None:
    lines = (ROOT / "tests/platforms/template/connector.py").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 300


def test_the_page_names_every_place_that_knows_a_network() -> None:
    """A place that begins to list the networks has to be entered in the page."""
    page = PAGE.read_text(encoding="utf-8")
    places = places_with_every_network()
    assert "platforms/registry.py" in places
    assert {path for path in places if f"`{path}`" not in page} == set()


def places_with_every_network() -> set[str]:
    """Files that name most networks by their keys, and so have to be told of a new one."""
    wanted = ("*.py", "*.toml", "*.css", "*.mjs", "*.svg", "*.html")
    left_out = {".venv", "node_modules", "locale", "adr", ".data", ".data-real"}
    found = set()
    directories = [path for path in ROOT.iterdir() if path.is_dir() and path.name not in left_out]
    paths = [ROOT.glob(pattern) for pattern in wanted] + [place.rglob(one) for place in directories for one in wanted]
    for path in chain.from_iterable(paths):
        parts = path.relative_to(ROOT).parts
        if not left_out.intersection(parts) and names_most(path):
            found.add("/".join(parts))
    return found


def names_most(path: Path) -> bool:
    text = path.read_text(encoding="utf-8", errors="ignore")
    named = sum(f'"{key}"' in text or f"brand-{key}" in text or f"platforms.{key}" in text for key in PLATFORMS)
    return named >= 8
