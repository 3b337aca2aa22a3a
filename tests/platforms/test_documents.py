"""Documents: on LinkedIn as one, everywhere else refused with advice."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from platforms import registry
from platforms.errors import OutcomeUnknown, Rejected
from platforms.registry import PLATFORMS
from platforms.types import ContainerExpired, Found, LinkCard, Outgoing, Pending, Poll
from tests.platforms.bench import FILES, PAPER, Bench, document, outgoing, picture, video
from tests.platforms.conformance import start
from tests.platforms.fakes import FakeServer
from tests.platforms.faults import bench_for

TEXT = "Објавили смо буџет општине."


@pytest.fixture
def bench(fakes: FakeServer) -> Bench:
    return bench_for(fakes, "linkedin")


def codes(sent: Outgoing, bench: Bench) -> list[str]:
    problems = registry.connector(bench.key).check(sent, bench.limits())
    return [problem.code for problem in problems if problem.severity == "error"]


def test_a_document_is_uploaded_and_shown_with_its_title(bench: Bench) -> None:
    sent = outgoing(TEXT, document=document())
    assert codes(sent, bench) == []
    bench.publish(bench.connector(), sent)
    (post,) = bench.public()
    assert (post["text"], post["document"]) == (TEXT, {"title": "Буџет за 2027. годину", "size": len(PAPER)})
    assert (post["alts"], post["video"], post["article"]) == ([], 0, {})


def test_without_a_title_of_its_own_it_has_the_headline_or_the_first_line(bench: Bench) -> None:
    bare = document(title=" ")
    bench.publish(bench.connector(), outgoing(f"{TEXT}\nПрочитајте.", document=bare))
    bench.publish(bench.connector(), outgoing("Други пут.", document=bare, title="Буџет 2027"))
    assert [post["document"]["title"] for post in bench.public()] == [TEXT, "Буџет 2027"]
    assert codes(outgoing("", document=bare), bench) == ["document_title_missing"]


def test_a_document_that_is_still_worked_on_is_waited_for(bench: Bench, fakes: FakeServer) -> None:
    fakes.options(linkedin_polls=2)
    pending = bench.connector().publish(outgoing(TEXT, document=document()), bench.read)
    assert isinstance(pending, Pending)
    assert bench.texts() == []
    bench.publish(bench.connector(), outgoing(TEXT, document=document()))
    assert len(bench.public()) == 1


def test_a_document_that_the_network_lost_is_sent_anew(bench: Bench, fakes: FakeServer) -> None:
    fakes.options(linkedin_polls=3)
    pending = bench.connector().publish(outgoing(TEXT, document=document()), bench.read)
    fakes.world.fake("linkedin").files.clear()
    assert isinstance(bench.connector().check_status(pending), ContainerExpired)


def test_a_document_that_cannot_be_worked_on_is_refused(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FILES, "dokument", b"no document")
    with pytest.raises(Rejected) as refused:
        bench.publish(bench.connector(), outgoing(TEXT, document=document()))
    assert refused.value.field == "document"
    assert bench.public() == []


@pytest.mark.parametrize("action", ["commit_then_drop", "commit_then_500"])
def test_a_document_whose_answer_was_lost_is_found(bench: Bench, fakes: FakeServer, action: str) -> None:
    connector, sent, began = bench.connector(), outgoing(TEXT, document=document()), start()
    fakes.plan(action, r"/rest/posts$", method="POST")
    with pytest.raises(OutcomeUnknown):
        bench.publish(connector, sent)
    assert isinstance(bench.find(connector, sent, began), Found)
    assert bench.texts() == [TEXT]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"document": document(size=100_000_001)}, "document_too_large"),
        ({"document": document(pages=301)}, "document_too_long"),
        ({"document": document(title="ж" * 101)}, "document_title"),
        ({"document": document(mime="application/msword")}, "document_not_here"),
        ({"pictures": (picture(1),)}, "document_alone"),
        ({"video": video()}, "document_alone"),
        ({"poll": Poll(("Да", "Не"), 86_400)}, "document_alone"),
    ],
)
def test_what_linkedin_does_not_take_is_said_beforehand(bench: Bench, change: dict[str, Any], code: str) -> None:
    asked = outgoing(f"{TEXT} Шта мислите?", document=document())
    assert code in codes(replace(asked, **change), bench)


def test_a_link_card_is_left_out_beside_a_document_and_that_is_said(bench: Bench) -> None:
    sent = outgoing(TEXT, document=document(), link_card=LinkCard("https://cuprija.rs/budzet", "Буџет"))
    problems = registry.connector("linkedin").check(sent, bench.limits())
    assert [(problem.code, problem.severity) for problem in problems] == [("document_and_card", "warning")]
    bench.publish(bench.connector(), sent)
    (post,) = bench.public()
    assert post["document"]
    assert post["article"] == {}


@pytest.mark.parametrize("key", sorted(set(PLATFORMS) - {"linkedin"}))
def test_other_networks_say_that_they_take_none(key: str) -> None:
    connector = registry.connector(key)
    problems = connector.check(outgoing(TEXT, document=document(), title="Буџет"), connector.limits({}))
    assert [problem.code for problem in problems if problem.field == "document"] == ["document_not_here"]


def test_a_document_survives_being_stored() -> None:
    sent = outgoing(TEXT, document=document())
    assert Outgoing.from_json(sent.to_json()) == sent
    assert (
        Outgoing.from_json({name: value for name, value in sent.to_json().items() if name != "document"}).document
        is None
    )
