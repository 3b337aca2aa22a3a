"""Suggestions: other words, one key to accept them, and never a lost edit."""

from __future__ import annotations

from typing import Any

import pytest

from common.errors import ActionNotAllowed
from common.models import AuditEvent
from notifications.models import Notification
from posts.draft import MOST_TEXT, parse
from posts.editing.domain.save import Conflict, Content, save_draft
from posts.editing.domain.submit import submit
from posts.editing.thread_positions import ThreadPosition
from posts.enums import SuggestionState
from posts.models import Post, Suggestion, Thread, Version
from posts.queries import writers
from posts.review.domain.comment import comment
from posts.review.domain.suggest import accept, decline, suggest
from posts.review.domain.thread import resolve
from tests.posts.desk import CYRILLIC, Desk
from tests.posts.test_threads import at


def text_of(post: Post) -> str:
    return parse(Post.objects.get(pk=post.pk).draft).texts["sr-Cyrl"].text


def row(made: Suggestion) -> Suggestion:
    return Suggestion.objects.select_related("thread").get(pk=made.pk)


def test_an_accepted_suggestion_makes_a_version_that_names_both(desk: Desk) -> None:
    post = desk.write()
    made = suggest(post, "од 8 до 15 часова", where=at(), by=desk.cast.mentor, text="Кажите и од када.")
    done = accept(post, [made.pk], by=desk.cast.officer)
    assert text_of(post) == CYRILLIC.replace("до 15 часова", "од 8 до 15 часова")
    version = Version.objects.get()
    assert (version.created_by, version.suggested_by) == (desk.cast.officer, [desk.cast.mentor.pk])
    assert (done.version, row(made).version, row(made).state) == (version, version, SuggestionState.ACCEPTED)
    thread = row(made).thread
    assert thread.resolved_by == desk.cast.officer
    assert text_of(post)[thread.start : thread.end] == "од 8 до 15 часова"
    event = AuditEvent.objects.get(verb="post.accept")
    assert event.detail == {"version": 1, "threads": [thread.pk]}
    assert AuditEvent.objects.filter(verb="post.edit").count() == 1, "accepting is one event, not an edit too"


def test_the_mentor_is_told_and_the_officer_too(desk: Desk) -> None:
    post = desk.write()
    made = suggest(post, "цео дан", where=at(), by=desk.cast.mentor)
    asked = Notification.objects.get(user=desk.cast.officer, kind="suggestion")
    assert asked.url.endswith(f"#thread-{made.thread_id}")
    assert "до 15 часова" in asked.body
    assert "цео дан" in asked.body
    accept(post, [made.pk], by=desk.cast.officer)
    answer = Notification.objects.get(user=desk.cast.mentor, kind="suggestion")
    assert "accepted your words" in answer.subject


def test_whose_words_were_taken_is_a_writer(desk: Desk) -> None:
    post = desk.write()
    made = suggest(post, "цео дан", where=at(), by=desk.cast.approver)
    assert desk.cast.approver.pk not in writers(post, None)
    accept(post, [made.pk], by=desk.cast.officer)
    assert desk.cast.approver.pk in writers(post, desk.version(post))


def test_several_are_accepted_at_once_and_every_other_thread_follows(desk: Desk) -> None:
    post = desk.write()
    first = suggest(post, "Воде неће бити", where=at("Вода ће бити искључена"), by=desk.cast.mentor)
    second = suggest(post, "", where=at(" часова"), by=desk.cast.approver)
    street = comment(post, "Која страна?", by=desk.cast.mentor, where=at("Његошевој"))
    done = accept(post, [second.pk, first.pk], by=desk.cast.officer)
    assert text_of(post) == "Воде неће бити у Његошевој улици до 15."
    assert len(done.taken) == 2
    assert Version.objects.get().suggested_by == [desk.cast.mentor.pk, desk.cast.approver.pk]
    thread = Thread.objects.get(pk=street.pk)
    assert text_of(post)[thread.start : thread.end] == "Његошевој"
    assert thread.lost_at is None


def test_of_two_for_the_same_words_the_older_wins_and_the_other_is_outdated(desk: Desk) -> None:
    post = desk.write()
    older = suggest(post, "до поднева", where=at(), by=desk.cast.mentor)
    newer = suggest(post, "15 сати", where=at("15 часова"), by=desk.cast.approver)
    done = accept(post, [newer.pk, older.pk], by=desk.cast.officer)
    assert [row.pk for row in done.taken] == [older.pk]
    assert [row.pk for row in done.left] == [newer.pk]
    assert row(newer).state == SuggestionState.OUTDATED
    with pytest.raises(ActionNotAllowed, match="can no longer be accepted"):
        accept(post, [newer.pk], by=desk.cast.officer)


def test_words_that_change_outdate_a_suggestion_and_undo_brings_it_back(desk: Desk) -> None:
    post = desk.write()
    made = suggest(post, "до поднева", where=at(), by=desk.cast.mentor)
    post = desk.change(post, desk.draft(CYRILLIC.replace("15", "16")))
    assert row(made).state == SuggestionState.OUTDATED
    assert row(made).thread.lost_at is None
    with pytest.raises(ActionNotAllowed):
        accept(post, [made.pk], by=desk.cast.officer)
    post = desk.change(post, desk.draft(CYRILLIC))
    assert row(made).state == SuggestionState.OPEN
    accept(post, [made.pk], by=desk.cast.officer)
    assert text_of(post).endswith("до поднева.")


def test_somebody_who_writes_meanwhile_loses_nothing(desk: Desk) -> None:
    post = desk.write()
    seen = post.revision
    made = suggest(post, "до поднева", where=at(), by=desk.cast.mentor)
    accept(post, [made.pk], by=desk.cast.officer)
    content = Content(desk.draft(CYRILLIC + " Пишем даље."), post.title, post.category)
    answer = save_draft(post, content, revision=seen, by=desk.cast.officer)
    assert isinstance(answer, Conflict)
    assert parse(answer.stored.draft).texts["sr-Cyrl"].text.endswith("до поднева.")


def test_a_submitted_post_is_taken_back_first(desk: Desk) -> None:
    post = submit(desk.write(), by=desk.cast.officer)
    made = suggest(post, "до поднева", where=at(), by=desk.cast.mentor)
    with pytest.raises(ActionNotAllowed, match="Take it back"):
        accept(post, [made.pk], by=desk.cast.officer)
    assert row(made).state == SuggestionState.OPEN


def test_a_declined_suggestion_leaves_the_words_and_says_so(desk: Desk) -> None:
    post = desk.write()
    made = suggest(post, "до поднева", where=at(), by=desk.cast.mentor)
    decline(made, by=desk.cast.officer, text="Траје дуже.")
    assert text_of(post) == CYRILLIC
    assert row(made).state == SuggestionState.DECLINED
    assert not row(made).thread.is_open
    assert "declined your words" in Notification.objects.get(user=desk.cast.mentor).subject
    with pytest.raises(ActionNotAllowed, match="decided already"):
        decline(made, by=desk.cast.officer)
    with pytest.raises(ActionNotAllowed):
        accept(post, [made.pk], by=desk.cast.officer)


def test_one_in_a_resolved_conversation_is_not_accepted_with_the_rest(desk: Desk) -> None:
    post = desk.write()
    made = suggest(post, "до поднева", where=at(), by=desk.cast.mentor)
    resolve(made.thread, by=desk.cast.mentor)
    with pytest.raises(ActionNotAllowed):
        accept(post, [made.pk], by=desk.cast.officer)


def test_a_suggestion_of_another_post_is_not_accepted_here(desk: Desk) -> None:
    made = suggest(desk.write(), "до поднева", where=at(), by=desk.cast.mentor)
    other = desk.write()
    with pytest.raises(ActionNotAllowed):
        accept(other, [made.pk], by=desk.cast.officer)
    assert text_of(other) == CYRILLIC


@pytest.mark.parametrize(
    ("where", "replacement", "sentence"),
    [
        (ThreadPosition("sr-Cyrl"), "ново", "Choose the words"),
        (ThreadPosition(media=1, quote="x"), "ново", "Choose the words"),
        (at(), "до 15 часова", "the current words. Enter your changes"),
        (at(), "а" * (MOST_TEXT + 1), "too long"),
    ],
)
def test_what_is_no_suggestion_is_refused_in_words(
    desk: Desk, where: ThreadPosition, replacement: str, sentence: str
) -> None:
    post = desk.write()
    with pytest.raises(ActionNotAllowed, match=sentence):
        suggest(post, replacement, where=where, by=desk.cast.mentor)
    assert not Suggestion.objects.exists()


def test_a_text_that_would_grow_too_long_is_not_made(desk: Desk) -> None:
    post = desk.write("а" * (MOST_TEXT - 5) + " реч")
    made = suggest(post, "много речи", where=ThreadPosition("sr-Cyrl", quote="реч"), by=desk.cast.mentor)
    with pytest.raises(ActionNotAllowed, match="too long"):
        accept(post, [made.pk], by=desk.cast.officer)
    assert row(made).state == SuggestionState.OPEN


def test_spaces_chosen_along_with_the_words_are_no_part_of_the_change(desk: Desk) -> None:
    post = desk.write()
    made = suggest(post, "до поднева ", where=at("до 15 часова"), by=desk.cast.mentor)
    assert made.replacement == "до поднева "
    spaced: Any = suggest(post, "петак ", where=at(" Његошевој "), by=desk.cast.mentor)
    assert (spaced.thread.quote, spaced.replacement) == ("Његошевој", "петак")
    unspaced: Any = suggest(post, " до подне", where=at("до 15"), by=desk.cast.mentor)
    assert unspaced.replacement == " до подне"


def test_a_suggestion_is_recorded_once_with_its_thread(desk: Desk) -> None:
    made: Any = suggest(desk.write(), "до поднева", where=at("до 15 часова"), by=desk.cast.mentor)
    event = AuditEvent.objects.get(verb="post.suggest")
    assert (event.actor_id, event.detail["thread"]) == (desk.cast.mentor.pk, made.thread_id)
