"""Programme staff keep good practice: they write, order and retire, and decide what of the built-in is shown."""

from __future__ import annotations

import io
from copy import copy
from typing import Any

import pytest
from PIL import Image

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from common.errors import ActionNotAllowed
from common.models import AuditEvent
from common.sentences import sentence
from exchange import rules
from exchange.domain import practice
from exchange.models import Example, SwitchedOff
from exchange.queries.practice import examples, programme_examples
from municipalities.models import Programme
from posts.draft import parse
from tests.exchange.examples import example, sent, written
from tests.people import Cast, sign_in
from tests.posts.desk import picture_bytes


def post(cast: Cast, url: str, *args: Any, person: str = "staff", **fields: Any) -> Any:
    return sign_in(getattr(cast, person)).post(reverse(url, args=args), fields)


def shown(cast: Cast, purpose: str = "service") -> list[str]:
    """Names that a municipality sees, in their order."""
    return [row.name for row in examples(cast.cuprija) if row.purpose == purpose]


def spoken() -> list[str]:
    """What the record says of good practice, the oldest first."""
    return [sentence(event) for event in AuditEvent.objects.filter(verb__startswith="example.").order_by("pk")]


# ---- writing


def test_a_new_example_is_seen_by_the_programmes_municipalities_at_once(cast: Cast) -> None:
    answer = post(cast, "programme_practice_new", cast.programme.pk, **sent())
    assert answer.url == f"{reverse('programme_practice')}?programme={cast.programme.pk}"
    row = Example.objects.get()
    assert shown(cast)[0] == row.name == "Сељење пијаце"
    assert (row.category, row.patterns, row.networks) == (
        "service", ["Сачувајте објаву", "Поделите"], ["facebook", "viber"],
    )  # fmt: skip
    assert [gap["example"] for gap in row.gaps] == ["у суботу", "поште"]
    assert spoken() == ["Added the example “Сељење пијаце” to the good practice of Swiss PRO"]


def test_new_gaps_bring_the_writer_back_to_give_them_an_example(cast: Cast) -> None:
    answer = post(
        cast, "programme_practice_new", cast.programme.pk, **sent(**{"text-sr-Cyrl": "Дођите {{дан}} у {{сат}}."})
    )
    assert answer.url == reverse("programme_practice_edit", args=[Example.objects.get().pk]) + "#gaps"


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"name": ""}, "This field is required."),
        ({"text-sr-Cyrl": ""}, "A template needs a text."),
        ({"purpose": "no-such"}, "Select a valid choice."),
        ({"why": ""}, "This field is required."),
        ({"patterns": "\n".join(f"Дођите {n}" for n in range(9))}, "Give at most 6."),
        ({"patterns": "д" * 200}, "One of them is longer than 120 characters."),
        ({"networks": ["myspace"]}, "Select a valid choice."),
        ({"drawing": "../../etc/passwd"}, "Select a valid choice."),
    ],
)
def test_what_cannot_be_kept_is_told(cast: Cast, fields: dict[str, Any], problem: str) -> None:
    answer = post(cast, "programme_practice_new", cast.programme.pk, **sent(**fields))
    assert answer.status_code == 422
    assert problem in answer.content.decode()
    assert not Example.objects.exists()


def test_changing_it_leaves_the_posts_that_began_with_it(cast: Cast) -> None:
    row = example(cast)
    post(cast, "programme_practice_edit", row.pk, **sent(name="Пијаца на новом месту", purpose="culture"))
    row.refresh_from_db()
    assert (row.name, row.purpose, row.category) == ("Пијаца на новом месту", "culture", "culture")
    assert "na novom" in row.search_key
    assert spoken()[-1] == "Changed the example “Пијаца на новом месту” of good practice"


def test_a_hundred_percent_sign_and_braces_are_words_like_others(cast: Cast) -> None:
    post(
        cast, "programme_practice_new", cast.programme.pk, **sent(name="100 % {{", **{"text-sr-Cyrl": "<b>5 %</b> {{"})
    )
    row = Example.objects.get()
    body = sign_in(cast.officer).get(reverse("good_practice_example", args=[cast.cuprija.slug, row.pk])).content
    assert b"&lt;b&gt;5 %&lt;/b&gt;" in body


def test_the_preview_shows_what_is_typed_however_unfinished(cast: Cast) -> None:
    client = sign_in(cast.staff)
    url = reverse("programme_practice_new", args=[cast.programme.pk])
    half = {
        "look": "1",
        "name": "Мост",
        "text-sr-Cyrl": "Мост је {{стање}}.",
        "call": "nonsense",
        "why": "<i>",
        "purpose": "",
    }
    answer = client.post(url, half, headers={"HX-Request": "true"})
    body = answer.content.decode()
    assert answer.status_code == 200
    assert '<mark class="gap-mark">Стање</mark>' in body
    assert "&lt;i&gt;" in body
    assert "<html" not in body
    assert not Example.objects.exists()
    whole = client.post(url, sent(look="1"))
    assert whole.status_code == 200
    assert '<mark class="gap-mark">у суботу</mark>' in whole.content.decode()
    assert not Example.objects.exists()


# ---- pictures


def file(body: bytes, name: str = "slika.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, body, "image/jpeg")


def test_a_picture_is_made_anew_and_shown_to_both_sides(cast: Cast) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Secret camera"
    raw = picture_bytes(size=(3000, 2000), exif=exif.tobytes())
    post(cast, "programme_practice_new", cast.programme.pk, **sent(picture=file(raw), alt="Пијаца"))
    row = Example.objects.get()
    for person, url, args in (
        ("staff", "programme_practice_picture", [row.pk]),
        ("viewer", "good_practice_picture", [cast.cuprija.slug, row.pk]),
    ):
        answer = sign_in(getattr(cast, person)).get(reverse(url, args=args))
        body = b"".join(answer.streaming_content)
        assert answer["Content-Type"] == "image/jpeg"
        assert b"Secret camera" not in body
        assert max(Image.open(io.BytesIO(body)).size) == practice.LONG_SIDE
    page = sign_in(cast.viewer).get(reverse("good_practice_example", args=[cast.cuprija.slug, row.pk])).content.decode()
    assert 'alt="Пијаца"' in page
    post(cast, "programme_practice_edit", row.pk, **sent(without_picture="on", alt=""))
    row.refresh_from_db()
    assert row.picture == ""
    assert sign_in(cast.staff).get(reverse("programme_practice_picture", args=[row.pk])).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not a picture",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>",
        b"GIF89a" + b"\0" * 99,
    ],
)
def test_a_file_that_is_no_picture_is_refused_in_words(cast: Cast, body: bytes) -> None:
    answer = post(cast, "programme_practice_new", cast.programme.pk, **sent(picture=file(body), alt="Пијаца"))
    assert answer.status_code == 422
    assert answer.context["form"].errors["picture"]
    assert not Example.objects.exists()


def test_a_picture_without_words_for_the_blind_is_refused(cast: Cast) -> None:
    answer = post(cast, "programme_practice_new", cast.programme.pk, **sent(picture=file(picture_bytes())))
    assert "Describe the picture" in answer.content.decode()


def test_a_picture_that_the_store_has_lost_is_not_there(cast: Cast) -> None:
    row = example(cast)
    Example.objects.update(picture="practice/1/gone.jpg")
    assert sign_in(cast.staff).get(reverse("programme_practice_picture", args=[row.pk])).status_code == 404


# ---- order


def test_ones_own_are_put_in_order_within_their_purpose(cast: Cast) -> None:
    first, second = example(cast, "Прва"), example(cast, "Друга")
    example(cast, "Трећа", purpose="culture")
    assert shown(cast)[:2] == ["Прва", "Друга"]
    post(cast, "programme_practice_move", second.pk, up="1")
    assert shown(cast)[:2] == ["Друга", "Прва"]
    # at its end nothing changes, and nothing is recorded
    post(cast, "programme_practice_move", second.pk, up="1")
    post(cast, "programme_practice_move", first.pk, down="1")
    assert shown(cast)[:2] == ["Друга", "Прва"]
    assert AuditEvent.objects.filter(verb="example.move").count() == 1


# ---- retiring, and what came with the portal


def test_a_retired_example_is_seen_by_nobody_until_it_is_brought_back(cast: Cast) -> None:
    row = example(cast)
    post(cast, "programme_practice_retire", row.pk)
    assert "Сељење пијаце" not in shown(cast)
    assert [retired.pk for retired in programme_examples(cast.programme).retired] == [row.pk]
    post(cast, "programme_practice_retire", row.pk)
    post(cast, "programme_practice_restore", row.pk)
    post(cast, "programme_practice_restore", row.pk)
    assert "Сељење пијаце" in shown(cast)
    assert spoken()[1:] == [
        "Retired the example “Сељење пијаце” of good practice",
        "Restored the example “Сељење пијаце” of good practice",
    ]


def test_a_built_in_example_is_switched_off_and_on(cast: Cast) -> None:
    args = ("programme_practice_switch", cast.programme.pk, "zimska-sluzba")
    post(cast, *args, off="1")
    post(cast, *args, off="1")
    assert "Снег: који пут се чисти први" not in shown(cast)
    assert SwitchedOff.objects.count() == 1
    post(cast, *args, on="1")
    post(cast, *args, on="1")
    assert "Снег: који пут се чисти први" in shown(cast)
    assert spoken() == [
        "Switched off the built-in example “Снег: који пут се чисти први” for Swiss PRO",
        "Switched on the built-in example “Снег: који пут се чисти први” for Swiss PRO",
    ]


def test_a_rewritten_one_stands_in_place_of_the_built_in_and_gives_way_to_it_again(cast: Cast) -> None:
    practice.switch(cast.programme, "voda-sa-mapom", on=False, by=cast.staff)
    url = ("programme_practice_copy", cast.programme.pk, "voda-sa-mapom")
    page = sign_in(cast.staff).get(reverse(url[0], args=url[1:]))
    assert "Без воде" in page.context["form"]["name"].value()
    post(cast, *url, **sent(name="Вода код нас"))
    post(cast, *url, **sent(name="Вода код нас, опет"))
    row = Example.objects.get()
    assert shown(cast)[0] == "Вода код нас, опет"
    assert "Без воде: улице, сати и мапа" not in shown(cast)
    assert not SwitchedOff.objects.exists()
    post(cast, "programme_practice_retire", row.pk)
    assert "Без воде: улице, сати и мапа" in shown(cast)
    post(cast, *url, **sent(name="Вода"))
    with pytest.raises(ActionNotAllowed, match="has been rewritten again"):
        practice.restore(row, by=cast.staff)
    answer = sign_in(cast.staff).post(reverse("programme_practice_restore", args=[row.pk]), follow=True)
    assert "has been rewritten again" in answer.content.decode()


def test_there_is_a_most(cast: Cast) -> None:
    row = example(cast)
    more = [copy(row) for _ in range(rules.MOST_EXAMPLES - 1)]
    for extra in more:
        extra.pk = None
    Example.objects.bulk_create(more)
    answer = post(cast, "programme_practice_new", cast.programme.pk, **sent())
    assert "There are already 200 examples" in answer.content.decode()
    practice.retire(row, by=cast.staff)
    example(cast)
    with pytest.raises(ActionNotAllowed):
        practice.restore(row, by=cast.staff)


# ---- who


def test_another_programmes_examples_are_not_there(cast: Cast) -> None:
    other = Programme.objects.create(name="Other")
    foreign = practice.create(other, written(), by=cast.administrator)
    for url, args in (
        ("programme_practice_edit", [foreign.pk]), ("programme_practice_picture", [foreign.pk]),
        ("programme_practice_new", [other.pk]), ("programme_practice_copy", [other.pk, "zimska-sluzba"]),
        ("programme_practice_copy", [cast.programme.pk, "no-such"]),
    ):  # fmt: skip
        assert sign_in(cast.staff).get(reverse(url, args=args)).status_code == 404, url
    for url, args in (
        ("programme_practice_move", [foreign.pk]), ("programme_practice_retire", [foreign.pk]),
        ("programme_practice_restore", [foreign.pk]), ("programme_practice_switch", [other.pk, "zimska-sluzba"]),
        ("programme_practice_switch", [cast.programme.pk, "no-such"]),
    ):  # fmt: skip
        assert post(cast, url, *args).status_code == 404, url
    assert sign_in(cast.staff).get(reverse("programme_practice"), {"programme": other.pk}).status_code == 404
    assert sign_in(cast.staff).get(reverse("programme_practice"), {"programme": "x"}).status_code == 404


@pytest.mark.parametrize("person", ["officer", "approver", "mentor", "administrator"])
def test_nobody_but_staff_keeps_it(cast: Cast, person: str) -> None:
    row = example(cast)
    client = sign_in(getattr(cast, person))
    assert client.get(reverse("programme_practice")).status_code == 404
    assert client.post(reverse("programme_practice_retire", args=[row.pk])).status_code == 404


def test_who_runs_two_programmes_keeps_each_by_itself(cast: Cast) -> None:
    other = Programme.objects.create(name="Other")
    other.staff.add(cast.staff)
    post(cast, "programme_practice_new", other.pk, **sent(name="Само тамо"))
    assert "Само тамо" not in shown(cast)
    body = sign_in(cast.staff).get(reverse("programme_practice"), {"programme": other.pk}).content.decode()
    assert "Само тамо" in body
    assert "Swiss PRO" in body


def test_many_examples_cost_no_more_queries_than_one(cast: Cast) -> None:
    example(cast)
    client = sign_in(cast.staff)
    client.get(reverse("programme_practice"))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("programme_practice"))
    for at in range(30):
        row = example(cast, f"Пример {at}")
        if at % 3 == 0:
            practice.retire(row, by=cast.staff)
    with CaptureQueriesContext(connection) as many:
        client.get(reverse("programme_practice"))
    assert len(many) == len(few) <= 12


def test_pictures_channels_and_the_last_day_are_left_to_the_municipality(cast: Cast) -> None:
    row = example(cast)
    draft = parse(row.content)
    assert (draft.media, draft.channels, draft.call.deadline) == ((), (), "")
