"""Pictures of practice pages beside previews: one of each network, and all of them in the documentation."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image

from demo import practice_faces
from platforms.imitation import NETWORKS
from practice.imitations import IMITATIONS

ROOT = Path(__file__).resolve().parents[2]


def test_the_demo_has_a_page_of_every_network_and_of_every_layout() -> None:
    faces = practice_faces.faces()
    assert faces.keys() == set(NETWORKS)
    assert all(face.plan.network == network for network, face in faces.items())
    layouts = [IMITATIONS[network].layout for network in practice_faces.LAYOUTS]
    assert sorted(layouts) == sorted({imitation.layout for imitation in IMITATIONS.values()})


def test_pictures_stand_side_by_side_and_long_ones_are_cut() -> None:
    pictures = [Image.new("RGB", (460, 300)), Image.new("RGB", (400, 5000))]
    with Image.open(io.BytesIO(practice_faces._side_by_side(pictures))) as sheet:
        assert (sheet.format, sheet.size) == ("WEBP", (460 + 400 + 3 * 24, practice_faces.TALLEST + 2 * 24))


def test_the_documentation_shows_each_of_them() -> None:
    page = (ROOT / "docs/platforms/practice.md").read_text(encoding="utf-8")
    folder = ROOT / "docs" / "screenshots"
    names = {f"practice-{network}.webp" for network in NETWORKS} | {"practice-layouts.webp"}
    assert {path.name for path in folder.glob("practice-*.webp")} == names
    assert [name for name in names if f"../screenshots/{name}" not in page] == []
    assert sum((folder / name).stat().st_size for name in names) < 1_500_000
