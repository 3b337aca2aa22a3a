"""The WordPress connector against WordPress of Debian."""

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests

from common.http import Http
from platforms import registry
from platforms.errors import NeedsConsent, NotAllowed, Rejected
from platforms.markup import plain
from platforms.types import Action, Credential, Keys
from tests.platforms.bench import Bench
from tests.platforms.real.wordpress import PATIENCE, WordPress, serving
from tests.platforms.test_wordpress import DEVIATIONS, SiteConformance
from tests.platforms.vendor_schemas import wordpress as schema

pytestmark = pytest.mark.real("wordpress")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WordPress]:
    with serving(tmp_path_factory.mktemp("wordpress") / "site") as running:
        yield running


class Visitor:
    """Somebody who is not signed in, and who comments as such, by plain calls."""

    def __init__(self, site: WordPress, author: str) -> None:
        self.site, self.author, self.api = site, author, f"{site.url}/index.php?rest_route=/wp/v2"

    def posts(self) -> list[dict[str, Any]]:
        """As the site shows them: the page's HTML, and the description of the picture above it."""
        posts = self._all("/posts", author=self.author, _embed="wp:featuredmedia")
        comments = [one for one in self._all("/comments") if str(one["author"]) == self.author]
        return [self._seen(post) for post in posts] + [
            {"id": f"{one['post']}/{one['id']}", "text": plain(one["content"]["rendered"]), "alts": []}
            for one in comments
        ]

    def _all(self, path: str, **params: str) -> list[dict[str, Any]]:
        answer = requests.get(self.api + path, params={"per_page": "100", **params}, timeout=PATIENCE)
        assert int(answer.headers["X-WP-Total"]) <= 100
        entities: list[dict[str, Any]] = answer.json()
        return entities

    def _seen(self, post: dict[str, Any]) -> dict[str, Any]:
        shown = str(post["content"]["rendered"])
        above = post.get("_embedded", {}).get("wp:featuredmedia", [])
        alts = [one["alt_text"] for one in above] + re.findall(r'<img [^<>]*alt="([^"]*)"', shown)
        films, text = re.findall(r'<video [^<>]*src="([^"]*)"', shown), re.sub(r"\n{3,}", "\n\n", plain(shown))
        return {
            "id": str(post["id"]), "text": text, "title": html.unescape(post["title"]["rendered"]),
            "alts": [html.unescape(alt) for alt in alts], "html": shown,
            "video": sum(len(requests.get(film, timeout=PATIENCE).content) for film in films),
        }  # fmt: skip

    def react(self, post: str, kind: str, text: str) -> None:
        """The form below a post. Without an approved comment of the same person before, WordPress holds it back."""
        assert kind == "reply"
        where, _, above = post.partition("/")
        form = {
            "comment_post_ID": where,
            "comment_parent": above or "0",
            "comment": text or "Коментар",
            "author": "Грађанка",
        }
        form |= {"email": "gradjanka@example.org"}
        answer = requests.post(
            f"{self.site.url}/wp-comments-post.php", data=form, timeout=PATIENCE, allow_redirects=False
        )
        assert answer.status_code == 302, answer.text
        self.site.administrator.approve_new()


def connect(site: WordPress, name: str) -> tuple[Credential, dict[str, Any]]:
    """As the portal connects: what the site tells of itself, then the user's name and application password."""
    bare = registry.connector("wordpress")(Http(allow=site.allow, deadline=PATIENCE), server=site.url)
    facts = bare.fetch_facts()
    return bare.exchange({"identifier": name, "password": site.passwords[name]}), facts


def bench_of(site: WordPress, name: str) -> Bench:
    credential, _ = connect(site, name)
    visitor = Visitor(site, credential.account_id)
    return Bench(
        key="wordpress",
        server=site.url,
        keys=Keys(),
        credential=credential,
        allow=site.allow,
        public=visitor.posts,
        react=visitor.react,
        deadline=PATIENCE,
        counted={"reply": "replies"},
        deviations=DEVIATIONS,
    )


class TestWordPress(SiteConformance):
    @pytest.fixture
    def bench(self, site: WordPress) -> Bench:
        return bench_of(site, "urednik")

    def revocable(self, bench: Bench) -> dict[str, object]:
        self.site.passwords["other"] = self.site.administrator.application_password(1)
        return {"credential": replace(bench.credential, access_token=f"urednik:{self.site.passwords['other']}")}

    @pytest.fixture(autouse=True)
    def _remember(self, site: WordPress) -> None:
        self.site = site
        # Each test counts what it published; what others left is deleted for good.
        for post in site.administrator.call("GET", "/posts", params={"per_page": 100, "status": "any"}):
            site.administrator.call("DELETE", f"/posts/{post['id']}", params={"force": "true"})

    def test_a_subscriber_may_not_publish_and_an_author_may(self, site: WordPress) -> None:
        reader, _ = connect(site, "pretplatnik")
        assert reader.scopes == ("read",)
        bench = bench_of(site, "autor")
        assert "moderate_comments" not in bench.credential.scopes
        sent = bench.outgoing("Аутор сме.", pictures=(bench.picture(1), bench.picture(2)))
        published = bench.publish(bench.connector(), sent)
        assert [post["id"] for post in bench.public()] == [published.remote_id]
        for pictures in ((), (bench.picture(1),)):
            with pytest.raises(NeedsConsent) as refused:
                bench.publish(bench.connector(credential=reader), replace(sent, pictures=pictures))
            assert refused.value.is_permission
        with pytest.raises(NotAllowed), bench.connector(credential=reader).acting(Action.HIDE):
            pytest.fail("The call would have been made.")

    def test_what_is_no_picture_is_refused(self, bench: Bench) -> None:
        sent = bench.outgoing("Лоше.", pictures=(bench.picture(1),))
        with pytest.raises(Rejected) as refused:
            bench.connector().publish(sent, lambda _ref: b"not a picture")
        assert refused.value.field == "pictures"
        assert bench.texts() == []


def test_its_routes_are_those_that_requests_are_checked_against(site: WordPress) -> None:
    """After an update of WordPress: `python -m tools.vendor.wordpress_schema`, and read the difference."""
    index = requests.get(f"{site.url}/wp-json/wp/v2", timeout=PATIENCE).json()
    assert schema.reduced(index) == schema.document()["routes"]


def test_a_site_in_a_directory_without_pretty_addresses(tmp_path: Path) -> None:
    with serving(tmp_path / "site", "vesti", is_pretty=False) as site:
        bench = bench_of(site, "urednik")
        assert bench.connector().facts["api"] == f"{site.url}/index.php?rest_route=/"
        sent = bench.outgoing("Из директоријума.", pictures=(bench.picture(1),))
        published = bench.publish(bench.connector(), sent)
        assert published.permalink == f"{site.url}/?p={published.remote_id}"
        kind = registry.connector("wordpress")
        assert kind.named_by(published.permalink, site.url, "1") == published.remote_id
        assert "Из директоријума." in bench.texts()
