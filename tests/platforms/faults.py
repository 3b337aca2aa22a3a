"""Every failure of an answer, and the error that the caller gets. A class per fake inherits this."""

import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from common.http import Http
from platforms.errors import NotReached, OutcomeUnknown, PlatformError, RateLimited, Rejected
from platforms.types import Absent, Credential, Found, Keys
from tests.platforms.bench import Bench, Files
from tests.platforms.conformance import Conformance, start
from tests.platforms.fakes import FakeServer


def bench_for(fakes: FakeServer, key: str, **more: Any) -> Bench:
    account = fakes.account(key, "opstina")
    return Bench(
        key=key,
        server=account["server"],
        keys=Keys(**account["keys"]),
        credential=Credential.from_json(account["credential"]),
        allow=fakes.allow,
        public=lambda: fakes.public("opstina"),
        react=lambda post, kind, text: fakes.react(key, post, kind, text),
        read=Files(fakes.url),
        **more,
    )


class Broken(Files):
    def __call__(self, ref: str) -> bytes:
        return b"not a picture"

    def address(self, ref: str, sides: tuple[int, int] | None = None) -> str:
        return super().address("titlovi")


class FaultConformance(Conformance):
    """Every failure of an answer, and the error that the caller gets."""

    create: str
    """Path of the one request that makes a post public."""
    verb: str = "POST"
    """And its method."""
    upload: str = ""
    """Path by which pictures arrive before it, "" where a post carries none of them."""
    present: type = Found
    """The result of a search for a published post. `Inconclusive` where the network has no list."""
    rate_seconds: float = 90
    """The seconds of a rate limit in the network's own form: some have whole minutes."""
    absent: type = Absent
    """And for a missing one. `Ready` where the network still holds what was prepared."""
    losses: tuple[str, ...] = ("commit_then_drop", "commit_then_500", "truncate_body")
    """How an answer can be lost. One that is all headers cannot be cut."""

    def test_an_answer_lost_after_the_post_is_out_is_an_unknown_outcome(self, bench: Bench, fakes: FakeServer) -> None:
        for action in self.losses:
            fakes.plan(action, self.create, method=self.verb)
            sent = bench.outgoing(f"Тачно једном: {action}")
            began = start()
            connector = bench.connector()
            with pytest.raises(OutcomeUnknown):
                bench.publish(connector, sent)
            assert isinstance(bench.find(connector, sent, began), self.present)
            assert bench.texts().count(sent.text) == 1

    def test_sending_again_where_it_is_allowed_makes_no_second_post(self, bench: Bench, fakes: FakeServer) -> None:
        connector = bench.connector()
        fakes.plan("commit_then_drop", self.create, method=self.verb)
        sent = bench.outgoing("Једном и само једном.", pictures=(bench.picture(1),))
        with pytest.raises(OutcomeUnknown):
            bench.publish(connector, sent)
        if not connector.may_resend(start(), start()):
            # It is not repeated blindly; a search reconciles it.
            assert isinstance(bench.find(connector, sent, start()), self.present)
            assert bench.texts().count(sent.text) == 1
            return
        published = bench.publish(connector, sent)
        (post,) = [post for post in bench.public() if post["text"] == sent.text]
        assert post["id"] == published.remote_id

    def test_a_connection_dropped_before_anything_was_done_is_unknown_too_and_the_post_absent(
        self, bench: Bench, fakes: FakeServer
    ) -> None:
        fakes.plan("drop_before", self.create, method=self.verb)
        sent = bench.outgoing("Прекинута веза.")
        connector = bench.connector()
        with pytest.raises(OutcomeUnknown):
            bench.publish(connector, sent)
        assert isinstance(bench.find(connector, sent, start()), self.absent)
        assert bench.texts() == []

    def test_a_server_that_never_answers_is_left_at_the_deadline(self, bench: Bench, fakes: FakeServer) -> None:
        facts = bench.connector().fetch_facts()
        fakes.plan("hang", self.create, method=self.verb)
        began = time.monotonic()
        with pytest.raises(OutcomeUnknown):
            bench.publish(bench.connector(http=bench.impatient_http(), facts=facts), bench.outgoing("Чекамо."))
        assert time.monotonic() - began < 30, "it would have hung for a minute"

    def test_an_error_page_instead_of_an_answer_is_unknown(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.plan("html_error", self.create, method=self.verb)
        with pytest.raises(OutcomeUnknown) as unknown:
            bench.publish(bench.connector(), bench.outgoing("Страница грешке."))
        assert unknown.value.evidence["status"] == 502

    def test_a_rate_limit_tells_when_to_come_back(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.plan("rate_limit", self.create, method=self.verb, seconds=self.rate_seconds)
        with pytest.raises(RateLimited) as limited:
            bench.publish(bench.connector(), bench.outgoing("Превише."))
        wait = limited.value.retry_at - datetime.now(UTC)
        assert timedelta(seconds=self.rate_seconds - 10) < wait < timedelta(seconds=self.rate_seconds + 5)
        assert bench.texts() == []

    def test_an_upload_that_fails_may_be_tried_again(self, bench: Bench, fakes: FakeServer) -> None:
        for action in ("commit_then_drop", "commit_then_500", "html_error", "drop_before") if self.upload else ():
            fakes.plan(action, self.upload, method="POST")
            with pytest.raises(NotReached):
                bench.publish(bench.connector(), bench.outgoing("Са сликом.", pictures=(bench.picture(1),)))
        assert bench.texts() == []

    def test_a_server_that_is_not_there_was_not_reached(self, bench: Bench) -> None:
        closed = "127.0.0.1:9"
        credential = Credential(**{**bench.credential.__dict__, "service": f"http://{closed}"})
        http = Http(allow={closed})
        connector = bench.connector(http=http, facts={"x": 1}, server=f"http://{closed}", credential=credential)
        with pytest.raises(NotReached):
            connector.publish(bench.outgoing("Никога нема."), bench.read)

    def test_a_private_address_is_never_called(self, bench: Bench, fakes: FakeServer) -> None:
        facts = bench.connector().fetch_facts()
        sent, before = bench.outgoing("Приватно."), len(fakes.ledger())
        with pytest.raises(NotReached):
            bench.publish(bench.connector(http=Http(), facts=facts), sent)
        assert len(fakes.ledger()) == before

    def test_the_hook_runs_once_right_before_the_post_and_not_for_uploads(
        self, bench: Bench, fakes: FakeServer
    ) -> None:
        seen: list[list[str]] = []
        facts = bench.connector().fetch_facts()
        http = bench.http(
            before_send=lambda: seen.append([one["path"] for one in fakes.ledger() if one["method"] != "GET"])
        )
        sent = bench.outgoing("Са сликом.", pictures=(bench.picture(1),))
        bench.publish(bench.connector(http=http, facts=facts), sent)
        (paths,) = seen
        assert not self.upload or any(re.search(self.upload, path) for path in paths)
        assert not any(re.search(self.create, path) for path in paths)

    def test_what_the_hook_raises_stops_the_post(self, bench: Bench) -> None:
        class Paused(Exception):
            pass

        def stop() -> None:
            raise Paused

        facts = bench.connector().fetch_facts()
        with pytest.raises(Paused):
            bench.publish(bench.connector(http=bench.http(before_send=stop), facts=facts), bench.outgoing("Пауза."))
        assert bench.texts() == []

    def test_a_picture_that_is_none_is_rejected(self, bench: Bench) -> None:
        if not self.upload:
            return
        sent = bench.outgoing("Лоша слика", pictures=(bench.picture(1),))
        bench.read = Broken(bench.read.base)
        with pytest.raises(Rejected):
            bench.publish(bench.connector(), sent)
        assert bench.texts() == []

    def test_no_secret_gets_into_errors(self, bench: Bench, fakes: FakeServer) -> None:
        token = bench.credential.access_token
        body = {"error": "Planned", "message": f"token {token} refused"}
        fakes.plan("status", self.create, method=self.verb, status=422, body=body)
        with pytest.raises(PlatformError) as refused:
            bench.publish(bench.connector(), bench.outgoing("Тајна."))
        assert token not in str(refused.value.evidence)
