"""Words of strangers turn nothing around: not on a page, not in a subject."""

from __future__ import annotations

from typing import Any

from django.test import Client

from common import mail
from common.direction import without_bidi_controls
from tests.people import Cast, sign_in

TURNED = "\u202eexe.fdp\u202c \u2066x\u2069"


def test_only_marks_with_a_scope_go() -> None:
    assert without_bidi_controls(f"Ана {TURNED} \u200e!") == "Ана exe.fdp x \u200e!"


def test_a_page_shows_a_name_without_them(cast: Cast) -> None:
    cast.officer.name = TURNED
    cast.officer.save()
    client: Client = sign_in(cast.officer)
    page = client.get("/", follow=True).content.decode()
    assert "exe.fdp x" in page
    assert "\u202e" not in page


def test_a_subject_is_without_them(db: None, settings: Any) -> None:
    assert mail.compose(to="a@test.example", subject=f"About {TURNED}", body=TURNED).subject == "About exe.fdp x"
