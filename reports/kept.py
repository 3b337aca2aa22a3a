"""Documents as plain JSON and back, for content that is kept (`reports.models.KeptContent`).

A document read back is equal to the one that was kept, number for number, so every file written from it is the same.
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from typing import Any

from django.utils.functional import Promise

from reports.document import (
    Bullets,
    CellType,
    Column,
    Document,
    DocumentTexts,
    Facts,
    Figure,
    Heading,
    Link,
    Missing,
    Paragraph,
    Table,
    Tile,
    Tiles,
)
from reports.results import Aim, IndicatorResult, ReportedMunicipality, Results

IS = "is"
KINDS: Mapping[str, Any] = {
    kind.__name__: kind
    for kind in (
        Aim, Bullets, Column, Document, DocumentTexts, Facts, Figure, Heading, IndicatorResult, Link, Missing,
        Paragraph, ReportedMunicipality, Results, Table, Tile, Tiles,
    )
}  # fmt: skip


def to_plain(value: Any) -> Any:
    """Raises `TypeError` for what a document cannot hold."""
    if is_dataclass(value) and not isinstance(value, type):
        return {IS: type(value).__name__, **{part.name: to_plain(getattr(value, part.name)) for part in fields(value)}}
    if isinstance(value, datetime):
        return {IS: "datetime", "at": value.isoformat()}
    if isinstance(value, date):
        return {IS: "date", "on": value.isoformat()}
    if isinstance(value, str | Promise):
        return str(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, list | tuple):
        return [to_plain(member) for member in value]
    raise TypeError(f"{type(value).__name__} cannot be kept")


def from_plain(plain: Any) -> Any:
    if isinstance(plain, list):
        return tuple(from_plain(member) for member in plain)
    if not isinstance(plain, dict):
        return plain
    if plain[IS] == "datetime":
        return datetime.fromisoformat(plain["at"])
    if plain[IS] == "date":
        return date.fromisoformat(plain["on"])
    values = {name: from_plain(value) for name, value in plain.items() if name != IS}
    if plain[IS] == "Column":
        values["kind"] = CellType(values["kind"])
    return KINDS[plain[IS]](**values)
