"""Facebook Pages: conformance and faults against the fake, and Facebook's own features."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from platforms import signatures
from platforms.errors import NeedsConsent, NotReached, OutcomeUnknown, RateLimited, Rejected
from platforms.facebook.connector import Facebook
from platforms.facebook.pages import NO_ROLE
from platforms.meta import codes
from platforms.meta.events import PRIVATE_FIELDS
from platforms.scopes import missing
from platforms.types import Absent, Found, Gone, Keys, LinkCard, Pending, Ready
from tests.platforms.bench import MOVIE, Bench, picture, video
from tests.platforms.conformance import start
from tests.platforms.fakes import FakeServer
from tests.platforms.fakes.facebook import APP, SECRET
from tests.platforms.faults import FaultConformance, bench_for


class TestFacebookFake(FaultConformance):
    create = r"/feed$"
    upload = r"/photos$"
    rate_seconds = 120

    @pytest.fixture
    def bench(self, fakes: FakeServer) -> Bench:
        return bench_for(fakes, "facebook")

    # texts, links, pictures

    def test_the_last_link_of_a_text_becomes_its_card(self, bench: Bench) -> None:
        bench.publish(bench.connector(), bench.outgoing("Прво https://a.rs/1 па https://cuprija.rs/vest."))
        card = LinkCard("https://cuprija.rs/karta", "Карта")
        bench.publish(bench.connector(), bench.outgoing("Са картицом https://a.rs/1", link_card=card))
        assert [post["link"] for post in bench.public()] == ["https://cuprija.rs/vest", "https://cuprija.rs/karta"]

    def test_beside_pictures_there_is_no_card(self, bench: Bench) -> None:
        bench.publish(bench.connector(), bench.outgoing("Слика https://a.rs", pictures=(picture(1),)))
        assert [post["link"] for post in bench.public()] == [""]

    def test_a_refused_picture_takes_the_others_with_it(self, bench: Bench, fakes: FakeServer) -> None:
        body = {"error": {"code": 1, "error_subcode": 1366046, "message": "too large"}}
        fakes.plan("status", self.upload, method="POST", nth=2, status=400, body=body)
        sent = bench.outgoing("Две слике", pictures=(picture(1), picture(2)))
        with pytest.raises(Rejected):
            bench.publish(bench.connector(), sent)
        assert bench.texts() == []
        photos = [one for one in fakes.world.fake("facebook").objects.values() if one["kind"] == "photo"]
        assert photos == []

    def test_videos_have_a_host_of_their_own(self, bench: Bench, fakes: FakeServer) -> None:
        host = f"localhost:{fakes.port}"
        fakes.options(facebook_video_host=host)
        facts = bench.connector().facts | {"options": {"video_server": bench.server.replace("127.0.0.1", "localhost")}}
        published = bench.publish(bench.connector(facts=facts), bench.outgoing("Филм", video=video()))
        assert published.remote_id
        assert bench.texts() == ["Филм"]
        real = Facebook(bench.http(), server="https://graph.facebook.com", facts={})
        assert real.video_calls.base.startswith("https://graph-video.facebook.com/v")
        assert real.calls.base.startswith("https://graph.facebook.com/v")

    def test_a_part_that_was_lost_is_sent_again_from_where_the_network_says(
        self, bench: Bench, fakes: FakeServer
    ) -> None:
        fakes.options(facebook_loses_chunks=1)
        bench.publish(bench.connector(), bench.outgoing("Филм", video=video()))
        (film,) = [one for one in fakes.world.fake("facebook").objects.values() if one["kind"] == "video"]
        assert film["content"] == MOVIE

    @pytest.mark.parametrize("subcode", [6000, 1363019, 1363030, 1363033])
    def test_an_upload_that_failed_at_the_network_is_tried_again(
        self, bench: Bench, fakes: FakeServer, subcode: int
    ) -> None:
        text = "There was a problem uploading your video. Please try uploading it again."
        body = {"error": {"code": 390, "error_subcode": subcode, "message": text}}
        fakes.plan("status", r"/videos$", method="POST", nth=2, status=400, body=body)
        with pytest.raises(NotReached):
            bench.publish(bench.connector(), bench.outgoing("Филм", video=video()))
        assert bench.texts() == []

    @pytest.mark.parametrize("code", [3, 100, 2500])
    def test_a_new_application_reads_posts_and_descriptions_one_by_one(
        self, bench: Bench, fakes: FakeServer, code: int
    ) -> None:
        # Since 4 November 2026; which code refuses it is not documented.
        body = {"error": {"code": code, "message": "Multi-ID requests are not available to this application"}}
        fakes.plan("status", r"/facebook/v[\d.]+/$", method="GET", times=9, status=400, body=body)
        connector, began = bench.connector(), start()
        sent = bench.outgoing("Слике са вашара", pictures=(picture(1), picture(2)))
        published = bench.publish(connector, sent)
        found = bench.find(connector, sent, began)
        assert isinstance(found, Found)
        assert found.alts == (picture(1).alt, picture(2).alt)
        (reading,) = connector.fetch_metrics([published.remote_id])
        assert reading.values["likes"] == 0

    def test_a_page_of_posts_that_is_too_much_is_asked_for_in_halves(self, bench: Bench, fakes: FakeServer) -> None:
        connector, began = bench.connector(), start()
        sent = bench.outgoing("Вашар у суботу")
        published = bench.publish(connector, sent)
        fakes.options(facebook_most_listed=30)
        found = bench.find(connector, sent, began)
        assert isinstance(found, Found)
        assert found.published.remote_id == published.remote_id
        asked = [entry["status"] for entry in fakes.ledger() if entry["path"].endswith("/published_posts")]
        assert asked == [500, 500, 200]

    def test_a_list_in_halves_reaches_back_as_far(self, bench: Bench, fakes: FakeServer) -> None:
        connector = bench.connector()
        for number in range(12):
            bench.publish(connector, bench.outgoing(f"Објава {number}"))
        fakes.options(facebook_most_listed=2)
        path = f"/{connector.account_id}/published_posts"
        assert len(list(connector.calls.listed(path, 3, fields="id", limit=4))) == 12

    def test_emoji_are_counted_as_utf16(self, bench: Bench) -> None:
        limits = replace(bench.limits(), max_characters=4)
        assert Facebook.check(bench.outgoing("👋👋"), limits) == []
        (problem,) = Facebook.check(bench.outgoing("👋👋а"), limits)
        assert problem.params["over"] == 1

    def test_the_address_of_the_post_is_a_second_question(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.plan("html_error", r"/facebook/v27.0/\d+_\d+$", method="GET")
        published = bench.publish(bench.connector(), bench.outgoing("Ипак је изашло."))
        assert published.permalink == f"https://www.facebook.com/{published.remote_id}"
        assert bench.texts() == ["Ипак је изашло."]

    # once

    def test_the_same_text_twice_in_a_row_is_looked_for_and_not_taken_for_a_refusal(self, bench: Bench) -> None:
        connector, sent, began = bench.connector(), bench.outgoing("Исто."), start()
        bench.publish(connector, sent)
        with pytest.raises(OutcomeUnknown):
            bench.publish(connector, sent)
        assert isinstance(bench.find(connector, sent, began), Found)
        assert bench.texts() == ["Исто."]

    def test_a_list_that_lags_says_absent_first(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.options(facebook_list_lag=1)
        connector, sent, began = bench.connector(), bench.outgoing("Касни."), start()
        bench.publish(connector, sent)
        assert isinstance(bench.find(connector, sent, began), Absent)
        assert isinstance(bench.find(connector, sent, began), Found)

    # videos

    def test_a_video_goes_in_chunks_and_is_waited_for(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.options(facebook_polls=3)
        published = bench.publish(bench.connector(), bench.outgoing("Снимак", video=video()))
        (post,) = bench.public()
        assert (post["id"], post["video"]) == (published.remote_id, len(MOVIE))
        assert sum(1 for one in fakes.ledger() if one["path"].endswith("/videos")) > 4

    @pytest.mark.parametrize("action", ["commit_then_drop", "commit_then_500"])
    def test_a_lost_answer_at_the_end_of_a_video_is_settled_by_its_id(
        self, bench: Bench, fakes: FakeServer, action: str
    ) -> None:
        connector, sent, began = bench.connector(), bench.outgoing("Снимак", video=video()), start()
        uploads = 2 + -(-len(MOVIE) // (256 * 1024))
        fakes.plan(action, r"/videos$", method="POST", nth=uploads)
        with pytest.raises(OutcomeUnknown):
            connector.publish(sent, bench.read)
        (checkpoint,) = bench.checkpoints
        assert isinstance(connector.find(sent, began, (), Pending(checkpoint)), Found)
        assert bench.texts() == ["Снимак"]

    def test_a_video_whose_end_never_arrived_goes_on_under_the_same_id(self, bench: Bench, fakes: FakeServer) -> None:
        connector, sent, began = bench.connector(), bench.outgoing("Снимак", video=video()), start()
        fakes.plan("drop_before", r"/videos$", method="POST", nth=2 + -(-len(MOVIE) // (256 * 1024)))
        with pytest.raises(OutcomeUnknown):
            connector.publish(sent, bench.read)
        ready = connector.find(sent, began, (), Pending(bench.checkpoints[0]))
        assert isinstance(ready, Ready)
        assert isinstance(connector.check_status(Pending(ready.token)), Ready)
        pending = connector.finish(sent, Pending(ready.token), bench.read)
        assert not isinstance(connector.check_status(pending), Ready)
        assert bench.texts() == ["Снимак"]

    def test_an_upload_that_breaks_off_published_nothing(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.plan("commit_then_drop", r"/videos$", method="POST", nth=3)
        with pytest.raises(NotReached):
            bench.publish(bench.connector(), bench.outgoing("Снимак", video=video()))
        assert bench.texts() == []

    def test_a_video_that_cannot_be_played_is_refused(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.options(facebook_video="error", facebook_polls=1)
        with pytest.raises(Rejected, match="cannot play"):
            bench.publish(bench.connector(), bench.outgoing("Снимак", video=video()))

    # comments

    def test_a_first_comment_is_found_and_taken_down(self, bench: Bench, fakes: FakeServer) -> None:
        connector, began = bench.connector(), start()
        post = bench.publish(connector, bench.outgoing("Објава")).remote_id
        comment = bench.outgoing("Пријава: https://cuprija.rs/prijava", reply_to=post)
        fakes.plan("commit_then_drop", r"/comments$", method="POST")
        with pytest.raises(OutcomeUnknown):
            connector.publish(comment, bench.read)
        result = connector.find(comment, began)
        assert isinstance(result, Found)
        assert bench.texts().count(comment.text) == 1
        connector.withdraw(result.published.remote_id)
        assert comment.text not in bench.texts()

    def test_an_answer_to_an_answer_goes_to_the_comment_above(self, bench: Bench, fakes: FakeServer) -> None:
        connector = bench.connector()
        post = bench.publish(connector, bench.outgoing("Објава")).remote_id
        top = fakes.react("facebook", post, "reply", "Питање")
        below = fakes.react("facebook", top, "reply", "Потпитање")
        connector.reply(bench.outgoing("Одговор", reply_to=below), bench.read)
        (answer,) = [one for one in bench.public() if one["text"] == "Одговор"]
        assert answer["reply_to"] == top

    def test_a_comment_can_be_hidden(self, bench: Bench, fakes: FakeServer) -> None:
        connector = bench.connector()
        post = bench.publish(connector, bench.outgoing("Објава")).remote_id
        comment = fakes.react("facebook", post, "reply", "Ружно")
        connector.hide(comment, post)
        (message,) = connector.replies(post).items
        assert message.is_hidden

    def test_a_comment_without_its_author_is_kept(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.options(facebook_anonymous=True)
        connector = bench.connector()
        post = bench.publish(connector, bench.outgoing("Објава")).remote_id
        fakes.react("facebook", post, "reply", "Без имена")
        (message,) = connector.replies(post).items
        assert (message.text, message.author_id, message.author_name) == ("Без имена", "", "")

    def test_who_names_the_page_is_heard(self, bench: Bench, fakes: FakeServer) -> None:
        connector = bench.connector()
        post = bench.publish(connector, bench.outgoing("Објава")).remote_id
        fakes.react("facebook", post, "mention", "Хвала општини")
        (message,) = connector.messages().items
        assert (message.kind, message.text, message.in_reply_to) == ("mention", "Хвала општини", None)

    # numbers

    def test_views_reach_and_clicks_are_insights(self, bench: Bench) -> None:
        connector = bench.connector()
        post = bench.publish(connector, bench.outgoing("Бројке")).remote_id
        (reading,) = connector.fetch_metrics([post])
        assert {name: reading.values[name] for name in ("views", "reach", "clicks")} == {
            "views": 7,
            "reach": 7,
            "clicks": 7,
        }

    def test_a_metric_that_is_gone_is_no_reading_and_the_rest_stands(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.options(facebook_unknown_metrics=("post_media_view",))
        connector = bench.connector()
        post = bench.publish(connector, bench.outgoing("Бројке")).remote_id
        (reading,) = connector.fetch_metrics([post])
        assert "views" not in reading.values
        assert reading.values["reach"] == 7

    def test_a_renamed_metric_needs_no_new_release(self, bench: Bench) -> None:
        options = {"options": {"post_metrics": {"views": "post_video_views"}}}
        connector = bench.connector(facts=bench.connector().facts | options)
        post = bench.publish(connector, bench.outgoing("Бројке")).remote_id
        (reading,) = connector.fetch_metrics([post])
        assert reading.values["views"] == 7
        assert "reach" not in reading.values

    def test_one_post_that_is_gone_hides_no_other(self, bench: Bench) -> None:
        connector = bench.connector()
        staying, deleted = (bench.publish(connector, bench.outgoing(text)).remote_id for text in ("Остаје", "Одлази"))
        connector.withdraw(deleted)
        types = {type(one).__name__: one.subject_remote_id for one in connector.fetch_metrics([staying, deleted])}
        assert types == {"PostMetrics": staying, Gone.__name__: deleted}

    # the meaning of its errors

    @pytest.mark.parametrize("subcode", sorted(codes.TOKENS))
    def test_every_death_of_a_token_has_its_words(self, bench: Bench, fakes: FakeServer, subcode: int) -> None:
        body = {"error": {"code": 190, "error_subcode": subcode, "message": "Error validating access token"}}
        fakes.plan("status", self.create, method="POST", status=400, body=body)
        with pytest.raises(NeedsConsent) as dead:
            bench.publish(bench.connector(), bench.outgoing("Не сме."))
        assert dead.value.message == codes.TOKENS[subcode]
        assert dead.value.evidence["subcode"] == subcode
        assert bench.texts() == []

    @pytest.mark.parametrize(
        ("code", "subcode", "status", "kind"),
        [
            (102, 0, 401, NeedsConsent),
            (10, 0, 403, NeedsConsent),
            (200, 0, 403, NeedsConsent),
            (4, 0, 403, RateLimited),
            (17, 0, 400, RateLimited),
            (32, 0, 400, RateLimited),
            (613, 0, 400, RateLimited),
            (80001, 0, 400, RateLimited),
            (100, 1390008, 400, RateLimited),
            (1, 0, 500, OutcomeUnknown),
            (2, 0, 503, OutcomeUnknown),
            (100, 1363047, 400, OutcomeUnknown),
            (506, 0, 400, OutcomeUnknown),
            (368, 0, 403, Rejected),
            (100, 0, 400, Rejected),
            (100, 1609005, 400, Rejected),
            (100, 1404078, 400, Rejected),
        ],
    )
    def test_every_code_says_what_may_be_done_next(
        self, bench: Bench, fakes: FakeServer, code: int, subcode: int, status: int, kind: type[Exception]
    ) -> None:
        body = {"error": {"code": code, "error_subcode": subcode, "message": "No"}}
        fakes.plan("status", self.create, method="POST", status=status, body=body)
        with pytest.raises(kind):
            bench.publish(bench.connector(), bench.outgoing("Не сме."))
        assert bench.texts() == []

    @pytest.mark.parametrize(("action", "subcode"), [("expire_token", 463), ("revoke_token", 458)])
    def test_a_token_that_dies_on_the_way_needs_consent(
        self, bench: Bench, fakes: FakeServer, action: str, subcode: int
    ) -> None:
        fakes.plan(action, self.create, method="POST")
        with pytest.raises(NeedsConsent) as dead:
            bench.publish(bench.connector(), bench.outgoing("Не сме."))
        assert dead.value.evidence["subcode"] == subcode

    def test_another_version_of_the_api_is_refused_by_the_stand_in(self, bench: Bench) -> None:
        facts = bench.connector().facts | {"options": {"version": "v19.0"}}
        with pytest.raises(Rejected):
            bench.publish(bench.connector(facts=facts), bench.outgoing("Стара верзија."))

    # consent

    def test_from_consent_to_the_tokens_of_pages(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.account("facebook", "druga")
        connector = bench.connector(credential=None)
        person = connector.exchange(consented(bench))
        accounts = bench.connector(credential=person).accounts()
        assert [one.profile.handle for one in accounts] == ["@opstina", "@druga"]
        assert all(one.problem == "" for one in accounts)
        given = accounts[0].credential
        assert missing(Facebook.scopes, given.scopes) == []
        assert given.consent_until is not None
        assert timedelta(days=89) < given.consent_until - datetime.now(UTC) < timedelta(days=91)
        bench.publish(bench.connector(credential=given), bench.outgoing("Са новим правом."))
        assert bench.texts() == ["Са новим правом."]

    def test_a_code_works_once(self, bench: Bench) -> None:
        answer = consented(bench)
        bench.connector(credential=None).exchange(answer)
        with pytest.raises(NeedsConsent):
            bench.connector(credential=None).exchange(answer)

    def test_what_was_declined_is_named(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.options(facebook_declined=("read_insights", "pages_manage_metadata"))
        person = bench.connector(credential=None).exchange(consented(bench))
        (account,) = bench.connector(credential=person).accounts()
        names = [scope.name for scope in missing(Facebook.scopes, account.credential.scopes)]
        assert names == ["pages_manage_metadata", "read_insights"]

    def test_a_page_without_the_right_role_is_shown_and_cannot_be_chosen(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.options(facebook_tasks=("ANALYZE",))
        person = bench.connector(credential=None).exchange(consented(bench))
        (account,) = bench.connector(credential=person).accounts()
        assert account.problem == NO_ROLE

    def test_pages_of_a_business_are_listed_too(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.account("facebook", "preduzece")
        fakes.options(facebook_business=("preduzece",))
        person = bench.connector(credential=None).exchange(consented(bench))
        handles = [one.profile.handle for one in bench.connector(credential=person).accounts()]
        assert handles == ["@opstina", "@preduzece"]

    def test_giving_back_one_page_leaves_the_persons_other_page_alone(self, bench: Bench, fakes: FakeServer) -> None:
        other = bench_for(fakes, "facebook")
        bench.connector().revoke(shared=True)
        other.publish(other.connector(), other.outgoing("Друга страница ради."))
        bench.connector().revoke()
        with pytest.raises(NeedsConsent):
            other.publish(other.connector(), other.outgoing("Више не ради."))

    def test_links_to_posts_name_them(self) -> None:
        page = "1000123"
        named = {
            "https://www.facebook.com/1000123_456": "1000123_456",
            "https://www.facebook.com/opstina/posts/456": "1000123_456",
            "https://m.facebook.com/story.php?story_fbid=456&id=1000123": "1000123_456",
            "https://www.facebook.com/opstina/posts/pfbid02abc": None,
            "https://example.com/opstina/posts/456": None,
            "https://www.facebook.com/opstina": None,
        }
        assert {link: Facebook.named_by(link, "https://graph.facebook.com", page) for link in named} == named

    def test_a_page_says_that_it_wants_to_be_told(self, bench: Bench, fakes: FakeServer) -> None:
        bench.connector().subscribe("https://portal.example/webhooks/facebook/", "")
        page = fakes.world.fake("facebook").pages[bench.credential.account_id]
        assert page["subscribed"] == f"feed,mention,{PRIVATE_FIELDS}"


def consented(bench: Bench) -> dict[str, str]:
    """The query that the network adds to our address after the person agreed."""
    from urllib.parse import parse_qsl, urlsplit

    back = "https://portal.example/channels/callback"
    connector = bench.connector(credential=None, keys=Keys(APP, SECRET))
    url = connector.authorize_url(back, "stanje", "")
    asked = dict(parse_qsl(urlsplit(url).query))
    answer = bench.http().post(url.split("?")[0], data={**asked, "decision": "allow"})
    returned = dict(parse_qsl(urlsplit(answer.headers["location"]).query))
    assert returned["state"] == "stanje"
    return {"code": returned["code"], "redirect_uri": back, "verifier": ""}


# ---- webhook events

BODY = b'{"object":"page","entry":[]}'
SIGNED = {"x-hub-signature-256": "sha256=e6e9d7a842a48e17f43a34d6125d0d933e2aab92ee37f0993a4d493b50e3d438"}


def test_the_vector_of_a_signed_event() -> None:
    assert Facebook.verify(BODY, SIGNED, "app-secret")
    assert not Facebook.verify(BODY + b" ", SIGNED, "app-secret")
    assert not Facebook.verify(BODY, SIGNED, "other-secret")
    assert not Facebook.verify(BODY, {}, "app-secret")
    assert not Facebook.verify(BODY, {"x-hub-signature-256": "sha256="}, "")


def test_the_vector_of_the_proof_of_the_secret() -> None:
    proof = "d8b448b9cc7d64c51098271805b3cc20b5b715e52bd587eb71b610259587c856"
    assert signatures.hex_digest("app-secret", b"page-token") == proof


def test_an_address_is_greeted_only_with_the_word_that_was_agreed_on() -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": "reč", "hub.challenge": "1158201444"}
    assert Facebook.answer_challenge(asked, "app-secret", "reč") == "1158201444"
    assert Facebook.answer_challenge(asked, "app-secret", "druga") is None
    assert Facebook.answer_challenge({**asked, "hub.mode": "unsubscribe"}, "app-secret", "reč") is None
    assert Facebook.answer_challenge({**asked, "hub.verify_token": ""}, "app-secret", "") is None


def test_a_comment_is_an_event_with_a_key_of_its_own() -> None:
    value = {"item": "comment", "verb": "add", "post_id": "1_2", "comment_id": "2_3", "created_time": 1_764_000_000}
    payload = {
        "object": "page",
        "entry": [{"id": "1", "time": 1_764_000_001, "changes": [{"field": "feed", "value": value}]}],
    }
    (event,) = Facebook.events(payload)
    assert (event.account_id, event.kind, event.at) == ("1", "comment", datetime.fromtimestamp(1_764_000_000, UTC))
    later = json.loads(json.dumps(payload))
    later["entry"][0]["time"] += 60
    assert Facebook.events(later)[0].key == event.key
    later["entry"][0]["changes"][0]["value"]["verb"] = "remove"
    assert Facebook.events(later)[0].key != event.key


@pytest.mark.parametrize("payload", [None, [], "x", {}, {"entry": 3}, {"entry": [None, {"changes": [1, {}]}]}])
def test_what_is_not_understood_breaks_nothing(payload: Any) -> None:
    assert [event.kind for event in Facebook.events(payload)] in ([], ["other"])


def test_a_million_entries_are_read_in_a_moment() -> None:
    payload = {"entry": [{"id": "1", "changes": [{"field": "feed", "value": {"n": n}}]} for n in range(20_000)]}
    assert len({event.key for event in Facebook.events(payload)}) == 20_000


def test_whose_consent_ended_is_believed_only_if_it_is_signed(fakes: FakeServer) -> None:
    form = "signed_request=" + fakes.world.fake("facebook").signed_request("70001")
    event = Facebook.deauthorisation(form.encode(), "app-secret")
    assert event is not None
    assert (event.grantor, event.at) == ("70001", datetime.fromtimestamp(1_764_000_000, UTC))
    assert Facebook.deauthorisation(form.encode(), "other") is None
    assert Facebook.deauthorisation(form.encode(), "") is None
    assert Facebook.deauthorisation(b"signed_request=abc.def", "app-secret") is None
    assert Facebook.deauthorisation(b"", "app-secret") is None
