"""A new post that begins with a picture, as on a telephone."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from PIL import Image
from playwright.sync_api import expect

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from common.models import AuditEvent
from library import queries
from municipalities.tenancy import scope
from posts.draft import parse
from posts.media.domain import pictures
from posts.models import Media, Post
from tests.browsing import violations
from tests.people import Cast, sign_in
from tests.posts.desk import Desk, opened, picture_bytes
from tests.posts.test_in_browser import enter

URL = "/m/cuprija/posts/from-picture/"
ALT = "Радници постављају нову клупу поред реке."


def photo(width: int = 640, height: int = 480, kind: str = "JPEG") -> SimpleUploadedFile:
    body = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).convert("RGB").save(body, kind)
    return SimpleUploadedFile("IMG_20261130.jpg", body.getvalue(), "image/jpeg")


def test_a_picture_with_its_description_becomes_a_draft_that_goes_on_in_the_composer(desk: Desk, cast: Cast) -> None:
    answer = sign_in(cast.officer).post(URL, {"camera": photo(), "alt": ALT, "key": str(uuid4())})
    post = Post.objects.get()
    assert answer.status_code == 302
    assert answer.url == reverse("post_edit", args=["cuprija", post.pk])
    (shown,) = parse(post.draft).media
    assert shown.alt == ALT
    assert Media.objects.get(pk=shown.id).uploaded_by == cast.officer
    assert post.author == cast.officer
    assert desk.mastodon.pk in parse(post.draft).channels


def test_a_picture_of_forty_megapixels_is_accepted_and_kept_small(desk: Desk, cast: Cast) -> None:
    answer = sign_in(cast.officer).post(URL, {"device": photo(7300, 5480), "alt": "", "key": str(uuid4())})
    assert answer.status_code == 302
    media = Media.objects.get()
    assert max(media.width, media.height) <= pictures.LONG_SIDE
    assert media.bytes <= pictures.OUT_BYTES


def test_a_template_gives_the_text_with_its_gaps_left_to_see(desk: Desk, cast: Cast) -> None:
    client = sign_in(cast.officer)
    page = client.get(URL).content.decode()
    assert 'value="iskljucenje-vode"' in page
    assert 'value="anketa"' not in page, "a poll has no picture on most networks"
    fields = {"camera": photo(), "alt": ALT, "template": "iskljucenje-vode", "key": str(uuid4())}
    client.post(URL, fields)
    draft = parse(Post.objects.get().draft)
    template = queries.template("iskljucenje-vode")
    assert template is not None
    assert draft.texts["sr-Cyrl"].text == parse(template.content).texts["sr-Cyrl"].text
    assert [shown.alt for shown in draft.media] == [ALT]
    assert AuditEvent.objects.filter(verb="template.use").count() == 1


def test_what_is_sent_twice_begins_one_post(desk: Desk, cast: Cast) -> None:
    client, key = sign_in(cast.officer), str(uuid4())
    first, again = (client.post(URL, {"camera": photo(), "alt": ALT, "key": key}) for _ in range(2))
    assert first.url == again.url
    assert Post.objects.count() == Media.objects.count() == 1


def test_the_key_of_somebody_elses_post_is_refused(desk: Desk, cast: Cast) -> None:
    key = str(uuid4())
    sign_in(cast.officer).post(URL, {"camera": photo(), "alt": ALT, "key": key})
    answer = sign_in(cast.approver).post(URL, {"camera": photo(), "alt": "Друго", "key": key})
    assert answer.status_code == 422
    assert Post.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "No picture arrived"),
        ({"camera": SimpleUploadedFile("a.gif", b"GIF89a" + b"\0" * 40, "image/gif")}, "MP4"),
        ({"device": SimpleUploadedFile("a.jpg", b"\xff\xd8\xff<script>", "image/jpeg")}, "This file is no picture"),
        ({"camera": SimpleUploadedFile("a.jpg", b"", "image/jpeg")}, "empty"),
    ],
    ids=["none", "gif", "not a picture", "empty"],
)
def test_what_is_no_picture_is_refused_at_its_field_and_the_words_stay(
    desk: Desk, cast: Cast, english: None, fields: dict[str, Any], sentence: str
) -> None:
    sent = {**fields, "alt": "<b>Клупа</b>", "template": "iskljucenje-vode", "key": str(uuid4())}
    cast.officer.language = "en"
    cast.officer.save()
    answer = sign_in(cast.officer).post(URL, sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert "&lt;b&gt;Клупа&lt;/b&gt;" in page
    assert '<option value="iskljucenje-vode" selected' in page
    assert not Post.objects.exists()


def test_a_description_that_is_too_long_and_a_template_of_nowhere_are_refused(desk: Desk, cast: Cast) -> None:
    client = sign_in(cast.officer)
    for fields in ({"alt": "а" * 1501}, {"template": "nema"}):
        answer = client.post(URL, {"camera": photo(), "key": "no key", **fields})
        assert answer.status_code == 422
    assert not Post.objects.exists()
    assert not Media.objects.exists()


def test_only_who_writes_posts_here_may_begin_one(desk: Desk, cast: Cast) -> None:
    assert sign_in(cast.mentor).get(URL).status_code == 403
    assert sign_in(cast.stranger).get(URL).status_code in (403, 404)


def test_the_button_of_a_telephone_leads_to_the_picture_and_the_rail_to_the_composer(desk: Desk, cast: Cast) -> None:
    page = sign_in(cast.officer).get("/m/cuprija/calendar/").content.decode()
    assert f'href="{URL}"' in page
    assert 'data-without-connection="/m/cuprija/posts/new/"' in page
    client = sign_in(cast.officer)
    assert client.get("/new-post/", headers={"Sec-CH-UA-Mobile": "?1"}).url == URL
    assert client.get("/new-post/").url == "/m/cuprija/posts/new/"


@pytest.mark.journey
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
def test_a_picture_is_shown_described_and_taken_along_at_360_pixels(
    page: Any, live_server: Any, cast: Cast, tmp_path: Path, scheme: str
) -> None:
    with scope(cast.cuprija):
        opened(cast)
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 360, "height": 740})
    enter(page, live_server, cast.officer)
    page.goto(live_server.url + "/m/cuprija/calendar/")
    page.locator(".topbar .button-primary").click()
    page.wait_for_url("**/posts/from-picture/")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    file = tmp_path / "klupa.jpg"
    file.write_bytes(picture_bytes())
    page.locator("input[name=camera]").set_input_files(file)
    expect(page.locator("[data-chosen]")).to_be_visible()
    expect(page.locator("textarea[name=alt]")).to_be_focused()
    go_on = page.locator(".picture-post").get_by_role("button", name="Go on with the text")
    assert page.locator(".picture-post .button-primary:visible").count() == 1
    expect(go_on).to_be_in_viewport(ratio=1)
    another = page.locator(".picture-post label", has_text="Another picture")
    expect(another).to_be_visible()
    expect(another).to_have_class("button-link")
    page.keyboard.type(ALT)
    assert violations(page) == []
    page.locator(".picture-post .form-actions .button-primary").click()
    page.wait_for_url("**/edit/")
    with scope(cast.cuprija):
        assert [shown.alt for shown in parse(Post.objects.get().draft).media] == [ALT]
