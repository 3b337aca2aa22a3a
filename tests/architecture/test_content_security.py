"""Who may write a script, an element for htmx, an exception from the content policy, or markup in the browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from common import content_security
from tests.architecture.test_source import MODULES, ROOT, TEMPLATES, called, calls, modules_with, name_of

SCRIPTS = sorted((ROOT / "static" / "js").rglob("*.js"))
# Pages with a form that is answered by somebody else: the practice network's, which leads back to the program.
LEADS_AWAY = {"practice/views/consent.py"}
# Pages that are kept for everybody name their scripts.
NAMES_SCRIPTS = {
    "reports/public_responses.py", "trainings/views/certificate_check.py", "participation/views/public_form.py",
    "participation/views/public_receipt.py",
}  # fmt: skip
# What a municipality puts on its own site, and the page where its people see what that looks like.
MAY_BE_FRAMED = {"portal/public_embeds.py"}
FRAMES = {"reports/views/public_page.py"}
MAKES_MARKUP = {"static/js/markup.js"}
MAKES_POLICIES = {"static/js/htmx.js", "static/js/markup.js", "static/js/web_app.js"}


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def found(paths: list[Path], search: Callable[[str], list[str]], but: set[str] | None = None) -> dict[str, list[str]]:
    searched = {name_of(path): search(text(path)) for path in paths if name_of(path) not in (but or set())}
    return {name: what for name, what in searched.items() if what}


# ---- templates


def scripts(template: str) -> list[str]:
    """Tags that load a script past `{% script %}`. Data for allauth's scripts is JSON and never runs."""
    tags = re.findall(r"<script\b[^>]*>|<link\b[^>]*\bmodulepreload\b[^>]*>", template, flags=re.IGNORECASE)
    return [tag for tag in tags if not re.fullmatch(r'<script( data-[\w-]+="[\w.]+")? type="application/json">', tag)]


def test_a_script_is_loaded_by_the_tag_that_writes_the_nonce() -> None:
    assert found(TEMPLATES, scripts) == {}


@pytest.mark.parametrize(
    "template",
    [
        '<script src="{% static "js/core.js" %}" type="module"></script>',
        "<SCRIPT src=x>",
        '<script nonce="{{ request.csp_nonce }}">',
        '<link rel="modulepreload" href="x">',
        '<script src="x" type="application/json">',
    ],
)
def test_the_search_for_scripts_finds_what_it_looks_for(template: str) -> None:
    assert scripts(template)


def in_fragments(paths: list[Path]) -> list[str]:
    """Scripts are loaded by the page, in `{% block scripts %}` and the like: a part that is put in later has none."""
    return [
        name_of(path)
        for path in paths
        if re.search(r"{% (htmx_script|script|cached_script)\b", text(path))
        and not re.search(r"{% extends|<!doctype", text(path))
    ]


def test_a_part_of_a_page_loads_no_script() -> None:
    # allauth includes it at the end of its pages.
    assert in_fragments(TEMPLATES) == [name_of(ROOT / "templates/mfa/webauthn/snippets/scripts.html")]


def unmarked(template: str) -> list[str]:
    tags = re.findall(
        r"<\w(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>", re.sub(r"{%.*?%}", _kept_mark, template, flags=re.DOTALL)
    )
    asking = [tag for tag in tags if re.search(r"\s(?:data-)?hx-(?:get|post|put|patch|delete|boost|on)\b", tag)]
    return [tag for tag in asking if "~htmx~" not in tag]


def _kept_mark(tag: re.Match[str]) -> str:
    return "~htmx~" if tag[0] == "{% htmx %}" else ""


def test_every_element_for_htmx_has_the_mark_of_its_page() -> None:
    assert found(TEMPLATES, unmarked) == {}
    marked = [path for path in TEMPLATES if "{% htmx %}" in text(path)]
    assert len(marked) > 10


@pytest.mark.parametrize(
    "template",
    [
        '<p hx-get="x">',
        '<p{% if waits %} hx-get="{% url "x" %}"{% endif %}>',
        '<a data-hx-post="x">',
        '<p {% htmx %}></p><p hx-get="x">',
        '<a hx-boost="true">',
        '<a hx-on:click="x()">',
    ],
)
def test_the_search_for_unmarked_elements_finds_what_it_looks_for(template: str) -> None:
    assert unmarked(template)


# ---- exceptions from the policy


def test_only_one_module_changes_the_policy_of_an_answer() -> None:
    def changes(source: str) -> list[str]:
        return re.findall(r"_csp_\w+|csp\.decorators|csp_update|csp_replace|csp_exempt", source)

    assert changes("response._csp_update = {}")
    assert found(MODULES, changes, but={"common/content_security.py"}) == {}


def callers(name: str) -> set[str]:
    return {name_of(path) for path in modules_with(name) for call in calls(path) if called(call) == name}


def test_forms_lead_to_somebody_else_from_these_pages_alone() -> None:
    assert callers("forms_may_lead_to") == LEADS_AWAY
    assert callers("only_scripts") == NAMES_SCRIPTS


def test_other_sites_frame_the_pages_that_are_made_for_it_alone() -> None:
    assert callers("may_be_framed") == MAY_BE_FRAMED
    assert callers("may_frame_own_pages") == FRAMES


def test_no_part_of_htmx_that_could_run_text_is_switched_on() -> None:
    assert content_security.HTMX_CONFIG == {
        "allowEval": False,
        "allowScriptTags": False,
        "disableInheritance": True,
        "historyCacheSize": 0,
        "historyEnabled": False,
        "includeIndicatorStyles": False,
        "scrollBehavior": "auto",
        "selfRequestsOnly": True,
    }


# ---- scripts

SINKS = re.compile(
    r"\.(?:innerHTML|outerHTML|srcdoc)\s*\+?=(?!=)|\b(?:insertAdjacentHTML|createContextualFragment|setHTMLUnsafe"
    r"|parseHTMLUnsafe|parseFromString|DOMParser)\b|\bdocument\.write|\beval\s*\(|\bnew Function\b|\bFunction\s*\("
    r"|set(?:Timeout|Interval)\s*\(\s*[\"'`]|createElement\(\s*[\"']script|\bsetAttribute\(\s*[\"'](?:on|srcdoc)"
)


def test_text_becomes_markup_in_one_script() -> None:
    assert found(SCRIPTS, SINKS.findall, but=MAKES_MARKUP | {"static/js/htmx.js"}) == {}
    assert {name_of(path) for path in SCRIPTS if "createPolicy" in text(path)} == MAKES_POLICIES


def test_the_search_in_scripts_finds_what_it_looks_for(subtests: pytest.Subtests) -> None:
    for source in [
        "list.innerHTML = found",
        "list.innerHTML += found",
        "more.outerHTML = found;",
        'place.insertAdjacentHTML("beforeend", x)',
        "new DOMParser()",
        "document.write(x)",
        "eval(x)",
        'setTimeout("x()", 1)',
        'document.createElement("script")',
        'a.setAttribute("onclick", x)',
    ]:
        with subtests.test(source=source):
            assert SINKS.findall(source)


@pytest.mark.parametrize("source", ["was.outerHTML === is.outerHTML", "setTimeout(look, 3)", "list.replaceChildren()"])
def test_the_search_in_scripts_lets_pass_what_makes_no_markup(source: str) -> None:
    assert not SINKS.findall(source)
