"""Two versions compared, and one put back: nothing is lost, and what is gone since is said."""

from __future__ import annotations

from typing import Any

import pytest

from django.test import Client
from django.urls import reverse

from channels.enums import ChannelState
from common.errors import ActionNotAllowed
from common.models import AuditEvent
from municipalities.tenancy import scope
from posts.draft import CallToAction, ChannelLayout, Crop, Draft, Interactive, LinkCard, Shown, Text, parse
from posts.editing.domain.restore import restore_version
from posts.editing.domain.submit import submit, take_back
from posts.editing.thread_positions import ThreadPosition
from posts.enums import Stage
from posts.models import Media, Post, Version
from posts.queries import content, latest_version
from posts.review.domain.approve import send_back
from posts.review.domain.suggest import accept, suggest
from tests.people import Cast, sign_in
from tests.posts.desk import Desk, in_hours, opened, picture_bytes


@pytest.fixture
def desk(cast: Cast) -> Desk:
    with scope(cast.cuprija):
        return opened(cast)


@pytest.fixture
def inside(desk: Desk) -> Any:
    with scope(desk.municipality):
        yield desk


def address(post: Post, query: str = "") -> str:
    return reverse("post_versions", args=["cuprija", post.pk]) + query


def page(client: Client, post: Post, query: str = "") -> str:
    answer = client.get(address(post, query))
    assert answer.status_code == 200
    text = answer.content.decode()
    return text.split("<main", 1)[1]


def again(desk: Desk, post: Post, draft: Draft, **fields: Any) -> Post:
    """Take it back, change it, submit it once more."""
    post = take_back(post, by=desk.cast.officer) if post.stage != Stage.DRAFT else post
    return submit(desk.change(post, draft, **fields), by=desk.cast.officer)


def two(desk: Desk, before: Draft, after: Draft, **fields: Any) -> Post:
    with scope(desk.municipality):
        post = submit(desk.change(desk.write(), before), by=desk.cast.officer)
        return again(desk, post, after, **fields)


# ---------------------------------------------------------------- comparing


def test_words_that_changed_are_marked_in_each_script(desk: Desk) -> None:
    post = two(desk, desk.draft("Вода долази у петак."), desk.draft("Вода долази у суботу."))
    shown = page(sign_in(desk.cast.viewer), post, "?from=1&to=2&view=inline")
    assert '<del><span class="visually-hidden">removed: </span>петак</del>' in shown
    assert '<ins><span class="visually-hidden">added: </span>суботу</ins>' in shown
    assert '<ins><span class="visually-hidden">added: </span>subotu</ins>' in shown
    assert "2 things changed." in shown


def test_side_by_side_has_both_texts_and_one_text_has_one(desk: Desk) -> None:
    post = two(desk, desk.draft("Прво."), desk.draft("Друго."))
    client = sign_in(desk.cast.officer)
    assert page(client, post).count("version-before") == 2
    assert page(client, post, "?view=inline").count("version-before") == 0
    assert "version-before" in page(client, post, "?view=nonsense")


def test_a_text_that_came_or_went_is_named(desk: Desk) -> None:
    hungarian = {"sr-Cyrl": Text("Вода."), "hu-Latn": Text("Víz.")}
    post = two(desk, desk.draft("Вода."), desk.draft(texts=hungarian))
    client = sign_in(desk.cast.officer)
    forward, back = page(client, post, "?from=1&to=2"), page(client, post, "?from=2&to=1")
    assert "Víz." in forward
    assert "<span>new</span>" in forward
    assert "<span>removed</span>" in back


def test_pictures_that_were_added_removed_moved_cropped_and_described(desk: Desk) -> None:
    with scope(desk.municipality):
        one, two_, three, four = (
            desk.picture(picture_bytes(size=(640, 480 + number)), name=f"{number}.jpg").pk for number in range(4)
        )
    whole, cut = Crop("4:5", (0, 0, 0.8, 1)), Crop("1:1", (0.1, 0, 0.5, 0.5))
    before = (Shown(one, "Стара чесма"), Shown(two_, "", whole), Shown(three, "Трг"))
    after = (Shown(three, "Трг"), Shown(one, "Нова чесма"), Shown(two_, "", cut), Shown(four, "Мост"))
    post = two(desk, desk.draft(media=before), desk.draft(media=after))
    shown = page(sign_in(desk.cast.officer), post)
    for word in ("added", "moved", "cropped differently"):
        assert f"<span>{word}</span>" in shown, word
    assert "Стара</del>" in shown
    assert 'x="100" y="0" width="500" height="500"' in shown
    assert shown.count("<span>moved</span>") == 1
    assert "<span>removed</span>" in page(sign_in(desk.cast.officer), post, "?from=2&to=1")


def test_everything_else_that_changed_stands_in_one_list(desk: Desk) -> None:
    before = desk.draft(link="https://cuprija.rs/a", channels=(desk.mastodon.pk,))
    after = desk.draft(
        link="https://cuprija.rs/b",
        link_card=LinkCard("Пријава", "Како се пријавити"),
        channels=(desk.mastodon.pk, desk.bluesky.pk),
        layout={desk.mastodon.pk: ChannelLayout("separate", ("sr-Cyrl", "sr-Latn"))},
        call=CallToAction("apply", "Пријавите се", "2026-12-15"),
        service="evrtic",
        tracked=True,
        interactive=Interactive("quiz", ("Да", "Не"), answer=1, promise="Објавићемо одговор."),
    )
    post = two(desk, before, after, time=in_hours(5))
    shown = page(sign_in(desk.cast.officer), post)
    for label in (
        "Link", "Title of the link", "Channels", "Call to action", "Words of the call", "Deadline", "eService",
        "Clicks on the link are counted", "Interactive format", "Answers to choose from", "Right answer", "Time",
    ):  # fmt: skip
        assert f"<dt>{label}</dt>" in shown, label
    assert "https://cuprija.rs/a</del>" in shown
    assert desk.bluesky.name in shown
    assert "<dt>Rules</dt>" not in shown


def test_the_draft_is_compared_with_the_last_version(desk: Desk) -> None:
    with scope(desk.municipality):
        post = submit(desk.write("Прво."), by=desk.cast.officer)
        post = send_back(post, desk.version(post), by=desk.cast.approver, note="Друго, молим.")
        desk.change(post, desk.draft("Друго."))
    shown = page(sign_in(desk.cast.officer), post)
    assert "Returned" in shown
    assert "Друго" in shown
    assert "Draft</h2>" in shown


def test_a_draft_that_did_not_change_is_the_same(desk: Desk) -> None:
    with scope(desk.municipality):
        post = submit(desk.write("Исто.", channels=(desk.mastodon.pk, desk.bluesky.pk)), by=desk.cast.officer)
        take_back(post, by=desk.cast.officer)
    assert "The two are the same" in page(sign_in(desk.cast.officer), post)


def test_one_version_alone_is_compared_with_nothing(desk: Desk) -> None:
    with scope(desk.municipality):
        post = submit(desk.write(), by=desk.cast.officer)
    assert "There is one version only" in page(sign_in(desk.cast.officer), post)


@pytest.mark.parametrize("query", ["?from=9&to=1", "?from=1&to=x", "?to=draft", "?from=-1", "?from=%00"])
def test_what_is_not_there_is_not_found(desk: Desk, query: str) -> None:
    post = two(desk, desk.draft("Прво."), desk.draft("Друго."))
    assert sign_in(desk.cast.officer).get(address(post, query)).status_code == 404


def test_a_hostile_text_is_shown_as_it_is(desk: Desk) -> None:
    post = two(desk, desk.draft("<b>а</b>"), desk.draft("<script>alert(1)</script>"))
    shown = page(sign_in(desk.cast.officer), post)
    assert "<script>alert" not in shown
    assert "&lt;" in shown


def test_only_who_reads_drafts_compares(desk: Desk) -> None:
    post = two(desk, desk.draft("Прво."), desk.draft("Друго."))
    statuses = {name: sign_in(user).get(address(post)).status_code for name, user in desk.cast.everyone().items()}
    assert statuses == {
        "officer": 200, "approver": 200, "viewer": 200, "mentor": 200, "stranger": 404, "staff": 403,
        "trainer": 404, "administrator": 403,
    }  # fmt: skip


def test_the_page_takes_the_same_few_queries_for_little_and_for_much(
    desk: Desk, django_assert_max_num_queries: Any
) -> None:
    post = two(desk, desk.draft("Прво."), desk.draft("Друго."))
    client, counts = sign_in(desk.cast.officer), []
    page(client, post)
    with scope(desk.municipality):
        media = [desk.picture(picture_bytes(size=(640, 500 + number)), name=f"{number}.jpg").pk for number in range(3)]
    for number in range(2):
        with django_assert_max_num_queries(12) as queries:
            page(client, post)
        counts.append(len(queries))
        with scope(desk.municipality):
            for index in range(3):
                shown = tuple(Shown(pk, str(index)) for pk in media)
                both = (desk.mastodon.pk, desk.bluesky.pk)
                again(desk, desk.reload(post), desk.draft(f"Текст {number} {index}", media=shown, channels=both))
    assert counts[1] <= counts[0] + 1  # the pictures


# ---------------------------------------------------------------- putting one back


def test_a_version_comes_back_into_the_draft_and_nothing_is_lost(inside: Desk) -> None:
    desk = inside
    post = two(desk, desk.draft("Прво.", link="https://cuprija.rs"), desk.draft("Друго."))
    post = desk.change(take_back(post, by=desk.cast.officer), desk.draft("Треће, нигде сачувано."))
    revision = post.revision
    first = Version.objects.get(post=post, number=1)
    done = restore_version(post, first, by=desk.cast.officer)
    draft = parse(done.post.draft)
    assert (draft.texts["sr-Cyrl"].text, draft.link) == ("Прво.", "https://cuprija.rs")
    assert done.backup is not None
    assert content(done.backup).texts["sr-Cyrl"].text == "Треће, нигде сачувано."
    assert done.post.revision > revision
    assert AuditEvent.objects.filter(verb="post.restore_version").count() == 1
    # the script that was derived follows its text again, and the same content is the same version
    assert "sr-Latn" not in draft.texts
    assert submit(done.post, by=desk.cast.officer).stage == Stage.SUBMITTED
    assert Version.objects.get(post=post, number=4).digest == first.digest


def test_what_is_gone_since_is_left_out_and_said(inside: Desk) -> None:
    desk = inside
    picture = desk.picture()
    before = desk.draft(
        media=(Shown(picture.pk),), channels=(desk.mastodon.pk, desk.bluesky.pk),
        per_channel={desk.bluesky.pk: {"sr-Cyrl": "Само овде"}},
    )  # fmt: skip
    post = take_back(two(desk, before, desk.draft("Друго.")), by=desk.cast.officer)
    first = Version.objects.get(post=post, number=1)
    desk.bluesky.state = ChannelState.DISCONNECTED
    desk.bluesky.save()
    first.media = [{**first.media[0], "id": picture.pk + 999}]
    first.save()
    done = restore_version(post, first, by=desk.cast.officer)
    draft = parse(done.post.draft)
    assert (draft.channels, draft.media, draft.per_channel) == ((desk.mastodon.pk,), (), {})
    assert len(done.notes) == 2
    assert Media.objects.filter(pk=picture.pk).exists()


def test_an_empty_draft_is_not_kept(inside: Desk) -> None:
    desk = inside
    post = take_back(two(desk, desk.draft("Прво."), desk.draft("Друго.")), by=desk.cast.officer)
    post = desk.change(post, Draft(channels=(desk.mastodon.pk,)))
    assert restore_version(post, Version.objects.get(post=post, number=1), by=desk.cast.officer).backup is None


def test_only_a_draft_takes_a_version_back(inside: Desk) -> None:
    desk = inside
    post = two(desk, desk.draft("Прво."), desk.draft("Друго."))
    first = Version.objects.get(post=post, number=1)
    with pytest.raises(ActionNotAllowed, match="no longer a draft"):
        restore_version(post, first, by=desk.cast.officer)
    other = desk.write("Сасвим друга објава")
    with pytest.raises(ActionNotAllowed, match="another post"):
        restore_version(other, first, by=desk.cast.officer)


def test_the_button_restores_and_opens_the_composer(desk: Desk) -> None:
    post = two(desk, desk.draft("Прво."), desk.draft("Друго."))
    with scope(desk.municipality):
        take_back(post, by=desk.cast.officer)
    client, url = sign_in(desk.cast.officer), reverse("post_version_restore", args=["cuprija", post.pk, 1])
    assert url in page(client, post, "?from=1")
    assert url not in page(sign_in(desk.cast.mentor), post, "?from=1")
    answer = client.post(url, follow=True)
    assert "Version 1 is in the draft again. The previous draft is kept as version 2." in answer.content.decode()
    assert "Прво." in answer.content.decode()
    assert client.post(reverse("post_version_restore", args=["cuprija", post.pk, 77])).status_code == 404


def test_who_may_not_write_restores_nothing(desk: Desk) -> None:
    post = two(desk, desk.draft("Прво."), desk.draft("Друго."))
    url = reverse("post_version_restore", args=["cuprija", post.pk, 1])
    statuses = {name: sign_in(user).post(url).status_code for name, user in desk.cast.everyone().items()}
    assert statuses == {
        "officer": 302, "approver": 302, "viewer": 403, "mentor": 403, "stranger": 404, "staff": 403,
        "trainer": 404, "administrator": 403,
    }  # fmt: skip
    with scope(desk.municipality):
        assert desk.reload(post).stage == Stage.SUBMITTED  # submitted posts are not changed by it


def test_who_suggested_words_is_named_with_the_version_that_took_them_over(desk: Desk) -> None:
    with scope(desk.municipality):
        post = desk.write("Дођите у суботу на трг.")
        where = ThreadPosition("sr-Cyrl", None, 9, 15, "суботу")
        made = suggest(post, "недељу", where=where, by=desk.cast.mentor)
        post = submit(post, by=desk.cast.officer)
        post = send_back(post, latest_version(post), by=desk.cast.approver, note="Погледајте предлог.")
        accept(post, [made.pk], by=desk.cast.officer)
    client, credit = sign_in(desk.cast.officer), f"with words of {desk.cast.mentor.name}"
    assert page(client, post).count(credit) == 1
    review = client.get(reverse("post", args=["cuprija", post.pk])).content.decode()
    assert review.count(credit) == 1
    # a version about which nothing was decided has no time that could have changed
    with scope(desk.municipality):
        post = submit(desk.reload(post), by=desk.cast.officer)
    assert "Time" not in page(client, post, "?from=1&to=2").split("Link, channels", 1)[-1]
