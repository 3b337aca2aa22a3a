"""Built-in templates, read from `reference/starters.toml`.

They are not stored as rows: a municipality that changes one gets a copy (`Template.starter`), the others get the
improved texts of the next release.
"""

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from posts.draft import CallToAction, Draft, Interactive, Text

FILE = Path(__file__).parent / "reference" / "starters.toml"


@lru_cache(maxsize=1)
def starters() -> Mapping[str, Mapping[str, Any]]:
    """By key, in the order of the file: the fields of `library.models.Template`, `content` as JSON of a draft."""
    with FILE.open("rb") as file:
        return {key: fields_of(raw) for key, raw in tomllib.load(file).items()}


def fields_of(raw: Mapping[str, Any]) -> dict[str, Any]:
    """What such a file says of one text with gaps, as fields of a template or of whatever begins a post."""
    interactive = dict(raw.get("interactive", {}))
    draft = Draft(
        texts={"sr-Cyrl": Text(raw["text"].strip())},
        link=raw.get("link", ""),
        call=CallToAction(raw.get("call", ""), raw.get("call_words", "")),
        tracked=bool(raw.get("link")),
        interactive=Interactive(**{**interactive, "options": tuple(interactive.get("options", ()))}),
    )
    return {
        "name": raw["name"],
        "about": raw["about"],
        "category": raw["category"],
        "content": draft.to_json(),
        "gaps": [dict(zip(("name", "kind", "label", "example"), gap, strict=True)) for gap in raw.get("gaps", ())],
        "deadline": raw.get("deadline", ""),
    }
