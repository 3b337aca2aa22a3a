"""Snippets, hashtags, and pictures in folders, one of them with a record of consent."""

import tomllib
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from typing import Any

from demo.library import Drawn
from demo.people import Team
from demo.texts import CONTENT
from library.domain import snippets
from municipalities import place_words
from posts.media.domain import consents, folders

# Nobody can be recognised on a drawing, which is worth writing down once.
WITHOUT_PEOPLE = "frame"
KEPT_FOR = timedelta(days=5 * 365)


@cache
def content() -> dict[str, Any]:
    with (CONTENT / "shelf.toml").open("rb") as file:
        return tomllib.load(file)


def arrange(team: Team, drawn: Mapping[str, Drawn], today: date) -> None:
    """Inside the municipality's scope."""
    municipality, by = team.municipality, team.officer
    filled = {
        "place": place_words.gap_values(municipality)[place_words.PLACE],
        "phone": f"{content()['phones'][municipality.slug]} 123 456",
        "hashtag": municipality.name_cyrl.title().replace(" ", ""),
    }
    for raw in content()["snippet"]:
        texts = {"sr-Cyrl": raw["text"].format(**filled)}
        snippets.create(municipality, kind=raw["kind"], name=raw["name"], texts=texts, by=by)
    for name, kinds in content()["folders"].items():
        pictures = [drawn[kind].media.pk for kind in kinds if kind in drawn]
        if pictures:
            folders.move(pictures, folders.create(municipality, name, by=by), municipality=municipality, by=by)
    if WITHOUT_PEOPLE in drawn:
        details = consents.ConsentDetails("not_needed", "", "", today, None, today + KEPT_FOR)
        consents.record(drawn[WITHOUT_PEOPLE].media, details, by=by)
