"""Google Business Profile: reviews of a place, and one answer to each. There are no posts."""

from __future__ import annotations

import dataclasses
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from channels.messages import problem_text
from platforms.errors import NeedsConsent, NotReached, OutcomeUnknown, RateLimited, Rejected
from platforms.google import oauth
from platforms.google_business.connector import GoogleBusiness
from platforms.google_business.reviews import SECOND_READING, Position
from platforms.google_business.texts import (
    ANSWERED_MEANWHILE,
    NO_PLACE,
    NO_RIGHT,
    NOT_APPROVED,
    NOT_SWITCHED_ON,
    NOT_TAKEN,
    NOT_VERIFIED,
    OTHER_PLACE,
    PLACE_GONE,
    REVIEW_GONE,
)
from platforms.registry import PLATFORMS
from platforms.types import Absent, Credential, Found, Inconclusive, Keys, Message, Outgoing, Published
from platforms.visibility import Visibility
from tests.platforms.bench import Bench, outgoing
from tests.platforms.consent import BACK
from tests.platforms.fakes import FakeServer
from tests.platforms.fakes.google_business import GoogleBusinessFake
from tests.platforms.faults import bench_for

# RFC 7636, appendix B
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
REPLY = r"/reviews/[\w-]+/reply$"
LIST = r"/reviews$"
ANSWER = "Хвала на оцени. Шалтер је сада отворен до 15 часова."


@pytest.fixture
def bench(fakes: FakeServer) -> Bench:
    return bench_for(fakes, "google_business")


@pytest.fixture
def fake(fakes: FakeServer) -> GoogleBusinessFake:
    fake: GoogleBusinessFake = fakes.world.fake("google_business")
    return fake


@pytest.fixture
def place(bench: Bench) -> str:
    return "locations/" + bench.credential.account_id.partition("/locations/")[2]


def read(bench: Bench, cursor: str | None = None) -> tuple[list[Message], str]:
    response = bench.connector().messages(cursor)
    return list(response.items), str(response.cursor)


def answer_to(place: str, number: str, text: str = ANSWER, **more: Any) -> Outgoing:
    return outgoing(text, reply_to=f"{place}/reviews/{number}", **more)


def replies(fake: GoogleBusinessFake) -> dict[str, str]:
    """The answers that are shown, by review."""
    return {
        number: review["reply"]["comment"]
        for content in fake.places.values()
        for number, review in content["reviews"].items()
        if review["reply"]
    }


def asked(fakes: FakeServer, path: str) -> int:
    return sum(bool(re.search(path, one["path"])) for one in fakes.ledger())


class TestAccess:
    def consented(self, bench: Bench, **decision: str) -> Credential:
        url = bench.connector(credential=None).authorize_url(BACK, "stanje", CHALLENGE)
        sent = dict(parse_qsl(urlsplit(url).query)) | decision
        answer = bench.http().post(url.split("?")[0], data=sent)
        code = dict(parse_qsl(urlsplit(answer.headers["location"]).query))["code"]
        given = {"code": code, "redirect_uri": BACK, "verifier": VERIFIER}
        return bench.connector(credential=None).exchange(given)

    def test_a_person_chooses_among_the_places_that_they_manage(self, bench: Bench, fake: GoogleBusinessFake) -> None:
        own, group = fake.person("jelena", "LOCATION_GROUP")
        library = fake.place("Библиотека", own, group, address="Кнеза Милоша 2")
        hall = fake.place("Општинска управа", group)
        closed = fake.place("Спортска хала", own, is_verified=False)
        foreign = fake.place("Кафана", *fake.person("stranger"))
        credential = self.consented(bench, person="jelena")
        accounts = bench.connector(credential=credential).accounts()
        by_name = {account.profile.remote_id: account for account in accounts}
        assert set(by_name) == {library, hall, closed}
        assert foreign not in by_name
        # Of two ways to one place the group's is taken: colleagues have it as well.
        assert by_name[library].credential.account_id == f"{group}/{library}"
        assert by_name[library].profile.handle == "Кнеза Милоша 2, Ћуприја"
        assert [by_name[name].problem for name in (library, hall, closed)] == ["", "", NOT_VERIFIED]
        assert len({account.credential.grantor for account in accounts} - {""}) == 1
        assert bench.connector(credential=by_name[hall].credential).profile().name == "Општинска управа"

    def test_many_accounts_and_places_are_read_page_by_page_up_to_a_bound(
        self, bench: Bench, fake: GoogleBusinessFake, fakes: FakeServer
    ) -> None:
        _own, *groups = fake.person("jelena", *["LOCATION_GROUP"] * 24)
        for number in range(150):
            fake.place(f"Место {number}", groups[-1])
        credential = self.consented(bench, person="jelena")
        assert len(bench.connector(credential=credential).accounts()) == 150
        few = {"options": {"places_listed": 30}}
        assert len(bench.connector(credential=credential, facts=few).accounts()) == 30

    def test_whoever_manages_no_place_is_told(self, bench: Bench, fake: GoogleBusinessFake) -> None:
        fake.person("nobody")
        credential = self.consented(bench, person="nobody")
        with pytest.raises(NeedsConsent) as refused:
            bench.connector(credential=credential).accounts()
        assert refused.value.message == problem_text(refused.value) == NO_PLACE

    @pytest.mark.parametrize("changed", ["place", "account", "shape", "empty"])
    def test_a_place_of_somebody_else_is_refused(self, bench: Bench, fake: GoogleBusinessFake, changed: str) -> None:
        other = fake.place("Кафана", *fake.person("stranger"))
        account, _, location = bench.credential.account_id.partition("/locations/")
        account_id = {
            "place": f"{account}/{other}", "account": f"{fake.person('stranger')[0]}/locations/{location}",
            "shape": f"{account}/locations/{location}/../{other}", "empty": "",
        }[changed]  # fmt: skip
        fake.written(other, "Туђе")
        connector = bench.connector(credential=dataclasses.replace(bench.credential, account_id=account_id))
        with pytest.raises((NeedsConsent, Rejected)):
            connector.messages()
        if changed != "account":
            with pytest.raises(NeedsConsent):
                connector.profile()
        sent = answer_to(other, next(iter(fake.places[other]["reviews"])))
        with pytest.raises((NeedsConsent, Rejected)):
            connector.reply(sent, bench.read)
        assert replies(fake) == {}

    def test_consent_asks_for_reviews_alone_and_stays_apart_from_other_grants(self, bench: Bench) -> None:
        url = GoogleBusiness(bench.http(), keys=Keys("id", "secret")).authorize_url(BACK, "s", CHALLENGE)
        assert urlsplit(url).hostname == "accounts.google.com"
        query = dict(parse_qsl(urlsplit(url).query))
        assert query["scope"] == "https://www.googleapis.com/auth/business.manage"
        # With it, disconnecting would take YouTube's access along, where one application serves both.
        assert "include_granted_scopes" not in query
        assert (query["access_type"], query["code_challenge_method"]) == ("offline", "S256")

    def test_its_own_hosts_are_googles(self, bench: Bench) -> None:
        connector = GoogleBusiness(bench.http(), credential=bench.credential)
        hosts = [connector.calls._address(host, "/x") for host in ("https://a.googleapis.com", "https://b")]
        assert hosts == ["https://a.googleapis.com/x", "https://b/x"]
        assert not oauth.is_google("https://googleapis.com.evil.example")
        assert not oauth.is_google("http://mybusiness.googleapis.com")

    def test_an_expired_session_is_renewed_and_a_revoked_one_is_named(
        self, bench: Bench, fakes: FakeServer, fake: GoogleBusinessFake, place: str
    ) -> None:
        number = fake.written(place, "Лепо")
        fakes.plan("expire_token", LIST)
        assert [one.text for one in read(bench)[0]] == ["Лепо"]
        fakes.plan("expire_token", REPLY, method="PUT")
        connector = bench.connector()
        assert isinstance(connector.reply(answer_to(place, number), bench.read), Published)
        fakes.plan("revoke_token", LIST)
        with pytest.raises(NeedsConsent) as ended:
            bench.connector().messages()
        assert ended.value.message == oauth.ENDED

    def test_a_consent_that_was_given_back_ends(self, bench: Bench, fake: GoogleBusinessFake) -> None:
        bench.connector().revoke(shared=True)
        assert bench.connector().profile().name
        bench.connector().revoke()
        with pytest.raises(NeedsConsent):
            bench.connector().profile()

    @pytest.mark.parametrize(
        ("option", "message"),
        [("google_business_not_approved", NOT_APPROVED), ("google_business_switched_off", NOT_SWITCHED_ON)],
    )
    def test_a_project_without_access_is_explained(
        self, bench: Bench, fakes: FakeServer, option: str, message: str
    ) -> None:
        fakes.options(**{option: True})
        for call in (bench.connector().messages, bench.connector().profile, bench.connector().accounts):
            with pytest.raises(NeedsConsent) as refused:
                call()
            assert refused.value.message == message
            assert problem_text(refused.value) == message, "whoever connects reads the same"

    def test_a_role_that_was_lost_is_explained(self, bench: Bench, fake: GoogleBusinessFake, place: str) -> None:
        fake.places[place]["is_verified"] = False
        with pytest.raises(NeedsConsent) as refused:
            bench.connector().messages()
        assert (refused.value.message, refused.value.is_permission) == (NO_RIGHT, True)
        del fake.places[place]
        with pytest.raises(NeedsConsent) as gone:
            bench.connector().profile()
        assert gone.value.message == PLACE_GONE


class TestReading:
    def test_a_review_is_public_and_has_its_stars(self, bench: Bench, fake: GoogleBusinessFake, place: str) -> None:
        number = fake.written(place, "Чекала сам два сата", stars=2, by="Мара")
        (message,), _ = read(bench)
        assert (message.kind, message.visibility) == ("review", Visibility.PUBLIC)
        assert (message.text, message.stars, message.author_name) == ("Чекала сам два сата", 2, "Мара")
        assert message.remote_id == f"{place}/reviews/{number}"
        # Nobody can be written to: there is no id of the person, and no conversation.
        assert (message.author_id, message.conversation, message.is_ours) == (number, "", False)

    def test_stars_without_words_are_a_review(self, bench: Bench, fake: GoogleBusinessFake, place: str) -> None:
        fake.written(place, "", stars=1)
        (message,), _ = read(bench)
        assert (message.text, message.stars) == ("", 1)

    def test_hostile_words_and_names_stay_what_they_are(
        self, bench: Bench, fake: GoogleBusinessFake, place: str
    ) -> None:
        hostile = "<script>alert(1)</script>\u202e ../../" + "ж" * 5_000
        fake.written(place, hostile + "\x00", by=hostile)
        (message,), _ = read(bench)
        assert (message.text, message.author_name) == (hostile, hostile)

    @pytest.mark.parametrize(
        "change",
        [
            {"reviewId": "../../../locations/1/reviews/x"}, {"reviewId": ""}, {"reviewId": None}, {"reviewId": "a b"},
            {"reviewId": "x" * 400}, {"createTime": "yesterday"}, {"createTime": None}, {"updateTime": "tomorrow"},
            {"name": "accounts/1/locations/1/reviews/x"}, {"name": 7},
        ],
    )  # fmt: skip
    def test_what_cannot_be_read_is_left_out_and_the_others_are_read(
        self, bench: Bench, fakes: FakeServer, place: str, change: dict[str, Any]
    ) -> None:
        good = {
            "reviewId": "good",
            "createTime": "2026-11-30T08:00:00Z",
            "updateTime": "2026-11-30T08:00:00.123456789Z",
        }
        good["name"] = f"{bench.credential.account_id}/reviews/good"
        rows = [{**good, "reviewId": "bad", **change}, "x", None, good]
        fakes.plan("status", LIST, status=200, body={"reviews": rows, "totalReviewCount": 4})
        assert [one.remote_id for one in bench.connector().messages().items] == [f"{place}/reviews/good"]

    @pytest.mark.parametrize(
        "change",
        [
            {"starRating": "SIX"}, {"starRating": 5}, {"comment": ["x"]}, {"reviewer": "x"}, {"reviewer": {}},
            {"reviewReply": "x"}, {"reviewReply": {}}, {"reviewReply": {"comment": 5}},
            {"reviewReply": {"comment": "x", "updateTime": "x"}},
        ],
    )  # fmt: skip
    def test_strange_fields_are_as_if_they_were_not_there(
        self, bench: Bench, fakes: FakeServer, change: dict[str, Any]
    ) -> None:
        review = {"reviewId": "a", "createTime": "2026-11-30T08:00:00Z", "updateTime": "2026-11-30T08:00:00Z", **change}
        fakes.plan("status", LIST, status=200, body={"reviews": [review], "totalReviewCount": 1})
        (message,) = bench.connector().messages().items
        assert (message.text, message.stars, message.answer) == ("", None, None)

    @pytest.mark.parametrize("body", [[], "x", {"reviews": "x"}, {"reviews": {}}, {"totalReviewCount": "many"}])
    def test_a_strange_list_is_empty_or_not_reached(self, bench: Bench, fakes: FakeServer, body: Any) -> None:
        fakes.plan("status", LIST, status=200, body=body)
        try:
            assert bench.connector().messages().items == ()
        except NotReached:
            assert not isinstance(body, dict)

    def test_polling_again_brings_nothing_twice(self, bench: Bench, fake: GoogleBusinessFake, place: str) -> None:
        fake.written(place, "Прва", ago=timedelta(days=3))
        fake.written(place, "Друга", ago=timedelta(days=2))
        items, cursor = read(bench)
        assert [one.text for one in items] == ["Прва", "Друга"]
        again, same = read(bench, cursor)
        assert (again, same) == ([], cursor)
        fake.written(place, "Трећа")
        items, cursor = read(bench, cursor)
        assert [one.text for one in items] == ["Трећа"]
        assert read(bench, cursor) == ([], cursor)
        # One that Google held back appears below others, and is not missed.
        fake.written(place, "Задржана", ago=timedelta(days=1))
        response = bench.connector().messages(cursor)
        assert "Задржана" in {one.text for one in response.items}

    def test_an_edited_review_comes_again(self, bench: Bench, fake: GoogleBusinessFake, place: str) -> None:
        number = fake.written(place, "Добро", stars=4, ago=timedelta(days=2))
        for other in range(60):
            fake.written(place, f"Остале {other}", ago=timedelta(hours=other))
        _, cursor = read(bench)
        fake.changed(place, number, text="Ипак лоше", stars=1)
        ((message,), cursor) = read(bench, cursor)
        assert (message.remote_id.rpartition("/")[2], message.text, message.stars) == (number, "Ипак лоше", 1)
        assert read(bench, cursor) == ([], cursor)

    def test_an_answer_given_or_deleted_elsewhere_is_seen(
        self, bench: Bench, fake: GoogleBusinessFake, place: str
    ) -> None:
        number = fake.written(place, "Питање", ago=timedelta(days=2))
        _, cursor = read(bench)
        fake.replied(place, number, "Одговор са телефона")
        ((message,), cursor) = read(bench, cursor)
        assert message.answer is not None
        assert message.answer.text == "Одговор са телефона"
        fake.replied(place, number, None)
        ((message,), cursor) = read(bench, cursor)
        assert message.answer is None
        assert read(bench, cursor) == ([], cursor)

    def test_an_answer_that_google_refused_is_none(self, bench: Bench, fake: GoogleBusinessFake, place: str) -> None:
        number = fake.written(place, "Питање")
        fake.replied(place, number, "Реклама")
        fake.places[place]["reviews"][number]["reply"]["reviewReplyState"] = "REJECTED"
        ((message,), _) = read(bench)
        assert message.answer is None

    def test_pages_are_read_up_to_a_bound(
        self, bench: Bench, fake: GoogleBusinessFake, fakes: FakeServer, place: str
    ) -> None:
        for number in range(620):
            fake.written(place, f"{number}", ago=timedelta(minutes=number))
        before = asked(fakes, LIST)
        response = bench.connector().messages()
        assert (len(response.items), asked(fakes, LIST) - before) == (500, 10)
        assert not response.is_whole
        assert len(str(response.cursor)) < 2_000
        before = asked(fakes, LIST)
        assert bench.connector().messages(response.cursor).items == ()
        assert asked(fakes, LIST) - before == 1
        for number in range(70):
            fake.written(place, f"нова {number}")
        before = asked(fakes, LIST)
        assert len(bench.connector().messages(response.cursor).items) == 70
        assert asked(fakes, LIST) - before == 2

    def test_a_deleted_review_makes_all_be_read_twice(self, bench: Bench, fake: GoogleBusinessFake, place: str) -> None:
        numbers = [fake.written(place, f"{number}", ago=timedelta(days=number)) for number in range(3)]
        first = bench.connector().messages()
        assert first.is_whole
        assert not bench.connector().messages(first.cursor).is_whole
        del fake.places[place]["reviews"][numbers[1]]
        reviews, now = bench.connector().reviews, datetime.now(UTC)
        missed = reviews.after(first.cursor, now)
        assert missed.is_whole
        assert {one.text for one in missed.items} == {"0", "2"}
        assert not reviews.after(missed.cursor, now + timedelta(minutes=2)).is_whole
        second = reviews.after(missed.cursor, now + SECOND_READING + timedelta(seconds=1))
        assert second.is_whole
        assert not reviews.after(second.cursor, now + timedelta(hours=1)).is_whole
        assert reviews.after(second.cursor, now + timedelta(hours=25)).is_whole

    def test_from_an_empty_list_nothing_is_concluded(self, bench: Bench, fake: GoogleBusinessFake, place: str) -> None:
        fake.written(place, "Једина")
        first = bench.connector().messages()
        fake.places[place]["reviews"].clear()
        response = bench.connector().messages(first.cursor)
        assert (response.items, response.is_whole) == ((), False)

    @pytest.mark.parametrize(
        "cursor", ["", "x", "[]", "{}", "7", '{"newest": "x", "seen": "", "total": 1, "whole_at": 1}']
    )
    def test_a_strange_cursor_begins_anew(self, cursor: str) -> None:
        assert Position.of(cursor) is None

    @pytest.mark.parametrize("action", ["html_error", "hang", "drop_before", "commit_then_drop", "truncate_body"])
    def test_a_list_that_does_not_come_is_asked_for_again(self, bench: Bench, fakes: FakeServer, action: str) -> None:
        fakes.plan(action, LIST)
        with pytest.raises(NotReached):
            bench.connector(http=bench.http(deadline=1)).messages()

    def test_too_many_calls_wait(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.plan("rate_limit", LIST, seconds=90)
        with pytest.raises(RateLimited) as limited:
            bench.connector().messages()
        assert timedelta(seconds=80) < limited.value.retry_at - datetime.now(UTC) < timedelta(seconds=95)


class TestAnswering:
    def test_an_answer_goes_to_its_review_alone(self, bench: Bench, fake: GoogleBusinessFake, place: str) -> None:
        numbers = [fake.written(place, f"{number}") for number in range(3)]
        published = bench.connector().reply(answer_to(place, numbers[1]), bench.read)
        assert replies(fake) == {numbers[1]: ANSWER}
        (message,) = [one for one in read(bench)[0] if one.answer]
        assert message.answer is not None
        assert message.answer.at == published.at
        assert len(published.remote_id) <= 300

    @pytest.mark.parametrize(
        "named", ["{other}/reviews/{number}", "{number}", "{place}/reviews/../{number}", "{place}/reviews/", "", "7:8"]
    )
    def test_an_answer_never_goes_to_another_place(
        self, bench: Bench, fake: GoogleBusinessFake, fakes: FakeServer, place: str, named: str
    ) -> None:
        own = bench.credential.account_id.partition("/locations/")[0]
        other = fake.place("Друго место истог налога", own)
        number = fake.written(other, "Туђе")
        fake.places[place]["reviews"][number] = {**fake.places[other]["reviews"][number]}
        sent = outgoing(ANSWER, reply_to=named.format(other=other, place=place, number=number) or None)
        before = len(fakes.ledger())
        for act in (
            lambda: bench.connector().reply(sent, bench.read),
            lambda: bench.connector().find(sent, sent.created_at),
        ):
            with pytest.raises(Rejected) as refused:
                act()
            assert refused.value.message == OTHER_PLACE
        assert (replies(fake), len(fakes.ledger())) == ({}, before)

    @pytest.mark.parametrize(
        "private", [{"visibility": Visibility.DIRECT}, {"conversation": "7", "recipient": "7"}], ids=str
    )
    def test_what_is_not_for_everybody_is_not_sent(
        self, bench: Bench, fake: GoogleBusinessFake, place: str, private: dict[str, Any]
    ) -> None:
        number = fake.written(place, "Питање")
        with pytest.raises(Rejected) as refused:
            bench.connector().reply(dataclasses.replace(answer_to(place, number), **private), bench.read)
        assert (refused.value.code, replies(fake)) == ("visibility", {})

    @pytest.mark.parametrize("action", ["commit_then_drop", "commit_then_500", "truncate_body", "drop_before"])
    def test_a_lost_answer_is_found_or_repeated_and_there_is_one(
        self, bench: Bench, fake: GoogleBusinessFake, fakes: FakeServer, place: str, action: str
    ) -> None:
        number, connector = fake.written(place, "Питање"), bench.connector()
        sent = answer_to(place, number)
        fakes.plan(action, REPLY, method="PUT")
        with pytest.raises(OutcomeUnknown):
            connector.reply(sent, bench.read)
        result = connector.find(sent, sent.created_at)
        assert isinstance(result, Absent if action == "drop_before" else Found)
        assert connector.may_resend(sent.created_at, datetime.now(UTC))
        again = connector.reply(sent, bench.read)
        assert replies(fake) == {number: ANSWER}
        if isinstance(result, Found):
            assert result.published == again
            assert asked(fakes, REPLY) == 1, "what is there already is not sent once more"

    def test_a_page_of_html_instead_of_an_answer_is_unknown(
        self, bench: Bench, fake: GoogleBusinessFake, fakes: FakeServer, place: str
    ) -> None:
        sent = answer_to(place, fake.written(place, "Питање"))
        for plan in ({"status": 200, "body": "<html>Sign in</html>"}, {"status": 502, "body": "<html></html>"}):
            fakes.plan("status", REPLY, method="PUT", **plan)
            with pytest.raises(OutcomeUnknown):
                bench.connector().reply(sent, bench.read)
        fakes.plan("status", REPLY, method="PUT", status=200, body={"comment": "x"})
        with pytest.raises(OutcomeUnknown):
            bench.connector().reply(sent, bench.read)
        assert replies(fake) == {}

    def test_a_later_answer_of_a_colleague_is_left_alone(
        self, bench: Bench, fake: GoogleBusinessFake, place: str
    ) -> None:
        number = fake.written(place, "Питање")
        sent = answer_to(place, number)
        fake.replied(place, number, "Колега је већ одговорио")
        with pytest.raises(Rejected) as refused:
            bench.connector().reply(sent, bench.read)
        assert refused.value.message == ANSWERED_MEANWHILE
        assert isinstance(bench.connector().find(sent, sent.created_at), Inconclusive)
        assert replies(fake) == {number: "Колега је већ одговорио"}
        # Who has seen it and answers afterwards takes its place.
        later = dataclasses.replace(sent, created_at=datetime.now(UTC) + timedelta(seconds=1))
        bench.connector().reply(later, bench.read)
        assert replies(fake) == {number: ANSWER}

    def test_an_answer_deleted_elsewhere_is_absent(self, bench: Bench, fake: GoogleBusinessFake, place: str) -> None:
        number = fake.written(place, "Питање")
        sent = answer_to(place, number)
        published = bench.connector().reply(sent, bench.read)
        assert isinstance(bench.connector().find(sent, sent.created_at), Found)
        assert isinstance(bench.connector().find(sent, sent.created_at, {published.remote_id}), Absent)
        fake.replied(place, number, None)
        assert isinstance(bench.connector().find(sent, sent.created_at), Absent)

    def test_a_review_that_is_gone_is_named(self, bench: Bench, fake: GoogleBusinessFake, place: str) -> None:
        sent = answer_to(place, "AbFvOq" + "x" * 20)
        with pytest.raises(Rejected) as refused:
            bench.connector().reply(sent, bench.read)
        assert refused.value.message == REVIEW_GONE
        assert isinstance(bench.connector().find(sent, sent.created_at), Absent)

    def test_an_answer_against_googles_rules_is_no_answer(
        self, bench: Bench, fake: GoogleBusinessFake, fakes: FakeServer, place: str
    ) -> None:
        fakes.options(google_business_refuses_replies=True)
        sent = answer_to(place, fake.written(place, "Питање"))
        with pytest.raises(Rejected) as refused:
            bench.connector().reply(sent, bench.read)
        assert (refused.value.message, refused.value.evidence) == (NOT_TAKEN, {"reason": "OFF_TOPIC"})
        assert isinstance(bench.connector().find(sent, sent.created_at), Absent)

    def test_its_length_is_counted_in_bytes_as_google_does(
        self, bench: Bench, fake: GoogleBusinessFake, place: str
    ) -> None:
        number, limits = fake.written(place, "Питање"), GoogleBusiness.limits({})
        fits = answer_to(place, number, "ж" * 2_048)
        assert GoogleBusiness.check(fits, limits) == []
        bench.connector().reply(fits, bench.read)
        (problem,) = GoogleBusiness.check(answer_to(place, number, "ж" * 2_049), limits)
        assert (problem.code, problem.field, problem.params["count"]) == ("text_too_long", "text", 4_098)
        assert "bytes" in problem.message_id

    def test_there_are_no_posts(self, bench: Bench) -> None:
        assert not PLATFORMS["google_business"].takes_posts
        with pytest.raises(Rejected) as refused:
            bench.connector().publish(outgoing("Вест"), bench.read)
        assert refused.value.code == "unsupported"
        assert "takes_no_posts" in {
            one.code for one in GoogleBusiness.check(outgoing("Вест"), GoogleBusiness.limits({}))
        }
        assert bench.connector().fetch_metrics(["1"]) == []
        assert bench.connector().reply_windows == ()

    def test_the_facts_lead_to_the_place(self, bench: Bench, place: str) -> None:
        facts = bench.connector().fetch_facts()
        assert facts["maps"] == f"https://maps.google.com/maps?cid={place.removeprefix('locations/')}"
        assert bench.connector(credential=None).fetch_facts() == {"version": "v4"}
