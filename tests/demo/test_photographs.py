"""Photographs of the demo: small, described, licensed, and each of use."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from demo import photographs as demo_photographs
from demo import pictures, texts
from demo.photographs import photographs
from posts.models import Media
from serbian.scripts import mixed_script_words

FOLDER = demo_photographs.CONTENT / "photographs"


@pytest.mark.parametrize("kind", photographs())
def test_each_is_small_described_and_says_whose_it_is(kind: str) -> None:
    photograph = photographs()[kind]
    table = (FOLDER / "LICENSES.md").read_text(encoding="utf-8").splitlines()
    row = next(line for line in table if line.startswith(f"| `{kind}.jpg` "))
    assert f"| {photograph.author} |" in row
    assert photograph.alt.endswith(".")
    assert mixed_script_words(photograph.alt) == []
    assert len(photograph.content) <= 80_000
    poster = pictures.of(kind, "#8a2f2b")
    assert (poster.large, poster.author) == (photograph.content, photograph.author)
    assert poster.terms.startswith("Слика за демо, ")
    assert len(poster.terms) <= (Media._meta.get_field("licence").max_length or 0)
    with Image.open(io.BytesIO(poster.large)) as image:
        assert image.size == (poster.width, poster.height)
        assert image.width * 2 == image.height * 3
        assert not set(image.info) & {"exif", "comment", "xmp", "photoshop"}


def test_none_is_left_over_and_all_are_light() -> None:
    assert {path.stem for path in FOLDER.glob("*.jpg")} == photographs().keys()
    assert sum(path.stat().st_size for path in FOLDER.glob("*.jpg")) <= 1_500_000
    places = [texts.place(slug) for slug in (*texts.SLUGS, *texts.SECOND_GROUP)]
    wordings = [*texts.common(), *(wording for place in places for wording in place.own)]
    used = {wording.picture for wording in (*wordings, *(event.wording for event in texts.events()))}
    assert photographs().keys() <= used
    assert used - {""} <= pictures.kinds()
