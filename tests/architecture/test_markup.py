"""Text becomes markup in one module (common/markup.py) and by Django's `format_html`, from patterns in the source."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from django.template import engines
from django.template.base import Lexer, Token, TokenType

from tests.architecture.test_source import MODULES, ROOT, TEMPLATES, called, name_of, source_of, tree

MAKES_MARKUP = "common/markup.py"
# Their first argument is a pattern, the others are escaped.
BUILDERS = {"format_html", "format_html_join", "html"}
# Without one of these a module need not be parsed.
MENTIONS_MARKUP = re.compile("safe|html|autoescape|extra_tags", re.IGNORECASE)
SAFE_FILTERS = {"safe", "safeseq"}
# Django's own drawings of a form print help texts unescaped; ours (templates/ui/forms/) do not.
DJANGO_FORMS = {"as_p", "as_ul", "as_table", "as_div"}


# ---- Python


def _is_literal(node: ast.expr) -> bool:
    """A string in the source, one of two, or a constant of the module (`MARKED`, `SAMPLES[kind]`)."""
    if isinstance(node, ast.IfExp):
        return _is_literal(node.body) and _is_literal(node.orelse)
    if isinstance(node, ast.Subscript):
        return _is_literal(node.value)
    if isinstance(node, ast.Name):
        return node.id.isupper()
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _declares_text_safe(node: ast.AST) -> bool:
    if isinstance(node, ast.ImportFrom):
        return any(item.name in {"mark_safe", "SafeText", "SafeData"} for item in node.names)
    if isinstance(node, ast.FunctionDef):
        return node.name == "__html__"
    if isinstance(node, ast.Attribute):
        return node.attr in {"mark_safe", "html_safe"}
    if not isinstance(node, ast.Call):
        return False
    if called(node) in {"mark_safe", "SafeString", "SafeText", "html_safe"}:
        return True
    options = {item.arg: getattr(item.value, "value", None) for item in node.keywords}
    return options.get("autoescape") is False or bool(options.get("is_safe")) or options.get("extra_tags") == "safe"


def _is_wrongly_built(node: ast.AST) -> bool:
    """A pattern that is put together, or text put into what is already markup."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        return isinstance(node.left, ast.Call) and called(node.left) in BUILDERS
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Attribute) and node.func.attr == "format" and isinstance(node.func.value, ast.Call):
        return called(node.func.value) in BUILDERS
    return called(node) in BUILDERS and bool(node.args) and not all(map(_is_literal, node.args[: _patterns(node)]))


def _patterns(call: ast.Call) -> int:
    return 2 if called(call) == "format_html_join" else 1


def in_python(module: ast.Module) -> Iterator[int]:
    for node in ast.walk(module):
        if _declares_text_safe(node) or _is_wrongly_built(node):
            yield getattr(node, "lineno", 0)


def test_no_other_module_says_of_text_that_it_is_markup() -> None:
    others = [path for path in MODULES if name_of(path) != MAKES_MARKUP and MENTIONS_MARKUP.search(source_of(path))]
    assert [f"{name_of(path)}:{line}" for path in others for line in in_python(tree(path))] == []


def test_the_search_in_modules_finds_what_it_looks_for(subtests: pytest.Subtests) -> None:
    for source in [
        "mark_safe(x)",
        "safestring.mark_safe(x)",
        "from django.utils.safestring import mark_safe",
        "SafeString(f'<b>{x}</b>')",
        "class Name:\n    def __html__(self): return self.name",
        "@register.filter(is_safe=True)\ndef shown(x): return x",
        "Context(values, autoescape=False)",
        "messages.success(request, text, extra_tags='safe')",
        "format_html(f'<b>{name}</b>')",
        "format_html('<b>' + name + '</b>')",
        "format_html('<b>%s</b>' % name)",
        "format_html('<b>{}</b>') % name",
        "html('<b>{}</b>').format(name)",
        "html(text)",
        "format_html_join(separator, '{}', rows)",
    ]:
        with subtests.test(source=source):
            assert MENTIONS_MARKUP.search(source)
            assert list(in_python(ast.parse(source)))


@pytest.mark.parametrize(
    "source",
    [
        "format_html('<b>{}</b>', name)",
        "html(MARKED if is_gap else '{}', part)",
        "html(SAMPLES[kind], css)",
        "format_html_join('', '{}', rows)",
        "def shown(x: SafeString) -> SafeString: ...",
    ],
)
def test_the_search_in_modules_lets_pass_what_is_escaped(source: str) -> None:
    assert not list(in_python(ast.parse(source)))


# ---- templates


def tokens(text: str) -> list[Token]:
    assert engines["django"]
    return Lexer(text).tokenize()


def in_template(text: str) -> list[str]:
    """Filters and tags that print text unescaped, and Django's own drawings of forms."""
    return [token.contents for token in tokens(text) if _prints_unescaped(token)]


def _prints_unescaped(token: Token) -> bool:
    if token.token_type not in (TokenType.VAR, TokenType.BLOCK):
        return False
    # Words in quotes are no filters.
    bare = re.sub(r"\"[^\"]*\"|'[^']*'", '""', token.contents)
    if token.token_type == TokenType.BLOCK and bare.split()[:1] == ["autoescape"]:
        return bare.split()[1:2] != ["on"]
    filters = set(re.findall(r"\|\s*(\w+)", bare))
    if token.token_type == TokenType.BLOCK and bare.split()[:1] == ["filter"]:
        filters |= set(re.findall(r"\w+", bare)[1:])
    return bool(filters & SAFE_FILTERS) or bool(set(re.findall(r"\.(\w+)", bare)) & DJANGO_FORMS)


def test_no_template_prints_text_unescaped() -> None:
    unescaped = {name_of(path): in_template(path.read_text(encoding="utf-8")) for path in TEMPLATES}
    assert {name: what for name, what in unescaped.items() if what} == {}


def test_every_template_is_searched() -> None:
    """A template beside its app, or of another kind than HTML, would be one that nobody looks through."""
    own = [path for path in ROOT.glob("*/templates/**/*") if path.is_file() and ".venv" not in path.parts]
    assert own == []
    assert {path.suffix for path in (ROOT / "templates").rglob("*") if path.is_file()} <= {".html", ".txt", ".svg"}


def unescaped_text(path: Path) -> bool:
    return bool(in_template(path.read_text(encoding="utf-8")))


def test_only_mail_in_plain_text_is_written_unescaped() -> None:
    others = [p for kind in ("*.txt", "*.svg") for p in (ROOT / "templates").rglob(kind)]
    names = [name_of(path) for path in others if unescaped_text(path)]
    assert [name for name in names if not (name.endswith(".txt") and "/email/" in name)] == []


def test_the_search_in_templates_finds_what_it_looks_for(subtests: pytest.Subtests) -> None:
    for text in [
        "{{ name|safe }}",
        "{{ name | safe }}",
        '{{ name|default:"x"|safe }}',
        "{{ names|safeseq|join:', ' }}",
        "{% autoescape off %}{{ name }}{% endautoescape %}",
        "{% filter safe %}{{ name }}{% endfilter %}",
        "{% with shown=name|safe %}{{ shown }}{% endwith %}",
        "{% blocktranslate with name=name|safe %}{{ name }}{% endblocktranslate %}",
        "{{ form.as_p }}",
    ]:
        with subtests.test(text=text):
            assert in_template(text)


@pytest.mark.parametrize(
    "text", ["{{ name }}", '{{ name|default:"|safe" }}', "{% autoescape on %}", "{# |safe #}", "|safe"]
)
def test_the_search_in_templates_lets_pass_what_is_escaped(text: str) -> None:
    assert not in_template(text)
