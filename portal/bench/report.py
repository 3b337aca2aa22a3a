"""The table of `make bench`: on the screen, in `bench.json`, and in docs/benchmarks.md."""

import os
import platform
from pathlib import Path

from portal.bench.measure import WORKERS, Figures
from portal.bench.seed import MUNICIPALITIES, POSTS, READINGS

HEAD = "| Page | queries | p50 ms | p95 ms | HTML kB | compressed kB |\n|---|---:|---:|---:|---:|---:|"


def machine() -> str:
    """Processor, cores and Python, as they stand beside every figure."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [
            line.split(":", 1)[1].strip() for line in cpuinfo.read_text().splitlines() if line.startswith("model name")
        ]
        model = names[0] if names else model
    return f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}"


def table(figures: list[Figures]) -> str:
    rows = [
        f"| {f.page} | {f.queries} | {f.p50:g} | {f.p95:g} | {f.plain / 1000:.1f} | {f.compressed / 1000:.1f} |"
        for f in figures
    ]
    return "\n".join((HEAD, *rows))


def heading() -> str:
    return (
        f"{MUNICIPALITIES} municipalities, {POSTS:,} posts on two channels each, {READINGS:,} readings; gunicorn with "
        f"{WORKERS} workers, one request at a time; {machine()}."
    )
