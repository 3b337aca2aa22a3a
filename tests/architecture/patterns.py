"""Every regular expression of the project, and texts that are hard for each. Used by `test_linear_patterns.py`."""

from __future__ import annotations

import ast
import gc
import importlib
import pkgutil
import re
import signal
import time
import types
import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import regex

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = (
    "benchmarks", "demo", "launcher", "portal", "administration", "mentoring", "participation", "trainings",
    "exchange", "needs", "inbox", "reports", "analytics", "kits", "library", "planning", "posts", "delivery",
    "channels", "links", "notifications", "municipalities", "accounts", "platforms", "practice", "common", "serbian",
)  # fmt: skip
CALLS = {"compile", "search", "match", "fullmatch", "sub", "subn", "split", "findall", "finditer"}
CALLED = re.compile(rf"\b(?:re|regex)\.(?:{'|'.join(sorted(CALLS))})\(")
LENGTH, SHORT = 100_000, 20_000
# What is hard for many patterns at once.
COMMON = (
    "a", "А", "1", " ", "\n", ".", "-", "_", "@", "#", "/", "a.", "a-", "a@", "@a", "@a.", "1 ", "1.", "1-", "01 ",
    "a ", "a, ", "A", "Ab ", "Abc Abc ", ", Ab", ". Ab", "\n ", "a\n", "(", "((1", "<", "<a ", "<a", "{{", "{{a",
    "&", "&#", "http://", "http://a", "https://a.", "www.a", "#a_", "Аб-Аб ", "%(a", "😀", "a\u0301", "\u200d", "+1 ",
    "0123 ", "\"", "[", "[a](", "*a", "a=", "a: ", "1,", "1,000", ":", ";", "\t", "\r", "ул. Аб ", "јул ",
)  # fmt: skip


def modules() -> Iterator[types.ModuleType]:
    """Every module of the packages but migrations and entry points, which set up the process that imports them."""
    for name in PACKAGES:
        package = importlib.import_module(name)
        yield package
        for module in pkgutil.walk_packages(package.__path__, f"{name}."):
            if ".migrations" not in module.name and not module.name.endswith(("__main__", "wsgi", ".gunicorn")):
                yield importlib.import_module(module.name)


def compiled() -> dict[str, Any]:
    """ "inbox.text_analysis.patterns.EMAIL": the pattern, for every one that a module, a class or a container holds."""
    by_name: dict[str, Any] = {}
    seen: set[int] = set()

    def walk(name: str, value: Any, depth: int = 0) -> None:
        if isinstance(value, re.Pattern | regex.Pattern):
            if id(value) not in seen:
                seen.add(id(value))
                by_name[name] = value
        elif depth < 3 and isinstance(value, dict):
            for key, one in list(value.items()):
                walk(f"{name}[{key!r:.40}]", one, depth + 1)
        elif depth < 3 and isinstance(value, list | tuple | set | frozenset):
            for at, one in enumerate(value):
                walk(f"{name}[{at}]", one, depth + 1)
        elif depth == 0 and isinstance(value, type) and value.__module__.split(".")[0] in PACKAGES:
            for key, one in list(vars(value).items()):
                walk(f"{name}.{key}", one, depth + 1)

    for module in modules():
        for key, value in list(vars(module).items()):
            walk(f"{module.__name__}.{key}", value)
    return by_name


@cache
def inline() -> tuple[dict[str, Any], set[str]]:
    """Patterns written where they are used, `re.sub(r"\\s+", …)`: those that can be read off the source, and the
    functions ("inbox/text_analysis/redaction.py without_personal") that put theirs together while the program runs."""
    by_place: dict[str, Any] = {}
    dynamic: set[str] = set()
    for path in sources():
        name, text = str(path.relative_to(ROOT)), path.read_text()
        if not CALLED.search(text):
            continue
        for function in ast.walk(ast.parse(text)):
            if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                continue  # what stands in the module itself is compiled when it is imported
            for node in ast.walk(function):
                if not _is_call(node):
                    continue
                try:
                    source = ast.literal_eval(node.args[0])
                except ValueError:
                    if not _is_known(node.args[0]):
                        dynamic.add(f"{name} {function.name}")
                    continue
                module = regex if node.func.value.id == "regex" else re
                by_place[f"{name}:{node.lineno}"] = module.compile(source, _flags(node))
    return by_place, dynamic


def _is_known(node: ast.expr) -> bool:
    """A constant of the module, which `compiled` has where it is a pattern."""
    return isinstance(node, ast.Name) and node.id.isupper()


def sources() -> list[Path]:
    return [
        path
        for name in PACKAGES
        for path in sorted((ROOT / name).rglob("*.py"))
        if "migrations" not in path.parts and "launch" not in path.parts
    ]


def _is_call(node: Any) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in CALLS
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in ("re", "regex")
        and bool(node.args)
    )


def _flags(node: ast.Call) -> int:
    names = {one.attr for part in (*node.args[1:], *node.keywords) for one in ast.walk(part) if _of_re(one)}
    return int(sum(getattr(re, name) for name in names if name.isupper()))


def _of_re(node: Any) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "re"


# ---- texts that are hard for one pattern


def attacks(pattern: Any) -> Iterator[str]:
    """Pieces to repeat: what is hard for all, and what this pattern begins with."""
    yield from (piece for piece in dict.fromkeys((*COMMON, *_pieces(pattern))) if piece)


def repeated(piece: str, length: int) -> str:
    return (piece * (length // len(piece) + 1))[:length]


def slow_pieces(
    read: Callable[[str], Any], pieces: Iterable[str], *, short: float, long: float, shown: int = 3
) -> list[str]:
    """Which of the pieces take longer than they may: all of them at `SHORT` characters within `short` seconds of the
    processor, the worst of them at `LENGTH` within `long`. What takes the square of the length fails both by far."""
    slow, worst, most = [], "a", 0.0
    for piece in pieces:
        text = repeated(piece, SHORT)
        began = time.process_time()
        if _exceeds(read, text, short):
            slow.append(piece)
            if len(slow) == shown:
                return slow
        took = time.process_time() - began
        if took > most:
            worst, most = piece, took
    if not slow and _exceeds(read, repeated(worst, LENGTH), long):
        slow.append(worst)
    return slow


def _exceeds(read: Callable[[str], Any], text: str, seconds: float) -> bool:
    """Whether it takes longer twice in a row, without garbage collections. The time of the processor is that of the
    whole test process, in which a thread of an earlier test may fall into the first reading."""
    collects = gc.isenabled()
    gc.disable()
    try:
        return all(_is_too_slow(read, text, seconds) for _ in range(2))
    finally:
        if collects:
            gc.enable()


def _is_too_slow(read: Callable[[str], Any], text: str, seconds: float) -> bool:
    try:
        with at_most(seconds):
            read(text)
    except TooSlow:
        return True
    return False


def _pieces(pattern: Any) -> Iterator[str]:
    """A text that the pattern matches, its beginnings, and what stands before and inside each of its repetitions."""
    source = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    flags = int(pattern.flags) & int(re.I | re.M | re.S | re.X)
    try:
        # What `regex` alone knows: a letter stands for its classes.
        tree = re._parser.parse(re.sub(r"\\[pP]\{[^}]*\}", r"\\w", source), flags)  # type: ignore[attr-defined]
    except re.error:
        return
    parts = [_sample(op, value) for op, value in tree]
    whole = "".join(parts)
    yield whole
    yield whole + "\x01"
    text = ""
    for part in parts:
        text += part
        yield text
        yield part
    yield from _bodies(tree, "")


def _bodies(tree: Any, before: str) -> Iterator[str]:
    for op, value in tree:
        name = str(op)
        if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            body = "".join(_sample(*part) for part in value[2])
            yield body
            yield before + body * 3
            yield from _bodies(value[2], before)
        elif name == "SUBPATTERN":
            yield from _bodies(value[3], before)
        elif name == "BRANCH":
            for one in value[1]:
                yield "".join(_sample(*part) for part in one)
                yield from _bodies(one, before)
        before = (before + _sample(op, value))[:50]


def _sample(op: Any, value: Any) -> str:
    """The shortest text that this part of the pattern takes, with two rounds of what it repeats."""
    name = str(op)
    if name == "LITERAL":
        return chr(value)
    if name == "NOT_LITERAL":
        return "b" if value != ord("b") else "c"
    if name == "ANY":
        return "a"
    if name == "IN":
        return _of_set(value)
    if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        least, most, body = value
        return "".join(_sample(*part) for part in body) * max(int(least), min(int(most), 2))
    if name == "SUBPATTERN":
        return "".join(_sample(*part) for part in value[3])
    if name == "ATOMIC_GROUP":
        return "".join(_sample(*part) for part in value)
    if name == "BRANCH":
        return "".join(_sample(*part) for part in value[1][0])
    return ""  # assertions and references take nothing


CATEGORIES = {"CATEGORY_DIGIT": "1", "CATEGORY_SPACE": " ", "CATEGORY_WORD": "a", "CATEGORY_NOT_DIGIT": "a",
              "CATEGORY_NOT_SPACE": "a", "CATEGORY_NOT_WORD": "-"}  # fmt: skip


def _of_set(items: Any) -> str:
    """A character of the set; of one that excludes, a character that is not excluded."""
    if str(items[0][0]) == "NEGATE":
        source = "[^" + "".join(_written(*item) for item in items[1:]) + "]"
        return next((char for char in "a1 .-@/А\n" if re.match(source, char)), "x")
    op, value = items[0]
    if str(op) == "LITERAL":
        return chr(value)
    return chr(value[0]) if str(op) == "RANGE" else CATEGORIES.get(str(value), "a")


def _written(op: Any, value: Any) -> str:
    kinds = {"CATEGORY_DIGIT": r"\d", "CATEGORY_SPACE": r"\s", "CATEGORY_WORD": r"\w", "CATEGORY_NOT_DIGIT": r"\D",
             "CATEGORY_NOT_SPACE": r"\S", "CATEGORY_NOT_WORD": r"\W"}  # fmt: skip
    if str(op) == "LITERAL":
        return re.escape(chr(value))
    return f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}" if str(op) == "RANGE" else kinds.get(str(value), "")


# ---- time


class TooSlow(Exception):
    pass


AGAIN = 0.05  # seconds of the processor until the next attempt to stop


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Stop with `TooSlow` after so much time of the processor. Main thread only."""
    is_over = False

    def stop(_signal: int, frame: types.FrameType | None) -> None:
        nonlocal is_over
        is_over = True
        # Python drops what is raised while an object is finalized: the timer comes again.
        if not _is_finalizing(frame):
            raise TooSlow

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds, AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    if is_over:
        raise TooSlow


def _is_finalizing(frame: types.FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code is weakref.finalize.__call__.__code__ or frame.f_code.co_name == "__del__":
            return True
        frame = frame.f_back
    return False
