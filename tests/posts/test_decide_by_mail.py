"""An approver decides by the link of a mail: what the mail holds, who may use the link, and what it takes no more."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from io import BytesIO
from typing import Any

import pytest
import time_machine
from PIL import Image

from django.core import mail as outgoing
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.domain import people as accounts
from accounts.models import User
from common import mail
from common.models import AuditEvent, MailMessage
from delivery.enums import State
from municipalities.models import Membership
from notifications import mail_content
from notifications.domain.send import send_due
from portal.logs import WithoutSecrets
from posts.draft import Crop, Shown, parse
from posts.editing.domain.save import Content, save_draft
from posts.editing.domain.submit import submit, take_back
from posts.enums import DecisionKind, Stage
from posts.models import Decision, DecisionLink, Post, Version
from posts.review.domain.approve import approve, send_back
from posts.review.domain.comment import comment
from posts.review.domain.decision_links import WORKS_FOR, LinkClosed, LinkState, decide, find_by_token, status_of
from tests.concurrency import REFUSED, at_once
from tests.people import PASSWORD, sign_in
from tests.posts.deciders import member, stand_in
from tests.posts.desk import Desk, in_hours

NOON = datetime(2026, 11, 25, 11, tzinfo=UTC)
LINK = re.compile(r"https?://[^/\s]+(/decide/[\w-]+/)")
NEVER = "a wrong password"


@pytest.fixture(autouse=True)
def noon(desk: Desk) -> Iterator[Any]:
    """A working day outside of quiet hours; a fresh count of failed attempts; a municipality that decides by mail."""
    cache.clear()
    desk.house_rule(decides_by_mail=True)
    with time_machine.travel(NOON, tick=True) as traveller:
        yield traveller


def submitted(desk: Desk, text: str = "Вода долази у 18 часова.", **fields: Any) -> Post:
    fields.setdefault("time", in_hours(30))
    return submit(desk.write(text, **fields), by=desk.cast.officer)


def mails() -> list[MailMessage]:
    before = set(MailMessage.objects.values_list("pk", flat=True))
    send_due()
    return list(MailMessage.objects.exclude(pk__in=before).order_by("pk"))


def mail_to(person: User) -> MailMessage:
    """The last one that is about a post."""
    return [row for row in mails() if row.to == person.email][-1]


def link_in(body: str) -> str:
    match = LINK.search(body)
    assert match, body
    return match[1]


@pytest.fixture
def post(desk: Desk) -> Post:
    return submitted(desk)


@pytest.fixture
def link(desk: Desk, post: Post) -> str:
    """The path of the link in the approver's mail."""
    return link_in(mail_to(desk.cast.approver).body)


def decided(post: Post) -> list[tuple[str, int]]:
    rows = Decision.objects.filter(version__post=post).exclude(kind=DecisionKind.SUBMITTED).order_by("pk")
    return list(rows.values_list("kind", "by"))


def stage(post: Post) -> str:
    return Post.objects.get(pk=post.pk).stage


def send(client: Client, link: str, post: Post, decision: str = "approve", **fields: Any) -> Any:
    time = Post.objects.get(pk=post.pk).due_at
    return client.post(link, {"decision": decision, "time": time.isoformat() if time else "", **fields})


def by_password(link: str, post: Post, decision: str = "approve", **fields: Any) -> Any:
    return send(Client(), link, post, decision, **{"password": PASSWORD, **fields})


def refusals() -> list[str]:
    return [row.detail["reason"] for row in AuditEvent.objects.filter(verb="post.refuse_by_mail").order_by("pk")]


# ---------------------------------------------------------------- the mail


def test_the_mail_holds_what_goes_out_its_pictures_who_else_decides_and_one_link(desk: Desk) -> None:
    other = member(desk.cast, "second")
    fountain = desk.picture()
    submitted(
        desk, "Вода долази у 18 часова.", channels=(desk.mastodon.pk, desk.bluesky.pk),
        media=(Shown(fountain.pk, "Чесма на тргу", Crop("1:1", (0.0, 0.0, 0.5, 0.5))),),
    )  # fmt: skip
    message = mail_to(desk.cast.approver)
    body = message.body
    for words in ("| Вода долази у 18 часова.", "Чесма на тргу", "Општина Ћуприја", other.name, "26 November 2026"):
        assert words in body, words
    assert len(LINK.findall(body)) == 1
    assert "/notifications/" not in body.partition("\n-- \n")[0]
    (picture,) = message.content().pictures
    with Image.open(BytesIO(base64.b64decode(picture["base64"]))) as shown:
        assert shown.format == "JPEG"
        assert shown.size == (320, 240)
        assert not shown.getexif()


def test_the_letter_has_both_texts_and_its_pictures_inside(desk: Desk, settings: Any) -> None:
    submitted(desk, media=(Shown(desk.picture().pk, "Чесма"),))
    mails()
    settings.MAIL_TRANSPORT = "django.core.mail.backends.locmem.EmailBackend"
    mail.send_waiting()
    (letter,) = [one for one in outgoing.outbox if one.to == [desk.cast.approver.email]]
    parsed = message_from_bytes(letter.message().as_bytes(), policy=policy.default)
    assert parsed.get_content_type() == "multipart/related"
    kinds = [part.get_content_type() for part in parsed.walk() if not part.is_multipart()]
    assert kinds == ["text/plain", "text/html", "image/jpeg"]
    html = parsed.get_body(("html",)).get_content()  # type: ignore[union-attr]
    cid = re.search(r'src="cid:([^"]+)"', html)
    image = next(part for part in parsed.walk() if part.get_content_type() == "image/jpeg")
    assert cid is not None
    assert image["Content-ID"] == f"<{cid[1]}>"
    assert image.get_content_disposition() == "inline"
    assert not re.search(r'src="(?!cid:)', html)  # nothing is fetched when it is opened
    assert "<style" not in html
    assert "<script" not in html


def test_hostile_words_stay_words_in_the_mail(desk: Desk) -> None:
    hostile = (
        '<script>alert(1)</script><img src="https://evil.example/pixel">\r\nBcc: all@evil.example\r\n\r\n-- \r\n'
        "Decide here: https://evil.example/decide/x/ \u202eevil"
    )
    post = desk.write(hostile, time=in_hours(30), media=(Shown(desk.picture().pk, f'"><b>{hostile}'),))
    Post.objects.filter(pk=post.pk).update(title="Title\r\nBcc: all@evil.example <b>")
    submit(desk.reload(post), by=desk.cast.officer)
    message = mail_to(desk.cast.approver)
    content = message.content()
    assert "\n" not in message.subject
    assert "\r" not in message.subject
    assert set(content.headers) <= {"List-Unsubscribe", "List-Unsubscribe-Post"}
    assert "<script" not in content.html
    assert '<img src="https' not in content.html
    assert "<b>" not in content.html
    assert "&lt;script&gt;" in content.html
    assert "\u202e" not in content.body
    assert "\u202e" not in content.html
    foreign = [line for line in content.body.splitlines() if "evil" in line and not line.startswith("| ")]
    assert [line for line in foreign if "/decide/" in line] == []
    assert len(LINK.findall("\n".join(line for line in content.body.splitlines() if not line.startswith("| ")))) == 1


def test_the_link_is_long_random_and_nowhere_but_in_the_mail(desk: Desk, link: str) -> None:
    token = link.split("/")[2]
    assert len(token) >= 43
    row = DecisionLink.objects.get()
    assert row.token_hash == hashlib.sha256(token.encode()).hexdigest()
    with connection.cursor() as cursor:
        # A partition is read as a part of its table: the application may not read one by itself.
        cursor.execute(
            "SELECT relname FROM pg_class"
            " WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = 'public'::regnamespace"
        )
        tables = [name for (name,) in cursor.fetchall()]
        for table in tables:
            cursor.execute(f'SELECT count(*) FROM "{table}" AS t WHERE t::text LIKE %s', [f"%{token}%"])
            assert cursor.fetchone() == (0,), table


def test_whoever_may_not_approve_gets_no_link(desk: Desk) -> None:
    author = member(desk.cast, "writing approver")
    submit(
        desk.change(desk.write("Први", time=in_hours(30)), desk.draft("Други"), by=author, time=in_hours(30)), by=author
    )
    by_address = {row.to: row.body for row in mails()}
    assert "/decide/" in by_address[desk.cast.approver.email]
    assert author.email not in by_address
    desk.house_rule(approval="mentor")
    submitted(desk, "Прво ментор чита.")
    (to_mentor,) = mails()
    assert to_mentor.to == desk.cast.mentor.email
    assert "/decide/" not in to_mentor.body
    assert not to_mentor.content().html


@pytest.mark.parametrize("why", ["off", "video", "correction"])
def test_what_is_decided_in_the_portal_has_an_ordinary_mail(desk: Desk, why: str) -> None:
    if why == "off":
        desk.house_rule(decides_by_mail=False)
    post = submitted(desk)
    if why == "video":
        Version.objects.update(media=[{"id": 1, "ref": "videos/1.mp4", "alt": "", "crop": None, "mime": "video/mp4"}])
    if why == "correction":
        Post.objects.filter(pk=post.pk).update(is_correction=True)
    message = mail_to(desk.cast.approver)
    assert "/decide/" not in message.body
    assert "/notifications/" in message.body
    assert not DecisionLink.objects.exists()


def test_a_mistake_in_it_holds_no_mail_back(desk: Desk, post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(row: Any) -> None:
        DecisionLink.objects.filter(pk=1 / 0).first()

    monkeypatch.setitem(mail_content._BUILDERS, "submitted", broken)  # type: ignore[call-overload]
    assert "/notifications/" in mail_to(desk.cast.approver).body


def test_a_delegate_and_a_second_approver_get_links_of_their_own(desk: Desk) -> None:
    desk.house_rule(approval="two")
    second = member(desk.cast, "second")
    post = submitted(desk)
    first, other = sorted(mails(), key=lambda row: row.to != desk.cast.approver.email)[:2]
    assert link_in(first.body) != link_in(other.body)
    assert by_password(link_in(first.body), post).status_code == 302
    assert stage(post) == Stage.SUBMITTED
    reminder = mail_to(second)
    assert by_password(link_in(reminder.body), post).status_code == 302
    assert stage(post) == Stage.APPROVED


def test_who_stands_in_decides_in_the_name_of_the_absent(desk: Desk) -> None:
    helper = member(desk.cast, "helper", role="officer")  # type: ignore[arg-type]
    stand_in(desk.cast, helper)
    post = submitted(desk)
    assert by_password(link_in(mail_to(helper).body), post).status_code == 302
    row = Decision.objects.get(kind=DecisionKind.APPROVED)
    assert (row.by_id, row.for_whom_id) == (helper.pk, desk.cast.approver.pk)


# ---------------------------------------------------------------- looking changes nothing


@pytest.mark.parametrize("rounds", [5, pytest.param(100, marks=pytest.mark.slow)])
def test_a_scanner_that_comes_a_hundred_times_decides_nothing(desk: Desk, post: Post, link: str, rounds: int) -> None:
    before = AuditEvent.objects.count()
    scanner = Client(headers={"user-agent": "LinkScanner", "sec-purpose": "prefetch"})
    for _round in range(rounds):
        assert scanner.get(link).status_code == 200
        assert scanner.head(link).status_code == 200
    for method in ("put", "patch", "delete", "options"):
        assert getattr(scanner, method)(link).status_code in (405, 501)
    assert scanner.get(f"{link}?decision=approve&password={PASSWORD}").status_code == 200
    assert (stage(post), decided(post), AuditEvent.objects.count()) == (Stage.SUBMITTED, [], before)
    row = DecisionLink.objects.get()
    assert (row.used_at, row.outcome) == (None, "")
    cache.clear()
    assert by_password(link, post).status_code == 302  # the person comes after the scanner
    assert stage(post) == Stage.APPROVED


def test_a_scanner_that_sends_the_form_decides_nothing(desk: Desk, post: Post, link: str) -> None:
    for decision in ("approve", "return", "", "x"):
        assert send(Client(), link, post, decision, note="n").status_code == 422
    assert decided(post) == []


def test_whoever_comes_too_often_waits(link: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("posts.review.views.decide_by_link.MOST_A_MINUTE", 2)
    answers = [Client().get(link).status_code for _round in range(3)]
    assert answers == [200, 200, 429]
    assert Client().get(f"{link}pictures/1/").status_code == 429


def test_what_the_page_tells_browsers_and_robots(link: str) -> None:
    page = Client().get(link)
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert "noindex" in page.headers["X-Robots-Tag"]
    assert link.split("/")[2] not in re.sub(r'src="/decide/[^"]+"', "", page.content.decode())


def test_no_log_line_holds_the_link(link: str, caplog: pytest.LogCaptureFixture) -> None:
    without_secrets = WithoutSecrets()
    caplog.handler.addFilter(without_secrets)
    token = link.split("/")[2]
    try:
        Client().get(f"{link}pictures/7/")
        Client(enforce_csrf_checks=True).post(link, {"decision": "approve"})
    finally:
        caplog.handler.removeFilter(without_secrets)  # it is the handler of all tests
    assert caplog.text
    assert token not in caplog.text


# ---------------------------------------------------------------- who decides


def test_the_person_signed_in_decides_with_one_tap(desk: Desk, post: Post, link: str) -> None:
    client = sign_in(desk.cast.approver)
    page = client.get(link).content.decode()
    assert 'type="password"' not in page
    assert 'value="approve"' in page
    assert send(client, link, post).status_code == 302
    assert decided(post) == [("approved", desk.cast.approver.pk)]
    event = AuditEvent.objects.get(verb="post.approve")
    assert event.detail["by_mail"] is True
    assert event.actor_id == desk.cast.approver.pk
    assert AuditEvent.objects.filter(verb="post.use_link").count() == 1
    assert "Approved" in client.get(f"{link}?done=1").content.decode()


def on_approval(desk: Desk) -> Post:
    written = desk.write("Вода долази у 18 часова.")
    content = Content(parse(written.draft), written.title, written.category, on_approval=True)
    save_draft(written, content, revision=written.revision, by=desk.cast.officer)
    return submit(written, by=desk.cast.officer)


def test_the_button_of_the_page_says_that_it_publishes_and_does(desk: Desk) -> None:
    waiting = on_approval(desk)
    mail, client = mail_to(desk.cast.approver), sign_in(desk.cast.approver)
    assert "It goes out as soon as it is approved" in mail.body
    link = link_in(mail.body)
    assert "Approve and publish now on one network" in client.get(link).text
    answer = client.post(link, {"decision": "approve", "time": "on-approval", "when": "approval"}, follow=True)
    assert "It is being published now" in answer.text
    assert desk.states(waiting) == [State.SCHEDULED]


def test_another_time_is_chosen_with_the_approval_and_a_wrong_one_is_kept(desk: Desk) -> None:
    waiting = on_approval(desk)
    link, client = link_in(mail_to(desk.cast.approver).body), sign_in(desk.cast.approver)
    sent = {"decision": "approve", "time": "on-approval", "when": "time", "on": "31.02.2027", "at": "10:00"}
    page = client.post(link, sent)
    assert (page.status_code, stage(waiting)) == (422, "submitted")
    assert "This is not a day." in page.text
    assert "31.02.2027" in page.text
    assert client.post(link, {**sent, "on": "01.02.2027"}).status_code == 302
    (delivery,) = desk.deliveries(waiting)
    assert f"{timezone.localtime(delivery.due_at):%d.%m.%Y %H:%M}" == "01.02.2027 10:00"


def test_the_page_is_in_the_language_of_its_person(desk: Desk, link: str) -> None:
    for language in ("en", "sr"):
        User.objects.filter(pk=desk.cast.approver.pk).update(language=language)
        assert Client().get(link).headers["Content-Language"] == language


def test_opening_a_link_of_somebody_else_is_no_attempt_to_decide(desk: Desk, link: str) -> None:
    assert sign_in(desk.cast.officer).get(link).status_code == 403
    assert refusals() == []


def test_without_a_session_the_password_decides_and_no_session_begins(desk: Desk, post: Post, link: str) -> None:
    client = Client()
    assert send(client, link, post, password=PASSWORD).status_code == 302
    assert decided(post) == [("approved", desk.cast.approver.pk)]
    assert "_auth_user_id" not in client.session
    assert client.get("/m/cuprija/").status_code == 302  # to the sign-in
    assert not AuditEvent.objects.filter(verb="account.sign_in").exists()


def test_it_is_returned_with_a_note_and_not_without(desk: Desk, post: Post, link: str) -> None:
    refused = by_password(link, post, "return", note="  ")
    assert refused.status_code == 422
    assert "Write a note" in refused.content.decode()
    assert by_password(link, post, "return", note="Напишите и улицу.").status_code == 302
    assert stage(post) == Stage.RETURNED
    assert Decision.objects.get(kind=DecisionKind.RETURNED).note == "Напишите и улицу."
    assert AuditEvent.objects.get(verb="post.return").detail["by_mail"] is True


@pytest.mark.parametrize("who", ["officer", "stranger", "administrator", "second"])
def test_a_forwarded_link_decides_nothing_for_another_person(desk: Desk, post: Post, link: str, who: str) -> None:
    person = member(desk.cast, "second") if who == "second" else getattr(desk.cast, who)
    client = sign_in(person)
    page = client.get(link)
    assert page.status_code == 403
    assert "belongs to another person" in page.content.decode()
    assert "18 часова" not in page.content.decode()
    # not even with the password of the person whom it belongs to: they would decide from somebody else's session
    assert send(client, link, post, password=PASSWORD).status_code == 403
    assert decided(post) == []
    assert refusals() == ["other_person"]
    assert AuditEvent.objects.get(verb="post.refuse_by_mail").actor_id == person.pk


def test_a_forwarded_link_decides_nothing_without_the_password(desk: Desk, post: Post, link: str) -> None:
    assert send(Client(), link, post).status_code == 422
    assert send(Client(), link, post, password=NEVER).status_code == 422
    assert decided(post) == []
    assert DecisionLink.objects.get().used_at is None
    assert refusals() == ["password", "password"]
    assert AuditEvent.objects.filter(verb="account.sign_in_failed").count() == 1


def test_guessing_the_password_here_is_locked_out_as_at_the_sign_in(desk: Desk, post: Post, link: str) -> None:
    for _round in range(5):
        assert "not the password" in send(Client(), link, post, password=NEVER).content.decode()
    locked = send(Client(), link, post, password=PASSWORD)
    assert locked.status_code == 422
    assert "Too many attempts" in locked.content.decode()
    assert decided(post) == []
    # the sign-in counts the same attempts, and the other way round
    answer = Client(headers={"accept-language": "en"}).post(
        "/accounts/login/", {"login": desk.cast.approver.email, "password": PASSWORD}
    )
    assert "Too many attempts" in answer.content.decode()


def test_a_forged_form_needs_the_token_of_the_page(desk: Desk, post: Post, link: str) -> None:
    client = sign_in(desk.cast.approver)
    client.handler.enforce_csrf_checks = True
    assert send(client, link, post).status_code == 403
    assert decided(post) == []


def factor(person: User) -> str:
    """An authenticator app; returns its secret."""
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    secret = generate_totp_secret()
    TOTP.activate(person, secret)
    return str(secret)


def code_of(secret: str) -> str:
    from allauth.mfa.totp.internal import auth

    counter = next(iter(auth.yield_hotp_counters_from_time()))
    return str(auth.format_hotp_value(auth.hotp_value(secret, counter)))


def test_where_a_second_factor_is_set_its_code_is_needed_once(desk: Desk, link: str, post: Post) -> None:
    secret = factor(desk.cast.approver)
    assert 'name="code"' in Client().get(link).content.decode()
    for code in ("", "000000"):
        assert by_password(link, post, code=code).status_code == 422
    assert decided(post) == []
    assert refusals() == ["code", "code"]
    code = code_of(secret)
    assert send(Client(), link, post, password=NEVER, code=code).status_code == 422  # which uses up no code
    assert by_password(link, post, code=code).status_code == 302
    again = submitted(desk, "Још једна")
    assert by_password(link_in(mail_to(desk.cast.approver).body), again, code=code).status_code == 422


def test_a_passkey_and_a_missing_factor_need_the_sign_in(desk: Desk, link: str, post: Post, settings: Any) -> None:
    from allauth.mfa.models import Authenticator

    settings.SECOND_FACTOR_REQUIRED = True
    for who in (Client(), sign_in(desk.cast.approver)):
        page = who.get(link).content.decode()
        assert "none is set up yet" in page
        assert 'name="decision"' not in page
        assert send(who, link, post, password=PASSWORD).status_code == 422
    Authenticator.objects.create(user=desk.cast.approver, type="webauthn", data={})
    assert "passkey" in Client().get(link).content.decode()
    assert by_password(link, post).status_code == 422
    assert decided(post) == []


def test_conversations_are_read_by_who_is_signed_in(desk: Desk, post: Post, link: str) -> None:
    comment(post, "Ово пише само за нас", by=desk.cast.mentor)
    page = Client().get(link).content.decode()
    assert "само за нас" not in page
    assert "One conversation about it is open" in page
    assert 'value="approve"' not in page
    assert by_password(link, post, threads="leave").status_code == 422
    client = sign_in(desk.cast.approver)
    page = client.get(link).content.decode()
    assert "само за нас" in page
    seen = re.findall(r'name="seen" value="(\d+)"', page)
    assert send(client, link, post, seen=seen).status_code == 422  # nothing chosen
    assert send(client, link, post, seen=seen, threads="leave").status_code == 302


# ---------------------------------------------------------------- what it takes no more


def closed(link: str, post: Post, says: str, reason: str) -> str:
    """The page says so, and neither a look nor the password decides."""
    before = decided(post)
    page = Client().get(link)
    assert page.status_code in (200, 410)
    words = page.content.decode()
    assert says in words, re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", words))
    assert 'name="decision"' not in words
    answer = by_password(link, post)
    assert answer.status_code == 409
    assert says in answer.content.decode()
    assert decided(post) == before
    assert refusals()[-1] == reason
    return words


def test_two_devices_decide_once(desk: Desk, post: Post, link: str) -> None:
    telephone, desk_top = sign_in(desk.cast.approver), sign_in(desk.cast.approver)
    assert telephone.get(link).status_code == desk_top.get(link).status_code == 200
    assert send(telephone, link, post).status_code == 302
    second = send(desk_top, link, post, "return", note="Ипак не")
    assert second.status_code == 409
    assert "Already decided with this link" in second.content.decode()
    assert "25 November 2026" in second.content.decode()
    assert stage(post) == Stage.APPROVED
    closed(link, post, "Already decided with this link", "used")


@pytest.mark.django_db(transaction=True)
def test_two_taps_at_the_same_moment_decide_once(desk: Desk, post: Post, link: str) -> None:
    row = find_by_token(link.split("/")[2])
    assert row is not None
    outcomes = at_once(
        lambda: decide(row, decision="approve", note=""),
        lambda: decide(row, decision="return", note="Ипак не"),
        refusals=LinkClosed,
    )
    assert outcomes.count(REFUSED) == 1
    assert len(decided(post)) == 1
    assert AuditEvent.objects.filter(verb="post.use_link").count() == 1


def test_a_link_of_a_changed_version_leads_to_the_new_one(desk: Desk, post: Post, link: str) -> None:
    taken = take_back(post, by=desk.cast.officer)
    closed(link, post, "does not wait for a decision any more", "taken_back")
    changed = submit(
        desk.change(taken, desk.draft("Вода долази тек у 22 часа."), time=in_hours(30)), by=desk.cast.officer
    )
    words = closed(link, changed, "was changed after this mail was sent", "changed")
    assert f"/m/cuprija/posts/{post.pk}/" in words
    assert "18 часова" not in words
    assert stage(post) == Stage.SUBMITTED
    assert by_password(link_in(mail_to(desk.cast.approver).body), changed).status_code == 302


def test_another_digest_is_another_version(desk: Desk, post: Post, link: str) -> None:
    DecisionLink.objects.update(digest="0" * 64)
    closed(link, post, "was changed after this mail was sent", "changed")


def test_a_link_lives_for_a_day(desk: Desk, post: Post, link: str, noon: Any) -> None:
    noon.move_to(NOON + WORKS_FOR - timedelta(minutes=1))
    assert Client().get(link).status_code == 200
    noon.move_to(NOON + WORKS_FOR + timedelta(minutes=1))
    words = closed(link, post, "This link has expired", "expired")
    assert f"/m/cuprija/posts/{post.pk}/" in words


@pytest.mark.parametrize("kind", ["approved", "returned"])
def test_what_a_colleague_has_decided_is_decided(desk: Desk, post: Post, link: str, kind: str) -> None:
    colleague = member(desk.cast, "colleague")
    if kind == "approved":
        approve(post, desk.version(post), by=colleague)
    else:
        send_back(post, desk.version(post), by=colleague, note="Не овако")
    assert "Colleague" in closed(link, post, "The post is decided already", "decided")


def ends(desk: Desk, how: str) -> None:
    person = desk.cast.approver
    if how == "role":
        Membership.objects.filter(user=person).update(role="officer")
    elif how == "left":
        Membership.objects.filter(user=person).update(ended_at=timezone.now())
    elif how == "waits":
        Membership.objects.filter(user=person).update(waits_until=timezone.now() + timedelta(hours=1))
    else:
        member(desk.cast, "successor")
        accounts.deactivate(person, by=desk.cast.administrator)


@pytest.mark.parametrize("how", ["role", "left", "waits", "account"])
def test_who_may_not_decide_any_more_does_not_by_an_old_link(desk: Desk, post: Post, link: str, how: str) -> None:
    ends(desk, how)
    words = closed(link, post, "decides nothing any more", "no_right")
    assert "18 часова" not in words


def test_a_municipality_that_switches_it_off_ends_the_links_that_are_out(desk: Desk, post: Post, link: str) -> None:
    desk.house_rule(decides_by_mail=False)
    closed(link, post, "are switched off", "switched_off")


def test_a_stricter_rule_holds_for_a_link_that_is_out(desk: Desk, post: Post, link: str) -> None:
    desk.house_rule(approval="mentor")
    closed(link, post, "The mentor reads it first", "denied")


def test_a_deleted_post_and_an_unknown_link_say_so(desk: Desk, post: Post, link: str) -> None:
    Post.objects.filter(pk=post.pk).update(deleted_at=timezone.now())
    closed(link, post, "The post was deleted", "deleted")
    for token in ("x", "a" * 43, "%00", "../../etc", link.split("/")[2][:-1]):
        assert Client().get(f"/decide/{token}/").status_code in (404, 410)


def test_the_time_that_was_shown_is_the_time_that_is_approved(desk: Desk, post: Post, link: str) -> None:
    shown = desk.reload(post).due_at
    assert shown is not None
    Post.objects.filter(pk=post.pk).update(due_at=shown + timedelta(hours=3))
    refused = Client().post(link, {"decision": "approve", "password": PASSWORD, "time": shown.isoformat()})
    assert refused.status_code == 422
    assert "The time of this post was changed" in refused.content.decode()
    assert decided(post) == []
    assert DecisionLink.objects.get().used_at is None
    assert by_password(link, post).status_code == 302


def test_a_pause_is_said_and_the_approval_waits(desk: Desk, post: Post, link: str) -> None:
    from municipalities.models import Pause

    Pause.objects.create(municipality=desk.municipality, reason="Дан жалости", by=desk.cast.approver)
    assert "Publishing is paused" in Client().get(link).content.decode()
    assert by_password(link, post).status_code == 302
    assert stage(post) == Stage.APPROVED


def test_a_link_of_one_municipality_reaches_no_other(desk: Desk, post: Post, link: str) -> None:
    from municipalities.tenancy import scope

    with scope(desk.cast.novi_pazar):
        assert not DecisionLink.objects.exists()
    row = DecisionLink.objects.select_related("municipality", "user", "version__post__municipality").get()
    assert status_of(row).state == LinkState.OPEN


def test_its_pictures_are_seen_as_long_as_it_decides_and_by_nobody_else(desk: Desk) -> None:
    media = desk.picture()
    post = submitted(desk, media=(Shown(media.pk, "Чесма", Crop("1:1", (0.0, 0.0, 0.5, 0.5))),))
    link = link_in(mail_to(desk.cast.approver).body)
    page = Client().get(link).content.decode()
    assert f'src="{link}pictures/1/"' in page
    assert "/m/cuprija/media/" not in page
    answer = Client().get(f"{link}pictures/1/")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    with Image.open(BytesIO(b"".join(answer.streaming_content))) as shown:  # type: ignore[attr-defined]
        assert shown.size == (320, 240)  # the crop that goes out
    assert Client().get(f"{link}pictures/2/").status_code == 404
    assert sign_in(desk.cast.stranger).get(f"{link}pictures/1/").status_code == 404
    assert by_password(link, post).status_code == 302
    assert Client().get(f"{link}pictures/1/").status_code == 404


def test_the_page_is_in_the_language_of_the_person(desk: Desk, post: Post) -> None:
    User.objects.filter(pk=desk.cast.approver.pk).update(language="sr")
    link = link_in(mail_to(desk.cast.approver).body)
    assert Client(headers={"accept-language": "en"}).get(link).headers["Content-Language"] == "sr"


def test_a_page_costs_the_same_for_one_picture_and_for_many(desk: Desk) -> None:
    counted = []
    for number in (1, 3):
        media = tuple(Shown(desk.picture(name=f"{place}.jpg").pk, "Чесма") for place in range(number))
        post = submitted(desk, media=media, channels=(desk.mastodon.pk, desk.bluesky.pk)[:number])
        for place in range(number):
            comment(post, f"Коментар {place}", by=desk.cast.mentor)
        link = link_in(mail_to(desk.cast.approver).body)
        client = sign_in(desk.cast.approver)
        client.get(link)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(link).status_code == 200
        counted.append(len(queries))
    assert counted[0] == counted[1]
