"""What a citizen wrote for few is answered to no more than these: from the network through the outbox and back to it."""

from __future__ import annotations

import pytest

from inbox.domain import answer
from inbox.models import Message
from municipalities.tenancy import scope
from tests.inbox.conftest import Town
from tests.inbox.private import PRIVATE, SECRET, THEIRS, Citizen, everybody, mirjana

__all__ = ["mirjana"]


def answered(town: Town, message: Message, text: str = "Јавите се на 035/123-456.") -> dict[str, object]:
    """Our answer as it stands on the server."""
    with scope(town.cast.cuprija):
        answer.answer(message, text, by=town.cast.officer)
    town.publish()
    return next(each for each in town.public() if each["reply_to"] == message.remote_id)


def heard(town: Town, writer: Citizen, visibility: str, text: str = SECRET) -> Message:
    remote_id = writer.write(text, visibility)
    town.hear()
    return next(each for each in town.messages() if each.remote_id == remote_id)


@pytest.mark.parametrize("theirs", PRIVATE)
def test_an_answer_to_what_was_written_privately_is_read_by_its_author_alone(
    town: Town, mirjana: Citizen, theirs: str
) -> None:
    sent = answered(town, heard(town, mirjana, theirs))
    assert sent["visibility"] == "direct"
    assert not [each for each in everybody(town) if "mirjana" in each["content"]]
    assert [each["id"] for each in mirjana.direct_answers()] == [sent["id"]]


@pytest.mark.parametrize("theirs", ["public", "unlisted"])
def test_an_answer_to_what_everybody_reads_is_as_public_as_that(town: Town, mirjana: Citizen, theirs: str) -> None:
    assert answered(town, heard(town, mirjana, theirs))["visibility"] == theirs


@pytest.mark.parametrize(("theirs", "ours"), THEIRS.items())
def test_who_may_read_a_message_is_carried_from_the_network(
    town: Town, mirjana: Citizen, theirs: str, ours: str
) -> None:
    assert heard(town, mirjana, theirs).visibility == ours
