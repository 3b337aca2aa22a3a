"""Tables of `make bench`, for the screen, `bench.json` and docs/benchmarks.md."""

import os
import platform
import statistics
from pathlib import Path

from benchmarks import burst, conversations, daily_counts, inbox, private_burst, proposals
from benchmarks.browser import RUNS, SLOWER, Composer
from benchmarks.measure import WORKERS, Figures
from benchmarks.policies import Figures as Policies
from benchmarks.publishing import CHANNELS, LATENCY_SECONDS
from benchmarks.publishing import Figures as Delivered
from benchmarks.seed import METRIC_VALUES, MUNICIPALITIES, POSTS
from benchmarks.versions import CLIENTS, CONCURRENT, REQUESTS, Comparison, Throughput
from benchmarks.versions import ROUNDS as VERSION_ROUNDS

FEEL = (
    "| Composer | p50 ms | p95 ms | shift on load | shift while typing | shift with a line |\n"
    "|---|---:|---:|---:|---:|---:|"
)
HEAD = "| Page | queries | p50 ms | p95 ms | HTML kB | compressed kB |\n|---|---:|---:|---:|---:|---:|"


def machine() -> str:
    """Processor, cores and Python, shown beside every figure."""
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


def render_pages(figures: list[Figures], composer: Composer) -> str:
    """All results, as shown on the screen and in the docs."""
    return "\n\n".join((heading(), table(figures), first_load(composer), feel(composer)))


def render_mentoring(figures: list[Figures]) -> str:
    return (
        f"145 municipalities, 30 mentors, three cohorts of plans; gunicorn with {WORKERS} workers, one request at a "
        f"time; {machine()}.\n\n{table(figures)}"
    )


def render_inbox(figures: list[Figures], events: burst.Figures, days: daily_counts.Figures) -> str:
    return (
        f"{inbox.MESSAGES:,} messages below {inbox.PUBLICATIONS:,} posts, {inbox.OTHERS} in each of 145 other "
        f"municipalities; gunicorn with {WORKERS} workers, one request at a time; {machine()}.\n\n{table(figures)}\n\n"
        f"{events.events:,} events of a network, each sent twice, by {burst.CONNECTIONS} connections: "
        f"{events.requests:,} requests in {events.seconds:g} s, {events.cpu_ms:g} ms of the portal's processors each; "
        f"{events.stored:,} events stored, {events.messages:,} messages, the last one in the inbox {events.shown:g} s "
        f"after the last request.\n\n{counted(days)}"
    )


def render_conversations(figures: list[Figures], filled: conversations.Filled, events: private_burst.Figures) -> str:
    return (
        f"{filled.conversations:,} private conversations with {filled.messages:,} messages, beside the messages of the "
        f"table above; gunicorn with {WORKERS} workers, one request at a time; {machine()}; load average "
        f"{os.getloadavg()[2]:.1f} in the last quarter of an hour.\n\n{table(figures)}\n\n"
        f"{events.events:,} private messages by Messenger's webhook, each event sent twice, by {burst.CONNECTIONS} "
        f"connections: {events.requests:,} requests in {events.seconds:g} s; {events.stored:,} events stored, "
        f"{events.messages:,} messages in {events.conversations:,} conversations. Each was in the inbox "
        f"{events.read:g} s after its event at most, and the open list had the last one {events.shown:g} s after the "
        f"last request."
    )


def render_proposals(figures: proposals.Figures) -> str:
    lines = ["| Request | sent | p50 ms | p95 ms | p99 ms | answers |", "|---|---:|---:|---:|---:|---|"]
    for row in figures.rows:
        answers = ", ".join(f"{count:,} × {status}" for status, count in row.statuses.items())
        lines.append(f"| {row.name} | {row.requests:,} | {row.p50:g} | {row.p95:g} | {row.p99:g} | {answers} |")
    return (
        f"{proposals.CONTRIBUTIONS:,} contributions, {proposals.DECIDED:,} of them decided; {figures.rate:g} requests "
        f"a second for {figures.seconds:g} s from {proposals.ADDRESSES:,} addresses, with the rate limits on; gunicorn "
        f"with {WORKERS} workers; {machine()}; load average {os.getloadavg()[0]:.1f}. Times count from when a request "
        f"was due.\n\n" + "\n".join(lines) + f"\n\n{figures.taken:,} proposals were taken, warming up included.\n\n"
        f"Pages of the people who decide, one request at a time:\n\n{table(figures.pages)}\n\n"
        f"The report of a consultation of {proposals.REPORTED:,} contributions, eleven files: {figures.report:g} s.\n\n"
        + _rush(figures.rush)
    )


def _rush(rush: proposals.Rush) -> str:
    answers = ", ".join(f"{count:,} × {status}" for status, count in rush.statuses.items())
    reads = ", ".join(f"{count:,} × {status}" for status, count in rush.readers.statuses.items())
    return (
        f"{rush.forms:,} forms sent by programs from {proposals.ADDRESSES:,} addresses without a pause: answered in "
        f"{rush.seconds:g} s ({answers}), {rush.stored:,} of them stored. Meanwhile somebody read the page twice a "
        f"second: 95 % of the times within {rush.readers.p95:g} ms ({reads}). {rush.after:g} s after the last of them "
        f"the proposal of a person was taken."
    )


def render_policies(figures: list[Policies]) -> str:
    """A line for each page or task, then the statements with another plan."""
    lines = [
        "| Page or task | statements | other plans | ms | ms without | buffers | buffers without |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {f.name} | {f.statements} | {len(f.changed)} | {f.milliseconds[0]:g} | {f.milliseconds[1]:g} "
        f"| {f.buffers[0]:,} | {f.buffers[1]:,} |"
        for f in figures
    ]
    changed = [f"- {f.name}: `{difference}`" for f in figures for difference in f.changed]
    return "\n".join([f"{machine()}.", "", *lines, *(["", "Other plans:", "", *changed] if changed else [])])


def render_versions(pages: list[Comparison], throughput: Throughput) -> str:
    lines = [
        "| Page | web before ms | database before ms | web now ms | database now ms | ratio | HTML kB before | now |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {p.page} | {p.before.web:.1f} | {p.before.database:.1f} | {p.now.web:.1f} | {p.now.database:.1f} "
        f"| {p.ratio:.2f} | {p.before.html / 1000:.1f} | {p.now.html / 1000:.1f} |"
        for p in pages
    ]
    before, now = (", ".join(f"{rate:g}" for rate in rates) for rates in (throughput.before, throughput.now))
    heading = (
        f"{MUNICIPALITIES} municipalities, {POSTS:,} posts on two channels each; {VERSION_ROUNDS} rounds of "
        f"{REQUESTS} requests of each page, both versions in turn, medians of the rounds; {machine()}; load average "
        f"{os.getloadavg()[2]:.1f} in the last quarter of an hour."
    )
    concurrent = (
        f"{CONCURRENT} with {CLIENTS} clients at once, gunicorn with {WORKERS} workers, requests per second in each "
        f"round: {before} before, {now} now; {throughput.ratio:.2f} times as many."
    )
    return "\n".join([heading, "", *lines, "", concurrent])


def counted(days: daily_counts.Figures) -> str:
    return (
        f"{days.questions:,} questions counted by day, {days.rows:,} rows: all of them in {days.made:g} s, again "
        f"in {days.again:g} s, recent days in {days.swept:g} s, those of {days.marked} messages that were sorted or "
        f"answered since in {days.rebuilt:g} s."
    )


def first_load(composer: Composer) -> str:
    kinds = ", ".join(f"{kind} {size / 1000:.1f}" for kind, size in composer.weight.kinds.items())
    return (
        f"The composer's first load: {composer.weight.total / 1000:.1f} kB over the wire, response headers "
        f"included, in {composer.weight.requests} requests ({kinds})."
    )


def feel(composer: Composer) -> str:
    rows = [
        f"| {f.page} | {f.p50:g} | {f.p95:g} | {f.on_load:g} | {f.while_typing:g} | {f.excused:g} |"
        for f in composer.feel
    ]
    introduction = f"Key to paint, with the processor {SLOWER} times slower; medians of {RUNS} runs."
    return "\n".join((introduction, "", FEEL, *rows))


def heading() -> str:
    return (
        f"{MUNICIPALITIES} municipalities, {POSTS:,} posts on two channels each, {METRIC_VALUES:,} metric values; "
        f"gunicorn with {WORKERS} workers, one request at a time; {machine()}."
    )


DELIVERIES = (
    "| Due at once | runs | all accepted s | delay p50 s | delay p99 s "
    "| publisher CPU ms | database CPU ms | statements |\n"
    "|---:|---:|---:|---:|---:|---:|---:|---:|"
)


def render_publishing(figures: list[Delivered], singles: list[float]) -> str:
    return f"{_published_heading()}\n\n{_published_table(figures, singles)}"


def _published_heading() -> str:
    return (
        f"{CHANNELS} channels on one network that answers after {LATENCY_SECONDS * 1000:.0f} ms; medians; CPU and "
        f"statements for each delivery; {machine()}."
    )


def _published_table(figures: list[Delivered], singles: list[float]) -> str:
    """One row for each amount, medians of its runs; then the single posts."""
    rows = []
    for amount in dict.fromkeys(f.deliveries for f in figures):
        runs = [f for f in figures if f.deliveries == amount]
        names = ("seconds", "p50", "p99", "worker_cpu", "database_cpu", "queries")
        cells = [f"{statistics.median(getattr(run, name) for run in runs):.3g}" for name in names]
        rows.append(f"| {amount:,} | {len(runs)} | {' | '.join(cells)} |")
    late = f"{len(singles)} single posts on an idle system reached the network "
    late += f"{statistics.median(singles):.2f} s (median) and {singles[-1]:.2f} s (the slowest) after their time."
    return "\n".join((DELIVERIES, *rows, "", late))
