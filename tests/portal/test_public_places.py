"""The public pages of municipalities lead to each other, and search engines find them and nothing else."""

from __future__ import annotations

import json
import re
from typing import Any
from xml.etree import ElementTree

import pytest

from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from delivery.models import Delivery
from inbox.domain import house_rules
from inbox.domain.house_rules import HouseRulesInput
from municipalities.models import Municipality
from municipalities.queries import today
from municipalities.tenancy import scope
from posts.models import Post, Variant
from reports.domain import public_page
from tests.analytics.factories import channel, published
from tests.needs import factories
from tests.people import Cast, sign_in

pytestmark = pytest.mark.usefixtures("db")
SITEMAP = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}


PAGE = "/places/cuprija/sr-Cyrl/"


@pytest.fixture(autouse=True)
def fresh() -> None:
    cache.clear()


def switch(cast: Cast, *names: str, place: Municipality | None = None) -> None:
    place = place or cast.cuprija
    with scope(place):
        if "numbers" in names:
            public_page.choose(place, is_on=True, contact="info@cuprija.rs", by=cast.approver)
        if "rules" in names:
            house_rules.save(place, HouseRulesInput(is_on=True, contact="Писарница, 035 123 456"), by=cast.approver)
    if "needs" in names:
        factories.page(place)


def links(text: str) -> list[str]:
    nav = re.search(r'<nav class="public-parts".*?</nav>', text, re.DOTALL)
    return re.findall(r'href="([^"]+)"', nav[0]) if nav else []


def put_out(cast: Cast, text: str, **fields: Any) -> Post:
    """A post that is public on a network of Ćuprija."""
    with scope(cast.cuprija):
        on = channel(cast.cuprija, cast.approver, name="Општина Ћуприја", url="https://mastodon.example/@c", **fields)
        publication = published(on, timezone.now())
        publication.delivery.permalink = "https://mastodon.example/@c/1"
        publication.delivery.save(update_fields=["permalink"])
        Variant.objects.create(
            version=publication.version, municipality=cast.cuprija, language="sr", script="Cyrl", text=text
        )
    return publication.post


def test_there_is_no_page_of_a_municipality_that_shows_nothing(cast: Cast) -> None:
    for path in ("/places/cuprija/", PAGE, "/places/no-such-place/", "/places/cuprija/de/"):
        answer = Client().get(path)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (404, "no-store"), path
        assert "Ћуприја" not in answer.text


def test_each_page_leads_to_all_that_are_on(cast: Cast) -> None:
    switch(cast, "numbers", "rules", "needs")
    expected = [PAGE, "/asked/cuprija/sr-Cyrl/", "/p/cuprija/sr-Cyrl/", "/rules/cuprija/sr-Cyrl/"]
    for path in expected:
        text = Client().get(path).text
        assert links(text) == expected, path
        assert re.search(rf'href="{path}" aria-current="page"', text), path


def test_a_page_that_is_off_is_not_led_to(cast: Cast) -> None:
    switch(cast, "rules")
    assert links(Client().get("/rules/cuprija/sr-Cyrl/").text) == [PAGE, "/rules/cuprija/sr-Cyrl/"]


def test_it_shows_accounts_posts_results_and_whom_to_ask(cast: Cast) -> None:
    switch(cast, "numbers", "rules", "needs")
    put_out(cast, "Вода ће бити искључена у Његошевој улици.")
    with scope(cast.cuprija):
        factories.need(cast.cuprija, cast.officer, "Клупе у парку", stage="done", is_public=True, done_on=today())
    text = Client().get(PAGE).text
    for words in (
        "Општина Ћуприја", "Вода ће бити искључена", "https://mastodon.example/@c/1", "Клупе у парку",
        "info@cuprija.rs", "Писарница, 035 123 456",
    ):  # fmt: skip
        assert words in text, words


@pytest.mark.parametrize(
    ("platform", "chosen"),
    [
        ("mastodon", {"audience": "unlisted"}),
        ("youtube", {"privacy": "unlisted"}),
        ("tiktok", {"audience": "MUTUAL_FOLLOW_FRIENDS"}),
        ("instagram", {"format": "story"}),
        ("facebook", {"format": "story"}),
    ],
)
def test_a_post_that_not_everybody_sees_or_without_its_text_is_not_on_it(
    cast: Cast, platform: str, chosen: dict[str, str]
) -> None:
    switch(cast, "numbers")
    put_out(cast, "Вода ће бити искључена.", platform=platform)
    assert "Вода ће бити искључена." in Client().get(PAGE).text
    cache.clear()
    with scope(cast.cuprija):
        delivery = Delivery.objects.get()
        delivery.payload["settings"] = chosen
        delivery.save(update_fields=["payload"])
    assert "Вода ће бити искључена." not in Client().get(PAGE).text


def test_what_a_municipality_does_not_show_is_not_on_it(cast: Cast) -> None:
    switch(cast, "rules")
    put_out(cast, "Вода ће бити искључена у Његошевој улици.")
    with scope(cast.cuprija):
        factories.need(cast.cuprija, cast.officer, "Клупе у парку", stage="done", is_public=True, done_on=today())
    text = Client().get(PAGE).text
    assert "Вода" not in text
    assert "Клупе" not in text


def test_a_deleted_post_and_one_of_another_municipality_are_not_on_it(cast: Cast) -> None:
    switch(cast, "numbers")
    switch(cast, "numbers", place=cast.novi_pazar)
    post = put_out(cast, "Тајна вест")
    assert "Тајна вест" not in Client().get("/places/novi-pazar/sr-Cyrl/").text
    with scope(cast.cuprija):
        Post.objects.filter(pk=post.pk).update(deleted_at=timezone.now())
    assert "Тајна вест" not in Client().get(PAGE).text


def test_hostile_names_stay_text_in_the_page_and_in_what_search_engines_read(cast: Cast) -> None:
    switch(cast, "numbers")
    hostile = "</script><script>alert(1)</script>"
    put_out(cast, hostile)
    Municipality.objects.filter(pk=cast.cuprija.pk).update(name_cyrl=hostile)
    text = Client().get(PAGE).text
    assert "<script>alert" not in text
    (about,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
    assert json.loads(about)["name"] == hostile


def test_all_municipalities_with_a_page_are_in_the_list_and_no_others(cast: Cast) -> None:
    switch(cast, "rules")
    text = Client().get("/places/in/en/").text
    assert '<html lang="en">' in text
    assert "/places/cuprija/en/" in text
    assert "/rules/cuprija/en/" in text
    assert "novi-pazar" not in text
    assert Client().get("/places/in/de/").status_code == 404


def test_an_empty_list_says_so(cast: Cast) -> None:
    assert "No municipality has switched a public page on yet." in Client().get("/places/in/en/").text


@pytest.mark.parametrize("path", ["/places/in/en/", "/places/cuprija/en/"])
def test_the_number_of_queries_does_not_grow(cast: Cast, path: str) -> None:
    switch(cast, "numbers", "needs", "rules")
    with CaptureQueriesContext(connection) as before:
        Client().get(path)
    for number in range(6):
        put_out(cast, f"Вест {number}", remote_id=f"c{number}")
    switch(cast, "numbers", "needs", "rules", place=cast.novi_pazar)
    cache.clear()
    with CaptureQueriesContext(connection) as after:
        Client().get(path)
    assert len(after) <= len(before) + 1, "texts of posts are one query, once there are some"


def test_they_set_no_cookie_and_run_no_script(cast: Cast) -> None:
    switch(cast, "numbers")
    client = sign_in(cast.officer)
    before = dict(client.cookies)
    for path in (PAGE, "/places/", "/robots.txt", "/sitemap.xml"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert not answer.cookies
        assert "script-src 'none'" in answer.headers["Content-Security-Policy"]
    assert dict(client.cookies) == before


def test_search_engines_are_led_to_public_pages_alone(cast: Cast, settings: Any) -> None:
    settings.DEMO, settings.PUBLIC_BASE_URL = False, "https://portal.example"
    switch(cast, "rules")
    robots = Client().get("/robots.txt").text
    assert "Disallow: /\n" in robots
    assert "Allow: /places/" in robots
    assert "Sitemap: https://portal.example/sitemap.xml" in robots
    root = ElementTree.fromstring(Client().get("/sitemap.xml").content)
    locations = {location.text for location in root.findall("s:url/s:loc", SITEMAP)}
    assert locations == {
        f"https://portal.example{path}/{tag}/"
        for path in ("/places/in", "/places/cuprija", "/rules/cuprija")
        for tag in ("sr-Cyrl", "sr-Latn", "en")
    }
    for url in locations:
        assert Client().get(str(url).removeprefix("https://portal.example")).status_code == 200


def test_a_demonstration_is_not_to_be_found(cast: Cast, settings: Any) -> None:
    settings.DEMO = True
    switch(cast, "rules")
    assert Client().get("/robots.txt").text == "User-agent: *\nDisallow: /\n"
    assert b"<loc>" not in Client().get("/sitemap.xml").content
    assert Client().get(PAGE).headers["X-Robots-Tag"] == "noindex"
