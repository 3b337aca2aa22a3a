"""Instagram: conformance and faults against the fake, and Instagram's own features."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from platforms import checks
from platforms.errors import NeedsConsent, NotAllowed, NotReached, OutcomeUnknown, RateLimited, Rejected
from platforms.instagram import calls as meaning
from platforms.instagram.connector import NO_ACCOUNT, NO_ROLE, Instagram
from platforms.meta import codes
from platforms.scopes import missing
from platforms.types import (
    Absent,
    Action,
    ContainerExpired,
    Credential,
    Found,
    Gone,
    Outgoing,
    Pending,
    Published,
    Ready,
    Video,
)
from tests.platforms import bench as files
from tests.platforms.bench import ALTS, MOVIE, PHOTOS, Bench, Files, jpeg, photo, picture, video
from tests.platforms.conformance import start
from tests.platforms.consent import consented
from tests.platforms.fakes import FakeServer
from tests.platforms.faults import FaultConformance, bench_for

DAY = 24 * 3600
PUBLISH = r"/media_publish$"
MAKE = r"/media$"


@pytest.fixture
def bench(fakes: FakeServer) -> Bench:
    return bench_for(fakes, "instagram")


class TestInstagramFake(FaultConformance):
    create = PUBLISH
    upload = MAKE
    rate_seconds = 120
    absent = Ready

    @pytest.fixture
    def bench(self, fakes: FakeServer) -> Bench:
        return bench_for(fakes, "instagram")


def containers(fakes: FakeServer) -> dict[str, dict[str, Any]]:
    return fakes.world.fake("instagram").containers.held


def asked(fakes: FakeServer, ending: str) -> int:
    return sum(1 for one in fakes.ledger() if one["method"] == "POST" and one["path"].endswith(ending))


# ---- publishing


def test_one_picture_is_fetched_from_us_and_shown_with_its_description(bench: Bench) -> None:
    published = bench.publish(bench.connector(), bench.outgoing("Мост", pictures=(photo(1),)))
    (post,) = bench.public()
    assert (post["id"], post["alts"], post["kind"]) == (published.remote_id, [ALTS[0]], "IMAGE")
    assert published.permalink.startswith("https://www.instagram.com/p/")


def test_several_pictures_are_a_carousel_in_their_order(bench: Bench, fakes: FakeServer) -> None:
    sent = bench.outgoing("Вашар", pictures=tuple(photo(n) for n in (3, 1, 2)))
    bench.publish(bench.connector(), sent)
    (post,) = bench.public()
    assert (post["kind"], post["alts"]) == ("CAROUSEL_ALBUM", [ALTS[2], ALTS[0], ALTS[1]])
    assert (asked(fakes, "/media"), asked(fakes, "/media_publish")) == (4, 1)


def test_a_video_is_a_reel_with_its_cover_and_without_a_description(bench: Bench) -> None:
    clip = video(alt="Снимак моста", cover=photo(2))
    bench.publish(bench.connector(), bench.outgoing("Снимак", video=clip))
    (post,) = bench.public()
    assert (post["kind"], post["video"], post["cover"]) == ("REELS", len(MOVIE), len(PHOTOS["slika-2.jpg"]))


def test_a_carousel_takes_a_video_and_pictures(bench: Bench) -> None:
    connector, began = bench.connector(), start()
    sent = bench.outgoing("Обоје", video=video(), pictures=(photo(1), photo(2)))
    assert connector.check(sent, bench.limits()) == []
    bench.publish(connector, sent)
    (post,) = bench.public()
    assert (post["video"], post["alts"]) == (len(MOVIE), [ALTS[0], ALTS[1]])
    assert isinstance(connector.find(sent, began), Found)


def test_what_is_ready_at_once_goes_out_in_one_attempt(bench: Bench, fakes: FakeServer) -> None:
    sent = bench.outgoing("Хитно")
    assert isinstance(bench.connector().publish(sent, bench.read), Published)
    assert len(bench.checkpoints) == 1
    assert (asked(fakes, "/media"), asked(fakes, "/media_publish")) == (1, 1)


def test_what_takes_time_is_asked_for_until_it_is_ready(bench: Bench, fakes: FakeServer) -> None:
    fakes.options(instagram_polls=3)
    connector, sent = bench.connector(), bench.outgoing("Полако")
    held = connector.publish(sent, bench.read)
    assert isinstance(held, Pending)
    assert bench.texts() == []
    assert isinstance(connector.check_status(held), Pending)
    ready = connector.check_status(held)
    ready = ready if isinstance(ready, Ready) else connector.check_status(held)
    assert isinstance(ready, Ready)
    assert bench.texts() == []
    assert isinstance(connector.finish(sent, Pending(ready.token), bench.read), Published)
    assert bench.texts() == ["Полако"]


# ---- once, whatever happens


@pytest.mark.parametrize("action", ["commit_then_drop", "commit_then_500", "html_error", "drop_before", "hang"])
@pytest.mark.parametrize("many", [1, 3])
def test_the_container_says_what_became_of_a_lost_answer(
    bench: Bench, fakes: FakeServer, action: str, many: int
) -> None:
    facts = bench.connector().facts
    connector = bench.connector(http=bench.impatient_http() if action == "hang" else None, facts=facts)
    sent, began = bench.outgoing("Једном", pictures=tuple(photo(n + 1) for n in range(many))), start()
    fakes.plan(action, PUBLISH, method="POST", seconds=4)
    with pytest.raises(OutcomeUnknown):
        connector.publish(sent, bench.read)
    checkpoint = Pending(bench.checkpoints[-1])
    fresh = bench.connector()  # another worker, after a crash, knows the token alone
    result = fresh.find(sent, began, (), checkpoint)
    if isinstance(result, Ready):
        fresh.finish(sent, Pending(result.token), bench.read)
        result = fresh.find(sent, began, (), checkpoint)
    assert isinstance(result, Found)
    assert bench.texts() == ["Једном"]


def test_two_workers_with_one_container_make_one_post(bench: Bench, fakes: FakeServer) -> None:
    fakes.options(instagram_polls=1)
    connector, sent, began = bench.connector(), bench.outgoing("Двоје"), start()
    held = connector.publish(sent, bench.read)
    assert isinstance(connector.check_status(held), Ready)
    connector.finish(sent, held, bench.read)
    with pytest.raises(NotReached):
        bench.connector().finish(sent, held, bench.read)
    assert isinstance(connector.find(sent, began, (), held), Found)
    with pytest.raises(OutcomeUnknown):  # never "ready" again
        connector.check_status(held)
    assert bench.texts() == ["Двоје"]


def test_a_crash_before_anything_is_public_begins_again_without_a_trace(bench: Bench, fakes: FakeServer) -> None:
    fakes.plan("commit_then_drop", MAKE, method="POST", nth=2)
    sent, began = bench.outgoing("Испочетка", pictures=(photo(1), photo(2))), start()
    with pytest.raises(NotReached):
        bench.connector().publish(sent, bench.read)
    assert isinstance(bench.connector().find(sent, began), Absent)
    bench.publish(bench.connector(), sent)
    assert bench.texts() == ["Испочетка"]


def test_the_parts_of_a_carousel_are_put_together_by_whoever_finishes(bench: Bench, fakes: FakeServer) -> None:
    fakes.options(instagram_polls=1)
    connector, sent, began = bench.connector(), bench.outgoing("Делови", pictures=(photo(1), photo(2))), start()
    held = connector.publish(sent, bench.read)
    assert isinstance(held, Pending)
    assert set(json.loads(held.token)) == {"parts"}
    assert isinstance(connector.find(sent, began, (), held), Ready)
    assert isinstance(connector.check_status(held), Ready)
    fakes.plan("commit_then_drop", PUBLISH, method="POST")
    with pytest.raises(OutcomeUnknown):
        connector.finish(sent, held, bench.read)
    whole = Pending(bench.checkpoints[-1])
    assert set(json.loads(whole.token)) == {"container"}
    assert isinstance(connector.find(sent, began, (), whole), Found)
    assert bench.texts() == ["Делови"]


def test_a_container_lives_for_a_day(bench: Bench, fakes: FakeServer) -> None:
    fakes.options(instagram_polls=1)
    connector, sent, began = bench.connector(), bench.outgoing("Сутра"), start()
    held = connector.publish(sent, bench.read)
    fakes.advance(DAY + 60)
    assert isinstance(connector.check_status(held), ContainerExpired)
    assert isinstance(connector.find(sent, began, (), held), Absent)
    with pytest.raises(NotReached):
        connector.finish(sent, held, bench.read)
    assert bench.texts() == []


def test_a_container_that_is_no_longer_known_has_lapsed_and_the_list_decides(bench: Bench, fakes: FakeServer) -> None:
    connector, sent, began = bench.connector(), bench.outgoing("Нема га"), start()
    bench.publish(connector, sent)
    containers(fakes).clear()
    checkpoint = Pending(bench.checkpoints[-1])
    assert isinstance(connector.check_status(checkpoint), ContainerExpired)
    assert isinstance(connector.find(sent, began, (), checkpoint), Found)


def test_what_is_out_and_not_listed_yet_is_asked_for_again(bench: Bench, fakes: FakeServer) -> None:
    fakes.options(instagram_list_lag=1)
    connector, sent, began = bench.connector(), bench.outgoing("Касни"), start()
    bench.publish(connector, sent)
    with pytest.raises(NotReached):
        bench.find(connector, sent, began)
    assert isinstance(bench.find(connector, sent, began), Found)


def test_a_caption_without_its_at_signs_is_still_the_same(bench: Bench, fakes: FakeServer) -> None:
    fakes.options(instagram_drops_at_sign=True)
    connector, sent, began = bench.connector(), bench.outgoing("Хвала @biblioteka!"), start()
    bench.publish(connector, sent)
    assert isinstance(connector.find(sent, began), Found)


# ---- processing by the network


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("Error: Media upload has failed with error code 2207026", Rejected),
        ("Error: the aspect ratio is not supported 2207009", Rejected),
        ("Error: could not fetch 2207052", Rejected),
        ("Error: create failed 2207032", ContainerExpired),
        ("Error: timeout 2207003", ContainerExpired),
        ("Error: something new", ContainerExpired),
    ],
)
def test_a_container_that_failed_says_why(bench: Bench, fakes: FakeServer, status: str, kind: type) -> None:
    fakes.options(instagram_polls=1)
    connector, sent = bench.connector(), bench.outgoing("Не ваља")
    held = connector.publish(sent, bench.read)
    fakes.options(instagram_fails=status)
    if kind is ContainerExpired:
        assert isinstance(connector.check_status(held), ContainerExpired)
    else:
        with pytest.raises(Rejected):
            connector.check_status(held)
    assert bench.texts() == []


def test_a_video_that_cannot_be_played_is_refused_in_plain_words(bench: Bench) -> None:
    clip = video(ref="titlovi")
    with pytest.raises(Rejected) as refused:
        bench.publish(bench.connector(), bench.outgoing("Снимак", video=clip))
    assert (refused.value.message, refused.value.field) == (meaning.VIDEO, "video")


def test_an_address_that_cannot_be_fetched_is_tried_twice(bench: Bench, fakes: FakeServer) -> None:
    class Nowhere(Files):
        def address(self, ref: str) -> str:
            return f"{self.base}/__media__/nema"

    with pytest.raises(Rejected) as refused:
        bench.connector().publish(bench.outgoing("Нигде"), Nowhere(fakes.url))
    assert refused.value.message == meaning.UNFETCHABLE
    assert asked(fakes, "/media") == 2


def test_a_moment_without_a_way_to_us_costs_nothing(bench: Bench, fakes: FakeServer) -> None:
    body = {"error": {"code": 9004, "error_subcode": 2207052, "message": "could not be fetched"}}
    fakes.plan("status", MAKE, method="POST", status=400, body=body)
    bench.publish(bench.connector(), bench.outgoing("Ипак"))
    assert bench.texts() == ["Ипак"]


@pytest.mark.parametrize("allowed", [50, 100])
def test_the_posts_of_a_day_are_counted_by_the_network(bench: Bench, fakes: FakeServer, allowed: int) -> None:
    fakes.options(instagram_quota=allowed)
    fake, ig = fakes.world.fake("instagram"), bench.credential.account_id
    now = datetime.now(UTC)
    for n in range(allowed):
        made = fake._post(str(9000 + n), ig, "IMAGE", f"Објава {n}", parts=[{"kind": "IMAGE", "alt": "", "cover": 0}])
        fake.media[made["id"]] = made | {"at": now - timedelta(hours=20) + timedelta(minutes=n)}
    with pytest.raises(RateLimited) as limited:
        bench.publish(bench.connector(), bench.outgoing("Превише"))
    assert limited.value.message == meaning.USED_UP
    assert abs(limited.value.retry_at - (now + timedelta(hours=4))) < timedelta(minutes=1)
    assert "Превише" not in bench.texts()


def test_where_the_network_does_not_say_how_many_the_wait_is_short(bench: Bench, fakes: FakeServer) -> None:
    fakes.options(instagram_quota=0)
    fakes.plan("html_error", "content_publishing_limit$")
    with pytest.raises(RateLimited) as limited:
        bench.publish(bench.connector(), bench.outgoing("Превише"))
    assert timedelta(minutes=10) < limited.value.retry_at - datetime.now(UTC) < timedelta(minutes=20)


CODES = [
    (190, 463, NeedsConsent), (190, 460, NeedsConsent), (10, 0, NeedsConsent), (200, 0, NeedsConsent),
    (4, 0, RateLimited), (17, 0, RateLimited), (80002, 0, RateLimited), (4, 2207051, RateLimited),
    (9, 2207042, RateLimited), (-1, 2207001, OutcomeUnknown), (-1, 2207032, OutcomeUnknown), (1, 0, OutcomeUnknown),
    (-1, 2207053, OutcomeUnknown), (2, 0, OutcomeUnknown), (-2, 2207003, NotReached), (-2, 2207020, NotReached),
    (24, 2207006, NotReached), (24, 2207008, NotReached), (9007, 2207027, NotReached), (25, 2207050, Rejected),
    (36003, 2207009, Rejected), (36000, 2207004, Rejected), (1, 2207057, Rejected), (100, 0, Rejected),
]  # fmt: skip


@pytest.mark.parametrize(("code", "subcode", "kind"), CODES)
def test_every_code_says_what_may_be_done_next(
    bench: Bench, fakes: FakeServer, code: int, subcode: int, kind: type[Exception]
) -> None:
    sent = bench.outgoing("Не сме.")
    token = json.dumps({"container": next(iter(_one_container(bench, fakes)))})
    body = {"error": {"code": code, "error_subcode": subcode, "message": "No"}}
    fakes.plan("status", PUBLISH, method="POST", status=400, body=body)
    with pytest.raises(kind):
        bench.connector().finish(sent, Pending(token), bench.read)
    assert bench.texts() == []


def _one_container(bench: Bench, fakes: FakeServer) -> dict[str, Any]:
    fakes.options(instagram_polls=1)
    bench.connector().publish(bench.outgoing("Не сме."), bench.read)
    return containers(fakes)


@pytest.mark.parametrize(("code", "subcode"), [(-1, 2207001), (-1, 2207082), (1, 0), (24, 2207006), (-2, 2207003)])
def test_before_it_is_public_the_same_codes_may_be_tried_again(
    bench: Bench, fakes: FakeServer, code: int, subcode: int
) -> None:
    body = {"error": {"code": code, "error_subcode": subcode, "message": "No"}}
    fakes.plan("status", MAKE, method="POST", status=400, body=body)
    with pytest.raises(NotReached):
        bench.publish(bench.connector(), bench.outgoing("Не сме."))
    assert bench.texts() == []


@pytest.mark.parametrize("subcode", sorted(codes.TOKENS))
def test_every_death_of_a_token_has_its_words(bench: Bench, fakes: FakeServer, subcode: int) -> None:
    body = {"error": {"code": 190, "error_subcode": subcode, "message": "Error validating access token"}}
    fakes.plan("status", MAKE, method="POST", status=400, body=body)
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


def problems(sent: Outgoing, bench: Bench) -> list[tuple[str, str]]:
    return [(problem.code, problem.severity) for problem in Instagram.check(sent, bench.limits())]


@pytest.mark.parametrize(
    ("text", "codes_"),
    [
        ("ж" * 2200, []),
        ("ж" * 2201, ["text_too_long"]),
        ("👋" * 1100, []),
        ("👋" * 1100 + "а", ["text_too_long"]),
        (" ".join(f"#ћуприја{n}" for n in range(30)), []),
        (" ".join(f"#ћуприја{n}" for n in range(31)), ["too_many_hashtags"]),
        (" ".join(f"@nalog{n}" for n in range(20)), []),
        (" ".join(f"@nalog{n}" for n in range(21)), ["too_many_mentions"]),
    ],
)
def test_characters_hashtags_and_mentions_are_counted(bench: Bench, text: str, codes_: list[str]) -> None:
    assert [code for code, _ in problems(bench.outgoing(text), bench)] == codes_


@pytest.mark.parametrize(
    ("width", "height", "fits"),
    [(1080, 1350, True), (1079, 1350, False), (1910, 1000, True), (1920, 1000, False), (900, 300, False)],
)
def test_pictures_are_between_upright_and_wide_and_the_network_agrees(
    bench: Bench, width: int, height: int, fits: bool
) -> None:
    files.FILES["oblik"] = content = jpeg(width, height)
    one = replace(photo(1), ref="oblik", width=width, height=height, size=len(content))
    sent = bench.outgoing("Облик", pictures=(one,))
    assert problems(sent, bench) == ([] if fits else [("picture_ratio", "error")])
    if fits:
        bench.publish(bench.connector(), sent)
        return
    if (width, height) != (1079, 1350):  # the network rounds
        with pytest.raises(Rejected) as refused:
            bench.publish(bench.connector(), sent)
        assert refused.value.message == meaning.RATIO
        assert bench.texts() == []


def test_only_jpeg_is_taken_and_it_is_said_so(bench: Bench) -> None:
    sent = bench.outgoing("ПНГ", pictures=(replace(picture(1), width=640, height=360),))
    (problem,) = Instagram.check(sent, bench.limits())
    assert (problem.code, problem.message_id) == ("picture_type", checks.PICTURE_JPEG)
    with pytest.raises(Rejected) as refused:
        bench.publish(bench.connector(), sent)
    assert refused.value.message in (meaning.FORMAT, meaning.RATIO)
    assert bench.texts() == []


def test_a_text_alone_does_not_exist_here(bench: Bench) -> None:
    sent = replace(bench.outgoing("Само текст"), pictures=())
    assert problems(sent, bench) == [("needs_media", "error")]


def test_ten_is_the_most_of_a_carousel_the_video_included(bench: Bench) -> None:
    ten = tuple(photo(n % 4 + 1) for n in range(10))
    assert problems(bench.outgoing("Десет", pictures=ten), bench) == []
    assert problems(bench.outgoing("Једанаест", pictures=(*ten, photo(1))), bench) == [("too_many_pictures", "error")]
    assert problems(bench.outgoing("Са снимком", pictures=ten, video=video()), bench) == [
        ("too_many_pictures", "error")
    ]
    bench.publish(bench.connector(), bench.outgoing("Десет", pictures=ten))
    assert [len(post["alts"]) for post in bench.public()] == [10]


def test_what_people_will_notice_is_said_before(bench: Bench) -> None:
    upright = replace(photo(2), width=1080, height=1350)
    sent = bench.outgoing("Пријаве: https://cuprija.rs/prijava", pictures=(photo(1), upright))
    assert problems(sent, bench) == [("shapes_differ", "warning"), ("no_links", "warning")]


@pytest.mark.parametrize(
    ("clip", "code"),
    [
        (video(seconds=2.9), "video_too_short"),
        (video(seconds=901), "video_too_long"),
        (video(size=300_000_001), "video_too_large"),
        (video(size=2 * 1024**3), "video_too_large"),
        (video(codec="av1"), "video_type"),
        (video(mime="image/gif"), "video_type"),
        (video(frames=15), "video_frames"),
        (video(width=1200, height=100), "video_ratio"),
    ],
)
def test_videos_have_their_limits(bench: Bench, clip: Video, code: str) -> None:
    assert (code, "error") in problems(bench.outgoing("Снимак", video=clip), bench)


# ---- comments


def test_a_first_comment_is_found_and_taken_down(bench: Bench, fakes: FakeServer) -> None:
    connector, began = bench.connector(), start()
    post = bench.publish(connector, bench.outgoing("Објава")).remote_id
    comment = replace(bench.outgoing("Пријава: cuprija.rs", reply_to=post), pictures=())
    assert connector.check(comment, bench.limits()) == []
    fakes.plan("commit_then_drop", r"/comments$", method="POST")
    with pytest.raises(OutcomeUnknown):
        connector.publish(comment, bench.read)
    result = connector.find(comment, began)
    assert isinstance(result, Found)
    assert result.published.remote_id.startswith(f"{post}_")
    assert bench.texts().count(comment.text) == 1
    connector.withdraw(result.published.remote_id)
    assert comment.text not in bench.texts()


def test_a_first_comment_that_never_arrived_is_absent(bench: Bench, fakes: FakeServer) -> None:
    connector, began = bench.connector(), start()
    post = bench.publish(connector, bench.outgoing("Објава")).remote_id
    comment = replace(bench.outgoing("Пријава", reply_to=post), pictures=())
    fakes.plan("drop_before", r"/comments$", method="POST")
    with pytest.raises(OutcomeUnknown):
        connector.publish(comment, bench.read)
    assert isinstance(connector.find(comment, began), Absent)


def test_an_answer_to_an_answer_stands_below_the_comment_and_names_whom_it_means(
    bench: Bench, fakes: FakeServer
) -> None:
    connector, began = bench.connector(), start()
    post = bench.publish(connector, bench.outgoing("Објава")).remote_id
    top = fakes.react("instagram", post, "reply", "Питање")
    below = fakes.react("instagram", top, "reply", "Потпитање")
    first, second = connector.replies(post).items
    assert (first.remote_id, first.in_reply_to, connector.opening(first)) == (top, post, "")
    assert (second.remote_id, second.in_reply_to, connector.opening(second)) == (below, top, "@marko_p ")
    answer = bench.outgoing("@marko_p Одговор", reply_to=below)
    fakes.plan("commit_then_drop", r"/replies$", method="POST")
    with pytest.raises(OutcomeUnknown):
        connector.reply(answer, bench.read)
    assert isinstance(connector.find(answer, began), Found)
    (ours,) = [one for one in bench.public() if one["text"] == answer.text]
    assert ours["reply_to"] == top.partition("_")[2]
    assert len(connector.replies(post).items) == 2  # our own is no message


def test_a_comment_can_be_hidden(bench: Bench, fakes: FakeServer) -> None:
    connector = bench.connector()
    post = bench.publish(connector, bench.outgoing("Објава")).remote_id
    connector.hide(fakes.react("instagram", post, "reply", "Ружно"), post)
    (message,) = connector.replies(post).items
    assert message.is_hidden


def test_a_comment_without_its_author_is_kept(bench: Bench, fakes: FakeServer) -> None:
    fakes.options(instagram_anonymous=True)
    connector = bench.connector()
    post = bench.publish(connector, bench.outgoing("Објава")).remote_id
    fakes.react("instagram", post, "reply", "Без имена")
    (message,) = connector.replies(post).items
    assert (message.text, message.author_id, message.author_handle) == ("Без имена", "", "")
    assert len(connector.messages().items) == 1


def test_an_error_after_the_comment_was_made_is_looked_for(bench: Bench, fakes: FakeServer) -> None:
    connector = bench.connector()
    post = bench.publish(connector, bench.outgoing("Објава")).remote_id
    body = {"error": {"code": 20, "error_subcode": 1772107, "message": "cannot be shown"}}
    fakes.plan("status", r"/comments$", method="POST", status=400, body=body)
    with pytest.raises(OutcomeUnknown):
        connector.publish(replace(bench.outgoing("Коментар", reply_to=post), pictures=()), bench.read)


def test_a_comment_is_text_alone(bench: Bench) -> None:
    sent = bench.outgoing("Са сликом", reply_to="17900", pictures=(photo(1),))
    assert problems(sent, bench) == [("comment_picture", "warning")]


# ---- numbers


def test_views_reach_and_shares_are_insights(bench: Bench, fakes: FakeServer) -> None:
    connector = bench.connector()
    post = bench.publish(connector, bench.outgoing("Бројке")).remote_id
    fakes.react("instagram", post, "repost", "")
    (reading,) = connector.fetch_metrics([post])
    assert reading.values == {"likes": 0, "replies": 0, "views": 9, "reach": 7, "reposts": 1}


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        ({"instagram_unknown_metrics": ("views",)}, {"likes", "replies", "reach", "reposts"}),
        ({"instagram_few_viewers": True}, {"likes", "replies"}),
        ({"instagram_no_insights": True}, {"likes", "replies"}),
    ],
)
def test_a_number_that_is_not_told_is_absent_and_never_zero(
    bench: Bench, fakes: FakeServer, option: dict[str, Any], expected: set[str]
) -> None:
    fakes.options(**option)
    connector = bench.connector()
    post = bench.publish(connector, bench.outgoing("Бројке")).remote_id
    (reading,) = connector.fetch_metrics([post])
    assert set(reading.values) == expected


def test_a_metric_that_ended_is_not_asked_for_and_a_renamed_one_needs_no_release(bench: Bench) -> None:
    names = set(Instagram.options["post_metrics"].value.values())
    assert not names & {"impressions", "plays", "video_views", "clips_replays_count"}
    facts = bench.connector().facts | {"options": {"post_metrics": {"reach": "total_interactions"}}}
    connector = bench.connector(facts=facts)
    post = bench.publish(connector, bench.outgoing("Бројке")).remote_id
    (reading,) = connector.fetch_metrics([post])
    assert set(reading.values) == {"likes", "replies", "reach"}


def test_one_post_that_is_gone_hides_no_other(bench: Bench) -> None:
    connector = bench.connector()
    staying, deleted = (bench.publish(connector, bench.outgoing(text)).remote_id for text in ("Остаје", "Одлази"))
    connector.withdraw(deleted)
    types = {type(one).__name__: one.subject_remote_id for one in connector.fetch_metrics([staying, deleted])}
    assert types == {"PostMetrics": staying, Gone.__name__: deleted}


def test_an_application_that_may_not_delete_says_so_and_the_post_stays(bench: Bench, fakes: FakeServer) -> None:
    fakes.options(instagram_may_delete=False)
    connector = bench.connector()
    post = bench.publish(connector, bench.outgoing("Остаје")).remote_id
    with pytest.raises(Rejected) as refused:
        connector.withdraw(post)
    assert refused.value.code == "unsupported"
    assert bench.texts() == ["Остаје"]


def test_an_address_of_the_site_names_no_post() -> None:
    assert Instagram.named_by("https://www.instagram.com/p/C0abc/", "https://graph.facebook.com", "1784") is None


# ---- consent


def test_from_consent_to_the_accounts_behind_the_pages(bench: Bench, fakes: FakeServer) -> None:
    fakes.account("instagram", "druga")
    person = bench.connector(credential=None).exchange(consented(bench))
    accounts = bench.connector(credential=person).accounts()
    assert [one.profile.handle for one in accounts] == ["@opstina", "@druga"]
    assert all(one.problem == "" for one in accounts)
    given = accounts[0].credential
    assert given.account_id == bench.credential.account_id
    assert missing(Instagram.scopes, given.scopes) == []
    assert given.grantor
    assert given.consent_until is not None
    assert timedelta(days=89) < given.consent_until - datetime.now(UTC) < timedelta(days=91)
    assert given.expires_at is None  # a page's token has no end of its own
    connected = bench.connector(credential=given)
    assert connected.refresh() == given
    bench.publish(connected, bench.outgoing("Са новим правом."))
    assert bench.texts() == ["Са новим правом."]


def test_a_page_without_an_account_is_shown_with_the_reason(bench: Bench, fakes: FakeServer) -> None:
    fakes.options(instagram_unlinked=True)
    person = bench.connector(credential=None).exchange(consented(bench))
    (account,) = bench.connector(credential=person).accounts()
    assert (account.problem, account.credential.access_token) == (NO_ACCOUNT, "")


def test_a_page_without_the_right_role_cannot_be_chosen(bench: Bench, fakes: FakeServer) -> None:
    fakes.options(facebook_tasks=("ANALYZE",))
    person = bench.connector(credential=None).exchange(consented(bench))
    (account,) = bench.connector(credential=person).accounts()
    assert account.problem == NO_ROLE


def test_what_was_declined_is_named_and_the_rest_works(bench: Bench, fakes: FakeServer) -> None:
    fakes.options(facebook_declined=("instagram_manage_insights",))
    person = bench.connector(credential=None).exchange(consented(bench))
    (account,) = bench.connector(credential=person).accounts()
    names = [scope.name for scope in missing(Instagram.scopes, account.credential.scopes)]
    assert names == ["instagram_manage_insights"]
    connector = bench.connector(credential=account.credential)
    post = bench.publish(connector, bench.outgoing("Ради")).remote_id
    (reading,) = connector.fetch_metrics([post])
    assert set(reading.values) == {"likes", "replies"}


def test_a_denied_consent_brings_no_code(bench: Bench) -> None:
    assert consented(bench, "deny")["error"] == "access_denied"


def test_giving_back_one_account_leaves_the_persons_other_channels_alone(bench: Bench, fakes: FakeServer) -> None:
    other = bench_for(fakes, "instagram")
    bench.connector().revoke(shared=True)
    other.publish(other.connector(), other.outgoing("Други канал ради."))
    bench.connector().revoke()
    with pytest.raises(NeedsConsent):
        other.publish(other.connector(), other.outgoing("Више не ради."))
    Instagram(bench.http(), server=bench.server, credential=Credential("dead"), facts={}).revoke(shared=True)


def test_another_version_of_the_api_is_refused_by_the_stand_in(bench: Bench) -> None:
    facts = bench.connector().facts | {"options": {"version": "v19.0"}}
    with pytest.raises(Rejected):
        bench.publish(bench.connector(facts=facts), bench.outgoing("Стара верзија."))


# ---- webhook events


def test_an_account_says_that_it_wants_to_be_told(bench: Bench, fakes: FakeServer) -> None:
    bench.connector().subscribe("https://portal.example/webhooks/instagram/", "")
    (page,) = fakes.world.fake("instagram").pages.values()
    assert page["subscribed"] == "feed,mention"


def test_without_its_permission_nothing_is_asked_and_the_account_publishes(bench: Bench, fakes: FakeServer) -> None:
    granted = tuple(one for one in bench.credential.scopes if one != "pages_manage_metadata")
    connector = bench.connector(credential=replace(bench.credential, scopes=granted))
    with pytest.raises(NotAllowed), connector.acting(Action.EVENTS):
        connector.subscribe("https://portal.example/webhooks/instagram/", "")
    (page,) = fakes.world.fake("instagram").pages.values()
    assert not page.get("subscribed")
    bench.publish(connector, bench.outgoing("И без вести о коментарима."))


def test_disconnecting_leaves_the_events_of_the_page_to_its_facebook_channel(bench: Bench, fakes: FakeServer) -> None:
    connector = bench.connector()
    connector.subscribe("https://portal.example/webhooks/instagram/", "")
    connector.revoke(shared=True)
    (page,) = fakes.world.fake("instagram").pages.values()
    assert page["subscribed"] == "feed,mention"


def test_events_are_believed_only_if_they_are_signed(fakes: FakeServer) -> None:
    value = {"id": "17900", "text": "Кад ради?", "from": {"id": "9", "username": "marko"}, "media": {"id": "17800"}}
    entry = {"id": "17841", "time": 1_764_000_001, "changes": [{"field": "comments", "value": value}]}
    raw = json.dumps({"object": "instagram", "entry": [entry]}).encode()
    headers = {name.lower(): signature for name, signature in fakes.world.fake("instagram").signed(raw).items()}
    assert Instagram.verify(raw, headers, "app-secret")
    assert not Instagram.verify(raw + b" ", headers, "app-secret")
    assert not Instagram.verify(raw, {}, "app-secret")
    assert not Instagram.verify(raw, headers, "")
    (event,) = Instagram.events(json.loads(raw))
    assert (event.account_id, event.kind) == ("17841", "comment")
    assert Instagram.events(json.loads(raw))[0].key == event.key  # a repeated event has the same key
    (mention,) = Instagram.events({"entry": [{**entry, "changes": [{"field": "mentions", "value": {}}]}]})
    assert mention.kind == "mention"


def test_an_address_is_greeted_only_with_the_word_that_was_agreed_on() -> None:
    query = {"hub.mode": "subscribe", "hub.verify_token": "reč", "hub.challenge": "77"}
    assert Instagram.answer_challenge(query, "app-secret", "reč") == "77"
    assert Instagram.answer_challenge(query, "app-secret", "druga") is None


def test_whose_consent_ended_is_believed_only_if_it_is_signed(fakes: FakeServer) -> None:
    form = "signed_request=" + fakes.world.fake("instagram").signed_request("70001")
    event = Instagram.deauthorisation(form.encode(), "app-secret")
    assert event is not None
    assert event.grantor == "70001"
    assert Instagram.deauthorisation(form.encode(), "other") is None
