"""What everybody may read of needs: off until switched on, never a name, in the reader's script, gone at once."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine

from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from municipalities.enums import MunicipalityKind
from municipalities.models import GlossaryWord, Municipality
from municipalities.tenancy import scope
from needs.enums import NeedStage, PictureMoment, SupporterSource
from needs.models import Need, NeedPicture, NeedsPage, Supporter
from posts.models import Closing, Publication, Variant
from posts.polls.domain.close import create_follow_up
from tests.analytics import factories as numbers
from tests.needs import factories as make
from tests.people import Cast, sign_in
from tests.posts.desk import Desk, opened, picture_bytes

EN, CYRL, LATN = "/asked/cuprija/en/", "/asked/cuprija/sr-Cyrl/", "/asked/cuprija/sr-Latn/"
FEED = f"{CYRL}feed.xml"
pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(autouse=True)
def in_november() -> Iterator[None]:
    with time_machine.travel("2026-11-25T10:00:00Z", tick=True):
        yield


@pytest.fixture
def desk(cast: Cast) -> Desk:
    return opened(cast)


def done(cast: Cast, title: str = "Осветљење у Улици кнеза Милоша", **fields: Any) -> Need:
    return make.need(cast.cuprija, cast.officer, title, stage=NeedStage.DONE, is_public=True, **fields)


# ---------------------------------------------------------------- who sees it


def test_nobody_sees_it_until_it_is_switched_on_and_nobody_after_it_is_switched_off(cast: Cast) -> None:
    done(cast)
    paths = ("/asked/cuprija/", EN, FEED, "/asked/no-such-place/", "/asked/novi-pazar/sr-Latn/feed.xml")
    for path in paths:
        answer = Client().get(path)
        assert answer.status_code == 404, path
        assert "Осветљење" not in answer.text
        assert answer.headers["Cache-Control"] == "no-store"
    make.page(cast.cuprija)
    assert [Client().get(path).status_code for path in paths] == [200, 200, 200, 404, 404]
    make.page(cast.cuprija, is_on=False)
    assert [Client().get(path).status_code for path in paths[:3]] == [404, 404, 404]


@pytest.mark.parametrize(
    "fields", [{"is_practice": True}, {"kind": MunicipalityKind.TRAINING, "is_practice": True}, {"joined_on": None}]
)
def test_a_workspace_for_practice_has_none(cast: Cast, fields: dict[str, Any]) -> None:
    done(cast)
    make.page(cast.cuprija)
    Municipality.objects.filter(pk=cast.cuprija.pk).update(**fields)
    assert {Client().get(path).status_code for path in ("/asked/cuprija/", FEED)} == {404}


def test_in_the_demo_it_is_shown_as_made_up_and_not_indexed(cast: Cast, settings: Any) -> None:
    done(cast)
    make.page(cast.cuprija)
    assert "X-Robots-Tag" not in Client().get(EN).headers
    settings.DEMO = True
    cache.clear()
    Municipality.objects.filter(pk=cast.cuprija.pk).update(is_practice=True)
    answer = Client().get(EN)
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert '<meta name="robots" content="noindex">' in answer.text
    assert "this content is fictitious" in answer.text
    assert Client().get(FEED).headers["X-Robots-Tag"] == "noindex"


def test_only_what_was_made_public_and_is_decided_stands_there(cast: Cast) -> None:
    make.page(cast.cuprija)
    make.need(cast.cuprija, cast.officer, "Тајна потреба", stage=NeedStage.DONE)
    make.need(cast.cuprija, cast.officer, "Нова потреба", is_public=True)
    make.need(cast.cuprija, cast.officer, "Гледана потреба", stage=NeedStage.LOOKED_AT, is_public=True)
    make.need(cast.novi_pazar, cast.stranger, "Туђа потреба", stage=NeedStage.DONE, is_public=True)
    done(cast, "Јавна потреба")
    everything = "".join(Client().get(f"{CYRL}?show={show}").text for show in ("done", "planned", "declined"))
    assert "Јавна потреба" in everything
    for secret in ("Тајна", "Нова", "Гледана", "Туђа"):
        assert secret not in everything + Client().get(FEED).text


def test_nobodys_name_and_no_message_is_on_it(cast: Cast) -> None:
    make.page(cast.cuprija)
    row = done(cast)
    channel = numbers.channel(cast.cuprija, cast.officer)
    message = make.message(
        channel, "Ја сам Петар Петровић", author_name="Petar P", author_handle="@petarp", author_id="7"
    )
    make.supporter(
        row, message=message, source=SupporterSource.MESSAGE, quote="Мрак је већ месец дана", note="Позвао Петар"
    )
    text = Client().get(CYRL).text + Client().get(FEED).text
    assert "Мрак је већ месец дана" in text
    for secret in ("Петар", "Petar", "petarp", "Officer", "officer@test.example"):
        assert secret not in text


def test_it_sets_no_cookie_and_asks_for_none(cast: Cast) -> None:
    make.page(cast.cuprija)
    client = sign_in(cast.officer)
    before = dict(client.cookies)
    for path in ("/asked/cuprija/", EN, FEED, "/asked/x/"):
        answer = client.get(path)
        assert not answer.cookies, path
        assert "Cookie" not in answer.headers.get("Vary", ""), path
    assert dict(client.cookies) == before


# ---------------------------------------------------------------- what stands there


@pytest.mark.parametrize(
    ("path", "language", "words"),
    [
        ("/asked/cuprija/", "sr-Cyrl", ("Ћуприја", "Осветљење", "Постављено", "услужни центар, info@cuprija.rs")),
        (LATN, "sr-Latn", ("Ćuprija", "Osvetljenje", "Postavljeno", "uslužni centar, info@cuprija.rs")),
        (EN, "en", ("Ćuprija", '<h2 lang="sr-Latn">Osvetljenje', "You asked, we did", "What we did:")),
    ],
)
def test_it_is_in_the_readers_script(cast: Cast, path: str, language: str, words: tuple[str, ...]) -> None:
    make.page(cast.cuprija)
    done(cast)
    answer = Client().get(path)
    assert answer.status_code == 200
    assert f'<html lang="{language}">' in answer.text
    assert answer.headers["Content-Language"] == language
    for word in words:
        assert word in answer.text, word
    assert Client().get("/asked/cuprija/de/").status_code == 404


def test_what_was_written_in_latin_is_read_in_cyrillic_and_own_words_stay(cast: Cast) -> None:
    make.page(cast.cuprija)
    with scope(cast.cuprija):
        GlossaryWord.objects.create(
            municipality=cast.cuprija, latin="Startit", cyrillic="Startit", added_by=cast.officer
        )
    done(cast, "Nove klupe kod centra Startit", done="Њих шест, набавио Startit.")
    text = Client().get(CYRL).text
    assert "Нове клупе код центра Startit" in text
    assert "Њих шест, набавио Startit." in text


def test_the_newest_stand_first_and_a_page_holds_ten(cast: Cast) -> None:
    make.page(cast.cuprija)
    for number in range(12):
        done(cast, f"Потреба {number:02}", done_on=make.DAY + timedelta(days=number))
    first, second = Client().get(CYRL).text, Client().get(f"{CYRL}?page=2").text
    assert first.index("Потреба 11") < first.index("Потреба 02")
    assert "Потреба 01" not in first
    assert 'href="/asked/cuprija/sr-Cyrl/?page=2" rel="next"' in first
    assert "Потреба 01" in second
    assert "Потреба 02" not in second
    for nonsense in ("page=3", "page=0", "page=x", "page=99999", "show=new", "topic=nothing", "show=asked&topic=light"):
        assert Client().get(f"{CYRL}?{nonsense}").status_code == 404, nonsense


def test_what_is_planned_and_declined_stands_by_topic_with_its_reason(cast: Cast) -> None:
    make.page(cast.cuprija)
    for stage, reason in ((NeedStage.PLANNED, "Рок је пролеће."), (NeedStage.DECLINED, "Пут је државни.")):
        for topic in ("roads", "light", ""):
            make.need(
                cast.cuprija, cast.officer, f"{stage} {topic}", stage=stage, topic=topic, reason=reason, is_public=True
            )
    planned, declined = (Client().get(f"{EN}?show={show}").text for show in ("planned", "declined"))
    assert "It will be done." in planned
    assert "Rok je proleće." in planned
    assert "It will not be done, because:" in declined
    assert "Put je državni." in declined
    assert declined.count('class="asked-topic"') == 3
    assert "Something else" in declined
    only = Client().get(f"{EN}?show=declined&topic=roads").text
    assert 'id="topic-1">Roads and pavements<' in only
    assert only.count("<article") == 1


def test_quotes_and_how_many_asked(cast: Cast) -> None:
    make.page(cast.cuprija)
    row = done(cast, supporters=5)
    for number in range(5):
        make.supporter(row, quote=f"Мрак {number}")
    text = Client().get(EN).text
    assert "10 people requested it" in text
    assert text.count("<blockquote") == 3


def test_what_was_typed_is_words_and_nothing_else(cast: Cast) -> None:
    make.page(cast.cuprija, contact='<script>alert("x")</script>')
    row = done(cast, "<b>Вода</b>", text="<img src=x>", done="Готово & <i>лепо</i> \x0b")
    make.supporter(row, quote="<script>1</script>")
    text = Client().get(LATN).text
    for bad in ("<script>alert", "<b>", "<img src=x", "<script>1", "<i>"):
        assert bad not in text
    items = ET.fromstring(Client().get(FEED).content).findall("channel/item")
    assert "<i>" not in str(items[0].findtext("description"))


# ---------------------------------------------------------------- pictures


def pictured(desk: Desk, row: Need, moment: PictureMoment = PictureMoment.AFTER, **fields: Any) -> NeedPicture:
    with scope(desk.cast.cuprija):
        media = desk.picture(picture_bytes(size=(640, 400 + row.pk % 99)), "ulica.jpg")
        type(media).objects.filter(pk=media.pk).update(alt="Улица после поставке", **fields)
        made: NeedPicture = NeedPicture.objects.create(
            municipality=desk.cast.cuprija, need=row, media=media, moment=moment
        )
    return made


def test_pictures_are_given_to_whoever_has_no_account(desk: Desk) -> None:
    make.page(desk.cast.cuprija)
    pictured(desk, done(desk.cast))
    text = Client().get(LATN).text
    assert 'alt="Ulica posle postavke"' in text
    shown = text.split('<img src="')[1].split('"')[0]
    assert shown.startswith("/")
    answer = Client().get(shown)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/jpeg")
    assert Client().get(text.split('<figure><a href="')[1].split('"')[0]).status_code == 200


@pytest.mark.parametrize(
    "fields",
    [{"agreement": "withdrawn"}, {"agreed_until": date(2026, 11, 24)}, {"shows_children": True}, {"mime": "video/mp4"}],
)
def test_a_picture_without_consent_is_not_shown(desk: Desk, fields: dict[str, Any]) -> None:
    make.page(desk.cast.cuprija)
    pictured(desk, done(desk.cast), **fields)
    text = Client().get(CYRL).text
    assert "Осветљење" in text
    assert "<figure" not in text


# ---------------------------------------------------------------- what people were asked


def closed(cast: Cast, *, told: bool = True) -> Closing:
    """A question that was asked on a network and answered for; `reply`: the post that says so is out too."""
    channel = numbers.channel(cast.cuprija, cast.officer)
    asked = numbers.published(channel, timezone.now() - timedelta(days=9))
    with scope(cast.cuprija):
        type(asked.post).objects.filter(pk=asked.post_id).update(format="poll", title="Радни наслов")
        asked.version.structure = {"interactive": {"options": ["Парк", "Игралиште"]}}
        asked.version.save()
        Variant.objects.create(
            municipality=cast.cuprija, version=asked.version, language="sr", script="Cyrl", text="Шта да уредимо прво?"
        )
        made: Closing = Closing.objects.create(
            municipality=cast.cuprija, post=asked.post, results="Већина жели парк.", done="Парк се уређује на пролеће.",
            answers=42, by=cast.officer,
        )  # fmt: skip
        made.post.draft = {}
        draft = create_follow_up(made, by=cast.officer)
    if told:
        out = numbers.published(channel, timezone.now() - timedelta(days=1))
        with scope(cast.cuprija):
            Closing.objects.filter(pk=made.pk).update(follow_up=out.post)
            draft.delete()
    return made


@pytest.mark.parametrize(
    ("counted", "words"), [("", "42 people answered"), ("people", "42 people voted, counted by the network"),
                           ("votes", "42 votes, counted by the networks")],
)  # fmt: skip
def test_a_closing_report_says_who_counted(cast: Cast, counted: str, words: str) -> None:
    make.page(cast.cuprija)
    report = closed(cast)
    at = timezone.now() if counted else None
    with scope(cast.cuprija):
        Closing.objects.filter(pk=report.pk).update(counted=counted, counted_at=at)
    assert words in Client().get(f"{EN}?show=asked").text


def test_before_stands_before_after(desk: Desk) -> None:
    make.page(desk.cast.cuprija)
    row = done(desk.cast)
    for moment in (PictureMoment.AFTER, PictureMoment.BEFORE):
        with scope(desk.cast.cuprija):
            media = desk.picture(picture_bytes(size=(640, 300 + len(moment))), f"{moment}.jpg")
            NeedPicture.objects.create(municipality=desk.cast.cuprija, need=row, media=media, moment=moment)
    text = Client().get(EN).text
    assert text.index("<figcaption>Before") < text.index("<figcaption>After")
    assert 'alt="Before"' in text, "a picture that nobody described says at least what it is"


def test_another_language_shows_the_same_part(cast: Cast) -> None:
    make.page(cast.cuprija)
    make.need(cast.cuprija, cast.officer, stage=NeedStage.DECLINED, topic="roads", is_public=True)
    text = Client().get(f"{EN}?show=declined&topic=roads").text
    assert f'href="{LATN}?show=declined&amp;topic=roads" lang="sr-Latn"' in text


def test_a_closing_report_says_what_was_asked_how_many_answered_and_what_was_decided(cast: Cast) -> None:
    make.page(cast.cuprija)
    closed(cast)
    text = Client().get(f"{LATN}?show=asked").text
    for word in ("Šta da uredimo prvo?", "Igralište", "42", "Većina želi park.", "Park se uređuje na proleće."):
        assert word in text, word
    assert "Radni naslov" not in text


def test_a_report_that_nobody_has_been_told_is_not_public(cast: Cast) -> None:
    make.page(cast.cuprija)
    closed(cast, told=False)
    answer = Client().get(f"{EN}?show=asked")
    assert "park" not in answer.text
    assert "No question has been answered for yet." in answer.text


# ---------------------------------------------------------------- the feed


def test_the_feed_keeps_its_ids_in_both_scripts_and_when_words_change(cast: Cast) -> None:
    make.page(cast.cuprija)
    row = done(cast, supporters=4)
    make.need(cast.cuprija, cast.officer, "Тротоар", stage=NeedStage.DECLINED, reason="Пут је државни.", is_public=True)

    def items(path: str) -> list[tuple[str, str]]:
        answer = Client().get(path)
        assert answer.headers["Content-Type"] == "application/rss+xml; charset=utf-8"
        elements = ET.fromstring(answer.content).findall("channel/item")
        return [(str(item.findtext("guid")), str(item.findtext("title"))) for item in elements]

    cyrillic, latin = items(FEED), items(f"{LATN}feed.xml")
    assert [guid for guid, _title in cyrillic] == [guid for guid, _title in latin]
    assert len({guid for guid, _title in cyrillic}) == 2
    assert "Тротоар" in str(cyrillic)
    assert "Trotoar" in str(latin)
    with scope(cast.cuprija):
        row = Need.objects.get(pk=row.pk)
        row.title = "Расвета"
        row.save()
    assert "Расвета" in str(items(FEED)), "a change is seen at once"
    assert [guid for guid, _title in items(FEED)] == [guid for guid, _title in cyrillic]


# ---------------------------------------------------------------- kept, limited, counted


def test_it_may_be_kept_and_who_has_it_is_told_so(cast: Cast) -> None:
    make.page(cast.cuprija)
    done(cast)
    for path in (EN, FEED):
        answer = Client().get(path)
        assert answer.headers["Cache-Control"] == "public, max-age=600"
        assert "default-src" in answer.headers["Content-Security-Policy"]
        again = Client().get(path, headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b""), path


def test_a_need_that_is_taken_back_is_gone_at_once(cast: Cast) -> None:
    make.page(cast.cuprija)
    row = done(cast)
    assert "Осветљење" in Client().get(CYRL).text
    with scope(cast.cuprija):
        row.is_public = False
        row.save()
    assert "Осветљење" not in Client().get(CYRL).text


def test_words_that_are_erased_are_gone_at_once(cast: Cast) -> None:
    make.page(cast.cuprija)
    supporter = make.supporter(done(cast), quote="Мрак је већ месец дана")
    assert "Мрак" in Client().get(CYRL).text
    with scope(cast.cuprija):
        Supporter.objects.filter(pk=supporter.pk).update(quote="")
    assert "Мрак" not in Client().get(CYRL).text


def test_who_comes_too_often_waits(cast: Cast, settings: Any) -> None:
    settings.PUBLIC_PAGES_PER_MINUTE = 2
    make.page(cast.cuprija)
    assert [Client().get(path).status_code for path in (EN, FEED, EN)] == [200, 200, 429]
    assert Client().get(FEED).headers["Retry-After"] == "60"


def test_it_costs_the_same_at_any_size(desk: Desk) -> None:
    paths = (CYRL, f"{CYRL}?show=planned", f"{CYRL}?show=asked", FEED)
    cast, counts = desk.cast, []
    make.page(cast.cuprija)
    for size in (1, 8):
        for _ in range(size):
            row = done(cast, supporters=3)
            make.supporter(row, quote="Мрак")
            pictured(desk, row)
            make.need(cast.cuprija, cast.officer, stage=NeedStage.PLANNED, is_public=True)
            report = closed(cast)
            with scope(cast.cuprija):
                out = Publication.objects.get(post=Closing.objects.get(pk=report.pk).follow_up_id)
                type(out.delivery).objects.filter(pk=out.delivery_id).update(permalink="https://social.example/1")
                Need.objects.filter(pk=row.pk).update(follow_up=out.post)
        counts.append({path: _asked(path) for path in paths})
    assert counts[0] == counts[1]
    assert max(counts[0].values()) <= 16
    for path in paths:
        assert len(Client().get(path).content) < 60_000
        with CaptureQueriesContext(connection) as captured:
            Client().get(path)
        # a kept page asks whether it is on, and what changed; it also lists reports, which a feed does not
        assert len(captured) == (4 if path == FEED else 5), path


def _asked(path: str) -> int:
    """How many queries a page takes that is not kept."""
    cache.clear()
    with CaptureQueriesContext(connection) as captured:
        assert Client().get(path).status_code == 200
    return len(captured)


def test_the_page_says_where_to_turn_and_what_becomes_of_words(cast: Cast) -> None:
    make.page(cast.cuprija)
    text = Client().get(EN).text
    assert "info@cuprija.rs" in text
    assert "Authors of requests are never shown here" in text
    assert f'href="{EN}feed.xml"' in text
    with scope(cast.cuprija):
        assert NeedsPage.objects.get().is_on
