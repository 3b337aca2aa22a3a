"""The judge of layouts notices each kind of fault, and nothing where there is none."""

from __future__ import annotations

from typing import Any

import pytest

from tests import geometry

SOUND = """
<p>Words in a line.</p>
<p style="width: 4rem; overflow: hidden; white-space: nowrap; text-overflow: ellipsis">shortened with a sign</p>
<div style="width: 6rem; overflow-x: auto"><p style="width: 40rem">scrolls within itself, as a table does</p></div>
<span style="position: absolute; width: 1px; height: 1px; overflow: hidden">read out only</span>
<div style="position: sticky; top: 0">stays in its place</div>
"""
FAULTY = {
    "sideways": '<p style="width: 200vw">wider than the page</p>',
    "clipped": '<p style="width: 4rem; overflow: hidden; white-space: nowrap">cut without a sign</p>',
    "overlap": '<p style="margin: 0">lies below</p><p style="margin: -1.2em 0 0">lies above</p>',
}


def kinds(page: Any, html: str) -> set[str]:
    page.set_content(f"<!doctype html><body>{html}</body>")
    return {fault[0] for fault in geometry.faults(page)}


def test_a_sound_page_has_no_fault(page: Any) -> None:
    assert kinds(page, SOUND) == set()


@pytest.mark.parametrize("kind", FAULTY)
def test_each_fault_is_noticed(page: Any, kind: str) -> None:
    assert kinds(page, SOUND + FAULTY[kind]) == {kind}


def test_longer_texts_and_wider_spacing_take_more_room(page: Any) -> None:
    # In letters of one width, so that no machine's fonts decide: 20 letters in the room of 21.
    html = (
        '<p style="font-family: monospace; width: 21ch; overflow: hidden; white-space: nowrap">fits just so in here</p>'
    )
    assert kinds(page, html) == set()
    geometry.lengthened(page)
    assert geometry.faults(page)[0][0] == "clipped"
    assert kinds(page, html) == set()
    geometry.space_out(page)
    assert geometry.faults(page)[0][0] == "clipped"
