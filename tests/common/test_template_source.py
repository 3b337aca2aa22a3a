"""A line break in a template is formatting: what is left of it when the template is compiled."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from django.conf import settings
from django.template import Context, Engine, TemplateSyntaxError
from django.template.loader import get_template

from common.template_source import trimmed
from tools.template_format.scanner import Part, Place, Scanner

TEMPLATES = sorted((Path(settings.BASE_DIR) / "templates").rglob("*.html"))


@pytest.mark.parametrize(
    ("written", "compiled"),
    [
        ("<p>\n  One\n  two\n</p>\n", "<p>One two</p>"),
        ("<a>\n  one\n</a>\n<b>two</b>", "<a>one</a><b>two</b>"),
        ("<a>one</a> <b>two</b>", "<a>one</a> <b>two</b>"),
        ('<a>one</a>{{ " " }}\n<b>two</b>', "<a>one</a> <b>two</b>"),
        ("Dear {{ name }},\n  welcome", "Dear {{ name }}, welcome"),
        ("Dear\n  {{ first }}\n  {{ last }}\n", "Dear {{ first }} {{ last }}"),
        ("{% if a %}\n  one\n{% endif %}\n.", "{% if a %}one{% endif %}."),
        ("one\n{# why #}\ntwo", "one{# why #}two"),
        ('<a\n  class="b"\n  href="{% url "c" %}"\n>d</a\n>', '<a class="b" href="{% url "c" %}">d</a>'),
        ("<input\n  {% if a %}checked{% endif %}\n  required\n/>", "<input {% if a %}checked{% endif %} required/>"),
        ("<input\n  {% if a %} checked{% endif %}\n  required\n>", "<input{% if a %} checked{% endif %} required>"),
        ("<input\n  a\n  {% if b %}\n    c\n  {% endif %}\n>", "<input a{% if b %} c{% endif %}>"),
        ("<input\n  {% htmx %}\n  {{ a }}\n>", "<input {% htmx %} {{ a }}>"),
        (
            '<p title="\n  one\n  two\n  {% if a %}\n    three\n  {% endif %}\n">',
            '<p title="one two{% if a %}three{% endif %}">',
        ),
        ("no-break\u00a0\n\u00a0space", "no-break\u00a0 \u00a0space"),
        ("a > b\n  {{ c }}", "a > b {{ c }}"),
        ("a\r\n  b", "a b"),
    ],
)
def test_line_breaks_go_and_spaces_stay(written: str, compiled: str) -> None:
    assert trimmed(written) == compiled


@pytest.mark.parametrize(
    "text",
    [
        "<pre>\n  one\n</pre>",
        '<textarea name="a">\n{{ b }}\n  {{ c }}</textarea>',
        "<script>\n// one\nlet two\n</script>",
        "<style>\na {\n}\n</style>",
        "{% blocktranslate %}\n  one\n{% endblocktranslate %}",
        "{% blocktranslate count n=a trimmed %}\n  {{ n }}\n{% plural %}\n  b\n{% endblocktranslate %}",
        "{% verbatim %}\n  {{ one }}\n{% endverbatim %}",
        "<!--\n  one\n-->",
    ],
)
def test_some_whitespace_is_never_touched(text: str) -> None:
    assert trimmed(text) == text


def test_the_parts_of_every_template_are_its_source() -> None:
    assert len(TEMPLATES) > 400
    for path in TEMPLATES:
        source = path.read_text(encoding="utf-8")
        scanner = Scanner(source)
        assert "".join(part.text for part in scanner.parts()) == source
        assert scanner.place is Place.CONTENT, f"{path}: the tag of an element has no end"


def test_every_template_is_trimmed_as_the_rule_says() -> None:
    for path in TEMPLATES:
        source = path.read_text(encoding="utf-8")
        assert trimmed(source) == "".join(by_the_rule(list(Scanner(source).parts()))), path


def by_the_rule(parts: list[Part]) -> Iterator[str]:
    """The same slowly: part by part, as the formatter reads a template."""
    for at, part in enumerate(parts):
        if part.is_token:
            yield " " if part.text == '{{ " " }}' else part.text
        elif part.place is Place.UNTOUCHED:
            yield part.text
        elif part.place is Place.MARKUP:
            follows = parts[at + 1].text if at + 1 < len(parts) else ""
            spaced = at + 2 < len(parts) and parts[at + 2].text[0].isspace()
            text = re.sub(r"\s*\n\s*(?=/?>$)", "", part.text)
            if spaced and re.match(r"\{% *(if|elif|else|endif)\b", follows):
                text = re.sub(r"\s*\n\s*$", "", text)
            yield re.sub(r"[ \t]*\n\s*", " ", text)
        else:
            words = [word for word in re.split(r"([ \t]*\n\s*)", part.text) if word]
            for index, word in enumerate(words):
                before = index > 0 or (at > 0 and parts[at - 1].is_variable)
                after = index < len(words) - 1 or (at < len(parts) - 1 and parts[at + 1].is_variable)
                yield word if "\n" not in word else " " if before and after else ""


def test_what_is_trimmed_is_trimmed_for_good() -> None:
    for path in TEMPLATES:
        once = trimmed(path.read_text(encoding="utf-8"))
        assert trimmed(once) == once, path


def test_pages_come_without_the_formatting_of_their_templates() -> None:
    drawn = get_template("ui/empty.html").render({"picture": "posts", "title": "None", "text": "Write one."})
    assert "\n" not in drawn


def test_mail_keeps_its_lines(tmp_path: Path) -> None:
    (tmp_path / "mail.txt").write_text("Good day,\n\n  {{ name }}\n")
    assert engine(tmp_path).get_template("mail.txt").source == "Good day,\n\n  {{ name }}\n"


def test_where_errors_are_shown_they_name_the_line_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "wrong.html").write_text('{# A page. #}\n{% extends "a.html" %}\n<p>\n  one\n  {% nonsense %}\n</p>\n')
    with pytest.raises(TemplateSyntaxError) as caught:
        engine(tmp_path, debug=True).get_template("wrong.html")
    assert caught.value.template_debug["line"] == 5  # type: ignore[attr-defined]


def test_where_errors_are_shown_pages_are_the_same(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        '<a\n  title="\n    b\n    c\n  "\n>\n  one\n  two\n</a>\n{% if True %}\n  !\n{% endif %}\n'
    )
    drawn = [engine(tmp_path, debug=debug).get_template("a.html").render(Context({})) for debug in (False, True)]
    assert drawn[0] == drawn[1] == '<a title="b c">one two</a>!'


def engine(folder: Path, *, debug: bool = False) -> Engine:
    return Engine(dirs=[folder], loaders=["common.template_loader.Loader"], debug=debug)
