"""X: conformance and faults against the fake, and X's own features."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from platforms import weighted
from platforms.errors import NeedsConsent, NotAllowed, NotReached, OutcomeUnknown, PlatformError, RateLimited, Rejected
from platforms.scopes import missing
from platforms.types import Absent, ContainerExpired, Credential, Found, Gone, LinkCard, Pending, Published, Ready
from platforms.x import oauth, posts
from platforms.x.calls import AUTOMATED, NO_APP, NO_CREDITS, NO_RIGHT, NOT_PERMITTED
from platforms.x.connector import ALREADY, REPLY_REFUSED, X
from platforms.x.posts import asked_fields
from tests.platforms.bench import MOVIE, Bench, picture, video
from tests.platforms.conformance import start
from tests.platforms.consent import BACK
from tests.platforms.fakes import FakeServer
from tests.platforms.faults import FaultConformance, bench_for

# RFC 7636, appendix B
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


class TestXFake(FaultConformance):
    create = r"/2/tweets$"
    upload = r"/2/media/upload$"

    @pytest.fixture
    def bench(self, fakes: FakeServer) -> Bench:
        counted = {"like": "likes", "repost": "reposts", "reply": "replies", "quote": "quotes"}
        return bench_for(fakes, "x", counted=counted)

    # texts

    def test_the_network_refuses_just_what_the_counter_says(self, bench: Bench) -> None:
        connector, limits = bench.connector(), bench.limits()
        fits = "€" * 128 + " cuprija.rs"
        assert X.check(bench.outgoing(fits), limits) == []
        bench.publish(connector, bench.outgoing(fits))
        (problem,) = X.check(bench.outgoing(fits + "!"), limits)
        assert (problem.code, problem.params["over"]) == ("text_too_long", 1)
        with pytest.raises(Rejected) as refused:
            bench.publish(connector, bench.outgoing(fits + "!"))
        assert refused.value.field == "text"

    def test_a_link_is_found_again_behind_its_short_address(self, bench: Bench) -> None:
        connector, began = bench.connector(), start()
        sent = bench.outgoing(
            "Пријаве & питања <овде>: https://cuprija.rs/p?a=1&b=2 и cuprija.rs/q", pictures=(picture(1),)
        )
        bench.publish(connector, sent)
        result = bench.find(connector, sent, began)
        assert isinstance(result, Found)
        assert result.alts == (picture(1).alt,)

    def test_the_whole_of_a_long_text_stands_in_its_note(self) -> None:
        note = {
            "text": "Дуго https://t.co/a",
            "entities": {"urls": [{"url": "https://t.co/a", "expanded_url": "https://a.rs/?b&c"}]},
        }
        assert posts.text({"text": "Ду…", "note_tweet": note}) == "Дуго https://a.rs/?b&c"

    def test_a_link_costs_more_and_two_cashtags_are_too_many(self, bench: Bench) -> None:
        (costly,) = X.check(bench.outgoing("Вест: https://cuprija.rs"), bench.limits())
        assert (costly.code, costly.severity) == ("costly_link", "warning")
        (cashtags,) = X.check(bench.outgoing("$NIS и $AERO, а карта кошта 5$ или $5"), bench.limits())
        assert (cashtags.code, cashtags.severity, cashtags.params["count"]) == ("cashtags", "error", 2)

    def test_a_card_adds_nothing_to_the_text(self, bench: Bench) -> None:
        card = LinkCard("https://cuprija.rs", "Наслов")
        bench.publish(bench.connector(), bench.outgoing("Вест: https://cuprija.rs", link_card=card))
        assert bench.texts() == ["Вест: https://cuprija.rs"]

    def test_pictures_alone_need_no_text(self, bench: Bench) -> None:
        bench.publish(bench.connector(), bench.outgoing("", pictures=(picture(1),)))
        assert [post["alts"] for post in bench.public()] == [[picture(1).alt]]

    # videos

    def test_a_video_goes_in_chunks_and_is_waited_for(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.options(x_polls=2)
        facts = bench.connector().facts | {"options": {"chunk_bytes": 300_000}}
        bench.publish(bench.connector(facts=facts), bench.outgoing("Снимак", video=video()))
        (post,) = bench.public()
        assert post["video"] == len(MOVIE)
        assert sum(1 for one in fakes.ledger() if one["path"].endswith("/append")) == -(-len(MOVIE) // 300_000)

    def test_a_video_that_cannot_be_worked_on_is_refused(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.options(x_video="failed")
        with pytest.raises(Rejected) as refused:
            bench.publish(bench.connector(), bench.outgoing("Снимак", video=video()))
        assert refused.value.field == "video"
        assert bench.texts() == []

    def test_an_upload_that_breaks_off_published_nothing(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.plan("commit_then_drop", r"/append$", method="POST")
        with pytest.raises(NotReached):
            bench.publish(bench.connector(), bench.outgoing("Снимак", video=video()))
        assert bench.texts() == []

    def test_a_video_that_the_network_dropped_is_sent_anew(self, bench: Bench, fakes: FakeServer) -> None:
        connector = bench.connector()
        pending = connector.publish(bench.outgoing("Снимак", video=video()), bench.read)
        assert isinstance(pending, Pending)
        assert isinstance(connector.check_status(pending), Ready)
        fakes.world.fake("x").media.clear()
        assert isinstance(connector.check_status(pending), ContainerExpired)

    def test_a_lost_answer_at_the_end_of_a_video_is_found_by_the_list(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.plan("commit_then_drop", self.create, method="POST")
        connector, sent, began = bench.connector(), bench.outgoing("Снимак", video=video()), start()
        with pytest.raises(OutcomeUnknown):
            bench.publish(connector, sent)
        assert isinstance(bench.find(connector, sent, began), Found)
        assert bench.texts() == ["Снимак"]

    # once

    def test_the_same_text_again_is_evidence_and_looked_for(self, bench: Bench) -> None:
        connector, sent, began = bench.connector(), bench.outgoing("Исто."), start()
        bench.publish(connector, sent)
        with pytest.raises(OutcomeUnknown):
            bench.publish(connector, sent)
        assert isinstance(bench.find(connector, sent, began), Found)
        assert bench.texts() == ["Исто."]

    def test_an_older_post_with_this_text_is_a_refusal_with_its_link(self, bench: Bench, fakes: FakeServer) -> None:
        connector = bench.connector()
        old = bench.publish(connector, bench.outgoing("Исто."))
        fakes.world.fake("x").posts[old.remote_id]["at"] -= timedelta(hours=3)
        with pytest.raises(Rejected) as refused:
            bench.publish(connector, bench.outgoing("Исто."))
        assert (refused.value.message, refused.value.field) == (ALREADY, "text")
        assert refused.value.evidence["link"] == old.permalink

    def test_a_list_that_lags_says_absent_first(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.options(x_list_lag=1)
        connector, sent, began = bench.connector(), bench.outgoing("Касни."), start()
        bench.publish(connector, sent)
        assert isinstance(bench.find(connector, sent, began), Absent)
        assert isinstance(bench.find(connector, sent, began), Found)

    def test_the_list_is_read_page_after_page(self, bench: Bench) -> None:
        connector, began = bench.connector(), start()
        first = bench.outgoing("Прва од многих.")
        bench.publish(connector, first)
        for number in range(12):
            bench.publish(connector, bench.outgoing(f"Вест број {number}"))
        assert isinstance(bench.find(connector, first, began), Found)

    # threads

    def test_a_thread_is_answers_to_oneself(self, bench: Bench) -> None:
        connector, began = bench.connector(), start()
        first = bench.publish(connector, bench.outgoing("1/2 Прво"))
        second = bench.outgoing("2/2 Друго", reply_to=first.remote_id)
        published = connector.publish(second, bench.read)
        assert isinstance(published, Published)
        assert [post["reply_to"] for post in bench.public()] == [None, first.remote_id]
        assert isinstance(connector.find(second, began), Found)
        assert isinstance(connector.find(replace(second, reply_to=None), began), Absent)

    def test_where_a_thread_is_refused_it_is_a_refusal_and_no_lost_consent(
        self, bench: Bench, fakes: FakeServer
    ) -> None:
        fakes.options(x_self_replies=False)
        connector = bench.connector()
        first = bench.publish(connector, bench.outgoing("Прво"))
        with pytest.raises(Rejected) as refused:
            connector.publish(bench.outgoing("Друго", reply_to=first.remote_id), bench.read)
        assert refused.value.message == REPLY_REFUSED
        limits = X.limits({"options": {"self_replies": False}})
        assert (limits.threads, limits.comment_characters) == (False, 0)

    # conversation

    def test_who_did_not_name_us_cannot_be_answered(self, bench: Bench, fakes: FakeServer) -> None:
        stranger = fakes.world.fake("x")._posted("2002", "О нечем другом")["id"]
        with pytest.raises(Rejected) as refused:
            bench.connector().reply(bench.outgoing("Одговор", reply_to=stranger), bench.read)
        assert refused.value.message == REPLY_REFUSED

    def test_an_answer_is_found_behind_the_name_that_x_puts_before_it(self, bench: Bench, fakes: FakeServer) -> None:
        connector, began = bench.connector(), start()
        post = bench.publish(connector, bench.outgoing("Питајте")).remote_id
        question = fakes.react("x", post, "reply", "Кад?")
        answer = bench.outgoing("Сутра.", reply_to=question)
        fakes.plan("commit_then_drop", self.create, method="POST")
        with pytest.raises(OutcomeUnknown):
            connector.reply(answer, bench.read)
        assert isinstance(connector.find(answer, began), Found)
        assert bench.texts().count("@marko Сутра.") == 1

    def test_a_mention_is_no_answer_and_knows_its_author(self, bench: Bench, fakes: FakeServer) -> None:
        connector = bench.connector()
        post = bench.publish(connector, bench.outgoing("Објава")).remote_id
        fakes.react("x", post, "mention", "хвала!")
        (message,) = connector.messages().items
        assert (message.kind, message.in_reply_to, message.author_handle) == ("mention", None, "@marko")

    def test_an_author_who_is_not_told_is_a_number(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.options(x_hidden_authors=True)
        connector = bench.connector()
        post = bench.publish(connector, bench.outgoing("Објава")).remote_id
        fakes.react("x", post, "reply", "Без имена")
        (message,) = connector.replies(post).items
        assert (message.author_handle, message.author_name, message.author_url) == ("2002", "", "")

    def test_an_answer_can_be_hidden(self, bench: Bench, fakes: FakeServer) -> None:
        connector = bench.connector()
        post = bench.publish(connector, bench.outgoing("Објава")).remote_id
        answer = fakes.react("x", post, "reply", "Ружно")
        connector.hide(answer, post)
        assert fakes.world.fake("x").posts[answer]["hidden"]

    # numbers and money

    def test_renamed_fields_need_no_new_release(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.options(x_renamed=True)
        connector = bench.connector(facts=bench.connector().facts | {"options": {"fields": "post.fields"}})
        first = bench.publish(connector, bench.outgoing("Прво"))
        second = bench.outgoing("Друго", reply_to=first.remote_id)
        connector.publish(second, bench.read)
        fakes.react("x", first.remote_id, "repost", "")
        (reading,) = connector.fetch_metrics([first.remote_id])
        assert reading.values == {"likes": 0, "reposts": 1, "replies": 1, "quotes": 0, "views": 11}
        assert connector.fetch_account_metrics() == {"followers": 320, "following": 12, "posts": 2}
        assert isinstance(connector.find(second, start() - timedelta(seconds=5)), Found)

    def test_under_the_new_names_an_author_and_an_answered_post_are_expansions(self) -> None:
        names = "text,referenced_tweets,author_id,note_tweet"
        assert asked_fields("tweet.fields", names, "author_id") == {"tweet.fields": names, "expansions": "author_id"}
        assert asked_fields("post.fields", names, "author_id") == {
            "post.fields": "text,note_post",
            "expansions": "author_id,referenced_posts",
        }

    def test_once_x_refuses_the_old_names_the_new_ones_are_asked_for(self, bench: Bench, fakes: FakeServer) -> None:
        connector = bench.connector()
        sent = bench.outgoing("Прво")
        first = bench.publish(connector, sent)
        fakes.options(x_renamed=True)
        (reading,) = connector.fetch_metrics([first.remote_id])
        assert reading.values["views"] > 0
        assert isinstance(connector.find(sent, start() - timedelta(seconds=5)), Found)
        assert connector.messages().items == ()
        refused = [entry for entry in fakes.ledger() if entry["status"] == 400]
        assert len(refused) == 1, "X is asked once, and the rest under the new names"

    @pytest.mark.parametrize("chosen", ["everyone", "following", "verified", "mentionedUsers"])
    def test_who_may_answer_is_chosen_for_each_post_and_not_for_an_answer(
        self, bench: Bench, fakes: FakeServer, chosen: str
    ) -> None:
        assert chosen in {choice.value for choice in bench.limits().settings[0].choices}
        sent = bench.outgoing("Пост", settings={"answers": chosen})
        published = bench.publish(bench.connector(), sent)
        below = bench.outgoing("Одговор", settings={"answers": chosen}, reply_to=published.remote_id)
        bench.publish(bench.connector(), below)
        post, answer = fakes.world.fake("x").posts.values()
        assert (post["answers"], answer["answers"]) == (chosen, "everyone")

    def test_a_picture_without_words_has_an_empty_text(self, bench: Bench) -> None:
        sent = bench.outgoing("", pictures=(bench.picture(1),))
        began = start()
        published = bench.publish(bench.connector(), sent)
        found = bench.find(bench.connector(), sent, began)
        assert isinstance(found, Found)
        assert found.published.remote_id == published.remote_id

    def test_one_post_that_is_gone_hides_no_other(self, bench: Bench) -> None:
        connector = bench.connector()
        staying, deleted = (bench.publish(connector, bench.outgoing(text)).remote_id for text in ("Остаје", "Одлази"))
        connector.withdraw(deleted)
        types = {type(one).__name__: one.subject_remote_id for one in connector.fetch_metrics([staying, deleted])}
        assert types == {"PostMetrics": staying, Gone.__name__: deleted}

    def test_a_quiet_day_is_not_charged(self, bench: Bench, fakes: FakeServer) -> None:
        connector = bench.connector()
        post = bench.publish(connector, bench.outgoing("Објава"))
        fakes.react("x", post.remote_id, "reply", "Питање")
        cursor = connector.messages().cursor
        bill = fakes.world.fake("x").bill
        assert bill == ["post", "read"]
        assert connector.messages(cursor).items == ()
        assert bill == ["post", "read"]
        connector.fetch_metrics([post.remote_id])
        assert bill == ["post", "read", "read"]

    def test_prices_are_told_with_their_day(self) -> None:
        option = X.options["prices"]
        assert option.value["post_with_link"] / option.value["post"] > 10
        assert (option.as_of, option.source[:20]) == ("2026-04-20", "https://docs.x.com/x")

    # the meaning of its errors

    @pytest.mark.parametrize(
        ("status", "body", "kind", "message"),
        [
            (400, {"type": "https://api.x.com/2/problems/invalid-request", "detail": "No"}, Rejected, "No"),
            (
                403,
                {"type": "about:blank", "detail": "You are not permitted to perform this action."},
                NotAllowed,
                NOT_PERMITTED,
            ),
            (
                403,
                {
                    "detail": "This request looks like it might be automated. To protect our users from spam and other "
                    "malicious activity, we can't complete this action right now. Please try again later."
                },
                RateLimited,
                AUTOMATED,
            ),
            (403, {"detail": "Your account is suspended and is not permitted"}, NeedsConsent, NO_RIGHT),
            (403, {"type": "https://api.twitter.com/2/problems/client-forbidden", "detail": "x"}, NeedsConsent, NO_APP),
            (403, {"detail": "Too many cashtags"}, Rejected, "Too many cashtags"),
            (
                429,
                {"type": "https://api.x.com/2/problems/usage-capped", "detail": "Usage cap"},
                RateLimited,
                NO_CREDITS,
            ),
            (402, {"title": "CreditsDepleted", "detail": "no credits"}, RateLimited, NO_CREDITS),
            (429, {"title": "Too Many Requests"}, RateLimited, ""),
            (500, {"title": "Internal"}, OutcomeUnknown, ""),
            (503, "", OutcomeUnknown, ""),
            (201, {"errors": [{"detail": "half"}]}, OutcomeUnknown, ""),
            (201, "[]", OutcomeUnknown, ""),
        ],
    )
    def test_every_answer_says_what_may_be_done_next(
        self, bench: Bench, fakes: FakeServer, status: int, body: Any, kind: type[PlatformError], message: str
    ) -> None:
        fakes.plan("status", self.create, method="POST", status=status, body=body)
        with pytest.raises(kind) as raised:
            bench.publish(bench.connector(), bench.outgoing("Не сме."))
        assert message in raised.value.message
        assert bench.texts() == []

    # sessions

    def test_a_session_that_ends_on_the_way_is_renewed_and_the_post_is_one(
        self, bench: Bench, fakes: FakeServer
    ) -> None:
        fakes.plan("expire_token", self.create, method="POST")
        bench.publish(bench.connector(), bench.outgoing("Једном."))
        assert bench.texts() == ["Једном."]
        (renewed,) = bench.renewed
        assert renewed.refresh_token != bench.credential.refresh_token
        assert renewed.account_id == bench.credential.account_id

    def test_a_session_about_to_end_is_renewed_before_the_call(self, bench: Bench, fakes: FakeServer) -> None:
        soon = replace(bench.credential, expires_at=datetime.now(UTC) + timedelta(minutes=2))
        bench.connector(credential=soon).profile()
        (renewed,) = bench.renewed
        assert renewed.expires_at is not None
        assert renewed.expires_at > datetime.now(UTC) + timedelta(minutes=100)

    def test_a_refresh_token_works_once(self, bench: Bench) -> None:
        fresh = bench.connector().refresh()
        with pytest.raises(NeedsConsent):
            bench.connector().refresh()
        assert bench.connector(credential=fresh).profile().handle == "@opstina"

    def test_a_consent_that_was_taken_back_needs_a_new_one(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.plan("revoke_token", self.create, method="POST")
        with pytest.raises(NeedsConsent) as dead:
            bench.publish(bench.connector(), bench.outgoing("Не сме."))
        assert dead.value.message == oauth.ENDED
        assert bench.texts() == []

    def test_a_failed_renewal_is_tried_again_later(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.plan("html_error", r"/oauth2/token$", method="POST")
        with pytest.raises(NotReached):
            bench.connector().refresh()
        assert isinstance(bench.connector().refresh(), Credential)

    # consent

    def test_from_consent_to_a_session_with_proof(self, bench: Bench) -> None:
        person = bench.connector(credential=None).exchange(consented(bench))
        assert missing(X.requested({}), person.scopes) == []
        assert person.expires_at is not None
        profile = bench.connector(credential=person).profile()
        assert (profile.handle, profile.followers) == ("@opstina", 320)
        mine = replace(person, account_id=profile.remote_id)
        bench.publish(bench.connector(credential=mine), bench.outgoing("Са новим правом."))
        assert bench.texts() == ["Са новим правом."]

    def test_without_the_proof_or_too_late_or_twice_nothing_is_given(self, bench: Bench, fakes: FakeServer) -> None:
        connector = bench.connector(credential=None)
        with pytest.raises(NeedsConsent):
            connector.exchange({**consented(bench), "verifier": "pogrešan"})
        late = consented(bench)
        fakes.advance(31)
        with pytest.raises(NeedsConsent):
            connector.exchange(late)
        used = consented(bench)
        connector.exchange(used)
        with pytest.raises(NeedsConsent):
            connector.exchange(used)

    def test_what_was_declined_is_named(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.options(x_declined=("tweet.moderate.write",))
        person = bench.connector(credential=None).exchange(consented(bench))
        assert [(scope.name, scope.needed) for scope in missing(X.requested({}), person.scopes)] == [
            ("tweet.moderate.write", False)
        ]

    def test_links_to_posts_name_them(self) -> None:
        named = {
            "https://x.com/opstina/status/19": "19",
            "https://x.com/i/status/19": "19",
            "https://x.com/i/web/status/19?s=20": "19",
            "https://mobile.twitter.com/opstina/status/19/photo/1": "19",
            "https://x.com/opstina": None,
            "https://evilx.com/opstina/status/19": None,
        }
        assert {link: X.named_by(link, "https://api.x.com", "1") for link in named} == named

    def test_a_post_that_is_out_cannot_be_changed(self, bench: Bench) -> None:
        with pytest.raises(Rejected) as refused:
            bench.connector().edit("1", bench.outgoing("Друго"))
        assert refused.value.code == "unsupported"


def consented(bench: Bench) -> dict[str, str]:
    """The arguments of an exchange after the person agreed on X's page."""
    url = bench.connector(credential=None).authorize_url(BACK, "stanje", CHALLENGE)
    asked = dict(parse_qsl(urlsplit(url).query))
    assert (asked["code_challenge"], asked["code_challenge_method"]) == (CHALLENGE, "S256")
    answer = bench.http().post(url.split("?")[0], data={**asked, "decision": "allow"})
    returned = dict(parse_qsl(urlsplit(answer.headers["location"]).query))
    assert returned["state"] == "stanje"
    return {"code": returned["code"], "redirect_uri": BACK, "verifier": VERIFIER}


def test_the_page_of_consent_is_xs_own() -> None:
    url = oauth.authorize_url("https://api.x.com", bench_keys(), BACK, "s", CHALLENGE)
    assert url.startswith("https://x.com/i/oauth2/authorize?response_type=code&client_id=id%2F1&")
    assert "scope=tweet.read%20tweet.write%20" in url


def bench_keys() -> Any:
    from platforms.types import Keys

    return Keys("id/1", "secret")


def test_the_browser_knows_the_same_endings_of_names() -> None:
    root = Path(__file__).parents[2]
    match = re.search(r"`\n(.*?)\n`", (root / "static/js/text/tlds.js").read_text(encoding="utf-8"), re.DOTALL)
    assert match is not None
    assert frozenset(match[1].split()) == weighted.TLDS
