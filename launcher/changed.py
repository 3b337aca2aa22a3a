"""`make test CHANGED=1`: runs the tests that a change concerns, and records again what these run.

`tests/recording.py` records which functions each test runs, which templates it renders and which files it opens. The
record is a file of the working copy, `.pytest_cache/d/changed/record.json`; without one, everything is run and
recorded. What changed since is found by comparing files, so a commit, a rebase and an unsaved experiment are the same.

A file of Python is compared by units: a function or method, or a statement of the module with the names that it binds.
A changed function concerns the tests that ran it. A changed statement (a constant, a class without its methods, an
import) concerns the functions and statements that mention one of its names, in its module or in one that imports it.
Where this leads to no test, all tests of its package are run. A test that starts a process is run when anything of its
package changed, and one that reads most files of a kind whenever one of that kind did.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any, TypeGuard

import polib

from launcher.site import ROOT

RECORD = ROOT / ".pytest_cache" / "d" / "changed" / "record.json"
# What pytest itself reads, or every test's servers and database are made with.
EVERYTHING = {
    "pyproject.toml",
    "tests/conftest.py",
    "tests/servers.py",
    "tests/settings.py",
    "tests/template.py",
    "tests/recording.py",
}
# A module that opens more than half of the files of a kind, of so many, reads all of them: a new one concerns it, too.
MANY = 50
# Recorded where a test starts a process of Python: what that runs is not known.
STARTS = "a process"
GETTEXT = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy", "npgettext"}
# A run begins this many seconds before its first test; seconds of tests were recorded with this many workers.
START_SECONDS, RECORDED_WITH = 12.0, 3
# Before a message among the names that code mentions.
TEXT = "text of "
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Unit:
    """`mentions`: identifiers of its code. `at_import`: those that are read while the module is imported; all of a
    statement, decorators and defaults of a function."""

    digest: str
    is_function: bool
    mentions: frozenset[str]
    at_import: frozenset[str]


@dataclass(frozen=True)
class Source:
    """A file of Python: units by name, "Class.method" or the names that a statement binds; modules that it imports."""

    units: Mapping[str, Unit]
    imports: frozenset[str]


@dataclass
class Record:
    """`files`: digest by path, from the root of the working copy. `tests`: by node id, bits of `runs`, which holds
    "path::unit", or the path of a file that was opened or rendered. `seconds`: by the clock, beside other workers."""

    files: dict[str, str] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    runs: list[str] = field(default_factory=list)
    tests: dict[str, bytes] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)

    @cached_property
    def indexes(self) -> dict[str, int]:
        return {run: index for index, run in enumerate(self.runs)}

    def add(self, test: str, runs: Iterable[str], seconds: float) -> None:
        bits = bytearray()
        for run in runs:
            index = self.indexes.setdefault(run, len(self.indexes))
            if index == len(self.runs):
                self.runs.append(run)
            bits.extend(bytes(max(0, index // 8 + 1 - len(bits))))
            bits[index // 8] |= 1 << index % 8
        self.tests[test], self.seconds[test] = bytes(bits), seconds

    def tests_of(self, runs: Iterable[str]) -> list[str]:
        """The tests that ran, rendered or opened one of these, cheapest first."""
        mask = sum(1 << self.indexes[run] for run in set(runs) if run in self.indexes)
        concerned = [test for test, bits in self.tests.items() if int.from_bytes(bits, "little") & mask]
        return sorted(concerned, key=lambda test: self.seconds[test])


# ---- the record as a file


def save(record: Record, path: Path = RECORD) -> None:
    def written(unit: Unit) -> list[Any]:
        return [unit.digest, unit.is_function, sorted(unit.mentions), sorted(unit.at_import)]

    content = {
        "files": record.files,
        "sources": {
            name: [{unit: written(content) for unit, content in source.units.items()}, sorted(source.imports)]
            for name, source in record.sources.items()
        },
        "runs": record.runs,
        "tests": {test: b64encode(bits).decode() for test, bits in record.tests.items()},
        "seconds": record.seconds,
        "failed": record.failed,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(json.dumps(content), encoding="utf-8")
    unfinished.replace(path)


def load(path: Path = RECORD) -> Record | None:
    """None where nothing was recorded, or not by this version."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        sources = {
            name: Source(
                {
                    unit: Unit(digest, is_function, frozenset(mentions), frozenset(at_import))
                    for unit, (digest, is_function, mentions, at_import) in units.items()
                },
                frozenset(imports),
            )
            for name, (units, imports) in content["sources"].items()
        }
        tests = {test: b64decode(bits) for test, bits in content["tests"].items()}
        return Record(content["files"], sources, content["runs"], tests, content["seconds"], content["failed"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def files() -> dict[str, str]:
    """Digest by path of what git tracks and of what is new and not ignored."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    return {name: _digest(path.read_bytes()) for name in sorted(set(names)) if (path := ROOT / name).is_file()}


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


# ---- units of a file


def source_of(path: str, text: str) -> Source:
    """Comments and formatting make no difference. A file that cannot be parsed is one unit. The units of translations
    are its messages."""
    if path.endswith(".po"):
        return Source({entry.msgid: _of_message(entry) for entry in polib.pofile(text)}, frozenset())
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return Source({"<module>": Unit(_digest(text.encode()), False, frozenset(), frozenset())}, frozenset())
    parts: dict[str, list[tuple[ast.AST, bool]]] = {}
    for statement in tree.body:
        _divide(statement, "", parts)
    units = {}
    for name, nodes in parts.items():
        # The name of a function is part of it; several statements may bind the same.
        dumped = "".join(ast.dump(node) for node, _ in nodes)
        is_function = all(is_function for _, is_function in nodes)
        mentions = frozenset().union(*(_mentions(node) for node, _ in nodes))
        early = frozenset().union(*(_at_import(node) if function else _mentions(node) for node, function in nodes))
        units[name] = Unit(_digest(dumped.encode()), is_function, mentions, early)
    return Source(units, _imports(tree, path))


def _of_message(entry: polib.POEntry) -> Unit:
    return Unit(_digest(f"{entry.msgstr}{entry.msgstr_plural}".encode()), False, frozenset(), frozenset())


def _divide(statement: ast.stmt, prefix: str, parts: dict[str, list[tuple[ast.AST, bool]]]) -> None:
    if isinstance(statement, FUNCTIONS):
        parts.setdefault(prefix + statement.name, []).append((statement, True))
    elif isinstance(statement, ast.ClassDef):
        name = prefix + statement.name
        body: list[ast.stmt] = []
        for member in statement.body:
            if isinstance(member, (*FUNCTIONS, ast.ClassDef)):
                _divide(member, name + ".", parts)
            else:
                body.append(member)
        values = [*statement.bases, *(keyword.value for keyword in statement.keywords), *statement.decorator_list]
        shell = ast.Module([*body, *(ast.Expr(value) for value in values)], [])
        parts.setdefault(name, []).append((shell, False))
    elif prefix == "" and isinstance(statement, ast.If | ast.Try | ast.With):
        for child in ast.iter_child_nodes(statement):
            if isinstance(child, ast.stmt):
                _divide(child, prefix, parts)
        parts.setdefault("<module>", []).append((_without_body(statement), False))
    else:
        for name in _bound(statement) or ["<module>"]:
            parts.setdefault(prefix + name, []).append((statement, False))


def _without_body(statement: ast.If | ast.Try | ast.With) -> ast.AST:
    if isinstance(statement, ast.If):
        return statement.test
    if isinstance(statement, ast.With):
        return ast.Tuple([item.context_expr for item in statement.items], ast.Load())
    return ast.Module([*(line for handler in statement.handlers for line in handler.body), *statement.orelse], [])


def _bound(statement: ast.stmt) -> list[str]:
    """The names that a statement of a module binds."""
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return [(alias.asname or alias.name).split(".")[0] for alias in statement.names]
    return [node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]


def _mentions(node: ast.AST) -> frozenset[str]:
    names: set[str] = set()
    for child in ast.walk(node):
        if isinstance(child, ast.Name):
            names.add(child.id)
        elif isinstance(child, ast.Attribute):
            names.add(child.attr)
        elif isinstance(child, ast.ImportFrom):
            names.update(alias.name for alias in child.names)
        elif isinstance(child, ast.arg):  # a fixture
            names.add(child.arg)
        elif isinstance(child, ast.Call) and ast.unparse(child.func) in GETTEXT:
            names.update(TEXT + text.value for text in child.args if _is_text(text))
    return frozenset(names)


def _is_text(node: ast.expr) -> TypeGuard[Any]:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _at_import(function: ast.AST) -> frozenset[str]:
    assert isinstance(function, FUNCTIONS)
    defaults = [value for value in function.args.kw_defaults if value]
    early = [*function.decorator_list, *function.args.defaults, *defaults]
    return frozenset().union(*(_mentions(value) for value in early))


def _imports(tree: ast.Module, path: str) -> frozenset[str]:
    """Modules by their whole names. "from a import b" may be a module or a name of one: both are listed."""
    package = PurePosixPath(path).parent.parts
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join([*parents, *([node.module] if node.module else [])])
            names.add(base)
            names.update(f"{base}.{alias.name}" for alias in node.names)
    return frozenset(names)


def module_name(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


# ---- what a change concerns


@dataclass
class Selection:
    """`modules`: of tests, all of whose tests run. `tests`: single ones. `everything`: why all run, or empty."""

    modules: set[str] = field(default_factory=set)
    tests: set[str] = field(default_factory=set)
    changed: list[str] = field(default_factory=list)
    everything: str = ""


def select(record: Record, now: Mapping[str, str], sources: Mapping[str, Source]) -> Selection:
    """`now`: digest by path of all files. `sources`: of the files of Python that changed."""
    changed = sorted(path for path in {*now, *record.files} if now.get(path) != record.files.get(path))
    selection = Selection(changed=changed, tests={test for test in record.failed if test in record.tests})
    if special := EVERYTHING.intersection(changed) or {path for path in changed if path.startswith("requirements")}:
        selection.everything = sorted(special)[0]
        return selection
    every = {**record.sources, **sources}
    concerned, alone = _concerned_units(record, every, sources)
    templates = _templates_of(_changed_messages(record, sources), now)
    selection.tests.update(record.tests_of([*concerned, *templates, *changed]))
    starting = record.tests_of([STARTS])
    for path in changed:
        if path in sources and path.endswith(".py"):
            package = f"tests/{path.partition('/')[0]}/"
            selection.tests.update(test for test in starting if test.startswith(package))
        if _is_test_module(path):
            if path in now:
                selection.modules.add(path)
        elif "/migrations/" in path or path.endswith(".sql") or path in alone:
            selection.modules.add(_tests_of_package(path, now))
    selection.modules |= _modules_that_read_all(record, {PurePosixPath(path).suffix for path in changed})
    return selection


def _is_test_module(path: str) -> bool:
    name = PurePosixPath(path).name
    return path.startswith("tests/") and name.startswith("test_") and name.endswith(".py")


def _tests_of_package(path: str, now: Mapping[str, str]) -> str:
    """The directory of tests of a file's package; all where it has none."""
    parts = PurePosixPath(path).parts
    directory = "/".join(parts[:2]) if parts[0] == "tests" and len(parts) > 2 else f"tests/{parts[0]}"
    return directory if any(name.startswith(f"{directory}/test_") for name in now) else "tests"


def _modules_that_read_all(record: Record, suffixes: Iterable[str]) -> set[str]:
    """Modules of tests that read most files with one of these suffixes. A browser opens what its pages need."""
    modules = set()
    for suffix in suffixes:
        count = sum(path.endswith(suffix) for path in record.files)
        if count < MANY:
            continue
        opened = sum(1 << index for run, index in record.indexes.items() if "::" not in run and run.endswith(suffix))
        modules |= {
            test.partition("::")[0]
            for test, bits in record.tests.items()
            if (int.from_bytes(bits, "little") & opened).bit_count() > count / 2
        }
    return {module for module in modules if not module.endswith("_in_browser.py")}


def _concerned_units(
    record: Record, every: Mapping[str, Source], changed: Mapping[str, Source]
) -> tuple[set[str], set[str]]:
    """ "path::unit" of what is other than before or depends on it; paths of changed statements that concern nobody."""
    importers: dict[str, list[str]] = {}
    for path, source in every.items():
        for name in source.imports:
            importers.setdefault(name, []).append(path)
    concerned: set[tuple[str, str]] = set()
    alone: set[str] = set()
    for text in _changed_messages(record, changed):
        for path, source in every.items():
            for name, unit in source.units.items():
                if f"{TEXT}{text}" in unit.mentions:
                    concerned |= _reached(path, name, unit.is_function, every, importers)
    for path, source in changed.items():
        if path.endswith(".po"):
            continue
        before = record.sources[path].units if path in record.sources else {}
        for name in {*before, *source.units}:
            if before.get(name) == source.units.get(name):
                continue
            unit = source.units.get(name) or before[name]
            reached = _reached(path, name, unit.is_function, every, importers)
            concerned |= reached
            if not unit.is_function and not any(f"{where}::{what}" in record.indexes for where, what in reached):
                alone.add(path)
    return {f"{path}::{name}" for path, name in concerned}, alone


def _changed_messages(record: Record, changed: Mapping[str, Source]) -> set[str]:
    """Whose translation is another one. What shows a new one has changed itself."""
    return {
        text
        for path, source in changed.items()
        if path.endswith(".po") and path in record.sources
        for text, unit in record.sources[path].units.items()
        if source.units.get(text) != unit
    }


def _templates_of(texts: set[str], now: Mapping[str, str]) -> set[str]:
    """Templates in which one of the messages is written, in one line or several."""
    pages = [path for path in now if "/templates/" in path and (ROOT / path).is_file()] if texts else []
    parts = {" ".join(text.split()) for text in texts}
    contents = {path: " ".join((ROOT / path).read_text(encoding="utf-8", errors="replace").split()) for path in pages}
    return {path for path, content in contents.items() if any(_as_in_template(part) in content for part in parts)}


def _as_in_template(text: str) -> str:
    """`%(name)s` of a message is `{{ name }}` there: up to the first one is enough to recognise it."""
    return text.partition("%(")[0].replace("%%", "%") or text


def _reached(
    path: str, name: str, is_function: bool, every: Mapping[str, Source], importers: Mapping[str, list[str]]
) -> set[tuple[str, str]]:
    """A changed function is seen by whoever runs it; a changed value by whoever mentions its name."""
    reached = {(path, name)}
    waiting = [(path, name, is_function)]
    while waiting:
        path, name, is_function = waiting.pop()
        last = name.rpartition(".")[2]
        if not is_function:
            methods = [unit for unit in every[path].units if unit.startswith(name + ".")] if path in every else []
            reached.update((path, unit) for unit in methods)
            last = name.partition(".")[0]
        for where in {path, *importers.get(module_name(path), [])}:
            for other, unit in every[where].units.items() if where in every else ():
                if last in (unit.at_import if is_function else unit.mentions) and (where, other) not in reached:
                    reached.add((where, other))
                    waiting.append((where, other, unit.is_function))
    return reached


# ---- what the last commits would have selected


def of_commits(record: Record, number: int) -> list[tuple[str, int, float]]:
    """Of each of the last commits, its subject, how many tests it selects and their minutes, by today's record."""
    rows = []
    command = ["git", "log", "--first-parent", "--no-merges", f"-{number}", "--format=%H %s"]
    for line in subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines():
        commit, subject = line.split(" ", 1)
        selection = select(*_at(record, commit))
        names = set(record.tests) if selection.everything else selection.tests
        modules = tuple(selection.modules)
        tests = [test for test in record.tests if test in names or (modules and test.startswith(modules))]
        seconds = START_SECONDS + sum(record.seconds[test] for test in tests) / RECORDED_WITH
        rows.append((subject, len(tests), seconds))
    return rows


def _at(record: Record, commit: str) -> tuple[Record, dict[str, str], dict[str, Source]]:
    """The arguments of `select` as if today's other files were those of that commit's time."""
    listed = subprocess.run(
        ["git", "diff-tree", "-r", "-z", "--no-renames", "--no-commit-id", commit],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    before, now = dict(record.files), dict(record.files)
    old: dict[str, Source] = dict(record.sources)
    new: dict[str, Source] = {}
    for details, path in zip(listed[::2], listed[1::2], strict=False):
        _, _, old_blob, new_blob, _ = details.split()
        for blob, paths, sources in ((old_blob, before, old), (new_blob, now, new)):
            paths.pop(path, None)
            is_there = blob.strip("0") != ""
            if is_there:
                paths[path] = blob
            if path.endswith((".py", ".po")):
                sources[path] = source_of(path, _blob(blob)) if is_there else Source({}, frozenset())
    return replace(record, files=before, sources=old), now, new


def _blob(name: str) -> str:
    done = subprocess.run(["git", "cat-file", "blob", name], cwd=ROOT, capture_output=True, check=True)
    return done.stdout.decode("utf-8", "replace")


def report(record: Record, number: int) -> str:
    rows = of_commits(record, number)
    seconds = sorted(seconds for _, _, seconds in rows)
    counts = sorted(count for _, count, _ in rows)
    quarters = [(len(rows) - 1) * quarter // 4 for quarter in range(5)]
    lines = [
        "| Of the last commits | Least | A quarter | Half | Three quarters | Most |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    lines.append(f"| Tests | {' | '.join(f'{counts[at]:,}' for at in quarters)} |")
    lines.append(f"| Seconds | {' | '.join(f'{seconds[at]:.0f}' for at in quarters)} |")
    return "\n".join(lines) + "\n"


# ---- the command


def renewed(record: Record, now: dict[str, str]) -> dict[str, Source]:
    """Sources of the files that are new or changed; a removed one has no units."""
    others = {path for path in {*now, *record.files} if now.get(path) != record.files.get(path)}
    paths = {path for path in others if path.endswith((".py", ".po"))}
    return {
        path: source_of(path, (ROOT / path).read_text(encoding="utf-8", errors="replace"))
        if path in now
        else Source({}, frozenset())
        for path in sorted(paths)
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", action="store_true", help="name the tests, run none")
    parser.add_argument("--commits", type=int, metavar="NUMBER", help="what each of the last commits selects")
    options, arguments = parser.parse_known_args()
    stored, now = load(), files()
    if options.commits and stored:
        print(report(stored, options.commits))
        return 0
    record = stored or Record()
    sources = renewed(record, now)
    selection = select(record, now, sources) if stored else Selection(everything="nothing is recorded yet")
    if selection.everything:
        print(f"All tests, because of this: {selection.everything}")
        selection.modules = {"tests"}
    paths = sorted(selection.modules | {test.partition("::")[0] for test in selection.tests})
    paths = [path for path in paths if (ROOT / path).exists()]
    count = len(selection.changed)
    listed = ", ".join(selection.changed[:5]) or "none"
    more = f" and {count - 5} more" if count > 5 else ""
    single, whole = len(selection.tests), len(selection.modules)
    print(f"{count} files changed ({listed}{more}): {single} tests, and all of {whole} modules or directories.")
    if options.list:
        print("\n".join([*sorted(selection.modules), *sorted(selection.tests)]))
        return 0
    if not paths:
        return 0
    with tempfile.TemporaryDirectory(prefix="dobosar-changed-") as directory:
        chosen = Path(directory) / "chosen.json"
        chosen.write_text(
            json.dumps({"modules": sorted(selection.modules), "tests": sorted(selection.tests)}), encoding="utf-8"
        )
        environ = {**os.environ, "TEST_RECORD": directory, "TEST_CHOSEN": str(chosen)}
        workers = ["-n", os.environ.get("PYTEST_WORKERS", "3")]
        command = [sys.executable, "-m", "pytest", *workers, "-m", "not real", *arguments, *paths]
        code = subprocess.run(command, cwd=ROOT, env=environ, check=False).returncode
        if code in (0, 1):
            merge(record, Path(directory))
            if not arguments:  # with some, perhaps not all of the chosen tests ran
                record.sources = {path: source for path, source in {**record.sources, **sources}.items() if path in now}
                record.files = now
            save(record)
    return code


def merge(record: Record, directory: Path) -> None:
    """What the workers wrote: by test the units and files, the seconds, and whether it passed."""
    failed = set(record.failed)
    for path in directory.glob("record.*"):
        content = json.loads(path.read_text(encoding="utf-8"))
        for test, (runs, seconds, has_passed) in content.items():
            record.add(test, runs, seconds)
            failed.discard(test)
            if not has_passed:
                failed.add(test)
    record.failed = sorted(failed)


if __name__ == "__main__":
    sys.exit(main())
