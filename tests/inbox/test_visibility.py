"""What a citizen wrote for few is answered to no more than these: from the network, over HTTP, through the inbox and
the outbox, and back to it. What becomes of it inside is in `test_visibility_inside`."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from django.utils import timezone

from channels.connector_factory import open_channel
from common.errors import ActionNotAllowed
from delivery.enums import State as Sent
from delivery.models import Delivery
from inbox.domain import answer, fetch_visibility, ingest, propose
from inbox.enums import MessageVisibility
from inbox.models import Message, ProposedAnswer
from municipalities.tenancy import everywhere, scope
from platforms import visibility as of_networks
from platforms.errors import Rejected
from platforms.types import Outgoing
from tests.inbox.conftest import Town
from tests.inbox.private import PRIVATE, THEIRS, Citizen, answered, citizen, everybody, heard, mirjana, ours, page

__all__ = ["mirjana"]

ALL = list(THEIRS)
OPEN_ONES = [each for each in ALL if each not in PRIVATE]


# ---------------------------------------------------------------- reading


def test_the_portal_and_its_connectors_know_the_same_visibilities() -> None:
    assert [str(each) for each in of_networks.Visibility] == MessageVisibility.values


@pytest.mark.parametrize(("theirs", "known"), THEIRS.items())
def test_who_may_read_a_message_is_carried_from_the_network(
    town: Town, mirjana: Citizen, theirs: str, known: str
) -> None:
    message = heard(town, mirjana, theirs)
    assert (message.visibility, message.is_private) == (known, theirs in PRIVATE)


@pytest.mark.parametrize("theirs", ["local", "list:7", "mutuals_only", "limited", "", "none"])
def test_a_visibility_that_we_do_not_know_is_the_narrowest(town: Town, mirjana: Citizen, theirs: str) -> None:
    town.network.options(forced_visibility=theirs or "?")
    assert heard(town, mirjana, "public").visibility == "direct"


@pytest.mark.parametrize(("theirs", "known"), THEIRS.items())
def test_what_stands_below_our_posts_carries_it_too(town: Town, mirjana: Citizen, theirs: str, known: str) -> None:
    written = mirjana.write("Хвала!", theirs, under=town.post)
    with scope(town.cast.cuprija):
        ingest.store_messages(town.channel, open_channel(town.channel).replies(town.post).items)
        message = Message.objects.get(remote_id=written)
    assert (message.visibility, message.publication_id) == (known, town.publication.pk)


def test_what_was_once_private_is_never_public_again(town: Town, mirjana: Citizen) -> None:
    remote_id = mirjana.write("Тајна", "direct")
    town.hear()
    for stored in ("public", "direct", ""):
        with everywhere("the next look begins anew"):
            Message.objects.update(visibility=stored)
        with scope(town.cast.cuprija):
            ingest.store_messages(town.channel, open_channel(town.channel).messages().items)
            assert Message.objects.get(remote_id=remote_id).visibility == "direct"
    town.network.options(forced_visibility="")
    town.network.world.fake("mastodon").statuses[remote_id]["visibility"] = "public"
    with scope(town.cast.cuprija):
        ingest.store_messages(town.channel, open_channel(town.channel).messages().items)
        assert Message.objects.get(remote_id=remote_id).visibility == "direct"


def test_messages_from_before_are_private_until_the_network_was_asked(town: Town, mirjana: Citizen) -> None:
    written = {theirs: mirjana.write("Раније", theirs) for theirs in ALL}
    lost = mirjana.write("Обрисано", "public")
    town.hear()
    with everywhere("as an older version left them"):
        Message.objects.update(visibility="")
    assert all(each.is_private for each in town.messages())
    town.network.react("mastodon", lost, "delete")
    town.hear()
    with scope(town.cast.cuprija):
        known = dict(Message.objects.values_list("remote_id", "visibility"))
        assert known == {written[theirs]: name for theirs, name in THEIRS.items()} | {lost: "direct"}
        assert fetch_visibility.fetch_unknown(town.channel, open_channel(town.channel)) == 0


# ---------------------------------------------------------------- answering


@pytest.mark.parametrize("theirs", PRIVATE)
def test_an_answer_to_what_was_written_privately_is_read_by_its_author_alone(
    town: Town, mirjana: Citizen, theirs: str
) -> None:
    town.network.world.fake("mastodon").follow("komsija", "opstina")
    neighbour = citizen(town, "komsija")
    sent = answered(town, heard(town, mirjana, theirs))
    assert sent["visibility"] == "direct"
    assert not [each for each in everybody(town) if "mirjana" in each["content"]]
    assert [each["id"] for each in mirjana.direct_answers()] == [sent["id"]]
    assert sent["id"] not in neighbour.sees()


@pytest.mark.parametrize("theirs", OPEN_ONES)
def test_an_answer_to_what_everybody_reads_is_as_public_as_that(town: Town, mirjana: Citizen, theirs: str) -> None:
    assert answered(town, heard(town, mirjana, theirs))["visibility"] == theirs


def test_a_private_conversation_goes_on_in_private(town: Town, mirjana: Citizen) -> None:
    first = answered(town, heard(town, mirjana, "direct"))
    second = heard(town, mirjana, "direct", "Хвала, долазим.", under=str(first["id"]))
    assert (second.in_reply_to, second.visibility) == (first["id"], "direct")
    assert answered(town, second, "Чекамо вас.")["visibility"] == "direct"
    assert not [each for each in everybody(town) if "mirjana" in each["content"]]


def test_an_answer_that_an_approver_sends_stays_private(town: Town, mirjana: Citizen) -> None:
    town.cast.cuprija.answers_need_approval = True
    town.cast.cuprija.save(update_fields=["answers_need_approval"])
    message = heard(town, mirjana, "direct")
    with scope(town.cast.cuprija):
        proposed = propose.answer(message, "Јавите се.", by=town.cast.officer)
        assert isinstance(proposed, ProposedAnswer)
    assert "Only mirjana will see this answer" in page(town, message, "approver")
    with scope(town.cast.cuprija):
        propose.approve(proposed, "Јавите се.", revision=proposed.revision, by=town.cast.approver)
    town.publish()
    assert [each["visibility"] for each in ours(town, message)] == ["direct"]


def test_a_private_answer_mentions_nobody_else(town: Town, mirjana: Citizen) -> None:
    """Whoever is mentioned in it could read it."""
    message = heard(town, mirjana, "direct")
    with scope(town.cast.cuprija), pytest.raises(ActionNotAllowed, match="@komsija"):
        answer.answer(message, "Питајте @komsija или пишите на info@cuprija.rs", by=town.cast.officer)
    with scope(town.cast.cuprija), pytest.raises(Rejected, match="@komsija"):
        open_channel(town.channel).reply(_outgoing(message, "@mirjana питајте @komsija", "direct"), lambda ref: b"")
    assert ours(town, message) == []
    assert answered(town, message, "Пишите на info@cuprija.rs")["visibility"] == "direct"


def _outgoing(message: Message, text: str, visibility: str) -> Outgoing:
    return Outgoing(
        text=text, language="sr", key="a" * 32, created_at=timezone.now(), reply_to=message.remote_id,
        visibility=of_networks.Visibility(visibility),
    )  # fmt: skip


@pytest.mark.parametrize("theirs", PRIVATE)
@pytest.mark.parametrize(
    "payload", [{"visibility": "public"}, {"visibility": "unlisted"}, {"visibility": "followers"}, {}]
)
def test_the_gate_holds_an_answer_that_more_people_would_read(
    town: Town, mirjana: Citizen, theirs: str, payload: dict[str, str]
) -> None:
    """Whatever wrote it: also one that waited in the outbox when an older version was replaced."""
    message = heard(town, mirjana, theirs)
    with scope(town.cast.cuprija):
        reply = answer.answer(message, "Јавите се.", by=town.cast.officer)
        frozen = Delivery.objects.get(pk=reply.delivery_id).payload
        frozen.pop("visibility")
        Delivery.objects.filter(pk=reply.delivery_id).update(payload={**frozen, **payload})
    town.publish()
    assert ours(town, message) == []
    with scope(town.cast.cuprija):
        assert Delivery.objects.get(pk=reply.delivery_id).state == Sent.WAITING


@pytest.mark.parametrize("theirs", PRIVATE)
@pytest.mark.parametrize("wider", ["public", "unlisted"])
def test_the_connector_asks_the_server_and_refuses_a_wider_answer(
    town: Town, mirjana: Citizen, theirs: str, wider: str
) -> None:
    """Also where the portal takes a private message for a public one."""
    message = heard(town, mirjana, theirs)
    with everywhere("somebody made it public in the database"):
        Message.objects.update(visibility=wider)
    with scope(town.cast.cuprija):
        reply = answer.answer(town.again(message), "Јавите се.", by=town.cast.officer)
    town.publish()
    assert ours(town, message) == []
    with scope(town.cast.cuprija):
        assert Delivery.objects.get(pk=reply.delivery_id).state == Sent.FAILED


def test_a_server_that_makes_a_private_answer_public_is_made_to_delete_it(town: Town, mirjana: Citizen) -> None:
    message = heard(town, mirjana, "direct")
    town.network.options(forced_visibility="public")
    with scope(town.cast.cuprija):
        reply = answer.answer(message, "Јавите се.", by=town.cast.officer)
    town.publish()
    assert ours(town, message) == []
    with scope(town.cast.cuprija):
        assert Delivery.objects.get(pk=reply.delivery_id).state == Sent.FAILED


def test_a_network_without_private_answers_gets_none(town: Town, hiding: Callable[[], Message]) -> None:
    message = hiding()
    with everywhere("as if Facebook had told of a private message"):
        Message.objects.filter(pk=message.pk).update(visibility="direct")
    with scope(town.cast.cuprija), pytest.raises(ActionNotAllowed, match="only answer in public"):
        answer.answer(town.again(message), "Јавите се.", by=town.cast.officer)


def test_a_private_answer_never_leaves_for_a_network_without_them(town: Town, hiding: Callable[[], Message]) -> None:
    """Past the check: it would be public there."""
    message = hiding()
    with everywhere("as if Facebook had told of a private message"):
        Message.objects.filter(pk=message.pk).update(visibility="direct")
    with scope(town.cast.cuprija):
        reply = answer.send(town.again(message), "Јавите се.", by=town.cast.officer, approved_by=None)
    town.publish()
    with scope(town.cast.cuprija):
        assert Delivery.objects.get(pk=reply.delivery_id).state == Sent.FAILED
    assert not [each for each in town.public() if each["text"] == "Јавите се."]
