"""Polls on X, Threads and LinkedIn: sent once, limited as the networks limit them, and counted."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platforms import polls, registry
from platforms.errors import OutcomeUnknown, Rejected
from platforms.linkedin import polls as linkedin
from platforms.threads import polls as threads
from platforms.types import Found, LinkCard, Outgoing, Pending, Poll, PollCount, Ready
from platforms.x import polls as x
from tests.platforms.bench import Bench, outgoing, picture, video
from tests.platforms.conformance import start
from tests.platforms.fakes import FakeServer
from tests.platforms.faults import bench_for

NETWORKS = ("linkedin", "threads", "x")
CREATE = {"linkedin": r"/rest/posts$", "threads": r"/threads_publish$", "x": r"/2/tweets$"}
TEXT = "Уређујемо трг код поште у ул. Краља Петра. Шта прво да уредимо?"
ANSWERS = ("Парк", "Пијаца", "Стаза уз реку")
THREE_DAYS = 3 * polls.DAY


@pytest.fixture(params=NETWORKS)
def bench(request: pytest.FixtureRequest, fakes: FakeServer) -> Bench:
    return bench_for(fakes, request.param)


def asked(*options: str, seconds: int = THREE_DAYS, **more: Any) -> Outgoing:
    return outgoing(more.pop("text", TEXT), poll=Poll(options or ANSWERS, seconds), **more)


def found(bench: Bench, sent: Outgoing) -> list[tuple[str, str]]:
    connector = registry.connector(bench.key)
    problems = connector.check(sent, bench.limits())
    return [(problem.code, problem.severity) for problem in problems if problem.code != "poll_seen"]


def vote(fakes: FakeServer, bench: Bench, post: str, **choices: int) -> None:
    for who, place in choices.items():
        fakes.react(bench.key, post, "vote", json.dumps({"who": who, "choices": [place]}))


def counted(bench: Bench, remote_id: str) -> PollCount:
    connector = bench.connector()
    if not connector.counts_polls:
        count: PollCount = connector.fetch_polls([remote_id])[remote_id]
        return count
    (metrics,) = connector.fetch_metrics([remote_id])
    assert metrics.poll is not None
    return metrics.poll  # type: ignore[no-any-return]


# ---- what is sent


def test_a_poll_is_published_with_its_text(bench: Bench) -> None:
    sent = asked()
    assert [severity for _code, severity in found(bench, sent)] == ["warning"] * (bench.key == "threads")
    bench.publish(bench.connector(), sent)
    (post,) = bench.public()
    assert post["text"] == TEXT
    options = post["poll"]["options"] if bench.key == "linkedin" else post["poll"]
    assert [one["text"] if bench.key == "linkedin" else one for one in options] == list(ANSWERS)


def test_linkedin_gets_the_question_and_one_of_its_durations(fakes: FakeServer) -> None:
    bench = bench_for(fakes, "linkedin")
    bench.publish(bench.connector(), asked())
    (post,) = bench.public()
    assert post["poll"]["question"] == "Шта прво да уредимо?"
    assert post["poll"]["settings"]["duration"] == "THREE_DAYS"


@pytest.mark.parametrize("action", ["commit_then_drop", "commit_then_500", "html_error"])
def test_a_poll_whose_answer_was_lost_is_found_and_not_sent_twice(bench: Bench, fakes: FakeServer, action: str) -> None:
    connector, sent, began = bench.connector(), asked(), start()
    fakes.plan(action, CREATE[bench.key], method="POST")
    with pytest.raises(OutcomeUnknown):
        bench.publish(connector, sent)
    result = bench.find(connector, sent, began)
    if isinstance(result, Ready):
        connector.finish(sent, Pending(result.token), bench.read)
        result = bench.find(connector, sent, began)
    if action != "html_error":
        assert isinstance(result, Found)
    assert bench.texts().count(TEXT) <= 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"poll": Poll(("1", "2", "3", "4", "5"), THREE_DAYS)}, "poll_too_many"),
        ({"poll": Poll(("1",), THREE_DAYS)}, "poll_too_few"),
        ({"poll": Poll(("Да", "ж" * 31), THREE_DAYS)}, "poll_option"),
        ({"poll": Poll(("Да", " "), THREE_DAYS)}, "poll_option_empty"),
    ],
)
def test_what_a_network_refuses_is_said_beforehand(bench: Bench, change: dict[str, Any], code: str) -> None:
    sent = replace(asked(), **change)
    assert (code, "error") in found(bench, sent)
    if code == "poll_option_empty":
        return  # the networks' documentation does not say what they make of a blank
    with pytest.raises(Rejected):
        bench.publish(bench.connector(), sent)
    assert bench.public() == []


def test_the_longest_answers_fit(bench: Bench) -> None:
    longest = bench.limits().polls
    assert longest is not None
    sent = asked("ж" * longest.option_characters, "Не", "Можда", "Не знам")
    assert ("poll_option", "error") not in found(bench, sent)
    bench.publish(bench.connector(), sent)
    assert len(bench.public()) == 1


def test_a_poll_stands_alone(bench: Bench) -> None:
    assert ("poll_pictures", "error") in found(bench, replace(asked(), pictures=(picture(1),)))
    assert ("poll_pictures", "error") in found(bench, replace(asked(), video=video()))
    card = LinkCard("https://cuprija.rs/trg", "Трг")
    with_card = replace(asked(), link_card=card)
    assert ("poll_and_card", "warning") in found(bench, with_card)
    bench.publish(bench.connector(), with_card)
    (post,) = bench.public()
    assert post["poll"]
    assert not post.get("link")
    assert not post.get("article")


def test_the_possible_durations_are_named() -> None:
    limits = {key: registry.connector(key).limits({}) for key in NETWORKS}
    five = asked(seconds=5 * polls.DAY)
    assert registry.connector("x").check(five, limits["x"]) == []
    (problem, _seen) = registry.connector("linkedin").check(five, limits["linkedin"])
    assert (problem.code, problem.field, problem.params) == (
        "poll_time", "poll.days", {"count": "5", "choices": "1, 3, 7, 14"},
    )  # fmt: skip
    (note,) = registry.connector("threads").check(five, limits["threads"])
    assert (note.code, note.field, note.severity, note.params) == (
        "poll_time_not_ours", "poll.days", "warning", {"hours": 24},
    )  # fmt: skip
    assert registry.connector("threads").check(asked(seconds=polls.DAY), limits["threads"]) == []
    (problem,) = registry.connector("x").check(asked(seconds=8 * polls.DAY), limits["x"])
    assert (problem.code, problem.params) == ("poll_time", {"least": 1, "most": 7})


def test_several_answers_are_a_wish_that_these_networks_do_not_grant(bench: Bench) -> None:
    sent = outgoing(TEXT, poll=Poll(ANSWERS, THREE_DAYS, multiple=True))
    assert ("poll_one_answer", "warning") in found(bench, sent)


def test_a_post_with_a_poll_is_not_edited(fakes: FakeServer) -> None:
    bench = bench_for(fakes, "linkedin")
    published = bench.publish(bench.connector(), asked())
    with pytest.raises(Rejected) as refused:
        bench.connector().edit(published.remote_id, asked(text="Шта прво?"))
    assert refused.value.code == "unsupported"
    assert bench.texts() == [TEXT]


def test_who_votes_on_linkedin_is_seen_there() -> None:
    connector = registry.connector("linkedin")
    problems = connector.check(asked(), connector.limits({}))
    assert [(problem.code, problem.severity) for problem in problems] == [("poll_seen", "warning")]


# ---- the question


@pytest.mark.parametrize(
    ("text", "title", "question"),
    [
        (TEXT, "", "Шта прво да уредимо?"),
        (TEXT, "Парк или пијаца?", "Парк или пијаца?"),
        (TEXT, "Уређење трга", "Шта прво да уредимо?"),
        ("Гласајте.\nКада да почне вашар 5. маја? Јавите.", "", "Када да почне вашар 5. маја?"),
        ("Питамо вас: „Шта прво?” Гласајте до петка.", "", "Питамо вас: „Шта прво?”"),
        ("Одлично! Зар не?! Гласајте.", "", "Зар не?!"),
        ("Види https://cuprija.rs/?a=1 и гласај.", "", ""),
        ("Без питања.", "", ""),
        ("", "", ""),
        ("Парк?\n\n—\n\nPark?", "", "Парк?"),
        ("Уређујемо трг. Шта прво?", "", "Шта прво?"),
        ("Да ли да се бр. 5 у ул. П. Петровића сруши?", "", "Да ли да се бр. 5 у ул. П. Петровића сруши?"),
    ],
)
def test_the_question_is_the_first_sentence_that_asks(text: str, title: str, question: str) -> None:
    assert polls.question(outgoing(text, title=title)) == question


def test_a_question_of_its_own_is_needed_and_has_a_length() -> None:
    connector = registry.connector("linkedin")
    limits = connector.limits({})
    missing = connector.check(asked(text="Изаберите."), limits)
    assert [problem.code for problem in missing] == ["poll_question_missing", "poll_seen"]
    long = connector.check(asked(text="ж" * 140 + "?"), limits)
    assert [(problem.code, problem.params.get("count")) for problem in long] == [
        ("poll_question", 141), ("poll_seen", None),
    ]  # fmt: skip
    assert [problem.code for problem in connector.check(asked(text="ж" * 139 + "?"), limits)] == ["poll_seen"]


@given(st.text(alphabet='аб.?!… \n"”5/:', max_size=400))
def test_a_question_is_a_part_of_the_text_that_asks(text: str) -> None:
    question = polls.question(outgoing(text))
    assert not question or ("?" in question and question in " ".join(text.split()))


# ---- the votes


def test_votes_are_counted(bench: Bench, fakes: FakeServer) -> None:
    published = bench.publish(bench.connector(), asked())
    assert counted(bench, published.remote_id).votes == (0, 0, 0)
    vote(fakes, bench, published.remote_id, ana=0, boris=0, vesna=2)
    count = counted(bench, published.remote_id)
    assert (count.votes, count.voters, count.multiple, count.is_over) == ((2, 0, 1), 3, False, False)
    runs = timedelta(days=1 if bench.key == "threads" else 3)
    assert count.ends_at is not None
    assert abs(count.ends_at - (datetime.now(UTC) + runs)) < timedelta(minutes=2)


def test_a_post_without_a_poll_has_no_votes(bench: Bench) -> None:
    published = bench.publish(bench.connector(), outgoing("Вест."))
    connector = bench.connector()
    assert [metrics.poll for metrics in connector.fetch_metrics([published.remote_id])] == [None]
    assert connector.fetch_polls([published.remote_id]) == {}


def test_a_poll_that_linkedin_does_not_show_is_left_out(fakes: FakeServer) -> None:
    bench = bench_for(fakes, "linkedin")
    first, second = (bench.publish(bench.connector(), asked(text=f"{n}? {TEXT}")) for n in range(2))
    fakes.plan("status", r"/rest/posts/", method="GET", status=403, body={"status": 403, "code": "ACCESS_DENIED"})
    assert set(bench.connector().fetch_polls([first.remote_id, second.remote_id])) == {second.remote_id}


@given(st.lists(st.integers(0, 10_000), min_size=2, max_size=4))
def test_votes_calculated_from_exact_shares_are_the_votes(votes: list[int]) -> None:
    total = sum(votes)
    shares = [one / total if total else 0 for one in votes]
    assert polls.from_shares(shares, total) == tuple(votes)


@given(st.lists(st.integers(0, 10_000), min_size=2, max_size=4))
def test_votes_calculated_from_rounded_shares_differ_by_the_rounding(votes: list[int]) -> None:
    total = sum(votes)
    shares = [round(one / total, 2) if total else 0 for one in votes]
    calculated = polls.from_shares(shares, total)
    assert all(abs(one - other) <= 0.005 * total + 1 for one, other in zip(calculated, votes, strict=True))


@pytest.mark.parametrize(
    "answer",
    [None, "x", [], {}, {"options": "x"}, {"options": [1]}, {"options": []}, {"option_a": 1, "total_votes": "x"}],
)
def test_an_unknown_form_of_a_poll_has_no_votes(answer: Any) -> None:
    assert x.count({"attachments": {"poll_ids": ["1"]}}, x.of_page({"includes": {"polls": [answer]}})) is None
    assert linkedin.count({"content": {"poll": answer}}) is None
    count = threads.count({"poll_attachment": answer})
    assert count is None or (count.votes, count.voters) == ((None,), None)


def test_odd_counts_are_unknown() -> None:
    options = [{"position": place, "votes": votes} for place, votes in ((2, -1), (1, True), (3, 10**12), (4, "7"))]
    count = x.count({"attachments": {"poll_ids": [1]}}, {"1": {"options": options, "end_datetime": "soon"}})
    assert count == PollCount((None,) * 4)
    assert x.count({"attachments": {"poll_ids": [1]}}, {"1": {"options": [{"position": 7, "votes": 1}]}}) is None
    inside = {"options": [{"voteCount": "7"}, {"voteCount": "-1"}, {}], "settings": [], "uniqueVotersCount": "9"}
    assert linkedin.count({"content": {"poll": inside}}) == PollCount((7, None, None), 9)
    shares = {"option_a": "Да", "option_b": "Не", "option_a_votes_percentage": 1.5, "option_b_votes_percentage": 0.5}
    assert threads.count({"poll_attachment": shares | {"total_votes": 2}}) == PollCount((None, None), 2)


def test_positions_of_x_decide_the_order() -> None:
    options = [{"position": 2, "votes": 5}, {"position": 1, "votes": 3}]
    poll = {"options": options, "voting_status": "closed"}
    assert x.count({"attachments": {"poll_ids": ["1"]}}, {"1": poll}) == PollCount((3, 5), 8, is_over=True)
