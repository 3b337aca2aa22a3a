"""The client API: consent and tokens, concurrent idempotency keys, hostile input, Mastodon's errors."""

from __future__ import annotations

import io
import secrets
import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import time_machine
from PIL import Image

from django.db import connection
from django.test import Client
from django.utils import timezone

from practice import rules, throttle
from practice.domain import access, door, write
from practice.enums import AccountKind
from practice.models import Account, Grant, Media, RememberedKey, Status, Token
from tests.practice.network import serving

BACK = "https://portal.example/back"
SCOPES = ["read", "write"]


@pytest.fixture
def page(db: None) -> Account:
    return door.create(AccountKind.PAGE, "Општина на проби", username="opstina")


@pytest.fixture
def bearer(page: Account) -> dict[str, str]:
    return {"authorization": f"Bearer {token_for(page)}"}


def token_for(account: Account, scopes: list[str] | None = None) -> str:
    app, _ = access.register("Tests", [BACK], scopes or SCOPES)
    return access.issue(app, account, scopes or SCOPES).secret


def picture(size: tuple[int, int] = (60, 40), kind: str = "PNG", **more: Any) -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", size, (20, 90, 120)).save(out, kind, **more)
    out.seek(0)
    out.name = f"slika.{kind.lower()}"
    return out


# ---- consent and tokens


def consented(site: Client, app: Any, page: Account, **more: str) -> dict[str, str]:
    """The query that the program gets back in the address."""
    asked = {
        "response_type": "code",
        "client_id": app.client_id,
        "redirect_uri": BACK,
        "scope": "read write",
        "state": "s&1",
    }
    answer = site.post("/oauth/authorize", {**asked, "page": page.username, "decision": "allow", **more})
    assert answer.status_code == 302, answer.content.decode()
    assert answer["Location"].startswith(BACK)
    return {name: values[0] for name, values in parse_qs(urlsplit(answer["Location"]).query).items()}


def exchanged(site: Client, app: Any, secret: str, code: str, **more: str) -> Any:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
    return site.post("/oauth/token", {**form, "client_id": app.client_id, "client_secret": secret, **more})


def test_a_consent_becomes_a_token_that_speaks_for_the_page(site: Client, page: Account) -> None:
    app, secret = access.register("Portal", [BACK], SCOPES)
    verifier = secrets.token_urlsafe(40)
    proof = {"code_challenge": access.challenge_of(verifier), "code_challenge_method": "S256"}
    answer = consented(site, app, page, **proof)
    assert answer["state"] == "s&1"
    token = exchanged(site, app, secret, answer["code"], code_verifier=verifier).json()
    me = site.get("/api/v1/accounts/verify_credentials", headers={"authorization": f"Bearer {token['access_token']}"})
    assert me.json()["username"] == "opstina"
    assert token["token_type"] == "Bearer"


def test_a_wrong_verifier_a_used_code_and_an_old_one_give_no_token(site: Client, page: Account) -> None:
    app, secret = access.register("Portal", [BACK], SCOPES)
    proof = {"code_challenge": access.challenge_of("right"), "code_challenge_method": "S256"}
    code = consented(site, app, page, **proof)["code"]
    for verifier in ("wrong", ""):
        refused = exchanged(site, app, secret, code, code_verifier=verifier)
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    token = exchanged(site, app, secret, code, code_verifier="right").json()["access_token"]
    assert exchanged(site, app, secret, code, code_verifier="right").status_code == 400
    # a code that is used twice revokes its token
    assert (
        site.get("/api/v1/accounts/verify_credentials", headers={"authorization": f"Bearer {token}"}).status_code == 401
    )
    late = consented(site, app, page)["code"]
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert exchanged(site, app, secret, late).status_code == 400


def test_a_code_is_good_for_its_own_program_and_address_only(site: Client, page: Account) -> None:
    app, secret = access.register("Portal", [BACK], SCOPES)
    other, other_secret = access.register("Other", [BACK], SCOPES)
    code = consented(site, app, page)["code"]
    assert exchanged(site, other, other_secret, code).status_code == 400
    assert exchanged(site, app, secret, code, redirect_uri="https://elsewhere.example/").status_code == 400
    assert exchanged(site, app, "wrong", code).json()["error"] == "invalid_client"
    assert (
        exchanged(site, app, secret, code, grant_type="client_credentials").json()["error"] == "unsupported_grant_type"
    )
    assert exchanged(site, app, secret, code).status_code == 200


def test_an_unknown_program_or_address_is_never_answered_elsewhere(site: Client, page: Account) -> None:
    app, _ = access.register("Portal", [BACK], SCOPES)
    asked = {"response_type": "code", "client_id": app.client_id, "redirect_uri": BACK, "scope": "read"}
    for change in ({"redirect_uri": "https://evil.example/"}, {"client_id": "nobody"}, {"client_id": "a\x00b"}):
        answer = site.get("/oauth/authorize", {**asked, **change})
        assert answer.status_code == 400
        assert "Location" not in answer


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "admin"}, "invalid_scope"),
        ({"code_challenge": "x", "code_challenge_method": "plain"}, "invalid_request"),
    ],
)
def test_a_wrong_question_goes_back_as_an_error(site: Client, page: Account, change: dict, problem: str) -> None:
    app, _ = access.register("Portal", [BACK], ["read"])
    asked = {"response_type": "code", "client_id": app.client_id, "redirect_uri": BACK, "scope": "read", "state": "z"}
    answer = site.get("/oauth/authorize", {**asked, **change})
    assert parse_qs(urlsplit(answer["Location"]).query) == {"error": [problem], "state": ["z"]}


def test_denying_gives_no_code_and_a_new_page_can_be_made_on_the_spot(site: Client, page: Account) -> None:
    app, _ = access.register("Portal", [BACK], SCOPES)
    asked = {"response_type": "code", "client_id": app.client_id, "redirect_uri": BACK, "scope": "write"}
    denied = site.post("/oauth/authorize", {**asked, "decision": "deny"})
    assert "error=access_denied" in denied["Location"]
    assert not Grant.objects.exists()
    site.post("/oauth/authorize", {**asked, "decision": "allow", "new_page": "Град Нови Пазар"})
    assert Grant.objects.get().account.username == "grad_novi_pazar"


def test_allowing_without_choosing_a_page_is_asked_again(site: Client, page: Account) -> None:
    app, _ = access.register("Portal", [BACK], SCOPES)
    asked = {"response_type": "code", "client_id": app.client_id, "redirect_uri": BACK, "scope": "write"}
    for more in ({}, {"page": "nobody"}, {"new_page": "!!!"}):
        answer = site.post("/oauth/authorize", {**asked, "decision": "allow", **more})
        assert (answer.status_code, b"Choose a page" in answer.content) == (422, True)
    assert not Grant.objects.exists()


def test_the_browser_lets_the_form_lead_back_to_the_program(site: Client, page: Account) -> None:
    app, _ = access.register("Portal", [BACK], SCOPES)
    shown = site.get(
        "/oauth/authorize",
        {"response_type": "code", "client_id": app.client_id, "redirect_uri": BACK, "scope": "write"},
    )
    directive = next(d for d in shown["Content-Security-Policy"].split(";") if "form-action" in d)
    assert "https://portal.example" in directive.split()


def test_secrets_are_nowhere_in_the_tables(site: Client, page: Account) -> None:
    app, secret = access.register("Portal", [BACK], SCOPES)
    code = consented(site, app, page)["code"]
    token = exchanged(site, app, secret, code).json()["access_token"]
    stored = [*App_rows(), *Grant.objects.values_list(), *Token.objects.values_list()]
    assert stored
    assert not any(value in str(stored) for value in (secret, code, token))


def App_rows() -> list[tuple]:
    from practice.models import App

    return list(App.objects.values_list())


def test_a_revoked_token_is_dead_and_a_stranger_cannot_revoke_it(site: Client, page: Account) -> None:
    app, secret = access.register("Portal", [BACK], SCOPES)
    other, other_secret = access.register("Other", [BACK], SCOPES)
    token = access.issue(app, page, SCOPES).secret
    headers = {"authorization": f"Bearer {token}"}
    site.post("/oauth/revoke", {"client_id": other.client_id, "client_secret": other_secret, "token": token})
    assert site.get("/api/v1/accounts/verify_credentials", headers=headers).status_code == 200
    site.post("/oauth/revoke", {"client_id": app.client_id, "client_secret": secret, "token": token})
    assert site.get("/api/v1/accounts/verify_credentials", headers=headers).status_code == 401


def test_a_scope_that_was_not_given_is_refused(site: Client, page: Account) -> None:
    headers = {"authorization": f"Bearer {token_for(page, ['read'])}"}
    answer = site.post("/api/v1/statuses", {"status": "Ко сам ја?"}, headers=headers)
    assert (answer.status_code, "error" in answer.json()) == (403, True)
    assert not Status.objects.exists()


# ---- idempotency


@pytest.mark.django_db(transaction=True)
def test_two_equal_requests_at_the_same_moment_make_one_post(network: str) -> None:
    page = door.create(AccountKind.PAGE, "Општина", username="opstina")
    token = token_for(page)
    for round_ in range(5):
        start, answers = threading.Barrier(4), []

        def send(key: str = f"round-{round_}", start: Any = start, answers: list = answers) -> None:
            start.wait()
            answers.append(
                requests.post(
                    f"{network}/api/v1/statuses", json={"status": f"Обавештење {key}"}, timeout=20,
                    headers={"Authorization": f"Bearer {token}", "Idempotency-Key": key},
                )
            )  # fmt: skip

        threads = [threading.Thread(target=send) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [answer.status_code for answer in answers] == [200] * 4
        assert len({answer.json()["id"] for answer in answers}) == 1
    assert Status.objects.count() == 5
    assert Account.objects.get().statuses_count == 5


def test_a_key_is_forgotten_after_an_hour_and_belongs_to_one_account(
    site: Client, page: Account, bearer: dict[str, str]
) -> None:
    other = {"authorization": f"Bearer {token_for(door.create(AccountKind.PAGE, 'Друга'))}"}
    key = {"idempotency-key": "k"}

    def send(who: dict[str, str], text: str) -> str:
        return site.post("/api/v1/statuses", {"status": text}, headers={**who, **key}).json()["id"]

    first = send(bearer, "прва")
    assert send(bearer, "сасвим друго") == first
    assert send(other, "прва") != first
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        assert send(bearer, "прва") != first


def test_the_key_of_a_deleted_post_answers_404_and_of_a_refused_one_nothing(
    site: Client, page: Account, bearer: dict[str, str]
) -> None:
    headers = {**bearer, "idempotency-key": "k"}
    too_long = site.post("/api/v1/statuses", {"status": "ж" * 501}, headers=headers)
    assert too_long.status_code == 422
    assert not RememberedKey.objects.exists()
    made = site.post("/api/v1/statuses", {"status": "ж" * 500}, headers=headers).json()["id"]
    site.delete(f"/api/v1/statuses/{made}", headers=bearer)
    assert site.post("/api/v1/statuses", {"status": "опет"}, headers=headers).status_code == 404


# ---- statuses


def test_one_edits_and_deletes_only_ones_own(site: Client, page: Account, bearer: dict[str, str]) -> None:
    other = write.publish(door.enter("Комшија"), write.Draft("Моје је моје"))
    for call in (site.put, site.delete):
        assert call(f"/api/v1/statuses/{other.pk}", headers=bearer).status_code == 404
    mine = site.post("/api/v1/statuses", {"status": "Прво"}, headers=bearer).json()["id"]
    body = '{"status": "Исправљено"}'
    changed = site.put(f"/api/v1/statuses/{mine}", body, content_type="application/json", headers=bearer).json()
    assert (changed["content"], bool(changed["edited_at"])) == ("<p>Исправљено</p>", True)
    assert site.delete(f"/api/v1/statuses/{mine}", headers=bearer).json()["text"] == "Исправљено"
    missing = site.get(f"/api/v1/statuses/{mine}")
    assert (missing.status_code, missing.json()) == (404, {"error": "Record not found"})


def test_a_like_counts_once_however_often_it_is_given(site: Client, page: Account, bearer: dict[str, str]) -> None:
    post = write.publish(door.enter("Комшија"), write.Draft("Свака част"))
    for _ in range(3):
        shown = site.post(f"/api/v1/statuses/{post.pk}/favourite", headers=bearer).json()
    assert (shown["favourites_count"], shown["favourited"]) == (1, True)
    for _ in range(2):
        shown = site.post(f"/api/v1/statuses/{post.pk}/unfavourite", headers=bearer).json()
    assert (shown["favourites_count"], shown["favourited"]) == (0, False)


def test_whatever_is_written_is_escaped_and_links_lend_no_name(site: Client, bearer: dict[str, str]) -> None:
    text = '<script>alert(1)</script> & <b>\njavascript:alert(1) https://a.example/?q=1&x=<i>"onx=\n\n#Тема @opstina'
    shown = site.post("/api/v1/statuses", {"status": text}, headers=bearer).json()["content"]
    assert "<script" not in shown
    assert 'href="javascript:' not in shown
    assert '<a href="https://a.example/?q=1&amp;x=" rel="nofollow noopener noreferrer ugc">' in shown
    assert shown.count("<p>") == 2


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/api/v1/statuses", "[1]", 400),
        ("/api/v1/statuses", "{", 400),
        ("/api/v1/statuses", "[" * 100_000, 400),
        ("/api/v1/statuses", '{"status": null}', 422),
        ("/api/v1/statuses", '{"status": {"a": 1}}', 422),
        ("/api/v1/statuses", '{"status": "\\u0000\\u0007"}', 422),
        ("/api/v1/statuses", '{"status": "a", "media_ids": ["x"]}', 404),
        ("/api/v1/statuses", '{"status": "a", "media_ids": [99999999999999999999]}', 404),
        ("/api/v1/statuses", '{"status": "a", "media_ids": [1, 1]}', 422),
        ("/api/v1/statuses", '{"status": "a", "in_reply_to_id": "-1"}', 404),
        ("/api/v1/statuses", '{"status": "a", "in_reply_to_id": "٣"}', 404),
        ("/api/v1/statuses", '{"status": "a", "in_reply_to_id": 7777}', 404),
        ("/api/v1/statuses", '{"status": "a", "scheduled_at": "2030-01-01"}', 422),
        ("/api/v1/statuses", '{"status": "a", "visibility": "private"}', 422),
        ("/api/v1/apps", '{"client_name": "", "redirect_uris": "https://a.example"}', 422),
        ("/api/v1/apps", '{"client_name": "a", "redirect_uris": "javascript:alert(1)"}', 422),
        ("/api/v1/apps", '{"client_name": "a", "redirect_uris": ["https://[bad"]}', 422),
        ("/api/v1/apps", '{"client_name": "a", "redirect_uris": "https://a.example", "scopes": "admin"}', 422),
        ("/oauth/token", "{}", 401),
        ("/oauth/revoke", '{"client_id": ["a"]}', 401),
    ],
)
def test_bad_input_gets_a_clear_answer(site: Client, bearer: dict, path: str, body: str, status: int) -> None:
    answer = site.post(path, body, content_type="application/json", headers=bearer)
    assert (answer.status_code, "error" in answer.json()) == (status, True), answer.content
    assert not Status.objects.exists()


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/statuses/99999999999999999999999",
        "/api/v1/statuses/0",
        "/api/v1/nothing",
        "/api/v1/accounts/5555/statuses",
    ],
)
def test_what_is_not_there_is_404_in_json(site: Client, db: None, path: str) -> None:
    answer = site.get(path)
    assert (answer.status_code, answer.json()) == (404, {"error": "Record not found"})


def test_odd_pages_of_a_list_do_no_harm(site: Client, page: Account) -> None:
    for query in ("limit=-5", "limit=zz", "max_id=abc", "min_id=99999999999999999999", "id[]=x&id[]=1"):
        assert site.get(f"/api/v1/accounts/{page.pk}/statuses?{query}").status_code == 200
        assert site.get(f"/api/v1/statuses?{query}").status_code == 200


def test_a_list_says_where_it_goes_on(site: Client, page: Account) -> None:
    made = [write.publish(page, write.Draft(f"Објава {n}")).pk for n in range(5)]
    first = site.get(f"/api/v1/accounts/{page.pk}/statuses?limit=2")
    assert [int(s["id"]) for s in first.json()] == made[:2:-1]
    assert f'max_id={made[3]}>; rel="next"' in first["Link"]
    newer = site.get(f"/api/v1/accounts/{page.pk}/statuses?limit=2&min_id={made[0]}").json()
    assert [int(s["id"]) for s in newer] == [made[2], made[1]]


def test_no_token_and_a_wrong_method_are_told_apart(site: Client, db: None) -> None:
    assert site.post("/api/v1/statuses", {"status": "a"}).status_code == 401
    assert site.get("/api/v1/notifications", headers={"authorization": "Bearer nonsense"}).status_code == 401
    wrong = site.patch("/api/v1/statuses")
    assert (wrong.status_code, wrong["Allow"]) == (405, "GET, POST")


def test_too_many_calls_are_refused_until_an_iso_time(
    site: Client, bearer: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(rules.RATES, "api", (2, 300))
    # A whole window lies ahead, however long this takes.
    with time_machine.travel(timezone.now().replace(minute=5, second=1), tick=False):
        answers = [site.get("/api/v1/accounts/verify_credentials", headers=bearer) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert [answer["X-RateLimit-Remaining"] for answer in answers] == ["1", "0", "0"]
        reset = datetime.fromisoformat(answers[2]["X-RateLimit-Reset"])
        assert timedelta() < reset - timezone.now() <= timedelta(minutes=5)
        assert throttle.spend("api", "somebody else").left == 1


# ---- pictures


def upload(site: Client, bearer: dict[str, str], file: Any, **more: str) -> Any:
    return site.post("/api/v2/media", {"file": file, **more}, headers=bearer)


def test_a_picture_is_made_anew_without_what_came_along(site: Client, bearer: dict[str, str]) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Secret camera"
    exif[0x0112] = 6  # lies on its side
    answer = upload(site, bearer, picture((60, 40), "JPEG", exif=exif), description="Мост")
    assert answer.json()["description"] == "Мост"
    stored = site.get(urlsplit(answer.json()["url"]).path)
    content = b"".join(stored.streaming_content)
    with Image.open(io.BytesIO(content)) as seen:
        assert (seen.size, dict(seen.getexif())) == ((40, 60), {})
    assert b"Secret camera" not in content
    assert stored["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "content", [b"", b"GIF89a", b"<svg onload=alert(1)>", b"%PDF-1.4", b"\x89PNG\r\n\x1a\n" + b"0" * 500]
)
def test_what_is_no_picture_is_refused(site: Client, bearer: dict[str, str], content: bytes) -> None:
    file = io.BytesIO(content)
    file.name = "slika.png"
    answer = upload(site, bearer, file)
    assert (answer.status_code, Media.objects.count()) == (422, 0)


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(site: Client, bearer: dict[str, str]) -> None:
    out = io.BytesIO()
    Image.new("1", (8_000, rules.IMAGE_PIXELS // 8_000 + 1)).save(out, "PNG")
    out.seek(0)
    out.name = "bomb.png"
    assert upload(site, bearer, out).status_code == 422


def test_a_picture_is_attached_once_and_only_by_its_owner(site: Client, page: Account, bearer: dict[str, str]) -> None:
    media = upload(site, bearer, picture()).json()["id"]
    other = {"authorization": f"Bearer {token_for(door.create(AccountKind.PAGE, 'Друга'))}"}
    body = {"status": "са сликом", "media_ids[]": [media]}
    assert site.post("/api/v1/statuses", body, headers=other).status_code == 422
    assert site.get(f"/api/v1/media/{media}", headers=other).status_code == 404
    assert site.get(f"/api/v1/media/{media}", headers=bearer).status_code == 200
    shown = site.post("/api/v1/statuses", body, headers=bearer).json()
    assert [m["id"] for m in shown["media_attachments"]] == [media]
    assert site.post("/api/v1/statuses", body, headers=bearer).status_code == 422
    assert site.get(f"/api/v1/media/{media}", headers=bearer).status_code == 404


def test_a_deleted_post_takes_its_pictures_files_along(
    site: Client, page: Account, bearer: dict[str, str], media: Path, django_capture_on_commit_callbacks: Any
) -> None:
    picture_id = upload(site, bearer, picture()).json()["id"]
    made = site.post("/api/v1/statuses", {"media_ids[]": [picture_id]}, headers=bearer).json()["id"]
    assert list((media / "practice").iterdir())
    with django_capture_on_commit_callbacks(execute=True):
        site.delete(f"/api/v1/statuses/{made}", headers=bearer)
    assert not list((media / "practice").iterdir())


# ---- switched off


@pytest.mark.django_db(transaction=True)
def test_switched_off_it_answers_404_to_everything(tmp_path: Path) -> None:
    assert connection.settings_dict["NAME"].startswith("test_")
    with serving(tmp_path, PRACTICE_ENABLED="false") as address:
        for path in ("/", "/door", "/api/v2/instance", "/oauth/authorize", "/healthz", "/static/css/practice.css"):
            assert requests.get(address + path, timeout=10).status_code == 404
