"""`docs/platforms/README.md`: what each network can do, and what the tests checked by the networks' schemas.

The first part comes from the connectors' data and the facts of the fakes alone; a test compares it with the page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from textwrap import fill

from platforms import registry
from platforms.features import Feature, features
from platforms.protocols import Connector
from platforms.types import Action
from tests.platforms.fakes import FakeServer, running
from tests.platforms.fakes.core import WITHOUT_HTTP
from tests.platforms.faults import bench_for
from tests.platforms.vendor_schemas import report

PAGE = Path(__file__).resolve().parents[2] / "docs/platforms/README.md"
END = "<!-- Above: from the connectors' data. Below: from the run of the tests. -->"
HEAD = """# What each network can do

`make maintain WHAT=network-page` writes this page: its first part from the connectors' own data (`limits`, `scopes`,
`moderates`, measures) and a usual account of the stand-in of each network, its second part from a run of
`tests/platforms`. A test fails when the first is out of date. How each network works, with sources and dates, is on
its page: NETWORKS

"""


NBSP = "\N{NO-BREAK SPACE}"


def write(path: Path, checked: Iterable[tuple[str, str, str, bool]]) -> None:
    """`checked`: (network, operation, form, whether the answer was checked) of each request."""
    with running() as fakes:
        first = from_data(fakes)
    path.write_text(f"{first}\n{END}\n\n{report.text(checked)}", encoding="utf-8")


def from_data(fakes: FakeServer) -> str:
    # a link is not broken inside
    links = ", ".join(f"[{one.title.replace(' ', NBSP)}]({key}.md)" for key, one in registry.PLATFORMS.items())
    networks = fill(f"{links}.", 120, initial_indent="its page: ").removeprefix("its page: ").replace(NBSP, " ")
    known = {key: (registry.connector(key), facts(fakes, key)) for key in registry.PLATFORMS}
    listed = {
        key: features(kind, facts, takes_posts=registry.PLATFORMS[key].takes_posts)
        for key, (kind, facts) in known.items()
    }
    lines = [
        *_formats(listed),
        "",
        *_settings(known),
        "",
        *_permissions({key: kind for key, (kind, _) in known.items()}),
    ]
    return HEAD.replace("NETWORKS", networks) + "\n".join(lines) + "\n"


def facts(fakes: FakeServer, key: str) -> dict[str, object]:
    return {} if key in WITHOUT_HTTP else bench_for(fakes, key).connector().fetch_facts()


def _formats(listed: dict[str, tuple[Feature, ...]]) -> Iterator[str]:
    yield from ("## Formats and functions", "")
    yield "| | " + " | ".join(registry.PLATFORMS[key].title for key in listed) + " |"
    yield "|---|" + ":-:|" * len(listed)
    for row in zip(*listed.values(), strict=True):
        yield f"| {row[0].label} | " + " | ".join("yes" if one.is_supported else "–" for one in row) + " |"


def _settings(known: dict[str, tuple[type[Connector], dict[str, object]]]) -> Iterator[str]:
    yield from ("## Settings of a post", "", "| Network | Setting | Choices |", "|---|---|---|")
    for key, (kind, facts) in known.items():
        for one in kind.limits(facts).settings:
            choices = ", ".join(choice.label for choice in one.choices) or one.kind.value
            yield f"| {registry.PLATFORMS[key].title} | {one.label} | {choices} |"


def _permissions(kinds: dict[str, type[Connector]]) -> Iterator[str]:
    """Where nothing is impossible without one that is not needed, less is shown."""
    yield from (
        "## Permissions",
        "",
        "| Network | Permission | For | Needed | Impossible without it |",
        "|---|---|---|---|---|",
    )
    for key, kind in kinds.items():
        for scope in kind.scopes:
            without = ", ".join(ACTIONS[action] for action in scope.actions)
            needed = "yes" if scope.needed else "no"
            yield f"| {registry.PLATFORMS[key].title} | `{scope.name}` | {scope.purpose} | {needed} | {without} |"


ACTIONS = {
    Action.COMMENT: "first comments and threads",
    Action.ANSWER: "answers",
    Action.CONVERSE: "private messages",
    Action.HIDE: "hiding and deleting comments",
    Action.EDIT: "changes of published posts",
    Action.TAKE_DOWN: "taking down",
    Action.EVENTS: "events at once",
}
