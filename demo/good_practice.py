"""The programme's good practice: two examples of its own, and a built-in one that is switched off."""

import tomllib
from collections.abc import Mapping
from typing import Any

from demo.people import PROGRAMME, People
from demo.texts import CONTENT
from exchange.domain import practice
from exchange.models import Example
from library.domain.templates import TemplateContent
from municipalities.models import Programme
from posts.draft import CallToAction, Draft, Text


def arrange(people: People) -> None:
    """Once: a second time nothing is added."""
    programme = Programme.objects.get(name=PROGRAMME)
    if Example.objects.filter(programme=programme).exists():
        return
    with (CONTENT / "good_practice.toml").open("rb") as file:
        content = tomllib.load(file)
    for raw in content["example"]:
        practice.create(programme, _written(raw), by=people.staff)
    for key in content["switched_off"]:
        practice.switch(programme, key, on=False, by=people.staff)


def _written(raw: Mapping[str, Any]) -> practice.ExampleContent:
    draft = Draft(
        texts={"sr-Cyrl": Text(raw["text"].strip())},
        link=raw.get("link", ""),
        call=CallToAction(raw["call"], raw["call_words"]),
        tracked=bool(raw.get("link")),
    )
    gaps = [dict(zip(("name", "kind", "label", "example"), gap, strict=True)) for gap in raw["gaps"]]
    same = ("purpose", "shape", "why", "watch", "patterns", "networks", "drawing")
    english = {name: template_content.strip() for name, template_content in raw["en"].items()}
    template_content = TemplateContent(raw["name"], raw["about"], "", draft, gaps)
    return practice.ExampleContent(template_content, **{name: raw[name] for name in same}, english=english)
