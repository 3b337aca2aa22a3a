"""The drawing of packages and imports."""

from __future__ import annotations

from collections import Counter
from xml.etree import ElementTree

from launcher import architecture

LAYERS = [["portal"], ["links", "notifications"], ["common"]]


def dots(counts: Counter[tuple[str, str]]) -> list[str]:
    """Radius of each dot of a drawing of three layers."""
    tree = ElementTree.fromstring(architecture.drawing(LAYERS, counts))
    return [circle.get("r") for circle in tree.iter("{http://www.w3.org/2000/svg}circle")]


def test_a_dot_grows_with_the_number_of_imports() -> None:
    counts = Counter({("portal", "links"): 1, ("links", "common"): 5, ("notifications", "common"): 20})
    assert dots(counts) == ["2.5", "4", "6"]


def test_packages_without_an_import_have_no_dot() -> None:
    assert dots(Counter()) == []


def test_every_package_has_a_description() -> None:
    assert {name for layer in architecture.layers() for name in layer} == set(architecture.DESCRIPTIONS)


def test_imports_are_counted_between_packages() -> None:
    counts = architecture.imports(["posts", "delivery", "serbian"])
    assert counts["posts", "delivery"] > 0
    assert counts["delivery", "posts"] == 0


def test_a_missing_drawing_is_noticed() -> None:
    missing = architecture.ROOT / "docs" / "no-such-drawing.svg"
    assert "Run: make maintain WHAT=architecture" in architecture.stale(missing)
