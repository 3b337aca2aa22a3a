"""The document about the requests that a run of the tests checked: schema, calls, how many of how many forms."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from tests.platforms.vendor_schemas import differences, recorded

HEAD = """# Requests and the vendors' schemas

Each request that a connector sends to a fake in `tests/platforms` is checked at the end of its test against a schema
that the network itself publishes, or that a package generates from one: an unknown call, an unknown or missing
parameter, or a value of a wrong type fails the test. The packages are pinned, so an update of one shows what the API
has changed. This proves the shape of requests and nothing about a real server.

`VENDOR_SCHEMAS_REPORT=docs/platforms/schemas.md make test ARGS=tests/platforms` writes this page. Requests of the same
form have the same call and the same names and types; their values differ. LinkedIn, Threads, TikTok and Viber have no
package here that describes what we call. WordPress describes its routes itself, when it runs.

"""


def write(path: Path, checked: Iterable[tuple[str, str, str]]) -> None:
    """`checked`: (network, operation, form) of each request."""
    forms: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for network, operation, form in checked:
        forms[network][operation][form] += 1
    path.write_text(HEAD + "\n".join(_lines(forms)) + "\n", encoding="utf-8")


def _lines(forms: dict[str, dict[str, Counter[str]]]) -> Iterable[str]:
    yield f"Run of {date.today():%d.%m.%Y}."
    yield from ("", "| Network | Schema | Calls | Requests | Forms |", "|---|---|---:|---:|---:|")
    for network in sorted(forms):
        calls = forms[network].values()
        requests, distinct = sum(call.total() for call in calls), sum(map(len, calls))
        yield f"| {network} | {recorded.vendor(network).version()} | {len(calls)} | {requests} | {distinct} |"
    yield from ("", "## Calls", "", "| Network | Call | Requests | Forms |", "|---|---|---:|---:|")
    for network in sorted(forms):
        for operation, counted in sorted(forms[network].items()):
            yield f"| {network} | `{operation}` | {counted.total()} | {len(counted)} |"
    yield from ("", "## Accepted differences", "", "| Network | Call | Difference | Reason |", "|---|---|---|---|")
    for one in differences.ACCEPTED:
        yield f"| {one.network} | {_code(one.operation)} | {_code(one.problem)} | {one.reason} [Source]({one.source}) |"
    yield from ("", "## Calls outside of the schemas", "", "| Network | Calls | Reason |", "|---|---|---|")
    for outside in differences.OUTSIDE:
        yield f"| {outside.network} | {_code(outside.calls)} | {outside.reason} |"


def _code(pattern: str) -> str:
    return "`" + pattern.replace("|", "\\|") + "`"
