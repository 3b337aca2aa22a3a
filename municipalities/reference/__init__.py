"""Reference data: the 145 local self-governments and the districts they lie in.

`load()` reads `municipalities.json`, which is edited by hand. A fact without a source is left empty on purpose:
whoever shows it says "not entered". Kosovo and Metohija is not in the list.
"""

import json
import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

DIRECTORY = Path(__file__).parent


@dataclass(frozen=True)
class OfficialLanguage:
    """`language` is a BCP 47 code, `script` "Cyrl" or "Latn" ("" where the source does not say)."""

    language: str
    script: str
    source: str


@dataclass(frozen=True)
class DistrictRecord:
    """`code` is ISO 3166-2 (RS-13); Belgrade (RS-00) belongs to no district and is one of its own."""

    code: str
    name_cyrl: str
    name_latn: str
    name_en: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class MunicipalityRecord:
    """`kind` is "city" or "municipality"; `code` is the official code of the Statistical Office (matični broj), five
    digits, empty where no source has it (Belgrade as a whole); `forms` holds "genitive" (with the type word) and
    "locative" (with u) in Latin, empty where nobody wrote them down; `office_hours` reads "07:00–15:00"."""

    slug: str
    name_cyrl: str
    name_latn: str
    name_en: str
    kind: str
    district: str
    official_languages: tuple[OfficialLanguage, ...]
    code: str = ""
    forms: dict[str, str] = field(default_factory=dict)
    forms_source: str = ""
    population: int | None = None
    population_year: int | None = None
    population_source: str = ""
    website: str = ""
    office_hours: str = ""
    office_hours_source: str = ""


@dataclass(frozen=True)
class Reference:
    districts: tuple[DistrictRecord, ...]
    municipalities: tuple[MunicipalityRecord, ...]


@cache
def load() -> Reference:
    """All districts and municipalities, in the order of the file (districts by code, municipalities by district)."""
    document = json.loads((DIRECTORY / "municipalities.json").read_text(encoding="utf-8"))
    by_law = [{"language": "sr", "script": "Cyrl", "source": document["languages_source"]}]
    return Reference(
        districts=tuple(
            DistrictRecord(**{**row, "aliases": tuple(row.get("aliases", ()))}) for row in document["districts"]
        ),
        municipalities=tuple(
            _municipality({"official_languages": by_law, **row}) for row in document["municipalities"]
        ),
    )


@cache
def codes() -> dict[str, str]:
    """Official codes of the Statistical Office by short name; without those that have none. Source: `codes_source` in
    the file."""
    return {record.slug: record.code for record in load().municipalities if record.code}


@dataclass(frozen=True)
class TemplateRecord:
    title: str
    text: str
    call_kind: str = ""
    call_text: str = ""


@dataclass(frozen=True)
class ServiceRecord:
    """An eService of the national catalogue; `names` are Cyrillic, Latin, English."""

    key: str
    category: str
    names: tuple[str, str, str]
    url: str
    months: tuple[int, ...]
    description: str
    description_en: str
    angle: str
    angle_en: str
    season: str = ""
    season_en: str = ""
    templates: tuple[TemplateRecord, ...] = ()


@cache
def services() -> tuple[ServiceRecord, ...]:
    """The eServices a new installation begins with, in the order of the file."""
    document = tomllib.loads((DIRECTORY / "services.toml").read_text(encoding="utf-8"))
    return tuple(_service(row) for row in document["service"])


def _service(row: dict[str, Any]) -> ServiceRecord:
    texts = row.pop("template", [])
    templates = tuple(TemplateRecord(**{**text, "text": text["text"].strip()}) for text in texts)
    return ServiceRecord(
        **{**row, "names": tuple(row["names"]), "months": tuple(row["months"]), "templates": templates}
    )


def _municipality(row: dict) -> MunicipalityRecord:
    languages = tuple(OfficialLanguage(**language) for language in row["official_languages"])
    return MunicipalityRecord(**{**row, "official_languages": languages})
