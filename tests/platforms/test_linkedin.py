"""LinkedIn pages: conformance and faults against the fake, and LinkedIn's own features."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from platforms.counting import little_text, utf16
from platforms.errors import NeedsConsent, NotAllowed, NotReached, OutcomeUnknown, PlatformError, RateLimited, Rejected
from platforms.linkedin import little_text as linkedin_little_text
from platforms.linkedin.calls import TOKENS, VERSION_ENDED
from platforms.linkedin.connector import ALREADY, NO_ROLE, LinkedIn
from platforms.scopes import missing
from platforms.types import Absent, Action, ContainerExpired, Found, Gone, LinkCard, Pending, Published, Ready
from tests.platforms.bench import ALTS, MOVIE, Bench, picture, video
from tests.platforms.conformance import start
from tests.platforms.consent import consented
from tests.platforms.fakes import FakeServer
from tests.platforms.fakes.linkedin import cut
from tests.platforms.faults import FaultConformance, bench_for


class TestLinkedInFake(FaultConformance):
    create = r"/rest/posts$"
    upload = r"/rest/images$"
    losses = ("commit_then_drop", "commit_then_500")

    @pytest.fixture
    def bench(self, fakes: FakeServer) -> Bench:
        return bench_for(fakes, "linkedin")

    # texts

    @pytest.mark.parametrize(
        "text",
        [
            "Вашар (6. мај) | {уторак} <b> *важно* ~ [1] @општина a\\b c_d",
            "#Ћуприја и #вашар_2026, а бр. #1 није ознака.",
            "Адреса: https://cuprija.rs/a_b(c)?x=1&y=~z#вест #вест",
            "Без ичега посебног.",
        ],
    )
    def test_nothing_is_cut_off_and_hashtags_live(self, bench: Bench, fakes: FakeServer, text: str) -> None:
        bench.publish(bench.connector(), bench.outgoing(text))
        assert bench.texts() == [text]
        (post,) = fakes.world.fake("linkedin").posts.values()
        assert ("{hashtag|" in post["little"]) == ("#Ћ" in text or " #в" in text)

    def test_the_stand_in_really_cuts_what_is_not_escaped(self) -> None:
        assert cut("Вашар (6. мај)") == "Вашар "
        assert cut(r"Вашар \(6. мај\)") == r"Вашар \(6. мај\)"

    def test_the_counter_counts_what_is_sent(self) -> None:
        for text in ("Вашар (6. мај) #Ћуприја", "👋 a_b", "https://a.rs/#x_y #тест_1"):
            assert little_text(text) == utf16(linkedin_little_text.escaped(text))
            assert linkedin_little_text.plain(linkedin_little_text.escaped(text)) == text

    def test_a_text_that_fits_only_before_the_escapes_is_a_problem(self, bench: Bench) -> None:
        (problem,) = LinkedIn.check(bench.outgoing("(" * 1501), bench.limits())
        assert (problem.code, problem.params["over"]) == ("text_too_long", 2)
        bench.publish(bench.connector(), bench.outgoing("(" * 1500))
        assert bench.texts() == ["(" * 1500]

    # links

    def test_a_card_is_an_article_with_title_and_picture(self, bench: Bench) -> None:
        card = LinkCard("https://cuprija.rs/vest", "Вашар почиње", "У 9 часова", picture(1))
        bench.publish(bench.connector(), bench.outgoing("Прочитајте.", link_card=card))
        (post,) = bench.public()
        assert post["article"].pop("thumbnail").startswith("urn:li:image:")
        assert post["article"] == {"source": card.url, "title": card.title, "description": card.description}

    def test_beside_pictures_there_is_no_card(self, bench: Bench) -> None:
        card = LinkCard("https://cuprija.rs/vest", "Вашар почиње")
        sent = bench.outgoing("Слика.", link_card=card, pictures=(picture(1),))
        assert [p.code for p in LinkedIn.check(sent, bench.limits())] == ["card_and_pictures"]
        bench.publish(bench.connector(), sent)
        (post,) = bench.public()
        assert (post["article"], post["alts"]) == ({}, [ALTS[0]])

    # pictures and videos

    def test_one_picture_is_a_picture_and_not_an_album_of_one(self, bench: Bench, fakes: FakeServer) -> None:
        bench.publish(bench.connector(), bench.outgoing("Једна.", pictures=(picture(1),)))
        (post,) = fakes.world.fake("linkedin").posts.values()
        assert set(post["content"]) == {"media"}

    def test_twenty_pictures_fit_and_their_token_too(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.options(linkedin_polls=1)
        pictures = tuple(picture(1 + n % 4) for n in range(20))
        pending = bench.connector().publish(bench.outgoing("Двадесет.", pictures=pictures), bench.read)
        assert isinstance(pending, Pending)
        assert len(pending.token) < 2_000
        assert bench.texts() == []

    def test_pictures_that_are_still_worked_on_are_waited_for(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.options(linkedin_polls=2)
        bench.publish(bench.connector(), bench.outgoing("Касније.", pictures=(picture(1), picture(2))))
        (post,) = bench.public()
        assert post["alts"] == list(ALTS[:2])
        assert len(bench.checkpoints) >= 2

    def test_a_file_that_is_not_ready_after_all_asks_to_wait(self, bench: Bench, fakes: FakeServer) -> None:
        body = {"errorDetails": {"inputErrors": [{"code": "MEDIA_ASSET_WAITING_UPLOAD", "description": "not yet"}]}}
        fakes.plan("status", self.create, method="POST", status=400, body=body)
        with pytest.raises(RateLimited) as limited:
            bench.publish(bench.connector(), bench.outgoing("Слика", pictures=(picture(1),)))
        assert timedelta() < limited.value.retry_at - datetime.now(UTC) < timedelta(minutes=2)

    def test_a_file_that_the_network_lost_is_sent_anew(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.options(linkedin_polls=3)
        connector, sent = bench.connector(), bench.outgoing("Слика", pictures=(picture(1),))
        pending = connector.publish(sent, bench.read)
        assert isinstance(pending, Pending)
        fakes.world.fake("linkedin").files.clear()
        assert isinstance(connector.check_status(pending), ContainerExpired)

    def test_a_video_goes_in_parts_without_our_token(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.options(linkedin_polls=2)
        bench.publish(bench.connector(), bench.outgoing("Снимак", video=video()))
        (post,) = bench.public()
        assert post["video"] == len(MOVIE)
        assert sum(1 for one in fakes.ledger() if one["method"] == "PUT") == -(-len(MOVIE) // (256 * 1024))

    def test_an_upload_that_breaks_off_published_nothing(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.plan("commit_then_drop", r"/upload/video/", method="PUT", nth=2)
        with pytest.raises(NotReached):
            bench.publish(bench.connector(), bench.outgoing("Снимак", video=video()))
        assert bench.texts() == []

    def test_a_video_that_cannot_be_worked_on_is_refused(self, bench: Bench, fakes: FakeServer) -> None:
        with pytest.raises(Rejected) as refused:
            bench.publish(bench.connector(), bench.outgoing("Снимак", video=video(size=len(MOVIE) + 1)))
        assert refused.value.field == "video"
        assert bench.texts() == []

    def test_bytes_go_to_the_networks_own_hosts_only(self, bench: Bench, fakes: FakeServer) -> None:
        for url in ("https://linkedin.com.evil.example/u", "http://api.linkedin.com/u", "https://evillicdn.com/u"):
            body = {"value": {"image": "urn:li:image:1", "uploadUrl": url}}
            fakes.plan("status", self.upload, method="POST", status=200, body=body)
            with pytest.raises(NotReached, match="did not take"):
                bench.publish(bench.connector(), bench.outgoing("Слика", pictures=(picture(1),)))

    # once

    def test_the_same_text_again_is_evidence_and_looked_for(self, bench: Bench) -> None:
        connector, sent, began = bench.connector(), bench.outgoing("Исто."), start()
        first = bench.publish(connector, sent)
        with pytest.raises(OutcomeUnknown) as unknown:
            bench.publish(connector, sent)
        assert unknown.value.evidence["duplicate"] == first.remote_id
        result = bench.find(connector, sent, began)
        assert isinstance(result, Found)
        assert result.published.remote_id == first.remote_id
        assert bench.texts() == ["Исто."]

    def test_an_older_post_with_this_text_is_a_refusal_with_its_link(self, bench: Bench, fakes: FakeServer) -> None:
        connector = bench.connector()
        old = bench.publish(connector, bench.outgoing("Исто."))
        fakes.world.fake("linkedin").posts[old.remote_id]["at"] -= timedelta(hours=3)
        with pytest.raises(Rejected) as refused:
            bench.publish(connector, bench.outgoing("Исто."))
        assert (refused.value.message, refused.value.field) == (ALREADY, "text")
        assert refused.value.evidence["link"] == old.permalink

    def test_a_ghost_of_a_deleted_post_is_never_taken_for_ours(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.options(linkedin_ghosts=True)
        connector, began = bench.connector(), start()
        connector.withdraw(bench.publish(connector, bench.outgoing("Исто.")).remote_id)
        again = bench.outgoing("Исто.")
        with pytest.raises(OutcomeUnknown):
            bench.publish(connector, again)
        assert isinstance(bench.find(connector, again, began), Absent)

    def test_a_list_that_lags_says_absent_first(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.options(linkedin_list_lag=1)
        connector, sent, began = bench.connector(), bench.outgoing("Касни."), start()
        bench.publish(connector, sent)
        assert isinstance(bench.find(connector, sent, began), Absent)
        assert isinstance(bench.find(connector, sent, began), Found)

    def test_a_lost_answer_after_waiting_is_found_by_the_list(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.options(linkedin_polls=1)
        fakes.plan("commit_then_drop", self.create, method="POST")
        connector, sent, began = bench.connector(), bench.outgoing("Слика", pictures=(picture(1),)), start()
        with pytest.raises(OutcomeUnknown):
            bench.publish(connector, sent)
        assert isinstance(bench.find(connector, sent, began), Found)
        assert bench.texts() == ["Слика"]

    def test_an_answer_without_a_name_is_unknown(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.plan("status", self.create, method="POST", status=201, body="")
        with pytest.raises(OutcomeUnknown, match="names no post"):
            bench.publish(bench.connector(), bench.outgoing("Без имена."))

    # comments

    def test_a_first_comment_is_plain_text_found_changed_and_taken_down(self, bench: Bench, fakes: FakeServer) -> None:
        connector, began = bench.connector(), start()
        post = bench.publish(connector, bench.outgoing("Објава")).remote_id
        comment = bench.outgoing("Пријава (до петка): https://cuprija.rs/prijava_1", reply_to=post)
        fakes.plan("commit_then_drop", r"/comments$", method="POST")
        with pytest.raises(OutcomeUnknown):
            connector.publish(comment, bench.read)
        result = connector.find(comment, began)
        assert isinstance(result, Found)
        assert bench.texts().count(comment.text) == 1
        connector.edit(result.published.remote_id, replace(comment, text="Пријава је завршена."))
        assert bench.texts() == ["Објава", "Пријава је завршена."]
        connector.withdraw(result.published.remote_id)
        connector.withdraw(result.published.remote_id)
        assert bench.texts() == ["Објава"]

    def test_a_comment_that_was_cut_off_after_it_was_made_is_still_known(self, bench: Bench, fakes: FakeServer) -> None:
        connector = bench.connector()
        post = bench.publish(connector, bench.outgoing("Објава")).remote_id
        published = connector.publish(bench.outgoing("Коментар", reply_to=post), bench.read)
        assert isinstance(published, Published)
        assert published.remote_id in {one["id"] for one in bench.public()}

    def test_an_answer_to_an_answer_goes_to_the_comment_above(self, bench: Bench, fakes: FakeServer) -> None:
        connector = bench.connector()
        post = bench.publish(connector, bench.outgoing("Објава")).remote_id
        top = fakes.react("linkedin", post, "reply", "Питање")
        below = fakes.react("linkedin", top, "reply", "Потпитање")
        assert [m.text for m in connector.replies(post).items] == ["Питање", "Потпитање"]
        connector.reply(bench.outgoing("Одговор", reply_to=below), bench.read)
        (answer,) = [one for one in bench.public() if one["text"] == "Одговор"]
        assert answer["reply_to"] == top

    def test_a_commenter_without_a_name_is_an_urn(self, bench: Bench, fakes: FakeServer) -> None:
        connector = bench.connector()
        post = bench.publish(connector, bench.outgoing("Објава")).remote_id
        fakes.react("linkedin", post, "reply", "Питање")
        (message,) = connector.replies(post).items
        assert (message.author_id, message.author_name) == ("urn:li:person:marko", "")

    def test_a_picture_in_a_comment_is_a_warning(self, bench: Bench) -> None:
        sent = bench.outgoing("Коментар", reply_to="urn:li:share:1", pictures=(picture(1),))
        assert [(p.code, p.severity) for p in LinkedIn.check(sent, bench.limits())] == [("comment_files", "warning")]

    def test_nobodys_comment_can_be_hidden(self, bench: Bench) -> None:
        with pytest.raises(Rejected) as refused:
            bench.connector().hide("urn:li:comment:(urn:li:activity:1,2)", "urn:li:share:1")
        assert refused.value.code == "unsupported"

    # numbers

    def test_a_quiet_post_has_zeros_and_a_busy_one_numbers(self, bench: Bench, fakes: FakeServer) -> None:
        connector = bench.connector()
        quiet, busy = (bench.publish(connector, bench.outgoing(text)).remote_id for text in ("Тихо", "Бучно"))
        fakes.react("linkedin", busy, "like", "")
        values = {one.subject_remote_id: one.values for one in connector.fetch_metrics([quiet, busy])}
        assert values[quiet] == dict.fromkeys(LinkedIn.measures, 0)
        assert {name: values[busy][name] for name in ("views", "reach", "clicks")} == {
            "views": 21,
            "reach": 14,
            "clicks": 3,
        }

    def test_who_is_no_administrator_has_likes_and_comments_only(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.options(linkedin_role="CONTENT_ADMIN")
        connector = bench.connector()
        post = bench.publish(connector, bench.outgoing("Бројке")).remote_id
        (reading,) = connector.fetch_metrics([post])
        assert set(reading.values) == {"likes", "replies"}
        assert connector.profile().followers is None

    def test_one_post_that_is_gone_hides_no_other(self, bench: Bench) -> None:
        connector = bench.connector()
        staying, deleted = (bench.publish(connector, bench.outgoing(text)).remote_id for text in ("Остаје", "Одлази"))
        connector.withdraw(deleted)
        types = {one.subject_remote_id: type(one).__name__ for one in connector.fetch_metrics([staying, deleted])}
        assert types == {staying: "PostMetrics", deleted: "Gone"}

    # the meaning of its errors

    @pytest.mark.parametrize("number", sorted(TOKENS))
    def test_every_death_of_a_token_has_its_words(self, bench: Bench, fakes: FakeServer, number: str) -> None:
        body = {"status": 401, "serviceErrorCode": int(number), "message": "The token used in the request is not good"}
        fakes.plan("status", self.create, method="POST", status=401, body=body)
        with pytest.raises(NeedsConsent) as dead:
            bench.publish(bench.connector(), bench.outgoing("Не сме."))
        assert dead.value.message == TOKENS[number]
        assert bench.texts() == []

    @pytest.mark.parametrize(
        ("status", "body", "kind"),
        [
            (400, {"code": "MISSING_FIELD"}, Rejected),
            (403, {"serviceErrorCode": 100, "code": "ACCESS_DENIED"}, NeedsConsent),
            (404, {"code": "NOT_FOUND"}, Rejected),
            (409, {"code": "CONFLICT"}, NotReached),
            (422, {"message": "No"}, Rejected),
            (426, {"code": "NONEXISTENT_VERSION"}, NotReached),
            (429, {"message": "Too many"}, RateLimited),
            (500, {"message": "Internal"}, OutcomeUnknown),
            (504, "", OutcomeUnknown),
        ],
    )
    def test_every_answer_says_what_may_be_done_next(
        self, bench: Bench, fakes: FakeServer, status: int, body: Any, kind: type[PlatformError]
    ) -> None:
        fakes.plan("status", self.create, method="POST", status=status, body=body)
        with pytest.raises(kind):
            bench.publish(bench.connector(), bench.outgoing("Не сме."))
        assert bench.texts() == []

    def test_the_quota_of_a_day_opens_at_midnight(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.plan("rate_limit", self.create, method="POST", seconds=86_400)
        with pytest.raises(RateLimited) as limited:
            bench.publish(bench.connector(), bench.outgoing("Превише."))
        at = limited.value.retry_at
        assert (at.hour, at.minute, at.second) == (0, 0, 0)
        assert timedelta() < at - datetime.now(UTC) <= timedelta(days=1)

    def test_a_version_that_ended_is_the_administrators_and_nothing_is_lost(self, bench: Bench) -> None:
        facts = bench.connector().facts | {"options": {"version": "202401"}}
        with pytest.raises(NotReached) as ended:
            bench.publish(bench.connector(facts=facts), bench.outgoing("Стара верзија."))
        assert ended.value.message == VERSION_ENDED
        newer = bench.connector().facts | {"options": {"version": "202512"}}
        bench.publish(bench.connector(facts=newer), bench.outgoing("Друга верзија."))
        assert bench.texts() == ["Друга верзија."]

    @pytest.mark.parametrize(("action", "number"), [("expire_token", "65602"), ("revoke_token", "65601")])
    def test_a_token_that_dies_on_the_way_needs_consent(
        self, bench: Bench, fakes: FakeServer, action: str, number: str
    ) -> None:
        fakes.plan(action, self.create, method="POST")
        with pytest.raises(NeedsConsent) as dead:
            bench.publish(bench.connector(), bench.outgoing("Не сме."))
        assert dead.value.message == TOKENS[number]

    # consent

    def test_from_consent_to_the_pages_of_a_person(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.account("linkedin", "druga")
        person = bench.connector(credential=None).exchange(consented(bench))
        accounts = bench.connector(credential=person).accounts()
        assert [(one.profile.handle, one.problem) for one in accounts] == [("@opstina", ""), ("@druga", "")]
        given = accounts[0].credential
        assert missing(LinkedIn.scopes, given.scopes) == []
        assert (given.grantor, given.expires_at) == ("urn:li:person:jelena", None)
        assert given.consent_until is not None
        assert timedelta(days=59) < given.consent_until - datetime.now(UTC) <= timedelta(days=60)
        bench.publish(bench.connector(credential=given), bench.outgoing("Са новим правом."))
        assert bench.texts() == ["Са новим правом."]

    def test_where_it_may_be_renewed_the_consent_lasts_a_year(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.options(linkedin_refreshes=True)
        person = bench.connector(credential=None).exchange(consented(bench))
        (account,) = bench.connector(credential=person).accounts()
        fakes.advance(86_400 * 40)
        fresh = bench.connector(credential=account.credential).refresh()
        assert fresh.access_token != account.credential.access_token
        assert (fresh.account_id, fresh.grantor) == (account.credential.account_id, "urn:li:person:jelena")
        assert fresh.consent_until is not None
        assert timedelta(days=320) < fresh.consent_until - datetime.now(UTC) < timedelta(days=330)

    def test_what_cannot_be_renewed_stays_as_it_is(self, bench: Bench) -> None:
        assert bench.connector().refresh() == bench.credential

    def test_a_code_works_once(self, bench: Bench) -> None:
        answer = consented(bench)
        bench.connector(credential=None).exchange(answer)
        with pytest.raises(NeedsConsent):
            bench.connector(credential=None).exchange(answer)

    def test_what_was_declined_is_named(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.options(linkedin_declined=("r_organization_social",))
        person = bench.connector(credential=None).exchange(consented(bench))
        (account,) = bench.connector(credential=person).accounts()
        assert [scope.name for scope in missing(LinkedIn.scopes, account.credential.scopes)] == [
            "r_organization_social"
        ]

    def test_without_the_permission_for_comments_posts_go_out_and_views_are_read(
        self, bench: Bench, fakes: FakeServer
    ) -> None:
        fakes.options(linkedin_declined=("w_organization_social_feed", "r_organization_social_feed"))
        bare = bench_for(fakes, "linkedin")
        connector = bare.connector()
        published = bare.publish(connector, bare.outgoing("Вашар у суботу"))
        fakes.react("linkedin", published.remote_id, "like")
        (reading,) = connector.fetch_metrics([published.remote_id])
        assert (reading.values["views"], reading.values["clicks"]) == (21, 3)
        assert "likes" not in reading.values
        below = bare.outgoing("Пријаве до петка", reply_to=published.remote_id)
        with pytest.raises(NotAllowed), connector.acting(Action.COMMENT):
            connector.publish(below, bare.read)
        # where the network did not say what it granted, its own refusal counts
        unknown = bare.connector(credential=replace(bare.credential, scopes=()))
        with pytest.raises(NotAllowed), unknown.acting(Action.COMMENT):
            unknown.publish(below, bare.read)

    def test_where_there_are_no_batches_posts_are_read_one_by_one(self, bench: Bench, fakes: FakeServer) -> None:
        connector = bench.connector()
        staying, going = (bench.publish(connector, bench.outgoing(text)).remote_id for text in ("Остаје", "Одлази"))
        connector.withdraw(going)
        fakes.react("linkedin", staying, "like")
        fakes.options(linkedin_has_no_batches=True)
        reading, gone = connector.fetch_metrics([staying, going])
        assert (reading.values["likes"], reading.values["views"], type(gone)) == (1, 21, Gone)

    def test_an_application_of_before_asks_for_three_permissions(self, bench: Bench) -> None:
        older = bench.connector(facts={"options": {"feed_permissions": False}})
        asked = {
            name: url.count("_feed")
            for name, url in (
                ("now", bench.connector().authorize_url("https://portal.example/", "s", "")),
                ("before", older.authorize_url("https://portal.example/", "s", "")),
            )
        }
        assert asked == {"now": 2, "before": 0}
        assert [scope.name for scope in older.requested(older.facts)] == [scope.name for scope in LinkedIn.scopes[:3]]

    def test_a_page_without_the_right_role_is_shown_and_cannot_be_chosen(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.options(linkedin_role="ANALYST")
        person = bench.connector(credential=None).exchange(consented(bench))
        (account,) = bench.connector(credential=person).accounts()
        assert account.problem == NO_ROLE

    def test_giving_back_one_page_leaves_the_persons_other_page_alone(self, bench: Bench, fakes: FakeServer) -> None:
        other = bench_for(fakes, "linkedin")
        bench.connector().revoke(shared=True)
        other.publish(other.connector(), other.outgoing("Друга страница ради."))
        bench.connector().revoke()
        with pytest.raises(NeedsConsent):
            other.publish(other.connector(), other.outgoing("Више не ради."))

    def test_links_to_posts_name_them(self) -> None:
        named = {
            "https://www.linkedin.com/feed/update/urn:li:share:7301/": "urn:li:share:7301",
            "https://linkedin.com/feed/update/urn%3Ali%3AugcPost%3A7301": "urn:li:ugcPost:7301",
            "https://www.linkedin.com/feed/update/urn:li:activity:7301/": None,
            "https://www.linkedin.com/posts/opstina_vasar-activity-7301-abcd": None,
            "https://evillinkedin.com/feed/update/urn:li:share:7301/": None,
        }
        assert {link: LinkedIn.named_by(link, "https://api.linkedin.com", "1") for link in named} == named


# ---- webhook events

BODY = b'{"type":"ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS","notifications":[]}'
SIGNED = {"x-li-signature": "4168af67cea95f7d24a882bff847d768c543da81e033c71278c6350cb5edf632"}


def test_the_vector_of_a_signed_event() -> None:
    assert LinkedIn.verify(BODY, SIGNED, "client-secret")
    assert not LinkedIn.verify(BODY + b" ", SIGNED, "client-secret")
    assert not LinkedIn.verify(BODY, SIGNED, "other-secret")
    assert not LinkedIn.verify(BODY, {}, "client-secret")
    assert not LinkedIn.verify(BODY, {"x-li-signature": ""}, "")


def test_the_vector_of_the_challenge() -> None:
    code = "890e4665-4dfe-4ab1-b689-ed553bceeed0"
    answer = json.loads(LinkedIn.answer_challenge({"challengeCode": code}, "client-secret", "") or "")
    proof = "8ab4bbad570533d66462deba280bde93c1cad8b543e7f526d3e962acaf6c391a"
    assert answer == {"challengeCode": code, "challengeResponse": proof}
    assert LinkedIn.answer_challenge({}, "client-secret", "") is None
    assert LinkedIn.answer_challenge({"challengeCode": code}, "", "") is None


def test_a_comment_is_an_event_known_by_its_number() -> None:
    one = {"notificationId": 11, "organizationalEntity": "urn:li:organization:900000", "action": "COMMENT"}
    one |= {"lastModifiedAt": 1_764_000_000_000}
    (event,) = LinkedIn.events({"type": "ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS", "notifications": [one]})
    assert (event.key, event.account_id, event.kind) == ("11", "900000", "comment")
    assert event.at == datetime.fromtimestamp(1_764_000_000, UTC)


@pytest.mark.parametrize("payload", [None, [], "x", {}, {"notifications": 3}, {"notifications": [None, {}, "x"]}])
def test_what_is_not_understood_breaks_nothing(payload: Any) -> None:
    assert [event.kind for event in LinkedIn.events(payload)] in ([], ["other"])


def test_ready_is_said_of_files_only(fakes: FakeServer) -> None:
    fakes.options(linkedin_polls=1)
    bench = bench_for(fakes, "linkedin")
    connector = bench.connector()
    pending = connector.publish(bench.outgoing("Слика", pictures=(picture(1),)), bench.read)
    assert isinstance(connector.check_status(pending), Ready)
    assert bench.texts() == []
