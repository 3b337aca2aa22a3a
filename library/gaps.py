"""The questions of a template: one for each gap in its texts. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from library.enums import GapKind
from posts.draft import Draft
from posts.editing.placeholders import gaps
from serbian.folding import fold

MOST = 30
MOST_LABEL = 120
# By what a name begins with, folded: good guesses for the question, which a person can correct.
_DAYS = ("dan", "datum", "rok", "pocetak", "kraj", "objava")
_LINKS = ("adresa", "link", "veza", "stranica")

Gap = dict[str, str]


class TemplateSource(Protocol):
    """What a template is written from: one of a municipality's library, or a post of a programme's kit."""

    name: str
    about: str
    category: str
    content: Any
    deadline: str

    @property
    def gaps(self) -> Any: ...


def with_defaults(draft: Draft, known: Sequence[Mapping[str, Any]]) -> list[Gap]:
    """One entry for each gap of the draft, in order: as `known` has it, else guessed from its name."""
    known_by_name = {fold(str(gap.get("name", ""))): gap for gap in known}
    return [_gap(name, known_by_name.get(fold(name), {})) for name in gaps(draft)[:MOST]]


def _gap(name: str, known: Mapping[str, Any]) -> Gap:
    kind = known.get("kind", "")
    return {
        "name": name,
        "kind": kind if kind in GapKind.values else _guessed(fold(name)),
        "label": str(known.get("label") or "").strip()[:MOST_LABEL] or name[:1].upper() + name[1:],
        "example": str(known.get("example") or "").strip()[:MOST_LABEL],
    }


def _guessed(name: str) -> str:
    if name.startswith(_LINKS):
        return GapKind.LINK.value
    return GapKind.DATE.value if name.startswith(_DAYS) else GapKind.TEXT.value
