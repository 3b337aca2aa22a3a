"""Our ordinary Mastodon connector against the practice network over HTTP: the conformance suite of all networks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from common.http import Answer, Http
from platforms.errors import Rejected
from platforms.types import Credential, Keys
from practice.domain import access, door, react, write
from practice.enums import AccountKind
from practice.models import Status
from tests.platforms.bench import Bench, outgoing, read
from tests.platforms.conformance import Conformance

SCOPES = ["read:accounts", "read:statuses", "read:notifications", "write:statuses", "write:media"]


def bench_at(network: str) -> Bench:
    page = door.create(AccountKind.PAGE, "Општина на проби", username="opstina")
    citizen = door.enter("Суграђанин")
    app, secret = access.register("Tests", ["http://127.0.0.1/back"], SCOPES)
    token = access.issue(app, page, SCOPES).secret

    def react_to(post: str, kind: str, text: str) -> None:
        if kind == "reply":
            write.publish(citizen, write.Draft(text, "sr", reply_to=int(post)))
        else:
            {"like": react.like, "repost": react.boost}[kind](citizen, int(post))

    def public() -> list[dict[str, Any]]:
        own = Status.objects.filter(account=page).order_by("-pk").prefetch_related("media")
        return [{"text": s.text, "alts": [m.description for m in s.media.all()]} for s in own]

    return Bench(
        key="mastodon",
        server=network,
        keys=Keys(app.client_id, secret),
        credential=Credential(token, service=network, account_id=str(page.pk)),
        allow=frozenset({network.removeprefix("http://")}),
        public=public,
        react=react_to,
        # Marks of direction and letters without width are taken out, and accents are composed: it shows no tricks.
        deviations=frozenset({"tidies letters"}),
    )


class CountingHttp(Http):
    calls = 0

    def request(self, *args: Any, **more: Any) -> Answer:
        self.calls += 1
        return super().request(*args, **more)


@pytest.mark.django_db(transaction=True)
class TestPracticeNetwork(Conformance):
    @pytest.fixture
    def bench(self, network: str, transactional_db: None) -> Bench:
        return bench_at(network)

    def test_it_is_known_to_remember_a_key(self, bench: Bench) -> None:
        connector = bench.connector()
        assert connector.facts["software"] == "dobosar-practice"
        assert connector.facts["pkce"]
        now = datetime.now(UTC)
        assert connector.may_resend(now - timedelta(minutes=49), now)
        assert not connector.may_resend(now - timedelta(minutes=51), now)

    def test_the_same_key_gives_the_same_post(self, bench: Bench) -> None:
        connector, sent = bench.connector(), outgoing("Сутра нема воде у улици код поште.")
        assert connector.publish(sent, read).remote_id == connector.publish(sent, read).remote_id
        assert bench.texts().count(sent.text) == 1

    def test_numbers_of_many_posts_come_in_one_call(self, bench: Bench) -> None:
        http = CountingHttp(allow=bench.allow, deadline=15)
        connector = bench.connector(http=http)
        posts = [connector.publish(outgoing(f"Објава број {n}."), read).remote_id for n in range(3)]
        before = http.calls
        assert len(connector.fetch_metrics(posts)) == 3
        assert http.calls - before == 1

    def test_what_stands_below_nobodys_or_anothers_post_is_left_to_a_person(self, bench: Bench) -> None:
        connector = bench.connector()
        citizen = door.enter("Неко са стране")
        own = write.publish(citizen, write.Draft("@opstina пишем вам", "sr"))
        below = write.publish(door.enter("Комшија"), write.Draft("@opstina и ја", "sr", reply_to=own.pk))
        for act in (connector.hide, connector.show, connector.remove):
            with pytest.raises(Rejected) as refused:
                act(str(below.pk), str(own.pk))
            assert refused.value.code == "unsupported"
        assert Status.objects.filter(pk=below.pk, hidden_at=None).exists()

    def test_a_server_that_says_nothing_is_asked_for_nothing(self, bench: Bench) -> None:
        connector = bench.connector(facts={"software": "mastodon", "configuration": {"dobosar": "yes"}})
        support = connector.moderates(connector.facts)
        assert (support.hides, support.removes) == (False, False)
        for act in (connector.hide, connector.show, connector.remove):
            with pytest.raises(Rejected) as refused:
                act("1", "1")
            assert refused.value.code == "unsupported"
