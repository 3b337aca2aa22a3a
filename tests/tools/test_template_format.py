"""The formatter of templates: one element per line, and never a page that looks different."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.template_source import trimmed
from tools.template_format.layout import WIDTH, formatted
from tools.template_format.nodes import parsed

ROOT = Path(__file__).resolve().parents[2]
LONG = "long-name-of-something-that-is-shown"


def again(source: str) -> str:
    return formatted(parsed(source))


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        pytest.param(
            '<ul class="list"><li>{{ one }}</li><li>{{ two }}</li></ul>',
            """
            <ul class="list">
              <li>{{ one }}</li>
              <li>{{ two }}</li>
            </ul>
            """,
            id="a block on each line",
        ),
        pytest.param(
            '<p><a href="{{ url }}">{% icon "pen" %}<span>{% translate "Write" %}</span></a></p>',
            '<p><a href="{{ url }}">{% icon "pen" %}<span>{% translate "Write" %}</span></a></p>',
            id="what fits and holds one block stays",
        ),
        pytest.param(
            "<p><span>one</span><span>two</span></p>",
            """
            <p>
              <span>one</span>
              <span>two</span>
            </p>
            """,
            id="neighbours have a line each",
        ),
        pytest.param(
            f'<p><b>{{{{ {LONG} }}}}</b> <a href="{{{{ {LONG}.address }}}}">{{{{ {LONG} }}}}</a></p>',
            f"""
            <p>
              <b>{{{{ {LONG} }}}}</b>{{{{ " " }}}}
              <a href="{{{{ {LONG}.address }}}}">{{{{ {LONG} }}}}</a>
            </p>
            """,
            id="a space that is shown is written",
        ),
        pytest.param(
            f'<input class="{LONG}" name="{LONG}" value="{{{{ {LONG} }}}}"'
            "{% if is_on %} checked{% endif %} required>",
            f"""
            <input
              class="{LONG}"
              name="{LONG}"
              value="{{{{ {LONG} }}}}"
              {{% if is_on %}} checked{{% endif %}}
              required
            >
            """,
            id="an attribute on each line",
        ),
        pytest.param(
            '<p id="one"\n  {% if a %}{% htmx %} b="c"{% endif %}\n></p>',
            '<p id="one"{% if a %} {% htmx %} b="c"{% endif %}></p>',
            id="a condition brings its space",
        ),
        pytest.param(
            "{% if one %}<p>1</p>{% elif two %}<p>2</p>{% else %}3{% endif %}",
            """
            {% if one %}
              <p>1</p>
            {% elif two %}
              <p>2</p>
            {% else %}
              3
            {% endif %}
            """,
            id="branches",
        ),
        pytest.param(
            "<textarea>\n  {{ text }}\n</textarea><p>one</p>",
            "<textarea>\n  {{ text }}\n</textarea>\n<p>one</p>",
            id="what is content stays as it is",
        ),
        pytest.param(
            f'<p>{{% translate "{"word " * 23}{LONG}" as words %}}</p>',
            f"""
            <p>
              {{% blocktranslate trimmed asvar words %}}
                {"word " * 23}
                {LONG}
              {{% endblocktranslate %}}
            </p>
            """.replace(" \n", "\n"),
            id="a long text",
        ),
        pytest.param(
            f"<p>({{% blocktranslate with one={LONG} two={LONG} trimmed %}}"
            "{{ one }} and {{ two }}{% endblocktranslate %})</p>",
            f"""
            <p>
              ({{% blocktranslate with one={LONG} two={LONG} trimmed %}}
                {{{{ one }}}} and {{{{ two }}}}
              {{% endblocktranslate %}})
            </p>
            """,
            id="a parenthesis stays with what it is about",
        ),
        pytest.param(
            "one {{ two }}\nthree\n\n\n<p>four</p>{# five #}",
            """
            one {{ two }} three

            <p>four</p>
            {# five #}
            """,
            id="an empty line stays one",
        ),
    ],
)
def test_layout(written: str, wanted: str) -> None:
    lines = wanted.strip("\n").split("\n")
    indentation = len(lines[0]) - len(lines[0].lstrip())
    expected = "\n".join(line[indentation:] for line in lines).rstrip() + "\n"
    assert again(written) == expected
    assert again(expected) == expected


@pytest.mark.parametrize(
    "untouched",
    [
        '{% translate "one" as two %}',
        "{% translate 'It is 100 % of it.' %}",
        "{% blocktranslate %} one {% endblocktranslate %}",
        "{% blocktranslate %}one\n  two{% endblocktranslate %}",
    ],
)
def test_a_message_is_never_changed(untouched: str) -> None:
    assert again("<p>" + "word " * 30 + untouched + "</p>").count(untouched) == 1


def test_what_it_cannot_read_is_refused() -> None:
    for wrong in ("{% if a %}{% for b in c %}{% endif %}{% endfor %}", "</{% if a %}b{% endif %}>", "</h{{ a }}>"):
        with pytest.raises(ValueError, match=r"ended by|by a tag"):
            parsed(wrong)


WORDS = st.sampled_from(["one", "two,", "(", ")", ".", "{{ three }}", LONG, f"{{{{ {LONG} }}}}", "\u00a0", "&amp;"])
GAPS = st.sampled_from(["", "", " ", "\n", "\n\n  ", '{{ " " }}'])
INLINE = st.sampled_from(['{% icon "a" %}', "<br>", "{# why #}", "{% url 'a' as b %}", f'<img src="{LONG}" alt="">'])


def around(content: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    wrapped = st.builds(
        lambda around, inside: around.replace("…", inside),
        st.sampled_from(
            [
                "<p>…</p>",
                "<b>…</b>",
                f'<a class="{LONG} {LONG}" href="{{{{ {LONG} }}}}">…</a>',
                "{% if a %}…{% endif %}",
                "{% if a %}…{% else %}…{% endif %}",
                "{% for a in b %}…{% endfor %}",
            ]
        ),
        content,
    )
    pieces = st.lists(st.tuples(st.one_of(WORDS, INLINE, wrapped), GAPS), max_size=5)
    return pieces.map(lambda pairs: "".join(piece + gap for piece, gap in pairs))


@settings(max_examples=200)
@given(st.recursive(WORDS, around, max_leaves=12))
def test_formatting_changes_nothing_that_is_compiled(source: str) -> None:
    once = again(source)
    assert again(once) == once
    assert spaces_joined(trimmed(once)) == spaces_joined(trimmed(source))


def spaces_joined(compiled: str) -> str:
    return re.sub(r" +", " ", compiled)


def test_the_command_writes_and_complains(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<ul><li>1</li><li>2</li></ul>\n")
    asked = [sys.executable, "-m", "tools.template_format", str(tmp_path)]
    refused = subprocess.run([*asked, "--check"], cwd=ROOT, capture_output=True, text=True)
    assert refused.returncode == 1
    assert f"{page}: not formatted" in refused.stdout
    assert subprocess.run(asked, cwd=ROOT).returncode == 0
    assert page.read_text() == "<ul>\n  <li>1</li>\n  <li>2</li>\n</ul>\n"
    assert subprocess.run([*asked, "--check"], cwd=ROOT).returncode == 0
    page.write_text("{% include " + '"a" ' * 40 + "%}\n")
    refused = subprocess.run([*asked, "--check"], cwd=ROOT, capture_output=True, text=True)
    assert f"{page}:1: longer than {WIDTH} columns" in refused.stdout
