"""Names that may not come back (docs/adr/0025-vocabulary.md), and one class name for one thing."""

from __future__ import annotations

import ast

from tests.architecture import vocabulary


def test_no_old_name_comes_back() -> None:
    old = [
        f"{path.relative_to(vocabulary.ROOT)}:{line} {name}"
        for package in vocabulary.PACKAGES
        for path in vocabulary.modules(package)
        for line, name in vocabulary.old_names(path)
    ]
    assert not old, "\n".join(old)


def test_the_search_sees_every_kind_of_name() -> None:
    source = (
        "class Told: pass\n"
        "def told(found):\n    each = [said for said in found]\n    self.look = 1\n"
        "try: pass\nexcept ValueError as told: pass\n"
    )
    tree = ast.parse(source)
    assert list(vocabulary.classes(tree)) == ["Told"]
    assert {name for _line, name in vocabulary.names(tree)} == {"told", "found", "each", "said", "look"}


def test_no_loop_of_a_template_has_an_old_name() -> None:
    old = [
        f"{path.relative_to(vocabulary.ROOT)}:{line} {name}"
        for path in vocabulary.TEMPLATES
        for line, name in vocabulary.template_names(path.read_text(encoding="utf-8"))
        if name in vocabulary.TEMPLATE_NAMES
    ]
    assert not old, "\n".join(old)


def test_the_search_in_templates_sees_loops_and_with() -> None:
    source = (
        "{% for each in rows %}{% for tag, told in each.texts.items %}\n"
        "{% with it=each.post one=1 %}{% blocktranslate with said=it %}{{ said }}{% endblocktranslate %}"
    )
    assert list(vocabulary.template_names(source)) == [(1, "each"), (1, "tag"), (1, "told"), (2, "it"), (2, "one")]
