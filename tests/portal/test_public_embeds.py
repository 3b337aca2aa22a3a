"""Parts of a municipality's public page for its own site: small, without cookies, and the only pages to be framed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from analytics.months import first_of
from delivery.models import Delivery
from municipalities.models import Municipality
from municipalities.queries import today
from municipalities.tenancy import scope
from needs.models import Need
from portal.public_embeds import PAGE_BYTES
from posts.models import Post
from reports.domain import public_page
from tests import refusals
from tests.analytics import factories as analytics_factories
from tests.analytics import months
from tests.browsing import COLOURS, enter, violations
from tests.common.test_ui import THEMES
from tests.hostile import Elements
from tests.needs import factories
from tests.people import Cast, sign_in
from tests.portal.test_public_places import put_out, switch

pytestmark = pytest.mark.usefixtures("db")

POSTS, ASKED = "/places/cuprija/embed/posts/", "/places/cuprija/embed/asked/"
NUMBERS = "/places/cuprija/embed/numbers/"
MOST_BYTES = 10_000
STYLE = settings.BASE_DIR / "static" / "css" / "embed.css"
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)> \u202egnitsoh ' + "Ж" * 400


@pytest.fixture(autouse=True)
def fresh() -> None:
    cache.clear()


def need_done(cast: Cast, title: str = "Клупе у парку", **fields: Any) -> Need:
    with scope(cast.cuprija):
        return factories.need(cast.cuprija, cast.officer, title, stage="done", is_public=True, **fields)


def size(answer: Any) -> int:
    return len(answer.content) + STYLE.stat().st_size


@pytest.mark.parametrize("path", [POSTS, NUMBERS, ASKED, "/places/no-such-place/embed/posts/", f"{POSTS}de/"])
def test_what_is_switched_off_is_not_there(cast: Cast, path: str) -> None:
    put_out(cast, "Вода ће бити искључена.")
    need_done(cast)
    answer = Client().get(path)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (404, "no-store")
    assert "Вода" not in answer.text
    assert "Клупе" not in answer.text


def test_each_is_there_while_its_page_is_on(cast: Cast) -> None:
    put_out(cast, "Вода ће бити искључена.")
    need_done(cast)
    switch(cast, "numbers", "needs")
    assert "Вода ће бити искључена." in Client().get(POSTS).text
    assert "Клупе у парку" in Client().get(ASKED).text
    with scope(cast.cuprija):
        public_page.choose(cast.cuprija, is_on=False, contact="", by=cast.approver)
    assert Client().get(POSTS).status_code == Client().get(NUMBERS).status_code == 404
    assert Client().get(ASKED).status_code == 200
    factories.page(cast.cuprija, is_on=False)
    assert Client().get(ASKED).status_code == 404


def test_it_is_in_the_script_of_the_municipality_or_of_the_address(cast: Cast) -> None:
    switch(cast, "numbers", "needs")
    for path in (POSTS, NUMBERS, ASKED):
        assert '<html lang="sr-Cyrl">' in Client().get(path).text
        assert '<html lang="sr-Latn">' in Client().get(f"{path}sr-Latn/").text
    assert "<h1>Latest posts</h1>" in Client().get(f"{POSTS}en/").text
    need_done(cast)
    assert "Klupe u parku" in Client().get(f"{ASKED}sr-Latn/").text


@pytest.mark.parametrize(
    ("platform", "chosen"),
    [("mastodon", {"audience": "unlisted"}), ("instagram", {"format": "story"}), ("facebook", {"format": "story"})],
)
def test_a_post_for_few_people_and_a_story_are_not_listed(cast: Cast, platform: str, chosen: dict[str, str]) -> None:
    switch(cast, "numbers")
    put_out(cast, "Вода ће бити искључена.", platform=platform)
    with scope(cast.cuprija):
        delivery = Delivery.objects.get()
        delivery.payload["settings"] = chosen
        delivery.save(update_fields=["payload"])
    answer = Client().get(POSTS)
    assert answer.status_code == 200
    assert "Вода" not in answer.text


def test_a_deleted_post_a_hidden_need_and_those_of_another_municipality_are_not_listed(cast: Cast) -> None:
    switch(cast, "numbers", "needs")
    switch(cast, "numbers", "needs", place=cast.novi_pazar)
    post, need = put_out(cast, "Тајна вест"), need_done(cast, "Тајна потреба")
    for name in ("posts", "asked"):
        assert "Тајна" not in Client().get(f"/places/novi-pazar/embed/{name}/").text
    with scope(cast.cuprija):
        Post.objects.filter(pk=post.pk).update(deleted_at=timezone.now())
        Need.objects.filter(pk=need.pk).update(is_public=False, changed_at=timezone.now() + timedelta(seconds=1))
    for path in (POSTS, ASKED):
        assert "Тајна" not in Client().get(path).text


def test_what_was_done_is_listed_though_much_was_declined_since(cast: Cast) -> None:
    switch(cast, "needs")
    need_done(cast, done_on=today() - timedelta(days=30))
    for number in range(25):
        factories.need(
            cast.cuprija, cast.officer, f"Молба {number}", stage="declined", is_public=True, decided_on=today()
        )
    text = Client().get(ASKED).text
    assert "Клупе у парку" in text
    assert "Молба" not in text


def test_it_is_small_without_cookies_and_scripts_and_loads_only_our_style(cast: Cast) -> None:
    switch(cast, "numbers", "needs")
    for number in range(8):
        put_out(cast, f"Вест {number}. " + "Вода ће бити искључена у целој улици. " * 12, remote_id=f"c{number}")
        need_done(cast, f"Клупе {number}", done="Постављено је шест клупа у парку код школе. " * 12)
    client = sign_in(cast.officer)
    before = dict(client.cookies)
    for path in (POSTS, ASKED):
        answer = client.get(path)
        assert answer.text.count("<article>") == 5
        assert size(answer) <= MOST_BYTES
        assert not answer.cookies
        tags = Elements(answer.text).tags
        loaded = [attributes.get("href") or attributes.get("src") for tag, attributes in tags if tag in LOADING]
        assert loaded == ["/static/css/embed.css"]
        assert answer.headers["X-Robots-Tag"] == "noindex"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "Vary" not in answer.headers or "Cookie" not in answer.headers["Vary"]
    assert dict(client.cookies) == before


LOADING = {"link", "script", "img", "iframe", "video", "audio", "source", "object", "embed", "use", "image"}


def published_months(cast: Cast, values: Sequence[int]) -> None:
    """Interactions of the last months that are over, the newest last."""
    channel = analytics_factories.channel(cast.cuprija, cast.officer, is_practice=False)
    for before, value in enumerate(reversed(values), 1):
        months.month(channel, first_of(today(), -before), 4, value)


def test_the_figures_are_those_of_the_page_of_numbers(cast: Cast) -> None:
    switch(cast, "numbers")
    published_months(cast, [1200, 34567])
    embed, whole = Client().get(f"{NUMBERS}en/").text, Client().get("/p/cuprija/en/").text
    for text in (embed, whole):
        assert "34,567" in text
        assert "Interactions by month" in text
    assert "<svg" in embed
    assert size(Client().get(NUMBERS)) <= MOST_BYTES
    assert 'href="/p/cuprija/en/"' in embed


def test_months_of_any_number_and_gaps_stay_small(cast: Cast) -> None:
    switch(cast, "numbers")
    published_months(cast, [987_654 + month for month in range(36)])
    analytics_factories.channel(cast.cuprija, cast.officer, is_practice=False)
    for tongue in ("sr-Cyrl/", "sr-Latn/", "en/"):
        answer = Client().get(NUMBERS + tongue)
        assert answer.text.count("<svg") == 1
        assert size(answer) <= MOST_BYTES


def test_without_any_month_the_figures_say_so(cast: Cast) -> None:
    switch(cast, "numbers")
    text = Client().get(f"{NUMBERS}en/").text
    assert "Nothing to show yet." in text
    assert "<svg" not in text
    assert "<dl>" not in text


def test_the_longest_texts_make_it_no_larger(cast: Cast) -> None:
    switch(cast, "numbers", "needs")
    with scope(cast.cuprija):
        for number in range(5):
            put_out(cast, "'" * 3000, remote_id=f"c{number}")
            need_done(cast, "'" * 160, done="'" * 3000)
        for delivery in Delivery.objects.all():
            delivery.permalink = "https://mastodon.example/" + "&" * 570
            delivery.save(update_fields=["permalink"])
    assert STYLE.stat().st_size <= MOST_BYTES - PAGE_BYTES
    for path in (POSTS, ASKED):
        answer = Client().get(path)
        assert size(answer) <= MOST_BYTES
        assert 1 <= answer.text.count("<article>") < 5


def test_hostile_words_are_text(cast: Cast) -> None:
    switch(cast, "numbers", "needs")
    put_out(cast, HOSTILE)
    need_done(cast, HOSTILE[:150], done=HOSTILE)
    Municipality.objects.filter(pk=cast.cuprija.pk).update(name_cyrl=HOSTILE[:60])
    for path in (POSTS, ASKED):
        answer = Client().get(path)
        names = {tag for tag, _attributes in Elements(answer.text).tags}
        assert not names & {"script", "img"}
        assert "&lt;script&gt;alert(1)" in answer.text
        assert "\u202e" not in answer.text


def test_every_link_leaves_the_frame(cast: Cast) -> None:
    switch(cast, "numbers", "needs")
    put_out(cast, "Вода ће бити искључена.")
    need = need_done(cast)
    links = {}
    for path in (POSTS, ASKED):
        for tag, attributes in Elements(Client().get(path).text).tags:
            if tag == "a":
                links[attributes["href"]] = attributes
    assert set(links) == {
        "https://mastodon.example/@c/1", "/places/cuprija/sr-Cyrl/", "/asked/cuprija/sr-Cyrl/",
        f"/asked/cuprija/sr-Cyrl/#need-{need.pk}",
    }  # fmt: skip
    for attributes in links.values():
        assert attributes["target"] == "_top"
        assert "noopener" in attributes["rel"].split()


def test_other_sites_may_frame_these_pages_and_no_others(cast: Cast) -> None:
    switch(cast, "numbers", "needs", "rules")
    etag = Client().get(POSTS).headers["ETag"]
    framed = [Client().get(path) for path in (POSTS, NUMBERS, ASKED, "/places/novi-pazar/embed/posts/")]
    framed.append(Client().get(POSTS, headers={"if-none-match": etag}))
    assert [answer.status_code for answer in framed] == [200, 200, 200, 404, 304]
    for answer in framed:
        directives = set(answer.headers["Content-Security-Policy"].split("; "))
        assert directives == {
            "default-src 'none'", "script-src 'none'", "style-src 'self'", "form-action 'none'", "base-uri 'none'",
            "frame-ancestors *", "require-trusted-types-for 'script'", "trusted-types portal default service-worker",
        }  # fmt: skip
        assert "X-Frame-Options" not in answer.headers
    others = ("/places/", "/places/cuprija/", "/p/cuprija/", "/asked/cuprija/", "/rules/cuprija/", "/open-data/")
    for path in (*others, "/places/cuprija/embed/", "/places/cuprija/embed/posts/x/y/", "/accounts/login/"):
        assert "frame-ancestors 'none'" in Client().get(path, follow=True).headers["Content-Security-Policy"], path


def test_the_colours_are_the_tokens() -> None:
    light, dark = STYLE.read_text(encoding="utf-8").split("@media (prefers-color-scheme: dark)")
    for theme, block in (("light", light), ("dark", dark)):
        used = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))
        assert used == {name: THEMES[theme][{"paper": "surface"}.get(name, name)] for name in used}
        assert set(used) == {"paper", "ink", "ink-2", "link", "line"}


# ---------------------------------------------------------------- the code for the site


def codes(text: str) -> list[str]:
    return [re.sub("&(lt|gt|quot|amp|#x27);", _entity, code) for code in re.findall(CODE, text, re.DOTALL)]


CODE = r"<textarea[^>]*readonly[^>]*>(.*?)</textarea>"
ENTITIES = {"lt": "<", "gt": ">", "quot": '"', "amp": "&", "#x27": "'"}


def _entity(match: re.Match[str]) -> str:
    return ENTITIES[match[1]]


def test_the_settings_give_the_code_of_what_is_on(cast: Cast, settings: Any) -> None:
    settings.PUBLIC_BASE_URL = "https://portal.example"
    client, path = sign_in(cast.officer), "/m/cuprija/settings/public/"
    assert codes(client.get(path).text) == []
    switch(cast, "numbers")
    code, figures = codes(client.get(path).text)
    assert f'src="https://portal.example{NUMBERS}"' in figures
    assert code == (
        f'<iframe src="https://portal.example{POSTS}" title="Најновије објаве: Ћуприја" width="100%" height="480" '
        'style="border: 0" loading="lazy"></iframe>'
    )
    switch(cast, "needs")
    answer = client.get(path)
    tags = [attributes for code in codes(answer.text) for _tag, attributes in Elements(code).tags]
    assert [attributes["src"] for attributes in tags] == [
        f"https://portal.example{path}" for path in (ASKED, POSTS, NUMBERS)
    ]
    directives = answer.headers["Content-Security-Policy"].split("; ")
    assert "frame-src 'self'" in directives
    assert "frame-ancestors 'none'" in directives


def test_a_hostile_name_stays_inside_the_code(cast: Cast) -> None:
    switch(cast, "numbers")
    Municipality.objects.filter(pk=cast.cuprija.pk).update(name_cyrl='"></textarea><script>alert(1)</script>')
    text = sign_in(cast.officer).get("/m/cuprija/settings/public/").text
    assert "<script>alert" not in text
    for code in codes(text):
        assert [tag for tag, _attributes in Elements(code).tags] == ["iframe"]


# ---------------------------------------------------------------- in a browser


class Site(BaseHTTPRequestHandler):
    """The municipality's own site: another origin, one plain page with the code."""

    def __init__(self, body: bytes, *arguments: Any) -> None:
        self.body = body
        super().__init__(*arguments)

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, format: str, *arguments: Any) -> None:
        pass


@pytest.fixture
def site() -> Iterator[Any]:
    """Serves an HTML page and gives its address, until the end of the test."""
    servers: list[ThreadingHTTPServer] = []

    def serve(markup: str) -> str:
        body = f'<!doctype html><html lang="sr"><title>Општина</title><h1>Општина</h1>{markup}</html>'.encode()
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Site, body))
        servers.append(server)
        Thread(target=server.serve_forever, daemon=True).start()
        # Another site than the portal's, which the tests reach as localhost.
        return f"http://127.0.0.1:{server.server_port}/"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def block_third_party_cookies(page: Any) -> None:
    """As most people's browsers do: https://chromedevtools.github.io/devtools-protocol/tot/Network/#method-setCookieControls"""
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.send(
        "Network.setCookieControls",
        {
            "enableThirdPartyCookieRestriction": True,
            "disableThirdPartyCookieMetadata": True,
            "disableThirdPartyCookieHeuristics": True,
        },
    )


def sent_by(page: Any, portal: str, address: str) -> dict[str, dict[str, str]]:
    """Opens `address` with a cookie of the portal that is sent everywhere where it is not blocked. The requests: the
    heads by address."""
    sent: list[Any] = []
    cookie = {"name": "of-the-portal", "value": "1", "url": portal, "sameSite": "None", "secure": True}
    page.context.add_cookies([{**cookie, "url": portal.replace("http:", "https:")}])
    page.on("request", lambda request: sent.append(request))
    page.goto(address, wait_until="networkidle")
    return {request.url: request.all_headers() for request in sent if not request.url.endswith("/favicon.ico")}


def test_a_page_of_another_site_shows_it_without_cookies(
    page: Any, live_server: Any, cast: Cast, site: Any, settings: Any
) -> None:
    portal = live_server.url.replace("127.0.0.1", "localhost")
    settings.PUBLIC_BASE_URL = portal
    switch(cast, "numbers", "needs")
    put_out(cast, HOSTILE)
    need_done(cast, "Клупе у парку")
    address = site("".join(codes(sign_in(cast.officer).get("/m/cuprija/settings/public/").text)))
    loaded = {address, *(f"{portal}{path}" for path in (POSTS, NUMBERS, ASKED)), f"{portal}/static/css/embed.css"}
    # This is how the test would see a cookie: on its own page the browser sends it.
    own = f"{portal}{POSTS}"
    assert "cookie" in sent_by(page, portal, own)[own]
    assert {cookie["name"] for cookie in page.context.cookies()} == {"of-the-portal"}
    block_third_party_cookies(page)
    sent = sent_by(page, portal, address)
    assert set(sent) == loaded
    assert [headers["cookie"] for headers in sent.values() if "cookie" in headers] == []
    assert {cookie["name"] for cookie in page.context.cookies()} == {"of-the-portal"}
    asked, posts, _numbers = page.frames[1:]
    assert asked.get_by_role("link", name="Клупе у парку").is_visible()
    assert "<script>alert(1)</script>" in posts.get_by_role("article").inner_text()
    assert posts.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    asked.get_by_role("link", name="Клупе у парку").click()
    page.wait_for_url(f"{portal}/asked/cuprija/sr-Cyrl/#need-*")


def test_no_other_page_can_be_framed(page: Any, live_server: Any, cast: Cast, site: Any) -> None:
    switch(cast, "numbers", "needs", "rules")
    portal = live_server.url.replace("127.0.0.1", "localhost")
    others = ("/places/cuprija/", "/asked/cuprija/", "/p/cuprija/", "/rules/cuprija/", "/accounts/login/", "/")
    page.goto(site("".join(f'<iframe src="{portal}{path}"></iframe>' for path in others)), wait_until="networkidle")
    frames = page.frames[1:]
    assert len(frames) == len(others)
    assert {frame.url for frame in frames} == {"chrome-error://chromewebdata/"}
    assert len([refusal for refusal in refusals.take() if "frame-ancestors 'none'" in refusal]) == len(others)


@pytest.mark.parametrize("path", [POSTS, NUMBERS, ASKED])
def test_everybody_can_use_it(page: Any, live_server: Any, cast: Cast, path: str) -> None:
    switch(cast, "numbers", "needs")
    published_months(cast, [1200, 34567])
    put_out(cast, "Вода ће бити искључена.")
    need_done(cast)
    page.set_viewport_size({"width": 280, "height": 480})
    page.goto(live_server.url + path)
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    assert violations(page, **COLOURS) == []


@pytest.mark.slow
def test_the_settings_show_what_it_looks_like_and_copy_the_code(page: Any, live_server: Any, cast: Cast) -> None:
    switch(cast, "numbers")
    put_out(cast, "Вода ће бити искључена.")
    enter(page, live_server, cast.officer)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(live_server.url + "/m/cuprija/settings/public/", wait_until="networkidle")
    frame = page.frame_locator("iframe.embed-preview >> nth=0")
    page.locator("iframe.embed-preview").first.scroll_into_view_if_needed()
    assert frame.get_by_text("Вода ће бити искључена.").is_visible()
    page.get_by_role("button", name="Copy the code").first.click()
    page.wait_for_selector(".toast")
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("#embed_posts").input_value()
    assert violations(page) == []
