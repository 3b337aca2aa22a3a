"""Threads: where they may lie, who hears of them, and how they follow the draft."""

from __future__ import annotations

from typing import Any

import pytest

from common.errors import ActionNotAllowed
from common.models import AuditEvent
from notifications.models import Notification
from posts.draft import Crop, Shown, Text
from posts.editing.domain.submit import submit
from posts.editing.thread_positions import ThreadPosition, parse_position
from posts.enums import AnchorKind
from posts.models import Comment, Post, Seen, Thread
from posts.notifications.mentions import pieces, plain, to_stored_text
from posts.queries import mentionable, open_threads, threads
from posts.review.domain.comment import MOST, comment, reply
from posts.review.domain.mark_seen import mark_seen
from posts.review.domain.thread import reopen, resolve
from tests.posts.desk import CYRILLIC, Desk

WORDS = "до 15 часова"


def at(quote: str = WORDS, text: str = CYRILLIC, tag: str = "sr-Cyrl", channel: int | None = None) -> ThreadPosition:
    start = text.index(quote)
    return ThreadPosition(tag, channel, start, start + len(quote), quote)


def again(thread: Thread) -> Thread:
    return Thread.objects.select_related("suggestion").get(pk=thread.pk)


def told(person: Any) -> list[tuple[str, str]]:
    return list(Notification.objects.filter(user=person).order_by("pk").values_list("kind", "url"))


# ---------------------------------------------------------------- where


def test_a_mentor_comments_on_words(desk: Desk) -> None:
    post = desk.write()
    thread = comment(post, "Од када?", by=desk.cast.mentor, where=at())
    assert (thread.place, thread.tag, thread.quote) == (AnchorKind.TEXT, "sr-Cyrl", WORDS)
    assert CYRILLIC[thread.start : thread.end] == WORDS
    assert CYRILLIC[: thread.start].endswith(thread.before)
    assert open_threads(post) == 1


def test_words_are_enough_when_it_is_clear_which_are_meant(desk: Desk) -> None:
    post = desk.write()
    thread = comment(post, "Од када?", by=desk.cast.mentor, where=ThreadPosition("sr-Cyrl", quote=f" {WORDS} "))
    assert thread.quote == WORDS


def test_words_that_changed_meanwhile_are_found_where_they_are_now(desk: Desk) -> None:
    post = desk.write("Пажња! " + CYRILLIC)
    thread = comment(post, "Од када?", by=desk.cast.mentor, where=at())
    assert thread.start == CYRILLIC.index(WORDS) + len("Пажња! ")


@pytest.mark.parametrize(
    ("where", "sentence"),
    [
        (ThreadPosition("sr-Cyrl", quote="нема ме"), "These words are not in the text"),
        (ThreadPosition("sr-Cyrl", None, 10**9, -5, "нема ме"), "These words are not in the text"),
        (ThreadPosition("sr-Cyrl", quote="и"), "These words occur more than once"),
        (ThreadPosition("hu-Latn", quote="и"), "no longer in the post"),
        (ThreadPosition("sr-Cyrl", channel=999, quote="и"), "no longer in the post"),
        (ThreadPosition(media=999), "picture is no longer in the post"),
        (ThreadPosition(media=0), "picture is no longer in the post"),
    ],
)
def test_a_place_that_is_not_there_is_refused_in_words(desk: Desk, where: ThreadPosition, sentence: str) -> None:
    post = desk.write()
    with pytest.raises(ActionNotAllowed, match=sentence):
        comment(post, "Овде", by=desk.cast.mentor, where=where)
    assert not Thread.objects.exists()


def test_a_derived_script_has_no_words_of_its_own(desk: Desk) -> None:
    post = desk.write(texts={"sr-Cyrl": Text(CYRILLIC), "sr-Latn": Text("", "sr-Cyrl")})
    with pytest.raises(ActionNotAllowed):
        comment(post, "Ovde", by=desk.cast.mentor, where=ThreadPosition("sr-Latn", quote="Voda"))


def test_a_channels_own_text_is_a_place_of_its_own(desk: Desk) -> None:
    own = {desk.mastodon.pk: {"sr-Cyrl": "Само овде: вода."}}
    post = desk.write(per_channel=own)
    thread = comment(post, "Лепо", by=desk.cast.mentor, where=ThreadPosition("sr-Cyrl", desk.mastodon.pk, quote="вода"))
    desk.change(post, desk.draft("Друго", per_channel={desk.mastodon.pk: {"sr-Cyrl": "Баш само овде: вода."}}))
    assert again(thread).start == thread.start + 4
    assert again(thread).lost_at is None


@pytest.mark.parametrize("text", ["", " \x00\n ", "а" * (MOST + 1), "х" * 1_000_000])
def test_nothing_and_too_much_are_refused(desk: Desk, text: str) -> None:
    post = desk.write()
    with pytest.raises(ActionNotAllowed):
        comment(post, text, by=desk.cast.mentor)
    assert not Thread.objects.exists()


def test_hostile_fields_become_no_place() -> None:
    assert parse_position({}) == ThreadPosition()
    assert parse_position({"place": "picture-" + "9" * 50}) == ThreadPosition(media=0)
    assert parse_position(
        {"place": "picture-3", "left": "nan", "top": "0", "width": "1", "height": "1"}
    ) == ThreadPosition(media=3)
    assert parse_position(
        {"place": "picture-3", "left": "90", "top": "-4", "width": "500", "height": "1e9"}
    ) == ThreadPosition(media=3, box=(0.9, 0.0, 0.1, 1.0))
    assert parse_position({"place": "sr-Cyrl@x", "start": "-1", "end": "٣"}).channel == 0
    assert parse_position({"place": "sr-Cyrl", "start": "9" * 30}).start == -1


# ---------------------------------------------------------------- following


def test_a_thread_follows_its_words_through_saves(desk: Desk) -> None:
    post = desk.write()
    thread = comment(post, "Од када?", by=desk.cast.mentor, where=at())
    post = desk.change(post, desk.draft("Пажња! " + CYRILLIC))
    assert again(thread).start == thread.start + 7
    post = desk.change(post, desk.draft(CYRILLIC.replace(WORDS, "цео дан")))
    lost = again(thread)
    assert lost.lost_at is not None
    assert lost.quote == WORDS
    desk.change(post, desk.draft(CYRILLIC))
    assert (again(thread).lost_at, again(thread).start) == (None, thread.start)


def test_a_text_that_is_derived_now_loses_its_threads(desk: Desk) -> None:
    post = desk.write(texts={"sr-Cyrl": Text(CYRILLIC), "sr-Latn": Text("Voda do 15")})
    thread = comment(post, "Od kada?", by=desk.cast.mentor, where=ThreadPosition("sr-Latn", quote="do 15"))
    desk.change(post, desk.draft(texts={"sr-Cyrl": Text(CYRILLIC), "sr-Latn": Text("", "sr-Cyrl")}))
    assert again(thread).lost_at is not None


def test_a_thread_on_a_picture_leaves_and_comes_back_with_it(desk: Desk) -> None:
    media = desk.picture()
    post = desk.write(media=(Shown(media.pk),))
    thread = comment(post, "Ближе", by=desk.cast.mentor, where=ThreadPosition(media=media.pk, box=(0.1, 0.2, 0.3, 0.4)))
    post = desk.change(post, desk.draft(media=(Shown(media.pk, "опис", Crop("1:1", (0.1, 0, 0.75, 1))),)))
    assert (again(thread).lost_at, again(thread).box) == (None, [0.1, 0.2, 0.3, 0.4])
    post = desk.change(post, desk.draft())
    assert again(thread).lost_at is not None
    desk.change(post, desk.draft(media=(Shown(media.pk),)))
    assert again(thread).lost_at is None


def test_a_save_without_threads_asks_one_question_more(desk: Desk, django_assert_num_queries: Any) -> None:
    from posts.editing.domain.move_anchors import move_anchors

    post = desk.write()
    with django_assert_num_queries(1):
        move_anchors(post, desk.draft(), desk.draft("Друго"))
    for _each in range(30):
        comment(post, "Од када?", by=desk.cast.mentor, where=at())
    with django_assert_num_queries(2):
        move_anchors(post, desk.draft(), desk.draft("Друго"))


# ---------------------------------------------------------------- talking


def test_a_submitted_post_is_talked_about_too(desk: Desk) -> None:
    post = submit(desk.write(), by=desk.cast.officer)
    thread = comment(post, "Од када?", by=desk.cast.approver, where=at())
    assert thread.version == desk.version(post)


def test_a_comment_reaches_the_writer_and_whoever_spoke(desk: Desk) -> None:
    post = desk.write()
    thread = comment(post, "Од када?", by=desk.cast.mentor)
    reply(thread, "Од 8.", by=desk.cast.approver)
    url = f"/m/cuprija/posts/{post.pk}/#thread-{thread.pk}"
    assert told(desk.cast.officer) == [("comment", url), ("comment", url)]
    assert told(desk.cast.mentor) == [("comment", url)]
    assert told(desk.cast.approver) == []


def test_who_is_named_is_told_so_once(desk: Desk) -> None:
    post = desk.write()
    thread = comment(post, "@Approver, @Officer: може?", by=desk.cast.mentor)
    comment_row = Comment.objects.get()
    assert comment_row.text == f"@{{{desk.cast.approver.pk}}}, @{{{desk.cast.officer.pk}}}: може?"
    assert comment_row.mentions == [desk.cast.approver.pk, desk.cast.officer.pk]
    url = f"/m/cuprija/posts/{post.pk}/#thread-{thread.pk}"
    assert told(desk.cast.approver) == told(desk.cast.officer) == [("mention", url)]
    assert "@Approver, @Officer: може?" in Notification.objects.filter(user=desk.cast.officer).get().body


def test_only_people_who_may_read_the_draft_can_be_named(desk: Desk) -> None:
    post = desk.write()
    named = {person.name for person in mentionable(desk.municipality)}
    assert named == {"Officer", "Approver", "Viewer", "Mentor"}
    comment(post, f"@Stranger @{{{desk.cast.stranger.pk}}} @Staff", by=desk.cast.mentor)
    assert Comment.objects.get().mentions == []
    assert told(desk.cast.stranger) == []


def test_names_are_read_as_people_type_them() -> None:
    class Person:
        def __init__(self, pk: int, name: str) -> None:
            self.pk, self.name = pk, name

    people = [Person(1, "Ана Петровић"), Person(2, "Ана Јовић"), Person(3, "Марко Илић")]
    assert to_stored_text("@Ана Петровић и @ана јовић.", people) == ("@{1} и @{2}.", [1, 2])
    assert to_stored_text("@Марко, @Ана, @Маркова", people) == ("@{3}, @Ана, @Маркова", [3])
    assert to_stored_text("pisi@Марко и @@Марко", people) == ("pisi@Марко и @@Марко", [])
    assert to_stored_text("@{3} @{99}", people) == ("@{3} @99", [3])
    assert plain("@{1}, @{8}", {1: "Ана"}) == "@Ана, @…"
    assert [(piece.text, piece.person) for piece in pieces("а @{1}", {1: "Ана"})] == [("а ", None), ("@Ана", 1)]


def test_resolve_and_reopen_write_one_event_each_and_say_nothing_twice(desk: Desk) -> None:
    thread = comment(desk.write(), "Од када?", by=desk.cast.mentor)
    for _twice in range(2):
        resolved = resolve(thread, by=desk.cast.officer)
        assert resolved.resolved_by == desk.cast.officer
    for _twice in range(2):
        assert reopen(thread, by=desk.cast.mentor).resolved_at is None
    verbs = AuditEvent.objects.filter(verb__in=["post.comment", "post.resolve", "post.reopen"]).order_by("pk")
    assert list(verbs.values_list("verb", flat=True)) == ["post.comment", "post.resolve", "post.reopen"]


def test_what_was_said_since_one_looked_is_new(desk: Desk) -> None:
    post = desk.write()
    comment(post, "Од када?", by=desk.cast.mentor)
    mark_seen(post, by=desk.cast.officer)
    mark_seen(post, by=desk.cast.officer)
    (thread,) = threads(post, reader=desk.cast.officer)
    assert thread.seen_at is not None  # type: ignore[attr-defined]
    assert Seen.objects.count() == 1
    (same,) = threads(post, reader=desk.cast.approver)
    assert same.seen_at is None  # type: ignore[attr-defined]


def test_the_database_refuses_a_thread_without_its_place(desk: Desk) -> None:
    from django.db import IntegrityError, transaction

    post: Post = desk.write()
    for fields in ({"place": "text"}, {"place": "picture"}, {"place": "post", "tag": "sr-Cyrl"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Thread.objects.create(municipality=desk.municipality, post=post, author=desk.cast.mentor, **fields)
