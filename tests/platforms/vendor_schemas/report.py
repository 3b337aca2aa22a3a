"""The document about what a run of the tests checked: schemas, calls, how many requests of how many forms, answers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date

from tests.platforms.vendor_schemas import differences, recorded

HEAD = """### Requests, answers and the vendors' schemas

Each request that a connector sends to a fake in `tests/platforms`, and each answer of the fake to it, is checked at the
end of its test against a schema: one that the network itself publishes, one that a package generates from it, or, for
LinkedIn, Threads, TikTok, Viber and reviews on Google, one that is written by hand from the vendor's pages. An unknown
call, an unknown or missing parameter, a field that an answer does not have, or a value of a wrong type fails the test.
The packages are pinned, so an update of one shows what the API has changed. This proves shapes and nothing about a real
server.

Requests of the same form have the same call and the same names and types; their values differ. Answers are counted
where a schema describes them: with success, and for schemas that are written by hand also those with an error.
WordPress describes its routes itself, when it runs, and not its answers.

"""


def text(checked: Iterable[tuple[str, str, str, bool]]) -> str:
    """`checked`: (network, operation, form, whether the answer was checked) of each request."""
    forms: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    answers: Counter[tuple[str, str]] = Counter()
    for network, operation, form, answered in checked:
        forms[network][operation][form] += 1
        answers[network, operation] += answered
    return HEAD + "\n".join(_lines(forms, answers)) + "\n"


def _lines(forms: dict[str, dict[str, Counter[str]]], answers: Counter[tuple[str, str]]) -> Iterable[str]:
    yield f"Run of {date.today():%d.%m.%Y}."
    yield from ("", "| Network | Schema | Calls | Requests | Forms | Answers |", "|---|---|---:|---:|---:|---:|")
    for network in sorted(forms):
        calls = forms[network].values()
        requests, distinct = sum(call.total() for call in calls), sum(map(len, calls))
        answered = sum(answers[network, operation] for operation in forms[network])
        schema = recorded.vendor(network).version()
        yield f"| {network} | {schema} | {len(calls)} | {requests} | {distinct} | {answered} |"
    yield from ("", "### Calls", "", "| Network | Call | Requests | Forms | Answers |", "|---|---|---:|---:|---:|")
    for network in sorted(forms):
        for operation, counted in sorted(forms[network].items()):
            answered = answers[network, operation]
            yield f"| {network} | `{operation}` | {counted.total()} | {len(counted)} | {answered} |"
    yield from (
        "",
        "### Schemas written by hand",
        "",
        "| Network | Call | Page | Its date | Believed |",
        "|---|---|---|---|---|",
    )
    for network in recorded.VENDORS:
        for call in getattr(getattr(recorded.vendor(network), "SCHEMA", None), "calls", ()):
            yield f"| {network} | `{call.name}` | [page]({call.source}) | {call.page} | {call.believed} |"
    yield from ("", "### Accepted differences", "", "| Network | Call | Difference | Reason |", "|---|---|---|---|")
    for one in differences.ACCEPTED:
        yield f"| {one.network} | {_code(one.operation)} | {_code(one.problem)} | {one.reason} [Source]({one.source}) |"
    yield from ("", "### Calls outside of the schemas", "", "| Network | Calls | Reason |", "|---|---|---|")
    for outside in differences.OUTSIDE:
        yield f"| {outside.network} | {_code(outside.calls)} | {outside.reason} |"


def _code(pattern: str) -> str:
    return "`" + pattern.replace("|", "\\|") + "`"
