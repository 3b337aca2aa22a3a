"""Which fields a correction changes, and whether a network can edit them in place. Pure."""

from __future__ import annotations

from dataclasses import replace

import pytest

from platforms.types import Limits, Outgoing
from posts.editing.correction_plan import changed_fields, possible_ways
from posts.enums import AmendmentWay
from tests.platforms.bench import outgoing, picture, video

PICTURES = outgoing("Вашар.", pictures=(picture(1), picture(2)))
FILM = outgoing("Вашар.", video=video(alt="Мост"))


@pytest.mark.parametrize(
    ("now", "then", "fields"),
    [
        (PICTURES, PICTURES, set()),
        (PICTURES, replace(PICTURES, pictures=(picture(1), replace(picture(2), alt="Пијаца"))), {"alt"}),
        (PICTURES, replace(PICTURES, pictures=(picture(2), picture(1))), {"pictures"}),
        (FILM, replace(FILM, video=video(alt="Нови мост")), {"alt"}),
        (FILM, replace(FILM, video=video(alt="Нови мост", ref="други")), {"video"}),
        (FILM, replace(FILM, video=None), {"video"}),
        (FILM, replace(FILM, text="Нема вашара.", video=video(alt="")), {"text", "alt"}),
    ],
)
def test_a_description_is_a_field_of_its_own(now: Outgoing, then: Outgoing, fields: set[str]) -> None:
    assert changed_fields(now, then) == fields


def test_a_description_is_edited_where_the_network_can_and_the_post_sent_again_elsewhere() -> None:
    limits = Limits(500, "graphemes", edits=("text", "alt"))
    changed = frozenset({"text", "alt"})
    assert possible_ways(changed, limits)[0] == AmendmentWay.EDIT
    assert possible_ways(changed, replace(limits, edits=("text",)))[0] == AmendmentWay.RESEND
