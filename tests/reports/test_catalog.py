"""The catalogue of the open data: it passes the shapes that the European Union publishes with DCAT-AP, says the same in
both formats, and has what a harvester of a national portal asks for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pyshacl
import pytest
import time_machine
from rdflib import DCAT, DCTERMS, FOAF, RDF, RDFS, Graph, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import XSD, Namespace

from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from municipalities.tenancy import scope
from reports.domain import public_page
from tests.people import Cast
from tests.reports import numbers

SHAPES = Path(__file__).parent / "standards/dcat_ap/dcat-ap-SHACL.jsonld"
OCTOBER = date(2026, 10, 1)
AUTHORITY = "http://publications.europa.eu/resource/authority/"
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
DCATAP = Namespace("http://data.europa.eu/r5r/")
PAGE = "https://dobosar.example/open-data/"
pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(autouse=True)
def in_november(settings: Any) -> Iterator[None]:
    settings.PUBLIC_BASE_URL = "https://dobosar.example"
    cache.clear()
    with time_machine.travel("2026-11-25T10:00:00Z", tick=True):
        yield


def opened(cast: Cast) -> None:
    numbers.month(cast.cuprija, cast.officer, OCTOBER)
    with scope(cast.cuprija):
        public_page.choose(cast.cuprija, is_on=True, contact="", by=cast.approver)


def read(name: str = "catalog.rdf") -> Graph:
    answer = Client().get(f"/open-data/{name}")
    assert answer.status_code == 200
    kinds = {
        "catalog.rdf": ("application/rdf+xml; charset=utf-8", "xml"),
        "catalog.jsonld": ("application/ld+json", "json-ld"),
    }
    content_type, parser = kinds[name]
    assert answer.headers["Content-Type"] == content_type
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    return Graph().parse(data=answer.content, format=parser)


def shapes() -> Graph:
    return Graph().parse(SHAPES, format="json-ld")


def violations(graph: Graph) -> str:
    """What the shapes find; empty where the graph conforms."""
    known = Graph() + graph
    for thing in {node for triple in graph for node in triple if isinstance(node, URIRef)}:
        known.add((thing, RDF.type, RDFS.Resource))  # RDF Schema, 2.1: everything is one
    conforms, _report, text = pyshacl.validate(known, shacl_graph=shapes(), advanced=False, inference="none")
    return "" if conforms else text


@pytest.mark.parametrize("name", ["catalog.rdf", "catalog.jsonld"])
def test_it_passes_the_shapes_of_dcat_ap(cast: Cast, settings: Any, name: str) -> None:
    settings.OPEN_DATA_PUBLISHER, settings.OPEN_DATA_CONTACT = "Udruženje <Primer> & Co", "podaci@example.rs"
    opened(cast)
    assert violations(read(name)) == ""


def test_an_installation_without_open_data_and_settings_passes_too() -> None:
    graph = read()
    assert violations(graph) == ""
    names = {(str(name), name.language) for name in graph.objects(URIRef(f"{PAGE}#publisher"), FOAF.name)}
    assert ("The operator of dobosar.example", "en") in names
    assert list(graph.objects(None, DCTERMS.temporal)) == []


def test_the_shapes_are_really_asked(cast: Cast) -> None:
    graph = read()
    for wanted, gone in (
        (DCTERMS.title, (URIRef(f"{PAGE}#catalog"), DCTERMS.title, None)),
        (DCAT.accessURL, (URIRef(f"{PAGE}#months.csv"), DCAT.accessURL, None)),
        (FOAF.name, (URIRef(f"{PAGE}#publisher"), FOAF.name, None)),
    ):
        broken = Graph() + graph
        broken.remove(gone)
        assert str(wanted) in violations(broken) or wanted.split("/")[-1].split("#")[-1] in violations(broken)


def test_both_formats_say_the_same(cast: Cast) -> None:
    opened(cast)
    assert isomorphic(read("catalog.rdf"), read("catalog.jsonld"))


def test_a_harvester_finds_what_it_asks_for(cast: Cast, settings: Any) -> None:
    """Mandatory and recommended properties of DCAT-AP 3.0.0, and where the files are."""
    settings.OPEN_DATA_CONTACT = "podaci@example.rs"
    opened(cast)
    graph = read()
    catalog, dataset = URIRef(f"{PAGE}#catalog"), URIRef(f"{PAGE}#municipal-accounts")
    assert list(graph.objects(catalog, DCAT.dataset)) == [dataset]
    for thing, wanted in (
        (catalog, (DCTERMS.publisher, DCTERMS.license, DCTERMS.language, DCTERMS.issued, DCTERMS.modified,
                   DCTERMS.spatial, DCAT.themeTaxonomy, FOAF.homepage)),
        (dataset, (DCTERMS.publisher, DCAT.contactPoint, DCAT.keyword, DCTERMS.identifier, DCAT.landingPage)),
    ):  # fmt: skip
        assert [name for name in wanted if not list(graph.objects(thing, name))] == []
        for name in (DCTERMS.title, DCTERMS.description):
            assert {text.language for text in graph.objects(thing, name)} == {"sr", "sr-Latn", "en"}
    assert one(graph, dataset, DCAT.theme) == URIRef(f"{AUTHORITY}data-theme/GOVE")
    assert one(graph, dataset, DCTERMS.accrualPeriodicity) == URIRef(f"{AUTHORITY}frequency/MONTHLY")
    assert one(graph, dataset, DCTERMS.spatial) == URIRef(f"{AUTHORITY}country/SRB")
    assert one(graph, dataset, DCTERMS.issued) == Literal("2026-11-25", datatype=XSD.date)
    period = one(graph, dataset, DCTERMS.temporal)
    assert one(graph, period, DCAT.startDate) == Literal("2026-10-01", datatype=XSD.date)
    assert one(graph, period, DCAT.endDate) == Literal("2026-10-31", datatype=XSD.date)
    assert one(graph, URIRef(f"{PAGE}#contact"), VCARD.hasEmail) == URIRef("mailto:podaci@example.rs")
    for distribution in graph.objects(dataset, DCAT.distribution):
        assert one(graph, distribution, DCTERMS.license) == URIRef(settings.OPEN_DATA_LICENCE_URL)
        assert one(graph, distribution, DCATAP.availability)
        address = str(one(graph, distribution, DCAT.downloadURL))
        media = str(one(graph, distribution, DCAT.mediaType)).rpartition("media-types/")[2]
        answer = Client().get(address.removeprefix("https://dobosar.example"))
        assert answer.headers["Content-Type"].partition(";")[0] == media
    names = [str(name).rpartition("#")[2] for name in graph.objects(dataset, DCAT.distribution)]
    assert sorted(names) == ["datapackage.json", "months.csv", "municipalities.csv"]


def one(graph: Graph, thing: Any, name: Any) -> Any:
    (value,) = graph.objects(thing, name)
    return value


def test_the_demonstration_says_that_it_is_one(cast: Cast, settings: Any) -> None:
    settings.DEMO = True
    assert any("fictitious" in str(text) for text in read().objects(None, DCTERMS.description))


def test_another_licence_is_stated_and_not_called_attribution(cast: Cast, settings: Any) -> None:
    settings.OPEN_DATA_LICENCE, settings.OPEN_DATA_LICENCE_URL = "ODbL", "https://opendatacommons.org/licenses/odbl/"
    graph = read()
    assert set(graph.objects(None, DCTERMS.license)) == {URIRef("https://opendatacommons.org/licenses/odbl/")}
    assert list(graph.objects(None, DCTERMS.type)) == []
    assert violations(graph) == ""


def test_it_costs_the_same_for_many_municipalities(cast: Cast) -> None:
    counts = []
    for place, by in ((cast.cuprija, cast.officer), (cast.novi_pazar, cast.stranger)):
        numbers.month(place, by, OCTOBER)
        with scope(place):
            public_page.choose(place, is_on=True, contact="", by=by)
        cache.clear()
        with CaptureQueriesContext(connection) as captured:
            Client().get("/open-data/catalog.rdf")
        counts.append(len(captured))
    assert counts[0] == counts[1]
