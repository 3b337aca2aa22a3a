"""Threads: conformance and faults against the fake, and Threads' own features."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from platforms.errors import NeedsConsent, NotReached, OutcomeUnknown, RateLimited, Rejected
from platforms.meta import codes
from platforms.scopes import missing
from platforms.threads import calls as meaning
from platforms.threads.connector import Threads
from platforms.types import Absent, ContainerExpired, Found, LinkCard, Outgoing, Pending, Published, Ready
from tests.platforms.bench import ALTS, MOVIE, Bench, Files, photo, picture, video
from tests.platforms.conformance import start
from tests.platforms.consent import consented
from tests.platforms.fakes import FakeServer
from tests.platforms.faults import FaultConformance, bench_for

COUNTED = {"like": "likes", "repost": "reposts", "reply": "replies", "quote": "quotes"}


@pytest.fixture
def bench(fakes: FakeServer) -> Bench:
    return bench_for(fakes, "threads", counted=COUNTED, deviations=frozenset({"keeps its token"}))


class TestThreadsFake(FaultConformance):
    create = r"/threads_publish$"
    upload = r"/threads$"
    rate_seconds = 120
    absent = Ready

    @pytest.fixture
    def bench(self, fakes: FakeServer) -> Bench:
        return bench_for(fakes, "threads", counted=COUNTED, deviations=frozenset({"keeps its token"}))


DAY = 24 * 3600
PUBLISH = r"/threads_publish$"
MAKE = r"/threads$"


def asked(fakes: FakeServer, ending: str) -> int:
    return sum(1 for one in fakes.ledger() if one["method"] == "POST" and one["path"].endswith(ending))


def problems(sent: Outgoing, bench: Bench) -> list[tuple[str, str]]:
    return [(problem.code, problem.severity) for problem in Threads.check(sent, bench.limits())]


# ---- publishing


def test_a_text_is_a_container_too_and_goes_out_in_one_attempt(bench: Bench, fakes: FakeServer) -> None:
    assert isinstance(bench.connector().publish(bench.outgoing("Хитно"), bench.read), Published)
    assert (asked(fakes, "/threads"), asked(fakes, "/threads_publish"), len(bench.checkpoints)) == (1, 1, 1)
    (post,) = bench.public()
    assert (post["kind"], post["control"]) == ("TEXT_POST", "everyone")


def test_a_card_is_attached_to_a_text_alone(bench: Bench) -> None:
    card = LinkCard("https://cuprija.rs/vest", "Вест")
    bench.publish(bench.connector(), bench.outgoing("Са картицом", link_card=card))
    bench.publish(bench.connector(), bench.outgoing("Са сликом", link_card=card, pictures=(picture(1),)))
    assert [post["link"] for post in bench.public()] == ["https://cuprija.rs/vest", None]


def test_several_pictures_and_a_video_are_a_carousel_with_descriptions(bench: Bench, fakes: FakeServer) -> None:
    connector, began = bench.connector(), start()
    sent = bench.outgoing("Вашар", video=video(alt="Снимак вашара"), pictures=(photo(2), picture(1)))
    assert connector.check(sent, bench.limits()) == []
    bench.publish(connector, sent)
    (post,) = bench.public()
    assert (post["kind"], post["alts"], post["video_alts"]) == (
        "CAROUSEL_ALBUM",
        [ALTS[1], ALTS[0]],
        ["Снимак вашара"],
    )
    assert post["video"] == len(MOVIE)
    assert (asked(fakes, "/threads"), asked(fakes, "/threads_publish")) == (4, 1)
    result = connector.find(sent, began)
    assert isinstance(result, Found)
    assert result.alts == (ALTS[1], ALTS[0])


def test_a_chain_answers_itself_by_what_is_public(bench: Bench) -> None:
    connector, began = bench.connector(), start()
    first = bench.publish(connector, bench.outgoing("1/3"))
    second = bench.publish(connector, bench.outgoing("2/3", reply_to=first.remote_id))
    third = bench.outgoing("3/3", reply_to=second.remote_id, pictures=(picture(1), picture(2)))
    bench.publish(connector, third)
    assert [(post["text"], post["reply_to"]) for post in bench.public()] == [
        ("1/3", None),
        ("2/3", first.remote_id),
        ("3/3", second.remote_id),
    ]
    assert isinstance(connector.find(third, began), Found)
    with pytest.raises(Rejected):
        bench.publish(connector, bench.outgoing("Ничему", reply_to="18000000000000001"))


def test_who_may_answer_is_chosen_for_each_post(bench: Bench) -> None:
    for chosen in ("everyone", "followers_only", "accounts_you_follow", "mentioned_only"):
        bench.publish(bench.connector(), bench.outgoing(chosen, settings={"answers": chosen}))
    many = bench.outgoing("Више", pictures=(picture(1), picture(2)), settings={"answers": "mentioned_only"})
    bench.publish(bench.connector(), many)
    assert [post["control"] for post in bench.public()] == [
        "everyone", "followers_only", "accounts_you_follow", "mentioned_only", "mentioned_only",
    ]  # fmt: skip
    # An installation that restricts answers lets a post be open to everybody.
    facts = bench.connector().facts | {"options": {"reply_control": "followers_only"}}
    bench.publish(bench.connector(facts=facts), bench.outgoing("Сви", settings={"answers": "everyone"}))
    assert bench.public()[-1]["control"] == "everyone"
    (setting,) = Threads.limits(facts).settings
    assert (setting.default, len(setting.choices)) == ("followers_only", 4)
    assert Threads.limits({"options": {"reply_control": "parent_post_author_only"}}).settings == ()


def test_who_may_answer_is_the_installations_to_set(bench: Bench) -> None:
    facts = bench.connector().facts | {"options": {"reply_control": "followers_only"}}
    bench.publish(bench.connector(facts=facts), bench.outgoing("Само пратиоци"))
    many = bench.outgoing("Више слика", pictures=(picture(1), picture(2)))
    bench.publish(bench.connector(facts=facts), many)
    assert [post["control"] for post in bench.public()] == ["followers_only", "followers_only"]


def test_the_way_that_leaves_no_container_is_never_taken(bench: Bench, fakes: FakeServer) -> None:
    bench.publish(bench.connector(), bench.outgoing("Само са контејнером"))
    assert len(fakes.world.fake("threads").containers.held) == 1  # the stand-in refuses `auto_publish_text`


# ---- once, whatever happens


@pytest.mark.parametrize("action", ["commit_then_drop", "commit_then_500", "html_error", "drop_before", "hang"])
@pytest.mark.parametrize("many", [0, 1, 3])
@pytest.mark.parametrize("below", [False, True])
def test_the_container_says_what_became_of_a_lost_answer(
    bench: Bench, fakes: FakeServer, action: str, many: int, below: bool
) -> None:
    facts, began = bench.connector().facts, start()
    root = bench.publish(bench.connector(), bench.outgoing("Корен")).remote_id if below else None
    connector = bench.connector(http=bench.impatient_http() if action == "hang" else None, facts=facts)
    sent = bench.outgoing("Једном", pictures=tuple(picture(n + 1) for n in range(many)), reply_to=root)
    fakes.plan(action, PUBLISH, method="POST", seconds=4)
    with pytest.raises(OutcomeUnknown):
        connector.publish(sent, bench.read)
    checkpoint, fresh = Pending(bench.checkpoints[-1]), bench.connector()
    result = fresh.find(sent, began, (), checkpoint)
    if isinstance(result, Ready):
        fresh.finish(sent, Pending(result.token), bench.read)
        result = fresh.find(sent, began, (), checkpoint)
    assert isinstance(result, Found)
    assert bench.texts().count("Једном") == 1


def test_two_workers_with_one_container_make_one_post(bench: Bench, fakes: FakeServer) -> None:
    fakes.options(threads_polls=1)
    connector, sent, began = bench.connector(), bench.outgoing("Двоје"), start()
    held = connector.publish(sent, bench.read)
    assert isinstance(held, Pending)
    assert isinstance(connector.check_status(held), Ready)
    connector.finish(sent, held, bench.read)
    with pytest.raises(NotReached):
        bench.connector().finish(sent, held, bench.read)
    with pytest.raises(OutcomeUnknown):
        connector.check_status(held)
    assert isinstance(connector.find(sent, began, (), held), Found)
    assert bench.texts() == ["Двоје"]


def test_publishing_too_early_is_waited_out(bench: Bench, fakes: FakeServer) -> None:
    fakes.options(threads_polls=2)
    connector, sent = bench.connector(), bench.outgoing("Рано")
    held = connector.publish(sent, bench.read)
    with pytest.raises(NotReached):
        connector.finish(sent, held, bench.read)
    assert bench.texts() == []
    bench.publish(connector, sent)
    assert bench.texts() == ["Рано"]


def test_a_container_lives_for_a_day(bench: Bench, fakes: FakeServer) -> None:
    fakes.options(threads_polls=1)
    connector, sent, began = bench.connector(), bench.outgoing("Сутра"), start()
    held = connector.publish(sent, bench.read)
    fakes.advance(DAY + 60)
    assert isinstance(connector.check_status(held), ContainerExpired)
    assert isinstance(connector.find(sent, began, (), held), Absent)
    assert bench.texts() == []


def test_what_is_out_and_not_listed_yet_is_asked_for_again(bench: Bench, fakes: FakeServer) -> None:
    fakes.options(threads_list_lag=1)
    connector, sent, began = bench.connector(), bench.outgoing("Касни"), start()
    bench.publish(connector, sent)
    with pytest.raises(NotReached):
        bench.find(connector, sent, began)
    assert isinstance(bench.find(connector, sent, began), Found)


# ---- processing by the network


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("FAILED_PROCESSING_VIDEO", Rejected),
        ("INVALID_ASPEC_RATIO", Rejected),
        ("INVALID_DURATION", Rejected),
        ("FAILED_DOWNLOADING_VIDEO", ContainerExpired),
        ("UNKNOWN", ContainerExpired),
        ("", Pending),
    ],
)
def test_a_container_that_failed_says_why(bench: Bench, fakes: FakeServer, status: str, kind: type) -> None:
    fakes.options(threads_polls=1 if status else 9)
    connector = bench.connector()
    held = connector.publish(bench.outgoing("Не ваља"), bench.read)
    fakes.options(threads_fails=status)
    if kind is Rejected:
        with pytest.raises(Rejected) as refused:
            connector.check_status(held)
        assert refused.value.message == meaning.VIDEO
    else:
        assert isinstance(connector.check_status(held), kind)
    assert bench.texts() == []


def test_an_address_that_cannot_be_fetched_is_tried_twice(bench: Bench, fakes: FakeServer) -> None:
    class Nowhere(Files):
        def address(self, ref: str) -> str:
            return f"{self.base}/__media__/nema"

    with pytest.raises(Rejected) as refused:
        bench.connector().publish(bench.outgoing("Нигде", pictures=(picture(1),)), Nowhere(fakes.url))
    assert refused.value.message == meaning.UNFETCHABLE
    assert asked(fakes, "/threads") == 2


@pytest.mark.parametrize("below", [False, True])
def test_the_posts_and_answers_of_a_day_are_counted_by_the_network(
    bench: Bench, fakes: FakeServer, below: bool
) -> None:
    fakes.options(threads_quota=60)
    fake, account = fakes.world.fake("threads"), bench.credential.account_id
    now = datetime.now(UTC)
    root = fake._add(fake._account("gradjanka")["id"], "TEXT_POST", "Корен")["id"]
    for n in range(60):
        fake._add(account, "TEXT_POST", f"Објава {n}", above=root if below else None)["at"] = now - timedelta(
            hours=20, minutes=-n
        )
    with pytest.raises(RateLimited) as limited:
        bench.publish(bench.connector(), bench.outgoing("Превише", reply_to=root if below else None))
    assert limited.value.message == meaning.USED_UP
    assert abs(limited.value.retry_at - (now + timedelta(hours=4))) < timedelta(minutes=1)
    assert "Превише" not in bench.texts()


CODES = [
    (190, 463, NeedsConsent), (190, 458, NeedsConsent), (10, 0, NeedsConsent), (200, 0, NeedsConsent),
    (4, 0, RateLimited), (17, 0, RateLimited), (32, 0, RateLimited), (613, 0, RateLimited),
    (4, 2207051, RateLimited), (9, 2207042, RateLimited), (1, 0, OutcomeUnknown), (2, 0, OutcomeUnknown),
    (-1, 2207001, OutcomeUnknown), (24, 4279009, NotReached), (24, 0, NotReached), (-2, 2207020, NotReached),
    (100, 0, Rejected), (368, 0, Rejected),
]  # fmt: skip


@pytest.mark.parametrize(("code", "subcode", "kind"), CODES)
def test_every_code_says_what_may_be_done_next(
    bench: Bench, fakes: FakeServer, code: int, subcode: int, kind: type[Exception]
) -> None:
    fakes.options(threads_polls=1)
    connector, sent = bench.connector(), bench.outgoing("Не сме.")
    held = connector.publish(sent, bench.read)
    body = {"error": {"code": code, "error_subcode": subcode, "message": "No"}}
    fakes.plan("status", PUBLISH, method="POST", status=400, body=body)
    with pytest.raises(kind):
        connector.finish(sent, held, bench.read)
    assert bench.texts() == []


@pytest.mark.parametrize("subcode", sorted(codes.TOKENS))
def test_every_death_of_a_token_has_its_words(bench: Bench, fakes: FakeServer, subcode: int) -> None:
    body = {"error": {"code": 190, "error_subcode": subcode, "message": "Error validating access token"}}
    fakes.plan("status", MAKE, method="POST", status=401, body=body)
    with pytest.raises(NeedsConsent) as dead:
        bench.publish(bench.connector(), bench.outgoing("Не сме."))
    assert dead.value.message == codes.TOKENS[subcode]


@pytest.mark.parametrize(("action", "subcode"), [("expire_token", 463), ("revoke_token", 458)])
def test_a_token_that_dies_between_container_and_post_needs_consent(
    bench: Bench, fakes: FakeServer, action: str, subcode: int
) -> None:
    fakes.plan(action, PUBLISH, method="POST")
    with pytest.raises(NeedsConsent) as dead:
        bench.publish(bench.connector(), bench.outgoing("Не сме."))
    assert dead.value.evidence["subcode"] == subcode
    assert bench.texts() == []


# ---- limits


FAMILY = "👨‍👩‍👧‍👦"  # 25 bytes


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("ж" * 500, True),
        ("ж" * 501, False),
        ("ж" * 496 + "👋", True),
        ("ж" * 497 + "👋", False),
        (FAMILY * 20, True),
        (FAMILY * 20 + "а", False),
        ("e\u0301" * 250, True),
        ("e\u0301" * 250 + "а", False),
        ("🇷🇸" * 62 + "абвг", True),
        ("🇷🇸" * 62 + "абвгд", False),
        ("„Ђурђевак” — 50 € → ✓… \u200b\u202e" * 18, True),
    ],
)
def test_characters_are_counted_as_the_network_does_emoji_by_their_bytes(bench: Bench, text: str, fits: bool) -> None:
    sent = bench.outgoing(text)
    assert problems(sent, bench) == ([] if fits else [("text_too_long", "error")])
    if fits:
        bench.publish(bench.connector(), sent)
        assert bench.texts() == [text]
        return
    with pytest.raises(Rejected):
        bench.publish(bench.connector(), sent)
    assert bench.texts() == []


def test_five_links_are_the_most_the_card_included(bench: Bench, fakes: FakeServer) -> None:
    five = " ".join(f"https://cuprija.rs/{n}" for n in range(5))
    inside, other = LinkCard("https://cuprija.rs/0", "Прва"), LinkCard("https://cuprija.rs/9", "Друга")
    assert problems(bench.outgoing(five, link_card=inside), bench) == []
    assert problems(bench.outgoing(f"{five} https://cuprija.rs/6"), bench) == [("too_many_links", "error")]
    sixth = bench.outgoing(five, link_card=other)
    assert problems(sixth, bench) == [("too_many_links", "error")]
    with pytest.raises(Rejected) as refused:
        bench.publish(bench.connector(), sixth)
    assert (refused.value.message, refused.value.field) == (meaning.LINKS, "text")
    assert bench.texts() == []


def test_twenty_is_the_most_of_a_carousel_the_video_included(bench: Bench) -> None:
    twenty = tuple(picture(n % 4 + 1) for n in range(20))
    assert problems(bench.outgoing("Двадесет", pictures=twenty), bench) == []
    over = [("too_many_pictures", "error")]
    assert problems(bench.outgoing("Са снимком", pictures=twenty, video=video()), bench) == over
    assert problems(bench.outgoing("Једна више", pictures=(*twenty, picture(1))), bench) == over
    bench.publish(bench.connector(), bench.outgoing("Двадесет", pictures=twenty))
    assert [len(post["alts"]) for post in bench.public()] == [20]


def test_descriptions_are_a_thousand_characters_at_most(bench: Bench) -> None:
    fits, over = (replace(picture(1), alt="ж" * n) for n in (1000, 1001))
    assert problems(bench.outgoing("Опис", pictures=(fits,)), bench) == []
    sent = bench.outgoing("Опис", pictures=(over,))
    assert problems(sent, bench) == [("alt_too_long", "error")]
    bench.publish(bench.connector(), bench.outgoing("Опис", pictures=(fits,)))
    with pytest.raises(Rejected):
        bench.publish(bench.connector(), sent)
    assert bench.texts() == ["Опис"]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"seconds": 301}, "video_too_long"),
        ({"size": 2 * 1024**3}, "video_too_large"),
        ({"codec": "vp9"}, "video_type"),
    ],
)
def test_videos_have_their_limits(bench: Bench, more: dict[str, Any], code: str) -> None:
    assert problems(bench.outgoing("Снимак", video=video(**more)), bench) == [(code, "error")]


# ---- answers


def test_answers_below_answers_are_read_and_our_own_are_not_messages(bench: Bench, fakes: FakeServer) -> None:
    connector = bench.connector()
    post = bench.publish(connector, bench.outgoing("Питајте")).remote_id
    top = fakes.react("threads", post, "reply", "Прво")
    below = fakes.react("threads", top, "reply", "Друго")
    connector.reply(bench.outgoing("Одговор", reply_to=below), bench.read)
    messages = connector.replies(post).items
    assert [(m.text, m.in_reply_to, m.root) for m in messages] == [("Прво", post, post), ("Друго", top, post)]
    (ours,) = [one for one in bench.public() if one["text"] == "Одговор"]
    assert ours["reply_to"] == below


def test_an_answer_waits_for_its_picture(bench: Bench, fakes: FakeServer) -> None:
    connector = bench.connector()
    post = bench.publish(connector, bench.outgoing("Питајте")).remote_id
    fakes.options(threads_polls=3)
    connector.reply(bench.outgoing("Ево слике", reply_to=post, pictures=(picture(1),)), bench.read)
    assert bench.texts().count("Ево слике") == 1
    fakes.options(threads_polls=30)
    with pytest.raises(NotReached):
        connector.reply(bench.outgoing("Предуго", reply_to=post), bench.read)
    assert "Предуго" not in bench.texts()


@pytest.mark.parametrize(("action", "kind"), [("commit_then_drop", Found), ("drop_before", Ready)])
def test_a_lost_answer_to_a_person_is_settled_by_its_container(
    bench: Bench, fakes: FakeServer, action: str, kind: type
) -> None:
    connector, began = bench.connector(), start()
    post = bench.publish(connector, bench.outgoing("Питајте")).remote_id
    answer = bench.outgoing("Одговор", reply_to=fakes.react("threads", post, "reply", "Питање"))
    fakes.plan(action, PUBLISH, method="POST")
    with pytest.raises(OutcomeUnknown):
        connector.reply(answer, bench.read)
    assert isinstance(connector.find(answer, began, (), Pending(bench.checkpoints[-1])), kind)
    assert bench.texts().count("Одговор") == (1 if kind is Found else 0)


def test_an_answer_can_be_hidden(bench: Bench, fakes: FakeServer) -> None:
    connector = bench.connector()
    post = bench.publish(connector, bench.outgoing("Објава")).remote_id
    connector.hide(fakes.react("threads", post, "reply", "Ружно"), post)
    (message,) = connector.replies(post).items
    assert message.is_hidden


def test_an_answer_without_its_author_is_kept(bench: Bench, fakes: FakeServer) -> None:
    fakes.options(threads_anonymous=True)
    connector = bench.connector()
    post = bench.publish(connector, bench.outgoing("Објава")).remote_id
    fakes.react("threads", post, "reply", "Без имена")
    (message,) = connector.replies(post).items
    assert (message.text, message.author_id, message.author_handle) == ("Без имена", "", "")


def test_who_mentions_the_account_is_heard(bench: Bench, fakes: FakeServer) -> None:
    connector = bench.connector()
    post = bench.publish(connector, bench.outgoing("Објава")).remote_id
    fakes.react("threads", post, "mention", "Хвала @opstina")
    (message,) = connector.messages().items
    assert (message.kind, message.text, message.in_reply_to) == ("mention", "Хвала @opstina", None)


# ---- numbers


def test_views_and_quotes_are_told_and_shares_are_not_asked_for(bench: Bench, fakes: FakeServer) -> None:
    connector = bench.connector()
    post = bench.publish(connector, bench.outgoing("Бројке")).remote_id
    fakes.react("threads", post, "quote", "")
    (reading,) = connector.fetch_metrics([post])
    assert reading.values == {"views": 11, "likes": 0, "replies": 0, "reposts": 0, "quotes": 1}
    assert connector.fetch_account_metrics() == {"followers": 640}


def test_a_metric_that_is_gone_is_no_reading_and_the_rest_stands(bench: Bench, fakes: FakeServer) -> None:
    fakes.options(threads_unknown_metrics=("views",))
    connector = bench.connector()
    post = bench.publish(connector, bench.outgoing("Бројке")).remote_id
    (reading,) = connector.fetch_metrics([post])
    assert set(reading.values) == {"likes", "replies", "reposts", "quotes"}


def test_a_post_without_numbers_is_left_out_and_never_zero(bench: Bench, fakes: FakeServer) -> None:
    fakes.options(threads_no_insights=True)
    connector = bench.connector()
    post = bench.publish(connector, bench.outgoing("Бројке")).remote_id
    assert connector.fetch_metrics([post]) == []


def test_an_address_of_the_site_names_no_post() -> None:
    assert Threads.named_by("https://www.threads.com/@opstina/post/DQ1", "https://graph.threads.net", "18") is None


# ---- consent and its end


def test_from_consent_to_a_token_of_sixty_days(bench: Bench, fakes: FakeServer) -> None:
    given = bench.connector(credential=None).exchange(consented(bench))
    assert given.expires_at is not None
    assert timedelta(days=59) < given.expires_at - datetime.now(UTC) <= timedelta(days=60)
    assert (given.account_id, given.grantor) == (bench.credential.account_id, bench.credential.account_id)
    assert missing(Threads.scopes, given.scopes) == []
    connected = bench.connector(credential=given)
    assert connected.profile().handle == "@opstina"
    bench.publish(connected, bench.outgoing("Са новим правом."))
    assert bench.texts() == ["Са новим правом."]


def test_a_code_works_once_whatever_hangs_on_its_end(bench: Bench) -> None:
    answer = consented(bench)
    with pytest.raises(NeedsConsent):
        bench.connector(credential=None).exchange({**answer, "redirect_uri": "https://other.example/"})
    answer = consented(bench)
    bench.connector(credential=None).exchange({**answer, "code": answer["code"] + "#_"})
    with pytest.raises(NeedsConsent):
        bench.connector(credential=None).exchange(answer)


def test_what_was_declined_is_named_where_the_network_tells(bench: Bench, fakes: FakeServer) -> None:
    fakes.options(threads_declined=("threads_delete",))
    given = bench.connector(credential=None).exchange(consented(bench))
    assert [scope.name for scope in missing(Threads.scopes, given.scopes)] == ["threads_delete"]
    fakes.options(threads_hides_scopes=True)
    assert bench.connector(credential=None).exchange(consented(bench)).scopes == ()


def test_without_the_numbers_and_mentions_the_channel_works(bench: Bench, fakes: FakeServer) -> None:
    fakes.options(threads_declined=("threads_manage_insights", "threads_manage_mentions"))
    connector = bench.connector(credential=bench.connector(credential=None).exchange(consented(bench)))
    post = bench.publish(connector, bench.outgoing("Ради")).remote_id
    assert connector.fetch_metrics([post]) == []
    fakes.react("threads", post, "reply", "Питање")
    assert [message.text for message in connector.messages().items] == ["Питање"]
    assert connector.fetch_account_metrics() == {}


def test_a_token_is_renewed_before_it_ends_and_not_on_its_first_day(bench: Bench, fakes: FakeServer) -> None:
    with pytest.raises(NotReached):
        bench.connector().refresh()
    fakes.advance(40 * DAY)
    fresh = bench.connector().refresh()
    assert fresh.access_token != bench.credential.access_token
    assert fresh.expires_at is not None
    assert fresh.expires_at - datetime.now(UTC) > timedelta(days=59)
    assert (fresh.account_id, fresh.scopes) == (bench.credential.account_id, bench.credential.scopes)
    fakes.advance(30 * DAY)
    bench.publish(bench.connector(credential=fresh), bench.outgoing("После обнове."))
    assert bench.texts() == ["После обнове."]


def test_a_token_that_ran_out_needs_consent(bench: Bench, fakes: FakeServer) -> None:
    fakes.advance(61 * DAY)
    with pytest.raises(NeedsConsent):
        bench.connector().refresh()
    with pytest.raises(NeedsConsent):
        bench.publish(bench.connector(), bench.outgoing("Прекасно."))
    assert bench.texts() == []


def test_another_version_of_the_api_is_refused_by_the_stand_in(bench: Bench) -> None:
    facts = bench.connector().facts | {"options": {"version": "v0.9"}}
    with pytest.raises(Rejected):
        bench.publish(bench.connector(facts=facts), bench.outgoing("Стара верзија."))


# ---- webhook events

REPLY = {
    "app_id": "123456",
    "topic": "moderate",
    "target_id": "78901",
    "time": 1_764_000_000,
    "subscription_id": "234567",
    "has_uid_field": False,
    "values": {
        "value": {
            "id": "8901234",
            "username": "marko",
            "text": "Кад ради?",
            "replied_to": {"id": "567890"},
            "root_post": {"id": "567890", "owner_id": "18123", "username": "opstina"},
        },
        "field": "replies",
    },
}


def test_events_are_believed_only_if_they_are_signed_and_the_same_event_has_the_same_key(fakes: FakeServer) -> None:
    raw = json.dumps(REPLY).encode()
    headers = {name.lower(): value for name, value in fakes.world.fake("threads").signed(raw).items()}
    assert Threads.verify(raw, headers, "threads-secret")
    assert not Threads.verify(raw + b" ", headers, "threads-secret")
    assert not Threads.verify(raw, {}, "threads-secret")
    assert not Threads.verify(raw, headers, "app-secret")
    (event,) = Threads.events(REPLY)
    assert (event.account_id, event.kind) == ("18123", "comment")
    assert event.at == datetime.fromtimestamp(1_764_000_000, UTC)
    assert Threads.events({**REPLY, "time": 1_764_000_060})[0].key == event.key


@pytest.mark.parametrize(
    ("field", "kind"), [("mentions", "mention"), ("publish", "post"), ("delete", "post"), ("new", "other")]
)
def test_every_field_has_its_kind(field: str, kind: str) -> None:
    (event,) = Threads.events({"target_id": "78901", "values": {"value": {"id": "1"}, "field": field}})
    assert (event.account_id, event.kind) == ("78901", kind)


@pytest.mark.parametrize("payload", [None, [], "x", {}, {"values": 3}, {"values": {"value": [], "field": 7}}])
def test_what_is_not_understood_breaks_nothing(payload: Any) -> None:
    assert [event.kind for event in Threads.events(payload)] in ([], ["other"])


def test_whose_consent_ended_is_believed_only_if_it_is_signed(fakes: FakeServer) -> None:
    form = "signed_request=" + fakes.world.fake("threads").signed_request("18123")
    event = Threads.deauthorisation(form.encode(), "threads-secret")
    assert event is not None
    assert event.grantor == "18123"
    assert Threads.deauthorisation(form.encode(), "other") is None
