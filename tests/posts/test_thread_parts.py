"""A thread is one text: lines of hyphens part its posts, and each network gets what it can show."""

from __future__ import annotations

import pytest

from posts import compose, thread_parts
from posts.compose import BETWEEN, parts
from posts.draft import ChannelLayout, Draft, Interactive, Text
from posts.editing.domain.save import first_line
from posts.enums import Format
from serbian.transliteration import to_cyrillic, to_latin
from tests.posts.test_compose import Account

TEXT = "Вода у суботу\n---\nЦистерне су на тргу.\n\n-----\nХвала на стрпљењу."
POSTS = ["Вода у суботу", "Цистерне су на тргу.", "Хвала на стрпљењу."]
LINK = "https://cuprija.rs/voda"


@pytest.mark.parametrize(
    ("text", "posts"),
    [
        (TEXT, POSTS),
        ("Једна", ["Једна"]),
        ("а\n  ---\t\nб", ["а", "б"]),
        ("---\nа\n---\n\n---\nб\n---", ["а", "б"]),
        ("а\n--\nб", ["а\n--\nб"]),
        ("а --- б\n— — —\nв", ["а --- б\n— — —\nв"]),
        ("---", []),
        ("", []),
    ],
)
def test_a_line_of_hyphens_begins_the_next_post(text: str, posts: list[str]) -> None:
    assert thread_parts.split(text) == posts


def test_as_one_post_a_blank_line_stands_for_each_separator() -> None:
    assert thread_parts.joined(TEXT) == "\n\n".join(POSTS)
    assert thread_parts.joined(" а\n\n\nб ") == " а\n\n\nб "


def test_both_scripts_keep_the_separators() -> None:
    assert len(thread_parts.split(to_latin(TEXT))) == len(thread_parts.split(to_cyrillic(to_latin(TEXT)))) == 3
    assert to_cyrillic(to_latin(TEXT)) == TEXT


def test_a_network_with_threads_gets_the_first_post_and_the_others_behind_it() -> None:
    (part,) = parts(Draft(texts={"sr-Cyrl": Text(TEXT)}), Account(takes_threads=True))
    assert [part.text, *part.thread] == POSTS


def test_a_network_without_threads_gets_one_text() -> None:
    (part,) = parts(Draft(texts={"sr-Cyrl": Text(TEXT)}), Account())
    assert (part.text, part.thread, part.written) == ("\n\n".join(POSTS), (), (3,))


def test_a_link_that_is_in_no_post_stands_in_the_first_which_people_share() -> None:
    (part,) = parts(Draft(texts={"sr-Cyrl": Text(TEXT)}, link=LINK), Account(takes_threads=True))
    assert [part.text, *part.thread] == [f"{POSTS[0]}\n\n{LINK}", *POSTS[1:]]


def test_a_link_stays_in_the_post_in_which_it_was_written() -> None:
    draft = Draft(texts={"sr-Cyrl": Text(f"{TEXT} {LINK}")}, link=LINK, short_links={7: "https://l.rs/l/abc"})
    (part,) = parts(draft, Account(takes_threads=True))
    assert [part.text, *part.thread] == [*POSTS[:2], f"{POSTS[2]} https://l.rs/l/abc"]


def test_the_answers_of_a_poll_stand_below_the_question() -> None:
    asked = Interactive(Format.POLL, ("Парк", "Пијаца"))
    draft = Draft(texts={"sr-Cyrl": Text("Шта прво?\n---\nПишите нам.")}, interactive=asked)
    (part,) = parts(draft, Account(takes_threads=True))
    assert [part.text, *part.thread] == ["Шта прво?\n\n1) Парк\n2) Пијаца", "Пишите нам."]


def test_both_scripts_in_one_post_go_on_post_by_post() -> None:
    layout = {7: ChannelLayout("combined", ("sr-Cyrl", "sr-Latn"))}
    (part,) = parts(Draft(texts={"sr-Cyrl": Text("Вода\n---\nТрг")}, layout=layout), Account(takes_threads=True))
    assert [part.text, *part.thread] == [f"Вода{BETWEEN}Voda", f"Трг{BETWEEN}Trg"]


def test_scripts_with_different_numbers_of_posts_lose_nothing() -> None:
    layout = {7: ChannelLayout("combined", ("sr-Cyrl", "sr-Latn"))}
    texts = {"sr-Cyrl": Text("Вода\n---\nТрг"), "sr-Latn": Text("Voda i trg")}
    (part,) = parts(Draft(texts=texts, layout=layout), Account(takes_threads=True))
    assert [part.text, *part.thread] == [f"Вода{BETWEEN}Voda i trg", "Трг"]
    assert part.written == (2, 1)


def test_a_thread_for_each_script_where_scripts_are_apart() -> None:
    layout = {7: ChannelLayout("separate", ("sr-Cyrl", "sr-Latn"))}
    apart = parts(Draft(texts={"sr-Cyrl": Text("Вода\n---\nТрг")}, layout=layout), Account(takes_threads=True))
    assert [[part.text, *part.thread] for part in apart] == [["Вода", "Трг"], ["Voda", "Trg"]]


def test_a_text_of_separators_alone_is_empty() -> None:
    for account in (Account(), Account(takes_threads=True)):
        (part,) = parts(Draft(texts={"sr-Cyrl": Text("---\n---")}), account)
        assert (part.text, part.thread) == ("", ())


def test_a_post_is_not_called_by_its_separator() -> None:
    assert first_line("---\nВода у суботу\n---\nТрг") == "Вода у суботу"


def test_a_text_that_is_no_thread_goes_out_as_it_was_written() -> None:
    text = "Вода\n\n\nу суботу"
    for account in (Account(), Account(takes_threads=True)):
        (part,) = compose.parts(Draft(texts={"sr-Cyrl": Text(text)}), account)
        assert (part.text, part.thread) == (text, ())
