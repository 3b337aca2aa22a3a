"""A kit of the programme with two posts, as its staff write it, and the desk of a municipality that may adopt it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time
from typing import Any

import pytest

from django.utils import translation

from kits.domain import edit
from kits.domain.edit import KitPostContent
from kits.models import Kit
from library.domain.templates import TemplateContent
from municipalities.domain.reference import load_services
from municipalities.models import EService
from posts.draft import CallToAction, Draft, Text
from tests.people import Cast
from tests.posts.desk import Desk, opened

FIRST = "Почиње упис у вртић {{у месту}}. Пријавите дете до {{рок}}. Питања: {{телефон}}."
LAST = "Још само данас траје упис {{у месту}}. Позовите {{телефон}}."


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Sentences are compared in English; requests choose the language of their reader by themselves."""
    with translation.override("en"):
        yield


@pytest.fixture
def desk(cast: Cast) -> Desk:
    from municipalities.tenancy import scope

    with scope(cast.cuprija):
        return opened(cast)


def part(
    name: str, text: str, *, day: int = 0, gaps: list[dict[str, str]] | None = None, **fields: Any
) -> KitPostContent:
    """`fields` are those of `Draft`."""
    draft = Draft(**{"texts": {"sr-Cyrl": Text(text)}, **fields})
    deadline = "рок" if "{{рок}}" in text else ""
    return KitPostContent(
        TemplateContent(name, "Слика: деца у дворишту.", "eservice", draft, gaps or [], deadline), day, time(10)
    )


def values(**changed: Any) -> dict[str, Any]:
    known = {"name": "еУпис у вртић", "purpose": "Пријава без доласка на шалтер.", "service": None}
    return {**known, "starts_on": None, "ends_on": None, **changed}


@pytest.fixture
def draft_kit(cast: Cast) -> Kit:
    """Not published yet; it promotes a service of the catalogue and has a link."""
    load_services()
    service = EService.objects.get(key="evrtic")
    kit = edit.create(cast.programme, values(service=service, starts_on=date(2026, 3, 2)), by=cast.staff)
    asked = [{"name": "телефон", "kind": "text", "label": "Који број се зове?", "example": "035 123 456"}]
    call = CallToAction("apply", "Пријавите дете")
    edit.save_post(kit, None, part("Упис почиње", FIRST, gaps=asked, call=call, link="{{линк}}"), by=cast.staff)
    edit.save_post(kit, None, part("Последњи дан", LAST, day=14), by=cast.staff)
    kit.refresh_from_db()
    return kit


@pytest.fixture
def kit(cast: Cast, draft_kit: Kit) -> Kit:
    return edit.publish(draft_kit, by=cast.staff)
