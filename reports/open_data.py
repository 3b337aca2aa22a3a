"""Open data: two tables and their description as a Data Package (https://specs.frictionlessdata.io/table-schema/).

Names of files and columns are in English and never change without a new name, because other programs read them.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings

from municipalities import reference
from reports.files.cells import plain, text_cell
from reports.files.tables import table
from reports.queries.public import SUMS, Open

Field = tuple[str, str, str]
MUNICIPALITIES: tuple[Field, ...] = (
    ("municipality", "string", "Short name in addresses; joins the two tables."),
    ("name_cyrl", "string", "Name in Serbian Cyrillic."),
    ("name_latn", "string", "Name in Serbian Latin."),
    ("district", "string", "District, by its short name."),
    ("population", "integer", "Inhabitants, as far as they were entered."),
    ("population_year", "year", "Year of that figure."),
    ("population_source", "string", "Source of that figure."),
    ("official_code", "string", "Code (matični broj) of the Statistical Office of the Republic of Serbia."),
)
MONTHS: tuple[Field, ...] = (
    ("municipality", "string", "Short name in addresses; joins the two tables."),
    ("month", "yearmonth", "Month by which posts are counted, by their day of publication in Belgrade."),
    ("network", "string", "The network."),
    ("account", "string", "The official account on it."),
    ("posts", "integer", "Posts published in the month."),
    ("likes", "integer", "Likes of these posts, as the network told last."),
    ("reposts", "integer", "Shares on the same network."),
    ("replies", "integer", "Comments; only how many, never what they say."),
    ("interactions", "integer", "Likes, shares, comments and quotes, as far as the network tells them."),
    ("views", "integer", "Times the posts were shown."),
    ("followers", "integer", "Followers, as last read in the month. Must not be added up over months or accounts."),
)
TABLES = {
    "municipalities": (MUNICIPALITIES, ["municipality"], "Municipalities that opened their numbers."),
    "months": (
        MONTHS,
        ["municipality", "month", "network", "account"],
        "Sums of the official accounts by whole months. Nothing where no network told the number, never a zero.",
    ),
}


def csv(name: str, data: Open) -> bytes:
    fields, _key, _about = TABLES[name]
    rows = _municipalities(data) if name == "municipalities" else _months(data)
    return table([field for field, _kind, _meaning in fields], rows)


def _municipalities(data: Open) -> Iterable[Sequence[str]]:
    codes = reference.codes()
    for place in data.municipalities:
        year = str(place.population_year) if place.population is not None else ""
        population = "" if place.population is None else plain(place.population)
        texts = (place.slug, place.name_cyrl, place.name_latn, place.district_id)
        source = text_cell(place.population_source) if year else ""
        yield (*map(text_cell, texts), population, year, source, codes.get(place.slug, ""))


def _months(data: Open) -> Iterable[Sequence[str]]:
    slugs = {place.pk: place.slug for place in data.municipalities}
    for row in data.sums:
        values = [row.numbers[key] for key in SUMS] + [row.followers]
        account = row.channel.handle or row.channel.name
        # An account begins with an at sign on most networks, which a spreadsheet takes for a formula.
        yield (
            slugs[row.municipality_id],
            f"{row.month:%Y-%m}",
            row.channel.platform,
            text_cell(account.removeprefix("@")),
            *("" if value is None else str(value) for value in values),
        )


def package() -> bytes:
    """`datapackage.json`, with the schema of each table."""
    base = settings.PUBLIC_BASE_URL.rstrip("/")
    descriptor: dict[str, Any] = {
        "profile": "tabular-data-package",
        "name": "municipal-accounts",
        "title": "Official accounts of municipalities on social networks, in sums by month",
        "homepage": f"{base}/open-data/",
        "licenses": [{"name": settings.OPEN_DATA_LICENCE, "path": settings.OPEN_DATA_LICENCE_URL}],
        "resources": [_resource(name) for name in TABLES],
    }
    return json.dumps(descriptor, ensure_ascii=False, indent=2).encode()


def _resource(name: str) -> dict[str, Any]:
    fields, key, about = TABLES[name]
    schema: dict[str, Any] = {
        "fields": [{"name": field, "type": kind, "description": meaning} for field, kind, meaning in fields],
        "primaryKey": key,
        "missingValues": [""],
    }
    if name == "months":
        refers = {"resource": "municipalities", "fields": "municipality"}
        schema["foreignKeys"] = [{"fields": "municipality", "reference": refers}]
    return {
        "profile": "tabular-data-resource",
        "name": name,
        "path": f"{name}.csv",
        "description": about,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "header": True},
        "schema": schema,
    }
