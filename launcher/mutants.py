"""`make maintain WHAT=mutants`: whether the tests notice small mistakes in what must not be wrong.

docs/mutants.json lists 400 mutants: a line of a function each, and what becomes of it. Each is put into a copy of the
working tree, and the tests that run the function (`launcher/changed.py` records them) are run until one fails, for at
most 30 seconds. An interrupted run continues. At the end the tests that killed a mutant are run without one. Then the
results are compared with those of docs/mutants-results.json: a mutant that was killed there and is not now fails the
command; otherwise the new results are stored.

`ARGS=--again` runs those that survived once more, after tests were written; `ARGS='3 20-29'` some, without storing
anything. docs/mutants-survivors.toml says why a mutant survives. `ARGS=--make-list` chooses the 400 anew.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from queue import SimpleQueue
from threading import Lock

from launcher import changed, embedded
from launcher.site import ROOT

LIST, RESULTS = ROOT / "docs" / "mutants.json", ROOT / "docs" / "mutants-results.json"
UNFINISHED, REASONS = ROOT / "docs" / "mutants-results.json.new", ROOT / "docs" / "mutants-survivors.toml"
PAGE = ROOT / "docs" / "test-suite.md"
BEGIN, END = "<!-- begin of mutants -->\n", "<!-- end of mutants -->\n"
# For the tests of one mutant, and for one of them; with a new database, whose tables are perhaps made.
SECONDS, TOTAL_SECONDS = 30, 180
KILLED, SURVIVED, UNCOVERED, GONE = "killed", "survived", "no covering test", "gone"
START = "the start of the tests"
MAKE_TEMPLATE = """
import os
from tests import servers, template

os.environ.update({**servers.VARIABLES, **os.environ})
template.ensure(os.environ["DATABASE_OWNER_URL"])
"""
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Mutant:
    """`line` of `function` ("Class.method"), one or more without their indentation, becomes `mutated`. `occurrence`:
    which of equal ones, from 0."""

    number: int
    theme: str
    path: str
    function: str
    line: str
    mutated: str
    occurrence: int
    operator: str

    def __str__(self) -> str:
        line = " ".join(self.line.split())
        return f"{self.number} {self.path}::{self.function}: {line} -> {self.mutated}"


@dataclass(frozen=True)
class Result:
    """`by`: the test that killed it. `tests`: how many were run. `seconds`: with the start, by the clock."""

    outcome: str
    by: str = ""
    tests: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class Reason:
    """Why a mutant survives. `equivalent`: it does the same as the original."""

    equivalent: bool
    text: str


def mutants(path: Path = LIST) -> list[Mutant]:
    return [Mutant(**row) for row in json.loads(path.read_text(encoding="utf-8"))]


def read_results(path: Path) -> dict[int, Result]:
    if not path.exists():
        return {}
    return {int(number): Result(**row) for number, row in json.loads(path.read_text(encoding="utf-8")).items()}


def write_results(path: Path, results: Mapping[int, Result]) -> None:
    rows = {str(number): asdict(result) for number, result in sorted(results.items())}
    partial = path.with_name(path.name + ".partial")
    partial.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    partial.replace(path)


def reasons(path: Path = REASONS) -> dict[int, Reason]:
    rows = tomllib.loads(path.read_text(encoding="utf-8"))
    return {int(number): Reason(row["equivalent"], row["reason"]) for number, row in rows.items()}


# ---- putting a mutant into a file


def bodies(text: str, function: str) -> list[range]:
    """The lines, from 0, of all functions of this name, without signature and docstring."""
    ranges = []

    def visit(statements: Iterable[ast.stmt], prefix: str) -> None:
        for node in statements:
            if isinstance(node, ast.ClassDef):
                visit(node.body, f"{prefix}{node.name}.")
            elif isinstance(node, FUNCTIONS):
                if prefix + node.name == function:
                    body = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
                    ranges.extend([range(body[0].lineno - 1, node.end_lineno or 0)] if body else [])
            else:  # a function of a condition
                visit([child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt)], prefix)

    visit(ast.parse(text).body, "")
    return ranges


def line_numbers(lines: list[str], ranges: Iterable[range], line: str) -> list[int]:
    """At which lines, from 0, this one begins, or these."""
    wanted = line.split("\n")
    return [
        number
        for body in ranges
        for number in body
        if [text.strip() for text in lines[number : min(number + len(wanted), body.stop)]] == wanted
    ]


def applied(mutant: Mutant, text: str) -> str | None:
    """The file with the mistake; None where its function or line is gone."""
    lines = text.split("\n")
    beginnings = line_numbers(lines, bodies(text, mutant.function), mutant.line)
    if len(beginnings) <= mutant.occurrence:
        return None
    first = beginnings[mutant.occurrence]
    indentation = lines[first][: len(lines[first]) - len(lines[first].lstrip())]
    lines[first : first + mutant.line.count("\n") + 1] = [indentation + mutant.mutated]
    return "\n".join(lines)


# ---- running


def tests_of(mutant: Mutant, record: changed.Record) -> list[str]:
    """The tests that run its function, those of its own package and of few other functions first; as many as are
    through in time."""
    package = f"tests/{mutant.path.partition('/')[0]}/"
    every = record.tests_of([f"{mutant.path}::{mutant.function}"])
    every.sort(
        key=lambda test: (not test.startswith(package), int.from_bytes(record.tests[test], "little").bit_count())
    )
    chosen, seconds = [], 0.0
    for test in every:
        if seconds + record.seconds[test] <= SECONDS:
            chosen.append(test)
            seconds += record.seconds[test]
    return chosen


class Worktree:
    """A copy of the working tree with servers of its own, for one mutant after the other."""

    def __init__(self, directory: Path) -> None:
        self.tree = directory / "tree"
        _copy(self.tree)
        self.progress, self.chosen = directory / "progress", directory / "chosen.json"
        self.edits = 0
        self.exits = ExitStack()
        urls = self.exits.enter_context(embedded.serving(directory / "servers", test=True, environ={}))
        self.environ = {**os.environ, **urls, "MUTANT_TESTS": str(self.chosen), "MUTANT_PROGRESS": str(self.progress)}
        self.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        # Not by a mutant: most of them are not in what decides whether a template is made again.
        subprocess.run([sys.executable, "-c", MAKE_TEMPLATE], cwd=self.tree, env=self.environ, check=True)

    def __enter__(self) -> Worktree:
        return self

    def __exit__(self, *_: object) -> None:
        self.exits.close()

    def attempt(self, mutant: Mutant, tests: list[str]) -> Result:
        path = self.tree / mutant.path
        text = path.read_text(encoding="utf-8")
        mutated = applied(mutant, text)
        if mutated is None:
            return Result(GONE)
        if not tests:
            return Result(UNCOVERED)
        began = time.monotonic()
        try:
            self._write(path, mutated)
            failed, run = self.run(tests)
        finally:
            self._write(path, text)
        by = failed[0] if failed else ""
        return Result(KILLED if failed else SURVIVED, by, run, round(time.monotonic() - began, 1))

    def _write(self, path: Path, text: str) -> None:
        """With a time of its own: bytecode of the same second and the same size would be taken for current."""
        path.write_text(text, encoding="utf-8")
        self.edits += 2
        stamp = path.stat().st_mtime + self.edits
        os.utime(path, (stamp, stamp))

    def run(self, tests: list[str], *, until_failure: bool = True) -> tuple[list[str], int]:
        """The tests that failed, and how many were run."""
        self.chosen.write_text(json.dumps(tests), encoding="utf-8")
        self.progress.write_text("", encoding="utf-8")
        modules = list(dict.fromkeys(test.partition("::")[0] for test in tests))
        modules = [module for module in modules if (self.tree / module).exists()]
        options = ["-x", f"--timeout={SECONDS}"] if until_failure else []
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "tests.mutant_tests",
            "-p",
            "no:cacheprovider",
            "-n",
            "0",
            "-q",
            "--tb=no",
            "-m",
            "not real",
            "-p",
            "no:randomly",
            "--hypothesis-seed=1",
            *options,
            *modules,
        ]
        environ = {**self.environ, "MUTANT_SECONDS": str(SECONDS if until_failure else 10**6)}
        process = subprocess.Popen(
            command,
            cwd=self.tree,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        try:
            printed, _ = process.communicate(timeout=TOTAL_SECONDS if until_failure else None)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            began, failed, _ = progress(self.progress.read_text(encoding="utf-8"))
            return failed or began[-1:] or [START], len(began)
        began, failed, is_over = progress(self.progress.read_text(encoding="utf-8"))
        if process.returncode and not failed and not is_over:
            print(printed[-2000:], flush=True)
            failed = [START]
        return failed, len(began)


def _copy(tree: Path) -> None:
    """What git tracks and what is new and not ignored."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    for name in names:
        if (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tree / name, follow_symlinks=False)
    (tree / ".venv").symlink_to(ROOT / ".venv")


def progress(text: str) -> tuple[list[str], list[str], bool]:
    """Tests that began, those that failed, and whether the time was over: as `tests/mutant_tests.py` writes them."""
    lines = [line.partition(" ") for line in text.splitlines()]
    began, failed = ([name for what, _, name in lines if what == wanted] for wanted in ("began", "failed"))
    return began, list(dict.fromkeys(failed)), ("over", "", "") in lines


def run_all(
    waiting: Mapping[Mutant, list[str]], worktrees: list[Worktree], store: Callable[[Mutant, Result], None]
) -> None:
    """Each mutant with its tests, in as many threads as there are working trees. `store` is called in one at a time."""
    free: SimpleQueue[Worktree] = SimpleQueue()
    for worktree in worktrees:
        free.put(worktree)
    lock = Lock()

    def attempt(mutant: Mutant) -> None:
        worktree = free.get()
        try:
            result = worktree.attempt(mutant, waiting[mutant])
        finally:
            free.put(worktree)
        with lock:
            store(mutant, result)

    with ThreadPoolExecutor(len(worktrees)) as pool:
        for future in [pool.submit(attempt, mutant) for mutant in waiting]:
            future.result()


def failing_without(results: Mapping[int, Result], worktree: Worktree) -> set[str]:
    """The tests that killed a mutant and fail without one: they prove nothing."""
    killers = sorted({result.by for result in results.values() if result.outcome == KILLED} - {START})
    failed, _ = worktree.run(killers, until_failure=False)
    return set(failed)


# ---- what came of it


def lost(before: Mapping[int, Result], now: Mapping[int, Result]) -> list[int]:
    """Those that were killed before and are not now."""
    return [
        number
        for number, result in sorted(now.items())
        if result.outcome != KILLED and number in before and before[number].outcome == KILLED
    ]


def table(every: Iterable[Mutant], results: Mapping[int, Result], why: Mapping[int, Reason]) -> str:
    """By theme. A mutant that is equivalent counts as such where it survived."""
    themes: dict[str, list[str]] = {}
    for mutant in every:
        if result := results.get(mutant.number):
            reason = why.get(mutant.number)
            is_equivalent = result.outcome != KILLED and reason is not None and reason.equivalent
            themes.setdefault(mutant.theme, []).append("equivalent" if is_equivalent else result.outcome)
    columns = (KILLED, "equivalent", SURVIVED, UNCOVERED, GONE)
    lines = [
        "| Theme | Mutants | Killed | Equivalent | Survived | No covering test | Gone | Killed of not equivalent |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for theme, outcomes in {**themes, "**All**": list(chain.from_iterable(themes.values()))}.items():
        counts = [outcomes.count(column) for column in columns]
        others = len(outcomes) - counts[1]
        share = f"{100 * counts[0] / others:.0f} %" if others else ""
        lines.append(f"| {theme} | {len(outcomes)} | {' | '.join(map(str, counts))} | {share} |")
    return "\n".join(lines) + "\n"


def report(every: list[Mutant], results: Mapping[int, Result]) -> str:
    """The table, and the survivors without a reason."""
    why = reasons()
    unread = [
        f"{result.outcome}: {mutant}"
        for mutant in every
        if (result := results.get(mutant.number)) and result.outcome != KILLED and mutant.number not in why
    ]
    return "\n".join([table(every, results, why), *([f"Not in {REASONS.name}:", *unread] if unread else [])])


def write_page(every: list[Mutant], results: Mapping[int, Result]) -> None:
    head, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    PAGE.write_text(head + BEGIN + table(every, results, reasons()) + END + rest.split(END)[1], encoding="utf-8")


def numbers(typed: Iterable[str]) -> set[int]:
    """ "3" and "20-29". Raises `ValueError`."""
    chosen: set[int] = set()
    for part in typed:
        first, _, last = part.partition("-")
        chosen.update(range(int(first), int(last or first) + 1))
    return chosen


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("numbers", nargs="*", metavar="NUMBER", help="these only, without storing what comes of them")
    parser.add_argument("--again", action="store_true", help="run what was not killed once more, and only that")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    record = changed.load()
    if record is None:
        print("Nothing is recorded about which test runs what. First: make test CHANGED=1")
        return 2
    every, before = mutants(), read_results(RESULTS)
    if options.numbers:
        chosen = numbers(options.numbers)
        run(
            [mutant for mutant in every if mutant.number in chosen],
            record,
            before,
            {},
            options.workers,
            is_stored=False,
        )
        return 0
    results = read_results(UNFINISHED)
    if options.again:
        results = {number: result for number, result in (results or before).items() if result.outcome == KILLED}
    results = run(every, record, before, results, options.workers)
    print(report(every, results))
    if missing := lost(before, results):
        print(f"Killed before, but not now: {', '.join(map(str, missing))}")
        return 1
    write_page(every, results)
    write_results(RESULTS, results)
    UNFINISHED.unlink(missing_ok=True)
    return 0


def run(
    every: list[Mutant],
    record: changed.Record,
    before: Mapping[int, Result],
    results: dict[int, Result],
    workers: int,
    *,
    is_stored: bool = True,
) -> dict[int, Result]:
    """`results`: those that are there already; the others are added, and it is returned. What killed a mutant `before`
    is tried first."""

    def store(mutant: Mutant, result: Result) -> None:
        results[mutant.number] = result
        if is_stored:
            write_results(UNFINISHED, results)
        print(f"{result.outcome:8} {result.seconds:5.1f} s {result.tests:4} tests  {mutant}  {result.by}", flush=True)

    excluded: set[str] = set()
    with tempfile.TemporaryDirectory(prefix="dobosar-mutants-") as name, ExitStack() as exits:
        Path(name).chmod(0o711)  # root's PostgreSQL runs as another user
        worktrees = [exits.enter_context(Worktree(Path(name) / str(number))) for number in range(workers)]
        while True:
            waiting = {
                mutant: _ordered(tests_of(mutant, record), before.get(mutant.number), excluded)
                for mutant in every
                if mutant.number not in results
            }
            run_all(waiting, worktrees, store)
            unsound = failing_without(results, worktrees[0])
            if not unsound:
                return results
            print(f"These fail without a mutant: {', '.join(sorted(unsound))}", flush=True)
            excluded |= unsound
            for number in [number for number, result in results.items() if result.by in unsound]:
                del results[number]


def _ordered(tests: list[str], before: Result | None, excluded: set[str]) -> list[str]:
    """What killed it the last time comes first."""
    first = [before.by] if before and before.outcome == KILLED and before.by != START else []
    return [test for test in dict.fromkeys([*first, *tests]) if test not in excluded]


if __name__ == "__main__":
    sys.exit(main())
