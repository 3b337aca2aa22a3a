"""Saving, two tabs, freezing, deleting with undo."""

import threading
from dataclasses import replace

import pytest

from django.db import connection

from common.errors import ActionNotAllowed
from common.models import AuditEvent
from municipalities.tenancy import scope
from posts.draft import BadDraft, ChannelLayout, Crop, Draft, LinkCard, Shown, Text, parse
from posts.editing.domain.create import create, duplicate
from posts.editing.domain.delete import delete, restore
from posts.editing.domain.freeze import freeze
from posts.editing.domain.save import Conflict, Content, Saved, save_draft
from posts.editing.domain.submit import submit
from posts.enums import Stage
from posts.models import Media, Post
from posts.queries import content, visible
from tests.analytics.factories import channel
from tests.posts.desk import CYRILLIC, Desk, in_hours


def content_of(post: Post, text: str) -> Content:
    draft = parse(post.draft)
    return Content(replace(draft, texts={"sr-Cyrl": Text(text)}), post.title, post.category)


def test_a_new_post_goes_to_every_connected_channel(desk: Desk) -> None:
    post = create(desk.municipality, by=desk.cast.officer)
    assert set(parse(post.draft).channels) == {desk.mastodon.pk, desk.bluesky.pk}


def test_a_save_is_found_by_its_words_in_the_other_script(desk: Desk) -> None:
    post = desk.write("Ћуприја слави дан општине")
    assert visible().get(search_key__contains="cuprija") == post
    assert post.excerpt == "Ћуприја слави дан општине"


def test_a_save_from_an_old_revision_changes_nothing_and_gives_both_texts(desk: Desk) -> None:
    post = desk.write("Први текст")
    mine, other = content_of(post, "Из прве картице"), content_of(post, "Из друге картице")
    assert isinstance(save_draft(post, other, revision=post.revision, by=desk.cast.approver), Saved)
    answer = save_draft(post, mine, revision=post.revision, by=desk.cast.officer)
    assert isinstance(answer, Conflict)
    assert parse(answer.stored.draft).texts["sr-Cyrl"].text == "Из друге картице"
    assert parse(desk.reload(post).draft).texts["sr-Cyrl"].text == "Из друге картице"


def test_a_save_that_changes_nothing_is_no_conflict(desk: Desk) -> None:
    post = desk.write("Текст")
    answer = save_draft(post, content_of(post, "Текст"), revision=0, by=desk.cast.officer)
    assert isinstance(answer, Saved)
    assert not answer.changed


@pytest.mark.django_db(transaction=True)
def test_of_two_saves_at_the_same_moment_one_is_a_conflict(desk: Desk) -> None:
    post, answers = desk.write("Текст"), []
    barrier = threading.Barrier(2)

    def save(text: str) -> None:
        with scope(desk.municipality):
            barrier.wait()
            answers.append(save_draft(post, content_of(post, text), revision=post.revision, by=desk.cast.officer))
        connection.close()

    threads = [threading.Thread(target=save, args=(text,)) for text in ("Један", "Други")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(type(answer).__name__ for answer in answers) == ["Conflict", "Saved"]


def test_a_sitting_of_many_saves_is_one_event(desk: Desk) -> None:
    post = desk.write("а")
    for text in ("аб", "абв", "абвг"):
        post = desk.change(post, desk.draft(text))
    assert AuditEvent.objects.filter(verb="post.edit", target_id=str(post.pk)).count() == 1


def test_a_strangers_channel_or_picture_cannot_be_put_into_a_post(desk: Desk) -> None:
    post = desk.write()
    foreign = channel(desk.cast.novi_pazar, desk.cast.stranger)
    with pytest.raises(BadDraft):
        desk.change(post, desk.draft(channels=(foreign.pk,)))
    with pytest.raises(BadDraft):
        desk.change(post, desk.draft(media=(Shown(999),)))
    assert parse(desk.reload(post).draft).channels == (desk.mastodon.pk,)


def test_a_submitted_post_is_not_changed_by_a_late_save(desk: Desk) -> None:
    post = desk.write()
    submit(post, by=desk.cast.officer)
    with pytest.raises(ActionNotAllowed):
        save_draft(post, content_of(post, "Касно"), revision=post.revision, by=desk.cast.officer)


def test_a_copy_has_the_words_and_no_time(desk: Desk) -> None:
    post = desk.write(time=in_hours(5))
    copy = duplicate(post, by=desk.cast.approver)
    assert copy.draft == post.draft
    assert (copy.due_at, copy.stage, copy.author) == (None, Stage.DRAFT, desk.cast.approver)


def test_a_deleted_post_comes_back_as_it_was(desk: Desk) -> None:
    post = desk.write(time=in_hours(5))
    submit(post, by=desk.cast.officer)
    delete(post, by=desk.cast.officer)
    assert not visible().filter(pk=post.pk).exists()
    assert desk.states(post) == []
    restored = restore(post, by=desk.cast.officer)
    assert (restored.stage, restored.draft) == (Stage.DRAFT, post.draft)


# ---------------------------------------------------------------- freezing


def test_an_unchanged_draft_makes_no_new_version(desk: Desk) -> None:
    post = desk.write()
    first = freeze(post, by=desk.cast.officer)
    assert freeze(post, by=desk.cast.approver) == first
    post = desk.change(post, desk.draft("Друго"))
    assert freeze(post, by=desk.cast.officer).number == 2


def test_a_version_keeps_derived_scripts_as_they_were(desk: Desk) -> None:
    version = freeze(desk.write(), by=desk.cast.officer)
    stored = {(variant.language, variant.script): (variant.text, variant.derived) for variant in version.variants.all()}
    assert stored["sr", "Cyrl"] == (CYRILLIC, False)
    assert stored["sr", "Latn"][0].startswith("Voda će biti isključena u Njegoševoj")
    assert stored["sr", "Latn"][1]


def test_a_version_holds_everything_the_public_will_see(desk: Desk) -> None:
    media = desk.picture()
    draft = Draft(
        texts={"sr-Cyrl": Text("Вест"), "bs-Latn": Text("Vijest")},
        per_channel={desk.mastodon.pk: {"sr-Cyrl": "Само овде"}},
        media=(Shown(media.pk, "Фонтана на тргу", Crop("1:1", (0.1, 0, 0.75, 1))),),
        link="https://cuprija.rs",
        link_card=LinkCard("Наслов", "Опис"),
        channels=(desk.mastodon.pk,),
        layout={desk.mastodon.pk: ChannelLayout("combined", ("sr-Cyrl", "bs-Latn"))},
    )
    post = desk.change(desk.write(), draft)
    version = freeze(post, by=desk.cast.officer)
    again = content(version)
    assert again == replace(draft, texts=again.texts, per_channel=again.per_channel)
    assert {tag: text.text for tag, text in again.texts.items()} == {"sr-Cyrl": "Вест", "bs-Latn": "Vijest"}
    assert again.per_channel == {desk.mastodon.pk: {"sr-Cyrl": "Само овде"}}
    (sent,) = version.media
    assert (sent["width"], sent["height"]) == (480, 480)
    assert sent["ref"] != media.file.name


def test_another_layout_of_the_channel_makes_a_new_version(desk: Desk) -> None:
    post = desk.write()
    first = freeze(post, by=desk.cast.officer)
    desk.mastodon.layout = "separate"
    desk.mastodon.save()
    assert freeze(post, by=desk.cast.officer).number == first.number + 1
    assert content(first).layout[desk.mastodon.pk].layout == "one"


def test_the_same_cut_is_made_once(desk: Desk) -> None:
    media = desk.picture()
    for text in ("Један", "Два"):
        freeze(desk.write(text, media=(Shown(media.pk, "", Crop("1:1", (0, 0, 0.75, 1))),)), by=desk.cast.officer)
    assert len(Media.objects.get(pk=media.pk).crops) == 1
