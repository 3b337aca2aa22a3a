"""A channel in another language than the post: it shows no text, and the post is not submitted."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from django.urls import reverse

from channels.domain.arrange import arrange
from channels.enums import Layout
from common.errors import ActionNotAllowed
from municipalities.tenancy import scope
from posts.draft import ChannelLayout, Shown, Text
from posts.editing.domain.freeze import freeze
from posts.editing.domain.submit import submit
from posts.enums import Stage
from posts.publishing.domain import policy, publications
from posts.review.domain.approve import approve
from tests.browsing import enter, violations
from tests.people import Cast, sign_in
from tests.posts.desk import CYRILLIC, Desk, in_hours, opened

MISSING = "This channel is in another language, and the post has no text in it: Bosnian"


@pytest.fixture
def bosnian(desk: Desk) -> Desk:
    """A desk whose Mastodon channel is in Bosnian."""
    desk.mastodon.languages = ["bs-Latn"]
    desk.mastodon.save()
    return desk


def test_a_post_without_a_text_in_the_language_of_a_channel_is_not_submitted(bosnian: Desk) -> None:
    post = bosnian.write(channels=(bosnian.mastodon.pk, bosnian.bluesky.pk))
    with pytest.raises(ActionNotAllowed) as refusal:
        submit(post, by=bosnian.cast.officer)
    assert [bosnian.mastodon.name in detail and MISSING in detail for detail in refusal.value.details] == [True]
    assert bosnian.reload(post).stage == Stage.DRAFT
    assert bosnian.deliveries(post) == []


def test_nothing_goes_out_in_another_language(bosnian: Desk) -> None:
    post = bosnian.write(channels=(bosnian.mastodon.pk,))
    version = freeze(post, by=bosnian.cast.officer)
    with pytest.raises(ActionNotAllowed):
        publications.create_publications(post, version, due_at=in_hours(3).due_at, approved=True, by=post.author)
    assert bosnian.deliveries(post) == []


def test_a_text_in_the_language_of_the_channel_goes_out_as_it_is_written(bosnian: Desk) -> None:
    texts = {"sr-Cyrl": Text(CYRILLIC), "bs-Latn": Text("U subotu otvaramo fontanu na trgu Općine.")}
    post = bosnian.write(time=in_hours(3), texts=texts, channels=(bosnian.mastodon.pk, bosnian.bluesky.pk))
    submit(post, by=bosnian.cast.officer)
    sent = {delivery.channel_id: delivery.payload for delivery in bosnian.deliveries(post)}
    assert sent[bosnian.mastodon.pk]["text"] == texts["bs-Latn"].text
    assert sent[bosnian.mastodon.pk]["language"] == "bs"
    assert sent[bosnian.bluesky.pk]["language"] == "sr"


def test_a_bosnian_channel_shows_no_serbian_whatever_the_layout_and_the_field(bosnian: Desk) -> None:
    serbian = {"sr-Cyrl": Text(CYRILLIC)}
    wrong = {**serbian, "bs-Latn": Text(CYRILLIC)}
    client = sign_in(bosnian.cast.officer)
    for texts, sentence in ((serbian, MISSING), (wrong, "is in another script, as if it were Serbian: Bosnian")):
        for layout in Layout.values:
            post = bosnian.write(
                texts=texts,
                channels=(bosnian.mastodon.pk,),
                layout={bosnian.mastodon.pk: ChannelLayout(layout, ("bs-Latn", "sr-Cyrl", "sr-Latn"))},
            )
            page = client.get(reverse("post_edit", args=["cuprija", post.pk])).content.decode()
            preview = page.split('id="previews"')[1]
            assert sentence in preview
            assert CYRILLIC not in preview
            with pytest.raises(ActionNotAllowed) as refusal:
                submit(post, by=bosnian.cast.officer)
            assert [sentence in detail for detail in refusal.value.details] == [True]


def test_a_serbian_post_waits_with_a_sentence_if_its_channel_became_bosnian_meanwhile(desk: Desk) -> None:
    post = desk.write(time=in_hours(3), channels=(desk.mastodon.pk,))
    submit(post, by=desk.cast.officer)
    approve(desk.reload(post), desk.version(post), by=desk.cast.approver)
    (delivery,) = desk.deliveries(post)
    assert policy.may_send(delivery).kind == "allow"
    arrange(desk.mastodon, Layout.ONE, ["bs-Latn"], by=desk.cast.approver)
    verdict = policy.may_send(delivery)
    assert (verdict.kind, verdict.words) == ("defer", policy.OTHER_LANGUAGE)
    arrange(desk.mastodon, Layout.ONE, ["bs-Latn", "sr-Latn"], by=desk.cast.approver)
    assert policy.may_send(delivery).kind == "allow"


def test_a_picture_without_a_text_goes_to_every_channel(bosnian: Desk) -> None:
    picture = Shown(bosnian.picture().pk, "Фонтана на тргу")
    post = bosnian.write("", media=(picture,), channels=(bosnian.mastodon.pk,))
    assert submit(post, by=bosnian.cast.officer).stage == Stage.SUBMITTED


@pytest.mark.journey
@pytest.mark.django_db(transaction=True)
def test_the_preview_names_the_language_and_the_refusal_leads_to_its_field(
    page: Any, live_server: Any, cast: Cast
) -> None:
    with scope(cast.cuprija):
        desk = opened(cast)
        desk.mastodon.languages = ["bs-Latn"]
        desk.mastodon.save()
        post = desk.write(channels=(desk.mastodon.pk,))
    enter(page, live_server, cast.officer)
    page.goto(live_server.url + reverse("post_edit", args=["cuprija", post.pk]))
    expect(page.locator("#previews .finding-error")).to_contain_text(MISSING)
    expect(page.locator("#previews .look-text")).to_have_text("")
    assert violations(page) == []
    page.get_by_role("button", name="Submit for approval").click()
    page.locator("#problem").get_by_role("link", name=MISSING).click()
    expect(page.locator("#text-bs-Latn")).to_be_focused()
    expect(page.locator("#text-bs-Latn")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#text-sr-Cyrl")).not_to_have_attribute("aria-invalid", "true")
    page.keyboard.type("U subotu otvaramo fontanu na trgu Općine.")
    expect(page.locator("#previews .finding-error")).to_have_count(0)
    expect(page.locator("#text-bs-Latn")).not_to_have_attribute("aria-invalid", "true")
