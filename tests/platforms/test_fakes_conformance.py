"""Mastodon and Bluesky: conformance and faults against the fakes, and their own features."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from platforms.errors import NeedsConsent, OutcomeUnknown, Rejected
from platforms.types import Credential, Found, Poll
from platforms.visibility import Visibility
from tests.platforms.bench import Bench, outgoing
from tests.platforms.conformance import start
from tests.platforms.fakes import FakeServer
from tests.platforms.faults import FaultConformance, bench_for


class TestMastodonFake(FaultConformance):
    create = "/api/v1/statuses"
    upload = "/api/v2/media"

    @pytest.fixture
    def bench(self, fakes: FakeServer) -> Bench:
        return bench_for(fakes, "mastodon")

    def test_a_server_that_is_not_mastodon_is_looked_at_before_anything_is_sent_again(
        self, bench: Bench, fakes: FakeServer
    ) -> None:
        fakes.options(software="pleroma")
        connector = bench.connector()
        assert not connector.may_resend(start(), start())
        fakes.plan("commit_then_drop", self.create, method="POST")
        sent = outgoing("Гле, @gradjanka@example.org: https://cuprija.example/duga/adresa/vesti/2026 <b>& још</b>")
        began = start()
        with pytest.raises(OutcomeUnknown):
            connector.publish(sent, bench.read)
        assert isinstance(connector.find(sent, began), Found)

    def test_a_key_is_not_trusted_for_longer_than_it_lives(self, bench: Bench, fakes: FakeServer) -> None:
        connector, opened = bench.connector(), start()
        assert connector.may_resend(opened, opened + timedelta(minutes=50))
        assert not connector.may_resend(opened, opened + timedelta(minutes=51))

    def test_a_repeat_that_fails_although_the_post_is_there_stays_unknown(
        self, bench: Bench, fakes: FakeServer
    ) -> None:
        connector, sent, began = bench.connector(), outgoing("Већ је ту."), start()
        connector.publish(sent, bench.read)
        fakes.options(idempotency="repeat_500")
        with pytest.raises(OutcomeUnknown):
            connector.publish(sent, bench.read)
        assert isinstance(connector.find(sent, began), Found)

    def test_a_picture_that_is_still_worked_on_is_waited_for(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.options(media_polls=2)
        bench.connector().publish(outgoing("Велика слика.", pictures=(bench.picture(2),)), bench.read)
        assert bench.texts() == ["Велика слика."]

    def test_a_warning_and_a_quiet_audience_arrive_and_an_edit_keeps_the_warning(self, bench: Bench) -> None:
        connector, chosen = bench.connector(), {"content_warning": "Поплава", "audience": "unlisted"}
        sent = outgoing("Вода расте.", settings=chosen)
        published = connector.publish(sent, bench.read)
        shown = connector.calls.get(f"/api/v1/statuses/{published.remote_id}")
        assert (shown["spoiler_text"], shown["visibility"]) == ("Поплава", "unlisted")
        connector.edit(published.remote_id, replace(sent, text="Вода опада."))
        assert connector.calls.get(f"/api/v1/statuses/{published.remote_id}")["spoiler_text"] == "Поплава"

    def test_a_warning_counts_as_part_of_the_text(self, bench: Bench) -> None:
        connector = bench.connector()
        limits = connector.limits(connector.facts)
        sent = outgoing("ж" * (limits.max_characters - 3), settings={"content_warning": "поплава"})
        (problem,) = connector.check(sent, limits)
        assert (problem.code, problem.params["over"]) == ("text_too_long", 4)

    def test_an_answer_below_a_quiet_post_is_as_narrow_as_what_it_answers(self, bench: Bench) -> None:
        connector = bench.connector()
        root = connector.publish(outgoing("Вест"), bench.read)
        sent = outgoing("Одговор", reply_to=root.remote_id, settings={"audience": "unlisted"})
        answer = connector.publish(replace(sent, visibility=Visibility.DIRECT), bench.read)
        assert connector.calls.get(f"/api/v1/statuses/{answer.remote_id}")["visibility"] == "direct"

    def test_a_poll_arrives_with_its_answers_and_its_time(self, bench: Bench, fakes: FakeServer) -> None:
        connector, sent = bench.connector(), outgoing("Шта прво да уредимо?", poll=Poll(("Парк", "Пијацу"), 3 * 86_400))
        assert connector.check(sent, connector.limits(connector.facts)) == []
        published = connector.publish(sent, bench.read)
        poll = connector.calls.get(f"/api/v1/statuses/{published.remote_id}")["poll"]
        assert [option["title"] for option in poll["options"]] == ["Парк", "Пијацу"]
        ends = datetime.fromisoformat(poll["expires_at"])
        assert timedelta(days=2, hours=23) < ends - published.at <= timedelta(days=3, minutes=1)

    def test_a_call_that_is_lost_publishes_nothing_and_does_not_show_that(
        self, bench: Bench, fakes: FakeServer
    ) -> None:
        connector = bench.connector()
        fakes.options(lost_calls=1)
        for number in range(10):
            with pytest.raises(OutcomeUnknown):
                connector.publish(outgoing(f"Изгубљено {number}."), bench.read)
        assert bench.texts() == []
        answers = {entry["status"] for entry in fakes.ledger() if entry["path"] == self.create}
        assert answers <= {502, 504, None}
        assert len(answers) > 1, "a gateway's error, and a connection that is cut"
        fakes.options(lost_calls=0)
        connector.publish(outgoing("Стигло."), bench.read)
        assert bench.texts() == ["Стигло."]

    def test_the_server_names_the_posts_of_calls_that_it_carried_out_late(
        self, bench: Bench, fakes: FakeServer
    ) -> None:
        fakes.plan("commit_late", self.create, method="POST")
        with pytest.raises(OutcomeUnknown):
            bench.connector().publish(outgoing("Касно."), bench.read)
        bench.connector().publish(outgoing("На време."), bench.read)
        fakes.carry_out_late()
        (late,) = (post["id"] for post in bench.public() if post["text"] == "Касно.")
        (in_time,) = (post["id"] for post in bench.public() if post["text"] == "На време.")
        assert late in fakes.world.carried_out_late
        assert in_time not in fakes.world.carried_out_late

    def test_limits_are_the_servers(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.options(max_characters=5000)
        connector = bench.connector()
        assert connector.limits(connector.facts).max_characters == 5000

    def test_connecting_in_the_browser_with_pkce(self, bench: Bench, fakes: FakeServer) -> None:
        verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
        back = "https://portal.example/channels/callback"
        first = bench.connector(credential=None)
        keys = first.prepare(back)
        connector = bench.connector(credential=None, keys=keys)
        url = connector.authorize_url(back, "stanje", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
        code, state = consent(bench, url)
        assert state == "stanje"
        with pytest.raises(NeedsConsent):
            connector.exchange({"code": code, "redirect_uri": back, "verifier": "wrong"})
        code, _ = consent(bench, url)
        credential = connector.exchange({"code": code, "redirect_uri": back, "verifier": verifier})
        profile = bench.connector(credential=credential, keys=keys).profile()
        assert profile.handle.startswith("@opstina@")

    def test_a_server_that_is_something_else_is_refused_with_its_field(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.plan("status", "/api/v2/instance", status=404)
        with pytest.raises(Rejected) as refused:
            bench.connector(facts=None)
        assert refused.value.field == "server"

    def test_numbers_come_in_batches(self, bench: Bench, fakes: FakeServer) -> None:
        connector = bench.connector()
        posts = [connector.publish(outgoing(f"Објава {n}"), bench.read).remote_id for n in range(25)]
        before = len(fakes.ledger())
        assert len(connector.fetch_metrics(posts)) == 25
        assert len(fakes.ledger()) - before == 2


class TestBlueskyFake(FaultConformance):
    create = "/xrpc/com.atproto.repo.putRecord"
    upload = "/xrpc/com.atproto.repo.uploadBlob"

    @pytest.fixture
    def bench(self, fakes: FakeServer) -> Bench:
        return bench_for(fakes, "bluesky")

    def test_signing_in_with_an_app_password_leads_to_the_accounts_own_server(
        self, bench: Bench, fakes: FakeServer
    ) -> None:
        account = fakes.account("bluesky", "opstina")
        connector = bench.connector(credential=None)
        credential = connector.exchange({"identifier": "@opstina.test", "password": account["password"]})
        assert credential.service == bench.server.replace("127.0.0.1", "localhost")
        assert credential.expires_at is not None
        assert bench.connector(credential=credential).profile().handle == "@opstina.test"

    def test_a_wrong_app_password_is_the_persons_to_correct(self, bench: Bench) -> None:
        with pytest.raises(Rejected) as refused:
            bench.connector(credential=None).exchange({"identifier": "opstina.test", "password": "abcd"})
        assert refused.value.field == "password"

    def test_an_expired_session_renews_itself_and_the_new_one_is_handed_over(
        self, bench: Bench, fakes: FakeServer
    ) -> None:
        fakes.advance(3 * 3600)
        bench.connector().publish(outgoing("После паузе."), bench.read)
        assert bench.texts() == ["После паузе."]
        (renewed,) = bench.renewed
        assert renewed.access_token != bench.credential.access_token
        assert renewed.service == bench.credential.service

    def test_a_session_near_its_end_is_renewed_before_it_is_used(self, bench: Bench, fakes: FakeServer) -> None:
        soon = Credential(**{**bench.credential.__dict__, "expires_at": start() + timedelta(minutes=1)})
        bench.connector(credential=soon).publish(outgoing("На време."), bench.read)
        assert len(bench.renewed) == 1

    def test_a_session_that_cannot_be_renewed_needs_consent(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.advance(91 * 24 * 3600)
        with pytest.raises(NeedsConsent):
            bench.connector().publish(outgoing("Прекасно."), bench.read)

    def test_the_same_key_with_other_bytes_is_the_post_that_is_there(self, bench: Bench) -> None:
        connector, sent = bench.connector(), outgoing("Прва верзија.")
        first = connector.publish(sent, bench.read)
        from dataclasses import replace

        assert connector.publish(replace(sent, text="Друга верзија."), bench.read).remote_id == first.remote_id
        assert bench.texts() == ["Прва верзија."]

    def test_a_post_the_index_has_not_seen_yet_is_neither_gone_nor_zero(self, bench: Bench, fakes: FakeServer) -> None:
        connector = bench.connector()
        post = connector.publish(outgoing("Свеже."), bench.read).remote_id
        fakes.options(appview_lag=1)
        assert connector.fetch_metrics([post]) == []
        assert len(connector.fetch_metrics([post])) == 1

    def test_links_mentions_and_tags_are_marked_by_bytes(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.account("bluesky", "gradjanka")
        sent = outgoing("Ћуприја 👋 https://cuprija.example @gradjanka.test @nema.test #вашар")
        uri = bench.connector().publish(sent, bench.read).remote_id
        raw = sent.text.encode()
        facets = fakes.world.bluesky.records[uri]["value"]["facets"]
        marked = [raw[f["index"]["byteStart"] : f["index"]["byteEnd"]].decode() for f in facets]
        assert marked == ["https://cuprija.example", "@gradjanka.test", "#вашар"]

    def test_a_link_card_with_a_picture_is_ours_to_send(self, bench: Bench, fakes: FakeServer) -> None:
        from platforms.types import LinkCard

        card = LinkCard("https://cuprija.example/vest", "Вашар", "У суботу", bench.picture(1))
        uri = bench.connector().publish(outgoing("Позив", link_card=card), bench.read).remote_id
        shown = fakes.world.bluesky.records[uri]["value"]["embed"]["external"]
        assert (shown["title"], shown["thumb"]["mimeType"]) == ("Вашар", "image/png")

    def test_an_answer_can_be_hidden(self, bench: Bench, fakes: FakeServer) -> None:
        connector = bench.connector()
        post = connector.publish(outgoing("Питајте."), bench.read).remote_id
        answers = [fakes.react("bluesky", post, "reply", text) for text in ("Ружно", "Још ружније")]
        for answer in answers:
            connector.hide(answer, post)
        gate = fakes.world.bluesky.records[post.replace("feed.post", "feed.threadgate")]["value"]
        assert gate["hiddenReplies"] == answers


def consent(bench: Bench, url: str) -> tuple[str, str]:
    """The person's part in the browser."""
    import re
    import urllib.parse

    http = bench.http()
    page = http.get(url).text
    form = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page)) | {"decision": "allow"}
    form = {name: urllib.parse.unquote(value.replace("&amp;", "&")) for name, value in form.items()}
    location = http.post(f"{bench.server}/oauth/authorize", data=form).headers["location"]
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(location).query)
    return query["code"][0], query["state"][0]
