"""Examples of good practice, as tests write them."""

from __future__ import annotations

from typing import Any

from exchange.domain import practice
from exchange.domain.practice import ExampleContent
from exchange.models import Example
from library.domain.templates import TemplateContent
from posts.draft import CallToAction, Draft, Text
from tests.people import Cast

TEXT = "Пијаца се сели {{дан}}. Тезге су код {{место}}."
GAPS = [
    {"name": "дан", "kind": "text", "label": "Ког дана", "example": "у суботу"},
    {"name": "место", "kind": "text", "label": "Где (код чега)", "example": "поште"},
]


def written(name: str = "Сељење пијаце", **fields: Any) -> ExampleContent:
    draft = Draft(texts={"sr-Cyrl": Text(fields.pop("text", TEXT))}, call=CallToAction("share", "Јавите комшијама"))
    template = TemplateContent(name, "Када се нешто премешта.", "service", draft, GAPS)
    return ExampleContent(template, **{"purpose": "service", "shape": "picture", "why": "Каже где и када.", **fields})


def example(cast: Cast, name: str = "Сељење пијаце", **fields: Any) -> Example:
    return practice.create(cast.programme, written(name, **fields), by=cast.staff)


def sent(**fields: Any) -> dict[str, Any]:
    """What the form of an example sends."""
    rows = {f"gap-{at}-{part}": gap[part] for at, gap in enumerate(GAPS) for part in gap}
    return {
        "name": "Сељење пијаце", "about": "Када се нешто премешта.", "purpose": "service", "shape": "picture",
        "text-sr-Cyrl": TEXT, "call": "share", "call_words": "Јавите комшијама", "why": "Каже где и када.",
        "patterns": "Сачувајте објаву\nПоделите", "networks": ["facebook", "viber"], **rows, **fields,
    }  # fmt: skip
