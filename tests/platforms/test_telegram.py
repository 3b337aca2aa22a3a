"""A Telegram channel: conformance, faults, and Telegram's own features."""

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from PIL import Image

from platforms.errors import NeedsConsent, OutcomeUnknown, RateLimited, Rejected
from platforms.scopes import missing
from platforms.telegram import page
from platforms.telegram.calls import FILE_REFUSED, NOT_ADMIN
from platforms.telegram.connector import Telegram
from platforms.types import Found, Inconclusive, RawEvent
from tests.platforms.bench import FILES, Bench, outgoing, photo, picture, video
from tests.platforms.conformance import start
from tests.platforms.fakes import FakeServer
from tests.platforms.faults import FaultConformance, bench_for

SENDS = r"/(sendMessage|sendPhoto|sendVideo|sendMediaGroup)$"
DEVIATIONS = frozenset({"cannot prove absence", "answers cannot be asked for"})


class TestTelegram(FaultConformance):
    create = SENDS
    absent = Inconclusive

    @pytest.fixture
    def bench(self, fakes: FakeServer) -> Bench:
        return bench_for(fakes, "telegram", counted={}, deviations=DEVIATIONS)


@pytest.fixture
def bench(fakes: FakeServer) -> Bench:
    return bench_for(fakes, "telegram", counted={}, deviations=DEVIATIONS)


@pytest.fixture
def fake(fakes: FakeServer) -> Any:
    return fakes.world.fakes["telegram"]


def calls(fakes: FakeServer) -> list[str]:
    return [entry["path"].rsplit("/", 1)[-1] for entry in fakes.ledger()]


def drawn(width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.new("L", (width, height)).save(out, "PNG")
    return out.getvalue()


# ---- publishing


def test_each_kind_of_post_is_one_call_that_carries_everything(bench: Bench, fakes: FakeServer) -> None:
    posts = (
        outgoing("Текст и веза: https://cuprija.example/vesti"),
        outgoing("Слика", pictures=(picture(1),)),
        outgoing("Снимак", video=video(cover=photo(1))),
        outgoing("Албум", pictures=(picture(1), photo(2))),
        outgoing("Снимак и слике", video=video(), pictures=(picture(3), photo(4))),
    )
    for post in posts:
        bench.connector().publish(post, bench.read)
    assert calls(fakes) == ["sendMessage", "sendPhoto", "sendVideo", "sendMediaGroup", "sendMediaGroup"]
    assert bench.texts() == [post.text for post in posts]
    assert [bool(post["video"]) for post in bench.public()] == [False, False, True, False, True]
    assert [len(post["alts"]) for post in bench.public()] == [0, 1, 0, 2, 2]


def test_an_album_is_one_post_with_a_span_for_its_id(bench: Bench) -> None:
    connector = bench.connector()
    connector.publish(outgoing("Пре"), bench.read)
    published = connector.publish(outgoing("Албум", pictures=tuple(picture(n) for n in (1, 2, 3))), bench.read)
    (_, album) = bench.public()
    assert published.remote_id == album["id"]
    first, last = (int(number) for number in published.remote_id.split("-"))
    assert last == first + 2
    assert published.permalink == f"https://t.me/opstina/{first}"


def test_what_looks_like_markup_arrives_as_written(bench: Bench) -> None:
    text = "<b>Није</b> подебљано & *ни ово* _није_ [искошено](https://cuprija.example)"
    bench.connector().publish(outgoing(text), bench.read)
    assert bench.texts() == [text]


BOLD = {"bold_first_line": "yes"}


def stored(fake: Any) -> list[dict[str, Any]]:
    """The channel's messages as Telegram keeps them."""
    (channel,) = fake.channels.values()
    return [entry["message"] for entry in channel["messages"].values()]


@pytest.mark.parametrize(
    ("text", "offset", "length"),
    [
        ("Наслов\n\nТекст", 0, 6),
        ("Једини ред", 0, 10),
        # An emoji outside the first plane is two units.
        ("🚰 Вода\nТекст", 0, 7),
        ("\n 🚰\nТекст", 2, 2),
        ("Наслов \t\nТекст", 0, 6),
    ],
)
def test_the_first_line_is_bold_without_markup_in_text_and_caption(
    bench: Bench, fake: Any, text: str, offset: int, length: int
) -> None:
    line = [{"type": "bold", "offset": offset, "length": length}]
    connector = bench.connector()
    connector.publish(outgoing(text, settings=BOLD), bench.read)
    connector.publish(outgoing(text, pictures=(picture(1),), settings=BOLD), bench.read)
    connector.publish(outgoing(text, video=video(), settings=BOLD), bench.read)
    connector.publish(outgoing(text, pictures=(picture(1), photo(2)), settings=BOLD), bench.read)
    kept = stored(fake)
    assert kept[0]["entities"] == line
    assert [message.get("caption_entities") for message in kept[1:]] == [line, line, line, None]
    assert bench.texts() == [text.strip()] * 4


def test_a_picture_without_words_has_nothing_bold(bench: Bench, fake: Any) -> None:
    bench.connector().publish(outgoing("", pictures=(picture(1),), settings=BOLD), bench.read)
    bench.connector().publish(outgoing("", pictures=(picture(1), photo(2)), settings=BOLD), bench.read)
    assert not any("caption_entities" in message for message in stored(fake))


@pytest.mark.parametrize(
    ("chosen", "options"),
    [
        ("", None),
        ("below", None),
        ("above", {"show_above_text": True}),
        ("small", {"prefer_small_media": True}),
        ("none", {"is_disabled": True}),
    ],
)
def test_the_card_of_a_link_stands_where_it_was_chosen_also_after_a_correction(
    bench: Bench, fake: Any, chosen: str, options: Any
) -> None:
    connector = bench.connector()
    sent = outgoing("Наслов\nhttps://cuprija.example", settings={"link_preview": chosen, **BOLD})
    published = connector.publish(sent, bench.read)
    assert stored(fake)[0].get("link_preview_options") == options
    connector.edit(published.remote_id, replace(sent, text="Нови наслов\nhttps://cuprija.example"))
    (message,) = stored(fake)
    assert (message.get("link_preview_options"), message["entities"][0]["length"]) == (options, 11)


def test_a_caption_keeps_its_bold_line_after_a_correction_and_has_no_card(bench: Bench, fake: Any) -> None:
    connector = bench.connector()
    sent = outgoing("Наслов\nТекст", pictures=(picture(1),), settings={"link_preview": "none", **BOLD})
    published = connector.publish(sent, bench.read)
    connector.edit(published.remote_id, replace(sent, text="Исправка\nТекст"))
    (message,) = stored(fake)
    assert (message["caption"], message["caption_entities"][0]["length"]) == ("Исправка\nТекст", 8)
    assert "link_preview_options" not in message


def test_a_silent_post_makes_no_sound_of_whatever_kind(bench: Bench, fake: Any) -> None:
    kinds: list[dict[str, Any]] = [
        {}, {"pictures": (picture(1),)}, {"video": video()}, {"pictures": (picture(1), photo(2))},
    ]  # fmt: skip
    for more in kinds:
        bench.connector().publish(outgoing("Тихо", settings={"silent": "yes"}, **more), bench.read)
        bench.connector().publish(outgoing("Гласно", **more), bench.read)
    (made,) = fake.channels.values()
    sent = [entry for entry in made["messages"].values() if {"text", "caption"} & set(entry["message"])]
    assert [entry["silent"] for entry in sent] == [True, False] * 4


def test_a_bold_post_is_found_again_on_the_public_page(bench: Bench, fakes: FakeServer) -> None:
    fakes.plan("commit_then_drop", SENDS, method="POST")
    connector, began = bench.connector(), start()
    sent = outgoing("Наслов 🚰\nТекст & више", settings=BOLD)
    with pytest.raises(OutcomeUnknown):
        connector.publish(sent, bench.read)
    assert isinstance(bench.find(connector, sent, began), Found)


def test_a_post_of_a_private_channel_has_a_link_for_its_members(bench: Bench, fake: Any) -> None:
    fake.channel("opstina")["username"] = None
    published = bench.connector().publish(outgoing("Само за чланове."), bench.read)
    number = str(fake.channel("opstina")["id"]).removeprefix("-100")
    assert published.permalink == f"https://t.me/c/{number}/{published.remote_id}"


def test_a_thread_goes_on_below_the_part_before_also_below_an_album(bench: Bench) -> None:
    connector = bench.connector()
    album = connector.publish(outgoing("Први део", pictures=(picture(1), picture(2))), bench.read)
    second = connector.publish(outgoing("Други део", reply_to=album.remote_id), bench.read)
    connector.publish(outgoing("Трећи део", reply_to=second.remote_id), bench.read)
    assert [post["reply_to"] for post in bench.public()] == [None, album.remote_id.split("-")[0], second.remote_id]


def test_what_is_answered_may_be_gone(bench: Bench) -> None:
    with pytest.raises(Rejected) as refused:
        bench.connector().publish(outgoing("Одговор", reply_to="404"), bench.read)
    assert refused.value.code == "parent_missing"
    assert bench.texts() == []


# ---- checks before sending


def test_the_edges_of_what_telegram_takes(subtests: pytest.Subtests) -> None:
    for post, codes in [
        (outgoing("ж" * 4096), []),
        (outgoing("ж" * 4094 + "🎉"), []),
        (outgoing("ж" * 4095 + "🎉"), ["text_too_long"]),
        (outgoing("ж" * 4093 + "e\u0301"), []),
        (outgoing("ж" * 1024, pictures=(picture(1),)), []),
        (outgoing("ж" * 1023 + "🎉", pictures=(picture(1),)), ["text_too_long"]),
        (outgoing("ж" * 1025, video=video()), ["text_too_long"]),
        (outgoing("", pictures=(picture(1),)), []),
        (outgoing("x", pictures=(picture(1),) * 10), []),
        (outgoing("x", pictures=(picture(1),) * 11), ["too_many_pictures"]),
        (outgoing("x", pictures=(picture(1),) * 9, video=video()), []),
        (outgoing("x", pictures=(picture(1),) * 10, video=video()), ["album_too_long"]),
        (outgoing("x", pictures=(replace(picture(1), mime="image/webp"),)), ["picture_type"]),
        (outgoing("x", pictures=(replace(picture(1), size=10_000_001),)), ["picture_too_large"]),
        (outgoing("x", pictures=(replace(picture(1), width=6000, height=4000),)), []),
        (outgoing("x", pictures=(replace(picture(1), width=6000, height=4001),)), ["picture_sides"]),
        (outgoing("x", pictures=(replace(picture(1), width=2000, height=99),)), ["picture_ratio"]),
        (outgoing("x", video=video(size=50_000_001)), ["video_too_large"]),
        (outgoing("x", first_comment="y"), ["comment_not_here"]),
    ]:
        with subtests.test(post=post, codes=codes):
            assert [problem.code for problem in Telegram.check(post, Telegram.limits({}))] == codes


def test_captions_are_shorter_than_texts_there_too(bench: Bench) -> None:
    connector = bench.connector()
    fits = "ж" * 1022 + "🎉"
    connector.publish(outgoing(fits, pictures=(picture(1),)), bench.read)
    connector.publish(outgoing(fits, pictures=(picture(1), picture(2))), bench.read)
    for more in ({"pictures": (picture(1),)}, {"pictures": (picture(1), picture(2))}, {"video": video()}):
        with pytest.raises(Rejected) as refused:
            connector.publish(outgoing(fits + "ж", **more), bench.read)
        assert refused.value.field == "text"
    assert bench.texts() == [fits, fits]


def test_a_server_of_ones_own_takes_larger_films() -> None:
    facts = {"options": {"upload_bytes": 2_000_000_000}}
    film = outgoing("", video=video(size=1_900_000_000))
    assert Telegram.check(film, Telegram.limits(facts)) == []


def test_a_picture_that_telegram_cannot_read_or_that_is_too_narrow_is_rejected(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    for content in (b"not a picture", drawn(2100, 100), drawn(9000, 1001)):
        monkeypatch.setitem(FILES, "slika-1", content)
        with pytest.raises(Rejected) as refused:
            bench.connector().publish(outgoing("Лоша", pictures=(picture(1),)), bench.read)
        assert (refused.value.message, refused.value.field) == (FILE_REFUSED, "pictures")
    assert bench.texts() == []


# ---- errors


@pytest.mark.parametrize(
    ("status", "description", "kind"),
    [
        (401, "Unauthorized", NeedsConsent),
        (404, "Not Found", NeedsConsent),
        (403, "Forbidden: bot was kicked from the channel chat", NeedsConsent),
        (403, "Forbidden: bot is not a member of the channel chat", NeedsConsent),
        (400, "Bad Request: need administrator rights in the channel chat", NeedsConsent),
        (400, "Bad Request: not enough rights to send text messages to the chat", NeedsConsent),
        (400, "Bad Request: chat not found", NeedsConsent),
        (400, "Bad Request: CHAT_ADMIN_REQUIRED", NeedsConsent),
        (400, "Bad Request: message is too long", Rejected),
        (400, "Bad Request: message caption is too long", Rejected),
        (400, "Bad Request: can't parse entities: Can't find end tag at byte offset 7", Rejected),
        (400, "Bad Request: wrong file identifier/HTTP URL specified", Rejected),
        (400, "Bad Request: PHOTO_INVALID_DIMENSIONS", Rejected),
        (409, "Conflict: terminated by other getUpdates request", Rejected),
        (413, "Request Entity Too Large", Rejected),
        (500, "Internal Server Error", OutcomeUnknown),
        (504, "Gateway Timeout", OutcomeUnknown),
    ],
)
def test_every_refusal_has_its_class(
    bench: Bench, fakes: FakeServer, status: int, description: str, kind: type[Exception]
) -> None:
    body = {"ok": False, "error_code": status, "description": description}
    fakes.plan("status", SENDS, status=status, body=body)
    with pytest.raises(kind):
        bench.connector().publish(outgoing("Једном."), bench.read)
    assert bench.texts() == []


@pytest.mark.parametrize("status", [401, 403, 404])
def test_what_stands_between_us_and_telegram_takes_no_access_away(bench: Bench, fakes: FakeServer, status: int) -> None:
    fakes.plan("status", SENDS, status=status, body="<html>blocked here</html>")
    with pytest.raises(Rejected):
        bench.connector().publish(outgoing("Једном."), bench.read)


@pytest.mark.parametrize("body", [[], {}, {"ok": True}, {"ok": True, "result": True}, {"ok": True, "result": []}, "ok"])
def test_an_answer_that_names_no_message_is_an_unknown_outcome(bench: Bench, fakes: FakeServer, body: Any) -> None:
    fakes.plan("status", SENDS, status=200, body=body)
    with pytest.raises(OutcomeUnknown):
        bench.connector().publish(outgoing("Једном."), bench.read)


@pytest.mark.parametrize(
    ("parameters", "least", "most"),
    [
        ({"retry_after": 41}, 39, 42),
        ({}, 290, 301),
        ({"retry_after": "soon"}, 290, 301),
        ({"retry_after": 9**9}, 86e3, 87e3),
    ],
)
def test_how_long_to_wait_stands_in_the_body(
    bench: Bench, fakes: FakeServer, parameters: dict[str, Any], least: float, most: float
) -> None:
    body = {"ok": False, "error_code": 429, "description": "Too Many Requests", "parameters": parameters}
    fakes.plan("status", SENDS, status=429, body=body)
    with pytest.raises(RateLimited) as limited:
        bench.connector().publish(outgoing("Једном."), bench.read)
    assert least < (limited.value.retry_at - datetime.now(UTC)).total_seconds() <= most


def test_quick_posts_are_slowed_down_and_none_is_lost_or_doubled(bench: Bench, fakes: FakeServer) -> None:
    fakes.options(telegram_burst=2)
    connector = bench.connector()
    for text in ("Прва", "Друга"):
        connector.publish(outgoing(text), bench.read)
    with pytest.raises(RateLimited):
        connector.publish(outgoing("Трећа"), bench.read)
    fakes.advance(61)
    connector.publish(outgoing("Трећа"), bench.read)
    assert bench.texts() == ["Прва", "Друга", "Трећа"]


def test_a_token_that_was_renewed_at_botfather_needs_consent(bench: Bench, fake: Any) -> None:
    fake.revoke("opstina")
    for asked in (bench.connector().profile, bench.connector().fetch_account_metrics):
        with pytest.raises(NeedsConsent):
            asked()
    with pytest.raises(NeedsConsent):
        bench.connector().publish(outgoing("Једном."), bench.read)
    assert bench.texts() == []


def test_a_right_that_was_taken_away_is_noticed_before_a_post_needs_it(bench: Bench, fake: Any) -> None:
    fake.admit("opstina", ("can_edit_messages",))
    with pytest.raises(NeedsConsent) as needs:
        bench.connector().profile()
    assert needs.value.message == NOT_ADMIN
    with pytest.raises(NeedsConsent):
        bench.connector().publish(outgoing("Једном."), bench.read)
    assert bench.texts() == []


def test_the_token_in_the_address_is_not_in_the_ledger(bench: Bench, fakes: FakeServer) -> None:
    bench.connector().publish(outgoing("Тајна."), bench.read)
    assert [entry["path"] for entry in fakes.ledger()] == ["/telegram/bot…/sendMessage"]


def test_the_token_in_the_address_gets_into_no_error(bench: Bench, fakes: FakeServer) -> None:
    token = bench.credential.access_token
    for action in ("drop_before", "html_error", "hang", "truncate_body"):
        fakes.plan(action, SENDS, seconds=1)
        connector = bench.connector(http=bench.http(deadline=0.5))
        with pytest.raises(OutcomeUnknown) as unknown:
            connector.publish(outgoing("Тајна."), bench.read)
        assert token not in f"{unknown.value.message} {unknown.value.evidence}"


# ---- changing and taking back


def test_a_text_and_a_caption_are_corrected_and_doing_it_again_does_no_harm(bench: Bench) -> None:
    connector = bench.connector()
    posts = [
        outgoing("Вашар у 9."),
        outgoing("Плакат у 9.", pictures=(picture(1),)),
        outgoing("Албум у 9.", pictures=(picture(1), picture(2))),
    ]
    published = [connector.publish(post, bench.read) for post in posts]
    for _ in range(2):
        for post, there in zip(posts, published, strict=True):
            edited = connector.edit(there.remote_id, replace(post, text=post.text.replace("9", "10")))
            assert (edited.remote_id, edited.permalink) == (there.remote_id, there.permalink)
    assert bench.texts() == ["Вашар у 10.", "Плакат у 10.", "Албум у 10."]


def test_a_post_that_is_gone_cannot_be_corrected(bench: Bench) -> None:
    with pytest.raises(Rejected):
        bench.connector().edit("404", outgoing("Ништа."))


def test_an_album_is_taken_back_whole_and_nothing_else(bench: Bench) -> None:
    connector = bench.connector()
    connector.publish(outgoing("Пре"), bench.read)
    album = connector.publish(outgoing("Албум", pictures=(picture(1), picture(2), picture(3))), bench.read)
    connector.publish(outgoing("После"), bench.read)
    connector.withdraw(album.remote_id)
    connector.withdraw(album.remote_id)
    assert bench.texts() == ["Пре", "После"]


def test_after_two_days_only_a_bot_with_the_right_deletes(bench: Bench, fakes: FakeServer, fake: Any) -> None:
    connector = bench.connector()
    old = connector.publish(outgoing("Старо"), bench.read).remote_id
    album = connector.publish(outgoing("Стари албум", pictures=(picture(1), picture(2))), bench.read).remote_id
    fake.admit("opstina", ("can_post_messages",))
    fakes.advance(48 * 3600 + 60)
    for remote_id in (old, album):
        with pytest.raises(Rejected) as refused:
            connector.withdraw(remote_id)
        assert refused.value.code == "too_old"
    assert bench.texts() == ["Старо", "Стари албум"]
    fake.admit("opstina")
    connector.withdraw(old)
    connector.withdraw(album)
    assert bench.texts() == []


# ---- after an unclear outcome


def test_the_public_page_shows_what_came_out(bench: Bench, fakes: FakeServer) -> None:
    connector = bench.connector()
    first = connector.publish(outgoing("Почетак"), bench.read)
    posts = [
        outgoing("Два реда 🎉\n\nи веза https://cuprija.example/a?b=1&c=2 <овде>"),
        outgoing("Слика", pictures=(picture(1),)),
        outgoing("Албум", pictures=(picture(1), picture(2), picture(3))),
        outgoing("Снимак", video=video()),
        outgoing("Наставак", reply_to=first.remote_id),
    ]
    for sent in posts:
        began = start()
        fakes.plan("commit_then_drop", SENDS)
        with pytest.raises(OutcomeUnknown):
            connector.publish(sent, bench.read)
        result = connector.find(sent, began)
        assert isinstance(result, Found), sent.text
        (post,) = [post for post in bench.public() if post["text"] == sent.text]
        assert result.published.remote_id == post["id"]
        assert result.published.permalink == f"https://t.me/opstina/{post['id'].split('-')[0]}"


def test_the_page_never_proves_that_a_post_is_not_there(bench: Bench, fakes: FakeServer) -> None:
    connector, sent = bench.connector(), outgoing("Ту је, али се не види.")
    fakes.plan("commit_then_drop", SENDS)
    with pytest.raises(OutcomeUnknown):
        connector.publish(sent, bench.read)
    for how in ("empty", "broken"):
        fakes.options(telegram_page=how)
        assert isinstance(connector.find(sent, start()), Inconclusive)
    fakes.options(telegram_page="shown")
    switched_off = bench.connector(facts={"options": {"public_page": False}})
    assert isinstance(switched_off.find(sent, start()), Inconclusive)
    assert isinstance(connector.find(sent, start()), Found)
    assert bench.texts() == [sent.text]


def test_the_same_text_twice_and_a_text_of_an_hour_ago_are_not_taken_for_the_post(
    bench: Bench, fakes: FakeServer
) -> None:
    connector, sent = bench.connector(), outgoing("Данас без воде од 9 до 12.")
    connector.publish(sent, bench.read)
    assert isinstance(connector.find(sent, start() + timedelta(hours=1)), Inconclusive)
    connector.publish(outgoing(sent.text), bench.read)
    result = connector.find(sent, start())
    assert isinstance(result, Inconclusive)
    assert len(result.candidates) == 2


def test_a_private_channel_and_the_discussion_group_have_no_page(bench: Bench, fakes: FakeServer, fake: Any) -> None:
    connector = bench.connector()
    comment = outgoing("Одговор", reply_to=f"{fake.channel('opstina')['group']['id']}:7")
    assert isinstance(connector.find(comment, start()), Inconclusive)
    fake.channel("opstina")["username"] = None
    assert isinstance(connector.find(outgoing("Тајно"), start()), Inconclusive)
    assert "s/opstina" not in " ".join(entry["path"] for entry in fakes.ledger())


@pytest.mark.parametrize(
    "html", ["", "<div", "<div data-post='x'>", '<div class="tgme_widget_message" data-post="a/b">']
)
def test_a_page_of_another_form_shows_no_posts(html: str) -> None:
    assert page.posts(html) == []


def test_text_within_text_is_read_once_and_what_is_answered_not_at_all() -> None:
    shown = (
        '<div class="tgme_widget_message" data-post="opstina/57">'
        '<a class="tgme_widget_message_reply" href="https://t.me/opstina/55">'
        '<div class="tgme_widget_message_text js-message_reply_text">Раније</div></a>'
        '<div class="tgme_widget_message_text js-message_text"><div class="tgme_widget_message_text js-message_text">'
        "Сада<br/>овако</div></div><div>није текст</div>"
        '<time class="time" datetime="2026-11-24T10:00:00+00:00"></time></div>'
        '<div class="tgme_widget_message" data-post="opstina/58"><time datetime="јуче"></time></div>'
    )
    (post,) = page.posts(shown)
    assert (post.remote_id, post.text, post.reply_to) == ("57", "Сада\nовако", "55")
    assert post.at == datetime(2026, 11, 24, 10, tzinfo=UTC)


def test_the_post_that_a_link_leads_to(subtests: pytest.Subtests) -> None:
    for link, number in [
        ("https://t.me/opstina/57", "57"),
        ("t.me/opstina/57?single", "57"),
        (" https://t.me/s/opstina/57 ", "57"),
        ("https://telegram.me/opstina/057/", "57"),
        ("https://t.me/opstina/57?comment=3", "57"),
        ("https://t.me/c/1234567890/57", "57"),
        ("https://t.me/c/999/57", None),
        ("https://t.me/opstina", None),
        ("https://t.me/opstina/57/58", None),
        ("https://t.me/opstina/0", None),
        ("https://t.me/opstina/-5", None),
        ("https://t.me/+AbCdEf", None),
        ("https://example.org/opstina/57", None),
        ("", None),
    ]:
        with subtests.test(link=link, number=number):
            assert Telegram.named_by(link, "https://api.telegram.org", "-1001234567890") == number


# ---- connecting


@pytest.mark.parametrize("typed", ["@opstina", "opstina", "https://t.me/opstina", "t.me/s/opstina", "number"])
def test_a_token_and_a_name_become_the_credential_of_a_channel(bench: Bench, typed: str) -> None:
    account = bench.credential.account_id if typed == "number" else typed
    answer = {"token": f" {bench.credential.access_token} ", "account": f" {account} "}
    credential = bench.connector(credential=None).exchange(answer)
    assert credential.account_id == bench.credential.account_id
    assert credential.scopes == ("can_post_messages", "can_edit_messages", "can_delete_messages")
    assert credential.grantor == bench.credential.access_token.split(":")[0]
    profile = bench.connector(credential=credential).profile()
    assert (profile.handle, profile.url, profile.followers) == ("@opstina", "https://t.me/opstina", 7)
    assert profile.avatar_url == ""


@pytest.mark.parametrize("token", ["", "x", "123456:abc", "700000001:nepoznat-token-sa-dosta-slova", "Бот:" + "ж" * 30])
def test_a_token_of_no_bot_is_the_persons_to_correct(bench: Bench, token: str) -> None:
    with pytest.raises(Rejected) as refused:
        bench.connector(credential=None).exchange({"token": token, "account": "@opstina"})
    assert (refused.value.field, refused.value.code) == ("token", "token_wrong")


@pytest.mark.parametrize(
    ("account", "code"),
    [
        ("@nema_takvog", "account_unknown"),
        ("", "account_unknown"),
        ("https://t.me/+pozivnica", "account_unknown"),
        ("-100987", "account_unknown"),
        ("два слова", "account_unknown"),
        ("group", "not_a_channel"),
        ("@susedi", "bot_not_admin"),
    ],
)
def test_a_channel_that_cannot_be_posted_to_is_refused_with_the_reason(
    bench: Bench, fake: Any, account: str, code: str
) -> None:
    fake.channel("susedi")
    typed = str(fake.channel("opstina")["group"]["id"]) if account == "group" else account
    with pytest.raises(Rejected) as refused:
        bench.connector(credential=None).exchange({"token": bench.credential.access_token, "account": typed})
    assert (refused.value.field, refused.value.code) == ("account", code)


def test_a_bot_that_may_not_post_is_refused_and_what_it_may_besides_is_told(bench: Bench, fake: Any) -> None:
    answer = {"token": bench.credential.access_token, "account": "@opstina"}
    fake.admit("opstina", ("can_edit_messages", "can_delete_messages"))
    with pytest.raises(Rejected) as refused:
        bench.connector(credential=None).exchange(answer)
    assert refused.value.code == "bot_not_admin"
    fake.admit("opstina", ("can_post_messages",))
    credential = bench.connector(credential=None).exchange(answer)
    absent = missing(Telegram.scopes, credential.scopes)
    assert [(scope.name, scope.needed) for scope in absent] == [
        ("can_edit_messages", False),
        ("can_delete_messages", False),
    ]


def test_disconnecting_takes_the_bot_out_of_the_channel_and_ends_what_it_hears(bench: Bench, fake: Any) -> None:
    bench.connector().subscribe("https://portal.example/hooks/1", "rec")
    bench.connector().revoke()
    assert fake.channel("opstina")["admins"] == {}
    assert fake.bot("opstina")["webhook"] is None
    bench.connector().revoke()


def test_a_bot_that_serves_another_channel_too_goes_on_hearing(bench: Bench, fake: Any) -> None:
    bench.connector().subscribe("https://portal.example/hooks/1", "rec")
    bench.connector().revoke(shared=True)
    assert fake.channel("opstina")["admins"] == {}
    assert fake.bot("opstina")["webhook"]["url"] == "https://portal.example/hooks/1"


# ---- messages


def test_comments_are_told_once_with_the_post_they_belong_to(bench: Bench, fake: Any) -> None:
    connector = bench.connector()
    post = connector.publish(outgoing("Пишите."), bench.read).remote_id
    comment = fake.react(post, "reply", "Када?")
    fake.comment(fake.channel("opstina"), int(comment.split(":")[1]), "И ја питам")
    (first, second) = connector.messages().items
    assert (first.remote_id, first.in_reply_to, first.root) == (comment, post, post)
    assert (second.in_reply_to, second.root) == (comment, None)
    assert (first.author_handle, first.author_name, first.author_url) == (
        "gradjanka",
        "Građanka",
        "https://t.me/gradjanka",
    )
    assert first.at.utcoffset() == timedelta()


def test_a_comment_without_a_person_is_by_the_group(bench: Bench, fake: Any) -> None:
    connector = bench.connector()
    post = int(connector.publish(outgoing("Пишите."), bench.read).remote_id)
    channel = fake.channel("opstina")
    by = {"id": channel["group"]["id"], "title": "Opstina: razgovor", "type": "supergroup"}
    fake.comment(channel, channel["group"]["copies"][post], "Као група", **{"from": None, "sender_chat": by})
    fake.comment(channel, channel["group"]["copies"][post], "Нико", **{"from": None})
    comments = [(message.author_handle, message.text) for message in connector.messages().items]
    assert comments == [("Opstina: razgovor", "Као група"), ("?", "Нико")]


def test_what_is_no_comment_is_left_out_and_still_read_only_once(bench: Bench, fake: Any) -> None:
    connector, channel = bench.connector(), fake.channel("opstina")
    post = int(connector.publish(outgoing("Пишите."), bench.read).remote_id)
    own = {"id": channel["id"], "title": "Opstina", "type": "channel"}
    fake.written_by_hand("opstina", "Ручно написано")
    fake.comment(channel, channel["group"]["copies"][post], "Ми сами", sender_chat=own)
    chat = {"id": 1, "type": "supergroup"}
    fake._deliver_update(
        channel["group"], "message", {"message_id": 9, "date": 1_700_000_000, "chat": chat, "text": "Ћаскање"}
    )
    page = connector.messages()
    assert page.items == ()
    assert connector.messages(page.cursor).cursor == page.cursor


def test_an_answer_goes_into_the_group_below_the_comment(bench: Bench, fake: Any) -> None:
    connector = bench.connector()
    post = connector.publish(outgoing("Пишите."), bench.read).remote_id
    comment = fake.react(post, "reply", "Када?")
    published = connector.reply(outgoing("У суботу.", reply_to=comment), bench.read)
    group = str(fake.channel("opstina")["group"]["id"])
    assert published.remote_id.startswith(f"{group}:")
    assert published.permalink.startswith(f"https://t.me/c/{group.removeprefix('-100')}/")
    (answer,) = [one for one in bench.public() if one["text"] == "У суботу."]
    assert (answer["id"], answer["reply_to"]) == (published.remote_id, comment)
    connector.withdraw(published.remote_id)
    assert bench.texts() == ["Пишите."]


def test_while_telegram_tells_by_itself_nothing_is_asked_for(bench: Bench, fake: Any) -> None:
    connector = bench.connector()
    post = connector.publish(outgoing("Пишите."), bench.read).remote_id
    connector.subscribe("https://portal.example/hooks/1", "rec")
    fake.react(post, "reply", "Када?")
    assert connector.messages("9001").items == ()
    assert connector.messages("9001").cursor == "9001"


def test_a_comment_with_other_words_is_told_again_with_its_own_time(bench: Bench, fake: Any) -> None:
    connector, channel = bench.connector(), fake.channel("opstina")
    post = connector.publish(outgoing("Пишите."), bench.read).remote_id
    comment = fake.react(post, "reply", "Када?")
    (first,) = connector.messages().items
    message = channel["group"]["messages"][int(comment.split(":")[1])]["message"]
    fake._deliver_update(
        channel["group"], "edited_message", {**message, "text": "Када тачно?", "edit_date": message["date"] + 60}
    )
    again = connector.messages().items[-1]
    assert (again.remote_id, again.text, again.at) == (comment, "Када тачно?", first.at)


def test_an_event_tells_what_asking_tells(bench: Bench, fake: Any) -> None:
    connector = bench.connector()
    post = connector.publish(outgoing("Пишите."), bench.read).remote_id
    fake.react(post, "reply", "Када?")
    events = [event for update in fake.bot("opstina")["updates"] for event in Telegram.events(update)]
    changes = [Telegram.message_changes(event) for event in events if event.kind == "comment"]
    assert [one.new for one in changes if one] == [connector.messages().items]


# ---- webhook events


@pytest.mark.parametrize("token", ["rec-1", "REC", "rec ", ""])
def test_only_the_word_that_we_gave_is_believed(token: str) -> None:
    assert Telegram.verify(b"{}", {"x-telegram-bot-api-secret-token": "rec"}, "rec")
    assert not Telegram.verify(b"{}", {"x-telegram-bot-api-secret-token": token}, "rec")
    assert not Telegram.verify(b"{}", {}, "rec")
    assert not Telegram.verify(b"{}", {"x-telegram-bot-api-secret-token": ""}, "")


def test_an_update_is_one_event_and_a_repeated_one_has_its_key(bench: Bench, fake: Any) -> None:
    connector = bench.connector()
    post = connector.publish(outgoing("Пишите."), bench.read).remote_id
    fake.react(post, "reply", "Када?")
    fake.written_by_hand("opstina", "Ручно")
    updates = fake.bot("opstina")["updates"]
    comment, by_hand = (Telegram.events(update)[0] for update in updates)
    there = fake.channel("opstina")
    assert (comment.kind, comment.account_id, comment.place) == ("comment", str(there["id"]), str(there["group"]["id"]))
    assert (by_hand.kind, by_hand.account_id) == ("post", bench.credential.account_id)
    assert comment.at is not None
    assert Telegram.events(dict(updates[0]))[0].key == comment.key
    assert comment.key != by_hand.key


def test_two_bots_count_alike_and_their_events_stay_apart() -> None:
    here, there = (
        Telegram.events({"update_id": 1, "channel_post": {"chat": {"id": number, "type": "channel"}, "date": 1}})[0]
        for number in (-1001, -1002)
    )
    assert here.key != there.key


@pytest.mark.parametrize(
    ("payload", "kinds"),
    [
        (None, []),
        ([], []),
        ({"update_id": "1"}, []),
        ({"update_id": 1}, ["other"]),
        ({"update_id": 1, "message": "x"}, ["other"]),
        ({"update_id": 1, "message": {"chat": 5, "date": "x"}}, ["other"]),
        ({"update_id": 1, "message_reaction_count": "x"}, ["other"]),
        ({"update_id": 1, "poll_answer": {"chat": {"id": -1001, "type": "channel"}}}, ["other"]),
        ({"update_id": 1, "my_chat_member": {"chat": {"id": -1001, "type": "channel"}}}, ["other"]),
    ],
)
def test_what_is_not_understood_is_kept_as_other(payload: Any, kinds: list[str]) -> None:
    assert [event.kind for event in Telegram.events(payload)] == kinds


# ---- reactions


def test_reactions_of_every_kind_are_counted_as_of_their_time(bench: Bench, fake: Any) -> None:
    connector = bench.connector()
    posts = [
        connector.publish(outgoing("Гласајте."), bench.read).remote_id,
        connector.publish(outgoing("Албум.", pictures=(photo(1), photo(2))), bench.read).remote_id,
    ]
    for post in posts:
        fake.count_reactions(post, 1_800_000_000, **{"👍": 7, "❤": 2, "paid": 1, "custom": 3})
    events = [event for update in fake.bot("opstina")["updates"] for event in Telegram.events(update)]
    changes = [one for event in events if event.kind == "reactions" for one in Telegram.metric_changes(event)]
    assert [one.subject_remote_id for one in changes] == [Telegram.event_id(post) for post in posts]
    assert [one.values for one in changes] == [{"likes": 13}] * 2
    assert {one.at.timestamp() for one in changes} == {1_800_000_000}
    assert set(changes[0].values) <= Telegram.measures


def test_reactions_that_were_all_taken_back_are_none(fake: Any, bench: Bench) -> None:
    post = bench.connector().publish(outgoing("Гласајте."), bench.read).remote_id
    fake.count_reactions(post, 1_800_000_000)
    (event,) = [event for update in fake.bot("opstina")["updates"] for event in Telegram.events(update)]
    assert Telegram.metric_changes(event)[0].values == {"likes": 0}


@pytest.mark.parametrize(
    "changed",
    [
        {"message_id": "5"},
        {"message_id": True},
        {"message_id": -5},
        {"date": "x"},
        {"chat": {"id": -1002, "type": "channel"}},
        {"chat": None},
        {"reactions": None},
        {"reactions": "x"},
        {"reactions": [{"total_count": -1}]},
        {"reactions": [{"total_count": "3"}]},
        {"reactions": [{"total_count": 2**40}]},
        {"reactions": [{"total_count": 2**31 - 1}] * 2},
        {"reactions": [7]},
    ],
)
def test_a_count_that_cannot_be_read_is_no_number(changed: dict[str, Any]) -> None:
    update = {"chat": {"id": -1001, "type": "channel"}, "message_id": 5, "date": 1_800_000_000, "reactions": []}
    at = datetime(2027, 1, 15, tzinfo=UTC)
    good = RawEvent("k", "-1001", "reactions", {"message_reaction_count": update}, at)
    assert len(Telegram.metric_changes(good)) == 1
    (event,) = Telegram.events({"update_id": 1, "message_reaction_count": {**update, **changed}})
    assert Telegram.metric_changes(replace(event, account_id="-1001")) == []


@pytest.mark.parametrize("payload", [None, [], {}, {"message": {}}, {"message_reaction_count": []}])
def test_an_event_without_reactions_has_no_metrics(payload: Any) -> None:
    assert Telegram.metric_changes(RawEvent("k", "-1001", "other", payload, datetime.now(UTC))) == []


@pytest.mark.parametrize(("post", "event"), [("57", "57"), ("57-59", "57"), ("-1001234:57", "-1001234:57")])
def test_events_name_an_album_by_its_first_message(post: str, event: str) -> None:
    assert Telegram.event_id(post) == event


def test_counts_of_reactions_are_asked_for_by_the_webhook_alone(bench: Bench, fake: Any) -> None:
    """`getUpdates` stores messages; a count that it took would be lost."""
    connector = bench.connector()
    post = connector.publish(outgoing("Гласајте."), bench.read).remote_id
    fake.count_reactions(post, 1_800_000_000, paid=1)
    fake.react(post, "reply", "Када?")
    assert [message.text for message in connector.messages().items] == ["Када?"]
    connector.subscribe("https://portal.example/hooks/1", "rec")
    assert "message_reaction_count" in fake.bot("opstina")["webhook"]["allowed"]


def test_an_address_that_telegram_does_not_call_is_said_to_be_ours(bench: Bench) -> None:
    with pytest.raises(Rejected) as refused:
        bench.connector().subscribe("http://portal.example/hooks/1", "rec")
    assert refused.value.code == "portal_unreachable"
