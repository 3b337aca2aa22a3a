"""Tables of `make bench ARGS=analytics`, for the screen and docs/benchmarks.md."""

from typing import Any

from benchmarks.report import machine
from benchmarks.scale import Size

# What the founder of the house wants to stay under or over: `docs/benchmarks.md`.
INGEST, HOUR_SECONDS, REBUILD_SECONDS, BYTES = 0.4, 2, 300, 30


def render(sizes: dict[int, dict[str, Any]]) -> str:
    """All of it. `sizes` are `numbers.Figures` as JSON by part: 1 is everything, 100 a hundredth of the posts."""
    parts = sorted(sizes, reverse=True)
    return "\n\n".join((_heading(sizes, parts), _store(sizes, parts), _sums(sizes, parts), _pages(sizes, parts)))


def _heading(sizes: dict[int, dict[str, Any]], parts: list[int]) -> str:
    size = Size()
    amounts = "; ".join(
        f"{_part(part)}: {sizes[part]['posts']:,} posts, "
        f"{sizes[part]['snapshots']:,} snapshots, {sizes[part]['metric_values']:,} "
        f"metric values, {sizes[part]['facts']:,} facts by day"
        for part in parts
    )
    return f"{size.municipalities} municipalities, 5 channels each, 3 years. {amounts}. {machine()}."


def _part(part: int) -> str:
    return "1/1" if part == 1 else f"1/{part}"


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|---|{'---:|' * (len(head) - 1)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def _store(sizes: dict[int, dict[str, Any]], parts: list[int]) -> str:
    rows = {
        "Snapshots stored per second": lambda f: f"{f['stored']:,.0f}",
        "the same as a ratio to COPY": lambda f: f"{f['stored'] / f['copied']:.2f}",
        "with the post's latest numbers and marked days": lambda f: f"{f['recorded']:,.0f}",
        "snapshots of an hour": lambda f: f"{f['hour_snapshots']:,}",
        "their facts, seconds": lambda f: f"{f['hour_seconds']:.2f}",
        "all facts rebuilt, seconds": lambda f: f"{f['rebuild_seconds']:.0f}",
        "bytes per metric value, indexes included": lambda f: f"{f['bytes_per_value']:.1f}",
        "facts, MB with indexes": lambda f: f"{f['facts_bytes'] / 1e6:.0f}",
    }
    wanted = {
        "the same as a ratio to COPY": f"≥ {INGEST}", "their facts, seconds": f"< {HOUR_SECONDS}",
        "all facts rebuilt, seconds": f"< {REBUILD_SECONDS}", "bytes per metric value, indexes included": f"≤ {BYTES}",
    }  # fmt: skip
    table = [[name, *(render(sizes[p]) for p in parts), wanted.get(name, "")] for name, render in rows.items()]
    return _table(["", *map(_part, parts), "wanted"], table)


def _sums(sizes: dict[int, dict[str, Any]], parts: list[int]) -> str:
    """The largest size alone: that is where it matters."""
    sums = sizes[parts[-1]]["sums"]
    rows = [
        [name, f"{facts:,.1f}", f"{snapshots:,.0f}", f"{snapshots / max(facts, 0.1):,.0f} ×"]
        for name, (facts, snapshots) in sums.items()
    ]
    return _table([f"Sums at {_part(parts[-1])}", "from facts ms", "by GROUP BY over snapshots ms", "gain"], rows)


def _pages(sizes: dict[int, dict[str, Any]], parts: list[int]) -> str:
    by_part = {part: {entry["page"]: entry for entry in sizes[part]["pages"]} for part in parts}
    largest = by_part[parts[-1]]
    head = ["Page", "queries", "p50 ms", "p95 ms", "compressed kB"]
    if len(parts) > 1:
        head += [f"p50 ms at {_part(parts[0])}", "growth"]
    rows = []
    for name, page in largest.items():
        row = [name, str(page["queries"]), f"{page['p50']:g}", f"{page['p95']:g}", f"{page['compressed'] / 1000:.1f}"]
        if len(parts) > 1:
            small = by_part[parts[0]].get(name)
            row += [f"{small['p50']:g}", f"{page['p50'] / small['p50']:.1f} ×"] if small else ["", ""]
        rows.append(row)
    return _table(head, rows)
