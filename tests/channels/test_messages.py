"""The connectors' sentences are in the translation catalogue, and every failure has a text of ours."""

import ast
import inspect
import re
from functools import cache
from pathlib import Path

import pytest

import platforms
from channels import messages
from platforms import checks, errors

ROOT = Path(platforms.__file__).parent
SENTENCE = re.compile(r"[A-Z][^\n]* [^\n]*[.?!]")


@cache
def trees() -> dict[Path, ast.Module]:
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(ROOT.rglob("*.py"))}


def docstrings(tree: ast.AST) -> set[int]:
    """Ids of constants that stand alone as a statement."""
    return {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}


def sentences() -> set[str]:
    """Everything in the connectors that reads like a sentence and is not a docstring."""
    texts = set()
    for tree in trees().values():
        apart = docstrings(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in apart:
                texts |= {node.value} if SENTENCE.fullmatch(node.value) else set()
    return texts


def marked(path: Path) -> set[str]:
    """Texts inside gettext_noop(…), from which the catalogue is collected."""
    return {
        ast.literal_eval(node.args[0])
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "gettext_noop"
    }


# A ValueError: a caller's mistake, never shown.
FOR_PROGRAMMERS = {
    "There is no credential to refresh.",
    "There is no credential to read accounts with.",
    "This network is not connected by consent in the browser.",
    "This network publishes in one step.",
    "A post without a video is never waited for.",
}


@cache
def catalogue() -> set[str]:
    return marked(Path(inspect.getfile(messages))).union(*(marked(path) for path in trees()))


def test_every_sentence_of_the_connectors_is_in_the_catalogue() -> None:
    texts = sentences()
    assert len(texts) > 20
    assert texts - FOR_PROGRAMMERS - catalogue() == set()
    assert texts >= FOR_PROGRAMMERS


def test_every_message_of_a_check_is_marked() -> None:
    constants = {value for name, value in vars(checks).items() if name.isupper() and isinstance(value, str)}
    assert constants
    assert constants <= catalogue()
    for path, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Problem":
                assert isinstance(node.args[2], ast.Name | ast.Attribute), (
                    f"{path}: a Problem's message is a marked constant"
                )


def test_every_code_of_a_refusal_has_words_of_ours() -> None:
    codes = {
        keyword.value.value
        for tree in trees().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Rejected"
        for keyword in node.keywords
        if keyword.arg == "code" and isinstance(keyword.value, ast.Constant)
    }
    assert codes
    assert codes <= set(messages.CODES)


@pytest.mark.parametrize("kind", errors.PlatformError.__subclasses__())
def test_every_kind_of_failure_has_words(kind: type[errors.PlatformError]) -> None:
    assert messages.KINDS[kind] in catalogue()
