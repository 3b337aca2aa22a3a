"""What the client API refuses and keeps to itself: scopes, limits, hidden comments, addresses of programs."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from PIL import Image, ImageColor

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from practice import avatars, rules
from practice.domain import access, door, keep, moderate, react, write
from practice.domain.write import Draft
from practice.enums import AccountKind
from practice.models import Account, Bookmark, Follow, Grant, Like, Media, Notice, Status, StatusEdit, Vote
from practice.urls import api
from tests.browsing import violations
from tests.practice.test_api import picture, token_for

POLL = {"options": ["Парк", "Пијаца"], "expires_in": 86_400}
JSON = "application/json"


@pytest.fixture
def page(db: None) -> Account:
    return door.create(AccountKind.PAGE, "Општина на проби", username="opstina")


@pytest.fixture
def citizen(db: None) -> Account:
    return door.enter("Комшија")


@pytest.fixture
def post(page: Account) -> Status:
    return write.publish(page, Draft("Шта прво? #питање", "sr", poll=POLL))


def bearer(account: Account, *scopes: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token_for(account, list(scopes) or None)}"}


def addresses(status: Status) -> list[str]:
    """Every address of the API, about this status where it names one. The consent page is for browsers."""
    routes = [str(pattern.pattern) for pattern in api if pattern.name != "authorize"]
    filled = [route.replace("<id:account_id>", str(status.account_id)) for route in routes]
    return ["/" + re.sub(r"<id:\w+>", str(status.pk), route).replace("<str:name>", "питање") for route in filled]


def rows() -> dict[str, list[Any]]:
    """Everything that a program could change."""
    kinds = (Account, Status, StatusEdit, Media, Like, Bookmark, Vote, Follow, Notice)
    return {kind.__name__: list(kind.objects.order_by("pk").values_list()) for kind in kinds}


# ---- scopes and limits

# Registering a program, and giving a token or taking it back, are done without a token.
OPEN = {"/api/v1/apps", "/oauth/token", "/oauth/revoke"}


@pytest.mark.parametrize(("scopes", "status"), [((), 401), (("read", "push", "profile"), 403)])
def test_nothing_is_changed_without_a_token_that_may(
    site: Client, post: Status, page: Account, scopes: tuple[str, ...], status: int
) -> None:
    headers = bearer(page, *scopes) if scopes else {}
    before, refused = rows(), []
    for address in addresses(post):
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            answer = site.generic(method, address, "{}", content_type=JSON, headers=headers)
            if answer.status_code != 405 and address not in OPEN:
                refused.append((address, answer.status_code))
    assert {answered for _, answered in refused} == {status}
    assert len(refused) >= 20
    assert rows() == before


def test_what_is_about_an_account_is_read_with_its_scope_only(site: Client, post: Status, page: Account) -> None:
    private = {
        "/api/v1/timelines/home", "/api/v1/bookmarks", "/api/v1/favourites", "/api/v1/notifications",
        "/api/v2/notifications", "/api/v1/accounts/relationships", "/api/v1/accounts/verify_credentials",
        "/api/v1/preferences", "/api/v2/search", "/api/v1/accounts/search",
    }  # fmt: skip
    assert private <= set(addresses(post))
    for address in private:
        assert site.get(address).status_code == 401
        assert site.get(address, headers=bearer(page, "write", "push")).status_code == 403
        assert site.get(address, headers=bearer(page, "read", "follow")).status_code == 200


def test_follow_covers_what_it_always_covered_and_nothing_else() -> None:
    assert rules.covers(["follow"], "write:follows")
    assert rules.covers(["follow"], "read:mutes")
    assert not rules.covers(["follow"], "write:statuses")
    assert not rules.covers(["follow"], "read:statuses")
    assert not rules.covers(["push"], "write:follows")
    assert not any(scope.startswith("admin") for scope in rules.SCOPES)


def test_every_address_is_limited(site: Client, post: Status, page: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    for rate in rules.RATES:
        monkeypatch.setitem(rules.RATES, rate, (0, 300))
    answered = {}
    for address in addresses(post):
        codes = {site.generic(method, address).status_code for method in ("GET", "POST", "PUT", "DELETE")}
        answered[address] = codes - {405}
    assert {address: codes for address, codes in answered.items() if codes != {429}} == {}


def test_cookies_give_a_program_no_rights(site: Client, post: Status, citizen: Account) -> None:
    site.post("/door", {"name": citizen.display_name})
    assert site.post(f"/api/v1/statuses/{post.pk}/favourite").status_code == 401
    assert site.get("/api/v1/bookmarks").status_code == 401


# ---- what a page hid


@pytest.fixture
def ugly(post: Status, citizen: Account) -> Status:
    """A hidden comment with a hashtag and a poll."""
    comment = write.publish(citizen, Draft("Ружна реч #Ружна #питање", "sr", reply_to=post.pk, poll=POLL))
    return moderate.hide(post.account, comment.pk)


READ: list[Callable[[Status], str]] = [
    lambda status: "/api/v1/timelines/tag/питање",
    lambda status: "/api/v1/timelines/home",
    lambda status: "/api/v2/search?q=Ружна",
    lambda status: "/api/v2/search?type=hashtags&q=%23Ружна",
    lambda status: f"/api/v2/search?q=http://testserver/@{status.account.username}/{status.pk}",
    lambda status: "/api/v1/bookmarks",
    lambda status: "/api/v1/favourites",
    lambda status: f"/api/v1/accounts/{status.account_id}/statuses",
    lambda status: f"/api/v1/statuses?id[]={status.pk}",
]
ALONE: list[Callable[[Status], str]] = [
    lambda status: f"/api/v1/statuses/{status.pk}/history",
    lambda status: f"/api/v1/statuses/{status.pk}/source",
    lambda status: f"/api/v1/statuses/{status.pk}/favourited_by",
    lambda status: f"/api/v1/polls/{status.pk}",
]


def test_a_hidden_comment_is_nowhere_for_others(site: Client, post: Status, citizen: Account) -> None:
    comment = write.publish(citizen, Draft("Ружна реч #Ружна #питање", "sr", reply_to=post.pk, poll=POLL))
    stranger = door.enter("Неко трећи")
    react.follow(stranger, citizen)
    react.follow(stranger, post.account)
    react.like(stranger, comment.pk)
    keep.bookmark(stranger, comment.pk)

    def shown(at: Callable[[Status], str]) -> bool:
        return "ружна" in str(site.get(at(comment), headers=bearer(stranger)).json()).lower()

    assert [shown(at) for at in READ] == [True] * len(READ)
    moderate.hide(post.account, comment.pk)
    assert [shown(at) for at in READ] == [False] * len(READ)
    for at in ALONE:
        assert site.get(at(comment), headers=bearer(stranger)).status_code == 404, at(comment)
        assert site.get(at(comment), headers=bearer(citizen)).status_code == 200, at(comment)


def test_nobody_votes_in_or_keeps_what_is_hidden_from_them(site: Client, ugly: Status) -> None:
    headers = bearer(door.enter("Неко трећи"), "write")
    for address, body in ((f"/api/v1/polls/{ugly.pk}/votes", '{"choices": [0]}'), (f"{_at(ugly)}/bookmark", "{}")):
        assert site.post(address, body, content_type=JSON, headers=headers).status_code == 404
    assert not Vote.objects.exists()
    assert not Bookmark.objects.exists()


def _at(status: Status) -> str:
    return f"/api/v1/statuses/{status.pk}"


# ---- programs that are answered in other ways


def test_a_code_to_copy_is_shown_and_works_once(site: Client, page: Account) -> None:
    app, secret = access.register("Program <b>", [access.OUT_OF_BAND], ["read"])
    asked = {"response_type": "code", "client_id": app.client_id, "redirect_uri": access.OUT_OF_BAND, "scope": "read"}
    form = site.get("/oauth/authorize/", asked)
    assert b"the program on your device" in form.content
    directive = next(part for part in form["Content-Security-Policy"].split(";") if "form-action" in part)
    assert "urn:" not in directive
    shown = site.post("/oauth/authorize", {**asked, "page": page.username, "decision": "allow"})
    assert (shown.status_code, shown["Cache-Control"]) == (200, "no-store")
    text = shown.content.decode()
    assert "Program &lt;b&gt;" in text
    match = re.search(r'id="code" value="([^"]+)"', text)
    assert match
    exchange = {
        "grant_type": "authorization_code", "code": match[1], "redirect_uri": access.OUT_OF_BAND,
        "client_id": app.client_id, "client_secret": secret,
    }  # fmt: skip
    assert [site.post("/oauth/token", exchange).status_code for _ in range(2)] == [200, 400]


def test_denying_a_code_to_copy_leads_back_to_the_feed(site: Client, page: Account) -> None:
    app, _ = access.register("Program", [access.OUT_OF_BAND], ["read"])
    asked = {"response_type": "code", "client_id": app.client_id, "redirect_uri": access.OUT_OF_BAND, "scope": "read"}
    denied = site.post("/oauth/authorize", {**asked, "page": page.username, "decision": "deny"})
    assert (denied.status_code, denied["Location"]) == (302, "/")
    assert not Grant.objects.exists()


TELEPHONES = ["mastodon-android-auth://callback", "icecubesapp://", "com.example.app:/oauth?x=1", "MyApp://Back"]


@pytest.mark.parametrize("uri", TELEPHONES)
def test_a_program_on_a_telephone_is_answered_at_its_own_scheme(site: Client, page: Account, uri: str) -> None:
    app, _ = access.register("Phone", [uri], ["read"])
    asked = {"response_type": "code", "client_id": app.client_id, "redirect_uri": uri, "scope": "read", "state": "s&1"}
    form = site.get("/oauth/authorize", asked)
    directive = next(part for part in form["Content-Security-Policy"].split(";") if "form-action" in part)
    assert f"{uri.partition(':')[0].lower()}:" in directive.split()
    answer = site.post("/oauth/authorize", {**asked, "page": page.username, "decision": "allow"})
    assert answer["Location"].startswith(uri)
    assert parse_qs(urlsplit(answer["Location"]).query)["state"] == ["s&1"]


def test_another_program_is_opened_only_by_somebody_who_agreed(site: Client, page: Account) -> None:
    app, _ = access.register("Phone", [TELEPHONES[0], access.OUT_OF_BAND], ["read"])
    for uri in app.redirect_uris:
        asked = {"response_type": "token", "client_id": app.client_id, "redirect_uri": uri, "scope": "read"}
        answer = site.get("/oauth/authorize", asked)
        assert (answer.status_code, "Location" in answer) == (400, False)


@pytest.mark.parametrize(
    "uri",
    [
        "javascript://a.example/%0aalert(1)", "JavaScript:/alert(1)", "data:/text/html,x", "file:///etc/passwd",
        "intent://scan/#Intent;end", "vbscript:/x", "tel:192", "sms:192", "https:/a.example", "https://",
        "app://back#part", "app://back;script-src", "app://ba ck", "app://back\r\nX: 1", "app://b,ack", 'app://"',
        "://a", "app://" + "a" * 300, "urn:ietf:wg:oauth:2.0:oob:auto", "content://a/b", "https://[bad",
    ],
)  # fmt: skip
def test_other_addresses_are_refused(site: Client, db: None, uri: str) -> None:
    body = {"client_name": "a", "redirect_uris": [uri], "scopes": "read"}
    assert site.post("/api/v1/apps", body, content_type=JSON).status_code == 422


def test_a_program_acts_for_the_citizen_of_this_browser_and_for_no_other(site: Client, citizen: Account) -> None:
    other = door.enter("Комшиница")
    app, _ = access.register("Program", [access.OUT_OF_BAND], ["read"])
    asked = {"response_type": "code", "client_id": app.client_id, "redirect_uri": access.OUT_OF_BAND, "scope": "read"}
    allow = {**asked, "decision": "allow"}
    assert site.post("/oauth/authorize", {**allow, "page": citizen.username}).status_code == 422
    site.post("/door", {"name": citizen.display_name})
    assert citizen.username in site.get("/oauth/authorize", asked).content.decode()
    assert site.post("/oauth/authorize", {**allow, "page": other.username}).status_code == 422
    assert site.post("/oauth/authorize", {**allow, "page": citizen.username}).status_code == 200
    assert Grant.objects.get().account == citizen


# ---- shapes of requests


def test_a_slash_at_the_end_changes_nothing(site: Client, post: Status, page: Account) -> None:
    for path in ("/api/v1/instance", "/api/v2/instance", _at(post), f"/@{page.username}", "/oauth/authorize"):
        assert site.get(f"{path}/").status_code == site.get(path).status_code
    assert site.get("//").status_code == 200
    linked = site.get("/api/v1/timelines/public/?limit=1")["Link"]
    assert "/api/v1/timelines/public?limit=1&max_id=" in linked


def test_a_poll_of_a_form_is_a_poll(site: Client, page: Account) -> None:
    form = {
        "status": "Шта прво?", "poll[options][]": ["Парк", "Пијаца"], "poll[expires_in]": "3600",
        "poll[multiple]": "true",
    }  # fmt: skip
    poll = site.post("/api/v1/statuses", form, headers=bearer(page)).json()["poll"]
    assert ([option["title"] for option in poll["options"]], poll["multiple"]) == (["Парк", "Пијаца"], True)


@pytest.mark.parametrize("poll", ['{"options": 7, "expires_in": 300}', '{"options": ["a", "b"], "expires_in": "x"}'])
def test_an_odd_poll_is_refused_in_words(site: Client, page: Account, poll: str) -> None:
    body = f'{{"status": "a", "poll": {poll}}}'
    answer = site.post("/api/v1/statuses", body, content_type=JSON, headers=bearer(page))
    assert (answer.status_code, "Validation failed" in answer.json()["error"]) == (422, True)


def test_an_edit_may_come_as_a_form_of_several_parts(site: Client, post: Status) -> None:
    body = '--x\r\nContent-Disposition: form-data; name="status"\r\n\r\nШта после?\r\n--x--\r\n'
    sent = site.put(_at(post), body, content_type="multipart/form-data; boundary=x", headers=bearer(post.account))
    assert sent.json()["content"] == "<p>Шта после?</p>"


def test_descriptions_are_changed_of_ones_own_pictures_alone(site: Client, page: Account, citizen: Account) -> None:
    def with_picture(account: Account) -> Status:
        uploaded = site.post("/api/v2/media", {"file": picture(), "description": "Пре"}, headers=bearer(account))
        return write.publish(account, Draft("Са сликом", media_ids=[int(uploaded.json()["id"])]))

    mine, theirs = with_picture(page), with_picture(citizen)
    attributes = [{"id": str(status.media.get().pk), "description": "После"} for status in (mine, theirs)]
    odd: list[Any] = [7, {"id": "x", "description": "a"}, {"id": "1"}]
    body = {"status": "Са сликом", "media_attributes": attributes + odd}
    assert site.put(_at(mine), body, content_type=JSON, headers=bearer(page)).status_code == 200
    assert [status.media.get().description for status in (mine, theirs)] == ["После", "Пре"]


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/accounts/lookup?acct=%00",
        "/api/v1/accounts/lookup?acct=",
        "/api/v1/accounts/lookup",
        "/api/v1/polls/1",
        "/api/v1/statuses/1/history",
        "/api/v1/notifications/1",
    ],
)
def test_what_is_not_there_is_404(site: Client, page: Account, path: str) -> None:
    answer = site.get(path, headers=bearer(page))
    assert (answer.status_code, answer.json()) == (404, {"error": "Record not found"})


@pytest.mark.parametrize(
    "path",
    [
        "/api/v2/search", "/api/v2/search?q=%00", "/api/v2/search?q=%23", "/api/v2/search?q=@@",
        "/api/v2/search?q=%25_", "/api/v1/accounts/search?q=%00&offset=99999999999999999999",
        "/api/v2/search?q=http://testserver/@/1", "/api/v2/search?q=http://testserver/@opstina/99999999999999999999",
        "/api/v2/search?q=xyz&offset=-1&limit=x&account_id=x",
        "/api/v1/timelines/tag/%00", "/api/v1/timelines/tag/%23", "/api/v1/timelines/public?max_id=x&limit=0",
        "/api/v1/accounts/relationships?id[]=x&id[]=99999999999999999999", "/api/v1/accounts?id[]=x",
    ],
)  # fmt: skip
def test_odd_questions_have_empty_answers(site: Client, page: Account, path: str) -> None:
    answer = site.get(path, headers=bearer(page))
    assert answer.status_code == 200
    assert not any(answer.json().values() if isinstance(answer.json(), dict) else answer.json())


# ---- what is in it


def test_a_hashtag_is_the_whole_word(site: Client, page: Account) -> None:
    exact = [write.publish(page, Draft(text)).pk for text in ("#вода", "Нема #Вода, нема", "(#ВОДА)")]
    write.publish(page, Draft("#водавод #нијевода &#вода"))
    listed = site.get("/api/v1/timelines/tag/вода").json()
    assert [int(status["id"]) for status in listed] == exact[::-1]
    assert listed[0]["tags"] == [{"name": "вода", "url": "http://testserver/?tag=%D0%B2%D0%BE%D0%B4%D0%B0"}]


def test_only_ones_own_posts_say_whether_they_are_pinned(site: Client, post: Status, citizen: Account) -> None:
    keep.pin(post.account, post.pk)
    assert site.get(_at(post), headers=bearer(post.account)).json()["pinned"] is True
    assert "pinned" not in site.get(_at(post), headers=bearer(citizen)).json()
    assert "pinned" not in site.get(_at(post)).json()


def test_a_comment_is_not_below_itself(site: Client, post: Status, citizen: Account) -> None:
    comment = write.publish(citizen, Draft("Докле?", reply_to=post.pk))
    assert site.get(f"{_at(comment)}/context").json()["descendants"] == []


@pytest.mark.parametrize("name", ["Општина Тутин", "Opština Žabalj", "Łódź 東", "Комшија", "9 (ж)"])
def test_an_avatar_is_a_picture_that_apps_can_show(site: Client, page: Account, name: str) -> None:
    account = door.create(AccountKind.PAGE, name)
    url = site.get(f"/api/v1/accounts/{account.pk}").json()["avatar"]
    answer = site.get(urlsplit(url).path)
    assert answer["Content-Type"] == "image/png"
    with Image.open(io.BytesIO(answer.content)) as drawn:
        colours = drawn.convert("RGB").getcolors(maxcolors=100_000)
        assert (drawn.format, drawn.size) == ("PNG", (192, 192))
    assert colours
    background = ImageColor.getrgb(avatars.COLOURS[account.hue])
    most_common = max(colours)[1]
    assert most_common == background
    white = sum(count for count, colour in colours if colour == (255, 255, 255))
    assert 300 < white < 8000  # strokes of one or two letters


def test_every_letter_of_both_scripts_is_drawn() -> None:
    letters = "АБВГДЂЕЖЗИЈКЛЉМНЊОПРСТЋУФХЦЧЏШ"
    for alphabet in (letters, "ABCČĆDĐEFGHIJKLMNOPQRSŠTUVWXYZŽ0123456789"):
        # A letter that a font does not have is drawn as the same box each time.
        assert len({avatars.draw(letter, 0) for letter in alphabet}) == len(alphabet)


def test_there_is_a_colour_for_every_hue(site: Client, page: Account) -> None:
    assert len(avatars.COLOURS) == door.HUES
    for page.hue in range(door.HUES):
        page.save()
        assert avatars.COLOURS[page.hue] in site.get(f"/avatars/{page.username}.svg").content.decode()


LISTS = ["/api/v1/timelines/public", "/api/v1/timelines/home", "/api/v1/notifications", "/api/v2/search?q=Број"]


@pytest.mark.parametrize("path", LISTS)
def test_a_longer_page_costs_no_more_statements(site: Client, page: Account, citizen: Account, path: str) -> None:
    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as statements:
            assert site.get(path, headers=headers).status_code == 200
        return len(statements)

    headers = bearer(page)
    react.follow(page, citizen)
    write.publish(citizen, Draft("Број @opstina #тема", poll=POLL))
    few = cost()
    for number in range(8):
        write.publish(citizen, Draft(f"Број {number} @opstina #тема", poll=POLL))
    assert cost() == few


# ---- in a browser


@pytest.mark.journey
@pytest.mark.django_db(transaction=True)
def test_a_browser_shows_the_code_and_opens_the_program(network: str, browser: Any) -> None:
    door.create(AccountKind.PAGE, "Општина на проби", username="opstina")
    app, _ = access.register("Phone", [access.OUT_OF_BAND, TELEPHONES[0]], ["read"])
    screen = browser.new_page(locale="en-GB")

    def allow(uri: str) -> None:
        query = {"response_type": "code", "client_id": app.client_id, "redirect_uri": uri, "scope": "read"}
        screen.goto(f"{network}/oauth/authorize?{urlencode(query)}")
        screen.get_by_role("radio").first.check()
        assert violations(screen) == []
        screen.get_by_role("button", name="Allow").click()

    allow(access.OUT_OF_BAND)
    assert len(screen.get_by_label("Code").input_value()) > 20
    assert violations(screen) == []
    # No program of this computer has the scheme. What the page's policy forbids, the browser does not even try.
    with screen.expect_event("requestfailed", lambda request: request.url.startswith(f"{TELEPHONES[0]}?code=")):
        allow(TELEPHONES[0])
    screen.close()
