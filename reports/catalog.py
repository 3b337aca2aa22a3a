"""The open data as a DCAT-AP catalogue (https://semiceu.github.io/DCAT-AP/releases/3.0.0/), for harvesters of portals:
data.gov.rs runs udata, which reads it (https://udata.readthedocs.io/en/stable/harvesting/). One data set, whose
distributions are the files of `reports.open_data`. Written as RDF/XML and as JSON-LD from the same nodes.

Codes are of the Publications Office of the European Union (https://op.europa.eu/en/web/eu-vocabularies). Each node that
the profile gives a class has it, so that a validator needs nothing from outside.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, SubElement, indent, register_namespace, tostring

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from common import languages
from common.xml_text import xml_text
from municipalities.queries import today
from reports import rules
from reports.open_data import TABLES
from reports.queries.public import Open

NAMESPACES = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
AUTHORITY = "http://publications.europa.eu/resource/authority/"
MEDIA_TYPES = "http://www.iana.org/assignments/media-types/"
DATA_PACKAGE = "https://specs.frictionlessdata.io/data-package/"
TABLE_SCHEMA = "https://specs.frictionlessdata.io/table-schema/"
CC_BY = "https://creativecommons.org/licenses/by/"
# Harvesters choose texts by the language alone; Cyrillic is the script of the law.
LANGUAGE_TAGS = {"sr-Cyrl": "sr"}
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


@dataclass(frozen=True)
class Literal:
    """`language` or `kind` (of `xsd`) may be empty."""

    text: str
    language: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Node:
    """A resource with its class. `iri` empty: it has no address. Names have the prefixes of `NAMESPACES`."""

    kind: str
    iri: str = ""
    properties: Sequence[tuple[str, "Literal | Node"]] = ()


def rdf(data: Open) -> bytes:
    """RDF/XML."""
    for prefix, address in NAMESPACES.items():
        register_namespace(prefix, address)
    root = Element(_full("rdf:RDF"))
    _element(root, _catalog(data))
    indent(root)
    return tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"


def jsonld(data: Open) -> bytes:
    document = {"@context": NAMESPACES, **_object(_catalog(data))}
    return json.dumps(document, ensure_ascii=False, indent=2).encode() + b"\n"


def _catalog(data: Open) -> Node:
    page = f"{settings.PUBLIC_BASE_URL.rstrip('/')}/open-data/"
    publisher = _publisher(page)
    about = _texts("dct:description", _description)
    scheme = Node("skos:ConceptScheme", f"{AUTHORITY}data-theme", [("dct:title", Literal("Data theme", "en"))])
    return Node(
        "dcat:Catalog",
        f"{page}#catalog",
        [
            *_texts("dct:title", lambda: f"{_('Open data')} · {urlsplit(page).hostname}"),
            *about,
            ("dct:publisher", publisher),
            *_about_both(data),
            ("dct:license", _license()),
            ("dcat:themeTaxonomy", scheme),
            ("foaf:homepage", Node("foaf:Document", page)),
            ("dcat:dataset", _dataset(data, page, publisher)),
        ],
    )


def _about_both(data: Open) -> Iterator[tuple[str, Literal | Node]]:
    """What the catalogue and its only data set have in common."""
    for code in ("SRP", "ENG"):
        yield "dct:language", Node("dct:LinguisticSystem", f"{AUTHORITY}language/{code}")
    yield "dct:spatial", Node("dct:Location", f"{AUTHORITY}country/SRB")
    if data.since:
        yield "dct:issued", _day(data.since)
    # Values of past months are corrected as networks correct them, so every day makes the files anew.
    yield "dct:modified", _day(today())


def _dataset(data: Open, page: str, publisher: Node) -> Node:
    return Node(
        "dcat:Dataset",
        f"{page}#municipal-accounts",
        [
            ("dct:identifier", Literal(f"{page}#municipal-accounts")),
            *_texts("dct:title", lambda: _("Official accounts of municipalities on social networks, totals by month")),
            *_texts("dct:description", _description),
            ("dct:publisher", publisher),
            ("dcat:contactPoint", _contact(page)),
            *_about_both(data),
            *_temporal(data),
            ("dct:accrualPeriodicity", Node("dct:Frequency", f"{AUTHORITY}frequency/MONTHLY")),
            ("dcat:theme", _concept(f"{AUTHORITY}data-theme/GOVE", "Government and public sector")),
            *_texts("dcat:keyword", lambda: _("local self-government")),
            *_texts("dcat:keyword", lambda: _("social networks")),
            ("dcat:landingPage", Node("foaf:Document", page)),
            *(("dcat:distribution", _table(page, name)) for name in TABLES),
            ("dcat:distribution", _package(page)),
        ],
    )


def _table(page: str, name: str) -> Node:
    titles: dict[str, Callable[[], str]] = {
        "municipalities": lambda: _("Municipalities (CSV)"),
        "months": lambda: _("Totals by month and account (CSV)"),
    }
    return _distribution(page, f"{name}.csv", titles[name], TABLES[name][2], ("CSV", "text/csv", TABLE_SCHEMA))


def _package(page: str) -> Node:
    about = "Names, types and keys of the columns of both tables."
    kind = ("JSON", "application/json", DATA_PACKAGE)
    return _distribution(page, "datapackage.json", lambda: _("Description of the tables (Data Package)"), about, kind)


def _distribution(page: str, name: str, title: Callable[[], str], about: str, kind: tuple[str, str, str]) -> Node:
    """`about` is English, as in the files. `kind`: file type, media type, standard."""
    file_type, media_type, standard = kind
    address = Node("", f"{page}{name}")
    return Node(
        "dcat:Distribution",
        f"{page}#{name}",
        [
            *_texts("dct:title", title),
            ("dct:description", Literal(about, "en")),
            ("dcat:accessURL", address),
            ("dcat:downloadURL", address),
            ("dct:format", Node("dct:MediaTypeOrExtent", f"{AUTHORITY}file-type/{file_type}")),
            ("dcat:mediaType", Node("dct:MediaType", f"{MEDIA_TYPES}{media_type}")),
            ("dct:conformsTo", Node("dct:Standard", standard)),
            ("dct:license", _license()),
            ("dcatap:availability", _concept(f"{AUTHORITY}planned-availability/STABLE", "stable")),
        ],
    )


def _description() -> str:
    text = _(
        "How often municipalities publish on their official accounts, and how people respond: totals by month and "
        "account, of municipalities that opened their metrics. No posts, no comments, no people."
    )
    if settings.DEMO:
        return f"{_('This is a demonstration: posts and metrics are fictitious.')} {text}"
    return text


def _publisher_name(page: str) -> str:
    return settings.OPEN_DATA_PUBLISHER or _("The operator of %(host)s") % {"host": urlsplit(page).hostname}


def _publisher(page: str) -> Node:
    return Node("foaf:Agent", f"{page}#publisher", [*_texts("foaf:name", lambda: _publisher_name(page))])


def _contact(page: str) -> Node:
    properties: list[tuple[str, Literal | Node]] = [
        *_texts("vcard:fn", lambda: _publisher_name(page)),
        ("vcard:hasURL", Node("", page)),
    ]
    if settings.OPEN_DATA_CONTACT:
        properties.append(("vcard:hasEmail", Node("", f"mailto:{settings.OPEN_DATA_CONTACT}")))
    return Node("vcard:Kind", f"{page}#contact", properties)


def _license() -> Node:
    """`OPEN_DATA_LICENCE` is its name. Its type is said where it is known."""
    address = settings.OPEN_DATA_LICENCE_URL
    properties: list[tuple[str, Literal | Node]] = [("dct:title", Literal(settings.OPEN_DATA_LICENCE))]
    if address.startswith(CC_BY):
        properties.append(("dct:type", _concept("http://purl.org/adms/licencetype/Attribution", "Attribution")))
    return Node("dct:LicenseDocument", address, properties)


def _concept(iri: str, label: str) -> Node:
    return Node("skos:Concept", iri, [("skos:prefLabel", Literal(label, "en"))])


def _temporal(data: Open) -> Iterator[tuple[str, Node]]:
    """From the first to the last day of the months that are in the files."""
    months = [channel_sum.month for channel_sum in data.sums]
    if months:
        days = [("dcat:startDate", _day(min(months))), ("dcat:endDate", _day(rules.last_of(max(months))))]
        yield "dct:temporal", Node("dct:PeriodOfTime", "", days)


def _day(day: date) -> Literal:
    return Literal(day.isoformat(), kind="xsd:date")


def _texts(name: str, text: Callable[[], str]) -> Iterator[tuple[str, Literal]]:
    """In every language of the portal."""
    for code, tag in languages.codes_and_tags():
        with translation.override(code):
            yield name, Literal(text(), LANGUAGE_TAGS.get(tag, tag))


# ---- Writing


def _full(name: str) -> str:
    prefix, _colon, local = name.partition(":")
    return f"{{{NAMESPACES[prefix]}}}{local}"


def _element(parent: Element, node: Node) -> None:
    element = SubElement(parent, _full(node.kind), {_full("rdf:about"): node.iri} if node.iri else {})
    for name, value in node.properties:
        if isinstance(value, Literal):
            attributes = {XML_LANG: value.language} if value.language else {}
            if value.kind:
                attributes[_full("rdf:datatype")] = NAMESPACES["xsd"] + value.kind.removeprefix("xsd:")
            SubElement(element, _full(name), attributes).text = xml_text(value.text)
        elif not value.kind:
            SubElement(element, _full(name), {_full("rdf:resource"): value.iri})
        else:
            _element(SubElement(element, _full(name)), value)


def _object(node: Node) -> dict[str, Any]:
    about = {**({"@id": node.iri} if node.iri else {}), **({"@type": node.kind} if node.kind else {})}
    return {**about, **_grouped((name, _value(value)) for name, value in node.properties)}


def _value(value: Literal | Node) -> dict[str, Any]:
    if isinstance(value, Node):
        return _object(value)
    more = {"@language": value.language} if value.language else {"@type": value.kind} if value.kind else {}
    return {"@value": value.text, **more}


def _grouped(pairs: Iterable[tuple[str, Any]]) -> dict[str, list[Any]]:
    grouped: dict[str, list[Any]] = {}
    for name, value in pairs:
        grouped.setdefault(name, []).append(value)
    return grouped
