"""Views know the types of what they work with: the request by its mark, and nearly everything else."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from launcher.check import APPS, PRODUCTION
from tests.architecture.test_source import ROOT, modules_with, tree

# Of a hundred expressions in views. 19.0 when requests had no type, 2.4 since.
MOST_ANY = 3.0


def _untyped_requests(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef):
            for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
                if argument.arg == "request" and ast.unparse(argument.annotation or ast.Constant("nothing")) == "Any":
                    yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"


def test_every_request_has_a_type() -> None:
    """Which one: `common/web/request.py`."""
    untyped = [place for path in modules_with("request") for place in _untyped_requests(path)]
    assert not untyped, "\n".join(untyped)


@pytest.mark.long
def test_few_expressions_of_views_are_any(tmp_path: Path) -> None:
    """A minute: mypy keeps no results of a run that counts them."""
    mypy = [sys.executable, "-m", "mypy", *APPS, "--any-exprs-report", str(tmp_path), "--cache-dir", str(tmp_path)]
    environ = {**PRODUCTION, "DATA_DIR": str(tmp_path), "DATABASE_URL": "postgres://a:b@127.0.0.1/c"}
    subprocess.run(mypy, cwd=ROOT, env={**environ, "REDIS_URL": "redis://127.0.0.1/0"}, check=True)
    report = (tmp_path / "any-exprs.txt").read_text()
    rows = re.findall(r"^ *\w+\.views(?:\.\w+)* +(\d+) +(\d+) ", report, re.MULTILINE)
    anys, expressions = (sum(int(row[place]) for row in rows) for place in (0, 1))
    assert len(rows) > 100
    assert 100 * anys / expressions <= MOST_ANY
