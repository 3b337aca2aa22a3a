"""Django's tags that the portal does once: they print what Django's print, in every language and for every value."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from django.conf import settings
from django.template import Context, Engine, Template
from django.urls import NoReverseMatch, clear_script_prefix, reverse, set_script_prefix
from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import SafeString

from common.addresses import address
from common.templatetags.constant import Address, OncePerLanguage, truncatechars
from common.templatetags.ui import state

DJANGO = Engine(builtins=["django.templatetags.i18n"])
SOURCES = (
    '{% translate "New post" %}',
    '{% translate "New post" as label %}{{ label }}·{{ label|length }}',
    '{% translate "100%" %}{% translate "<b>" %}{% translate "<b>" as tag %}{{ tag }}',
    "{% blocktranslate trimmed %}\n  You have read everything\n{% endblocktranslate %}",
    "{% blocktranslate asvar text %}You have read everything{% endblocktranslate %}{{ text }}",
    "{% blocktranslate with name=who %}From {{ name }}{% endblocktranslate %}",
    "{% blocktranslate count some=number trimmed %}{{ some }} more{% plural %}{{ some }} more{% endblocktranslate %}",
    '{% translate "Open" context "a conversation" %}',
    "{% translate who %}",
    '{% url "posts" slug %}{% url "post" slug 7 %}{% url "post" slug number %}',
    '{% url "posts" slug as here %}[{{ here }}]{% url "nowhere" as there %}[{{ there }}]',
    '{% url "post" municipality=slug pk=7 %}',
    "{{ long|truncatechars:9 }}{{ long|truncatechars:400 }}{{ markup|truncatechars:60 }}{{ number|truncatechars:3 }}",
    "{{ combining|truncatechars:30 }}",
    "{{ long|truncatechars:0 }}{{ long|truncatechars:'x' }}{{ long|truncatechars:'9' }}",
)
VALUES: dict[str, Any] = {
    "slug": "cuprija", "who": "Мара & <b>", "number": 3, "long": "Вода долази & иде " * 5,
    "markup": format_html("<b>{}</b>", "Вода"),
    "combining": "Петровиц\u0301",
}  # fmt: skip


@pytest.mark.parametrize("source", SOURCES)
def test_they_print_what_djangos_print_also_the_second_time(source: str) -> None:
    ours, djangos = Template(source), DJANGO.from_string(source)
    for values in (VALUES, {**VALUES, "slug": "novi-pazar", "number": 1, "who": "Пера"}):
        for _again in range(2):
            for code, _name in settings.LANGUAGES:
                with translation.override(code):
                    assert ours.render(Context(values)) == djangos.render(Context(values))


def test_only_what_depends_on_the_language_alone_is_kept() -> None:
    def nodes(source: str, kind: type) -> int:
        return len(Template(source).nodelist.get_nodes_by_type(kind))

    assert [nodes(source, OncePerLanguage) for source in SOURCES[:9]] == [1, 1, 3, 1, 1, 0, 0, 0, 0]
    assert [nodes(source, Address) for source in SOURCES[9:12]] == [3, 2, 0]


def test_an_address_that_does_not_exist_is_an_error() -> None:
    for _again in range(2):
        with pytest.raises(NoReverseMatch):
            Template('{% url "nowhere" %}').render(Context())
        with pytest.raises(NoReverseMatch):
            address("posts", "no slash/es")


def test_equal_values_of_other_types_have_their_own_address() -> None:
    for value in (1, True, 1.0, "1", SafeString("1"), uuid.UUID(int=1)):
        for _again in range(2):
            try:
                expected = reverse("post", args=["cuprija", value])
            except NoReverseMatch:
                with pytest.raises(NoReverseMatch):
                    address("post", "cuprija", value)
            else:
                assert address("post", "cuprija", value) == expected


def test_an_address_has_the_prefix_under_which_the_portal_runs() -> None:
    address("posts", "cuprija")
    set_script_prefix("/portal/")
    try:
        assert address("posts", "cuprija") == reverse("posts", args=["cuprija"]) == "/portal/m/cuprija/posts/"
    finally:
        clear_script_prefix()
    assert address("posts", "cuprija") == "/m/cuprija/posts/"


def test_a_short_text_stays_what_it_was() -> None:
    assert type(truncatechars(SafeString("<b>"), 9)) is SafeString
    assert type(truncatechars("<b>", 9)) is str


def test_a_pill_of_a_text_is_no_pill_of_equal_markup() -> None:
    markup = state(("info", "info", SafeString("<b>x</b>")))
    text = state(("info", "info", "<b>x</b>"))
    assert "<b>x</b>" in markup
    assert "&lt;b&gt;x&lt;/b&gt;" in text
    with translation.override("en"):
        english = state("draft")
    with translation.override("sr"):
        assert state("draft") != english
