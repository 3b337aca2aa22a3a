"""Messages of networks without a list of messages, put in order."""

from datetime import UTC, datetime, timedelta

from platforms.newest import after, oldest_first
from platforms.types import Message
from platforms.visibility import Visibility

SECOND = datetime(2026, 11, 30, 2, 53, 54, tzinfo=UTC)


def message(remote_id: str, at: datetime = SECOND) -> Message:
    return Message(remote_id, "1", "1", "7", "ana", "Ана", "", "", "", "", at, Visibility.PUBLIC)


def test_of_one_second_the_smaller_number_came_first_though_it_has_fewer_digits() -> None:
    later = message("3", SECOND + timedelta(seconds=1))
    given = [later, message("100"), message("99"), message("7_100"), message("7_99")]
    assert [one.remote_id for one in oldest_first(given)] == ["99", "100", "7_99", "7_100", "3"]


def test_what_was_given_out_of_a_second_does_not_come_again() -> None:
    first = after([message("99")], None)
    second = after([message("100"), message("99")], first.cursor)
    assert [one.remote_id for one in second.items] == ["100"]
    assert after([message("100"), message("99")], second.cursor).items == ()
