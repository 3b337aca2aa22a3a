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
from tests.inbox.conftest import MunicipalityInbox
from tests.inbox.private import PRIVATE, VISIBILITIES, Citizen, answered, citizen, everybody, heard, mirjana, ours, page

__all__ = ["mirjana"]

ALL = list(VISIBILITIES)
OPEN_ONES = [each for each in ALL if each not in PRIVATE]


# ---------------------------------------------------------------- reading


def test_the_portal_and_its_connectors_know_the_same_visibilities() -> None:
    assert [str(row) for row in of_networks.Visibility] == MessageVisibility.values


@pytest.mark.parametrize(("remote_visibility", "known"), VISIBILITIES.items())
def test_who_may_read_a_message_is_carried_from_the_network(
    municipality: MunicipalityInbox, mirjana: Citizen, remote_visibility: str, known: str
) -> None:
    message = heard(municipality, mirjana, remote_visibility)
    assert (message.visibility, message.is_private) == (known, remote_visibility in PRIVATE)


@pytest.mark.parametrize("remote_visibility", ["local", "list:7", "mutuals_only", "limited", "", "none"])
def test_a_visibility_that_we_do_not_know_is_the_narrowest(
    municipality: MunicipalityInbox, mirjana: Citizen, remote_visibility: str
) -> None:
    municipality.network.options(forced_visibility=remote_visibility or "?")
    assert heard(municipality, mirjana, "public").visibility == "direct"


@pytest.mark.parametrize(("remote_visibility", "known"), VISIBILITIES.items())
def test_what_stands_below_our_posts_carries_it_too(
    municipality: MunicipalityInbox, mirjana: Citizen, remote_visibility: str, known: str
) -> None:
    written = mirjana.write("Хвала!", remote_visibility, under=municipality.post)
    with scope(municipality.cast.cuprija):
        ingest.store_messages(municipality.channel, open_channel(municipality.channel).replies(municipality.post).items)
        message = Message.objects.get(remote_id=written)
    assert (message.visibility, message.publication_id) == (known, municipality.publication.pk)


def test_what_was_once_private_is_never_public_again(municipality: MunicipalityInbox, mirjana: Citizen) -> None:
    remote_id = mirjana.write("Тајна", "direct")
    municipality.fetch()
    for stored in ("public", "direct", ""):
        with everywhere("the next look begins anew"):
            Message.objects.update(visibility=stored)
        with scope(municipality.cast.cuprija):
            ingest.store_messages(municipality.channel, open_channel(municipality.channel).messages().items)
            assert Message.objects.get(remote_id=remote_id).visibility == "direct"
    municipality.network.options(forced_visibility="")
    municipality.network.world.fake("mastodon").statuses[remote_id]["visibility"] = "public"
    with scope(municipality.cast.cuprija):
        ingest.store_messages(municipality.channel, open_channel(municipality.channel).messages().items)
        assert Message.objects.get(remote_id=remote_id).visibility == "direct"


def test_messages_from_before_are_private_until_the_network_was_asked(
    municipality: MunicipalityInbox, mirjana: Citizen
) -> None:
    written = {remote_visibility: mirjana.write("Раније", remote_visibility) for remote_visibility in ALL}
    lost = mirjana.write("Обрисано", "public")
    municipality.fetch()
    with everywhere("as an older version left them"):
        Message.objects.update(visibility="")
    assert all(message.is_private for message in municipality.messages())
    municipality.network.react("mastodon", lost, "delete")
    municipality.fetch()
    with scope(municipality.cast.cuprija):
        known = dict(Message.objects.values_list("remote_id", "visibility"))
        assert known == {written[remote_visibility]: name for remote_visibility, name in VISIBILITIES.items()} | {
            lost: "direct"
        }
        assert fetch_visibility.fetch_unknown(municipality.channel, open_channel(municipality.channel)) == 0


# ---------------------------------------------------------------- answering


@pytest.mark.parametrize("remote_visibility", PRIVATE)
def test_an_answer_to_what_was_written_privately_is_read_by_its_author_alone(
    municipality: MunicipalityInbox, mirjana: Citizen, remote_visibility: str
) -> None:
    municipality.network.world.fake("mastodon").follow("komsija", "opstina")
    neighbour = citizen(municipality, "komsija")
    sent = answered(municipality, heard(municipality, mirjana, remote_visibility))
    assert sent["visibility"] == "direct"
    assert not [status for status in everybody(municipality) if "mirjana" in status["content"]]
    assert [status["id"] for status in mirjana.direct_answers()] == [sent["id"]]
    assert sent["id"] not in neighbour.sees()


@pytest.mark.parametrize("remote_visibility", OPEN_ONES)
def test_an_answer_to_what_everybody_reads_is_as_public_as_that(
    municipality: MunicipalityInbox, mirjana: Citizen, remote_visibility: str
) -> None:
    assert answered(municipality, heard(municipality, mirjana, remote_visibility))["visibility"] == remote_visibility


def test_a_private_conversation_goes_on_in_private(municipality: MunicipalityInbox, mirjana: Citizen) -> None:
    first = answered(municipality, heard(municipality, mirjana, "direct"))
    second = heard(municipality, mirjana, "direct", "Хвала, долазим.", under=str(first["id"]))
    assert (second.in_reply_to, second.visibility) == (first["id"], "direct")
    assert answered(municipality, second, "Чекамо вас.")["visibility"] == "direct"
    assert not [post for post in everybody(municipality) if "mirjana" in post["content"]]


def test_an_answer_that_an_approver_sends_stays_private(municipality: MunicipalityInbox, mirjana: Citizen) -> None:
    municipality.cast.cuprija.answers_need_approval = True
    municipality.cast.cuprija.save(update_fields=["answers_need_approval"])
    message = heard(municipality, mirjana, "direct")
    with scope(municipality.cast.cuprija):
        proposed = propose.answer(message, "Јавите се.", by=municipality.cast.officer)
        assert isinstance(proposed, ProposedAnswer)
    assert "Private answer to mirjana" in page(municipality, message, "approver")
    with scope(municipality.cast.cuprija):
        propose.approve(proposed, "Јавите се.", revision=proposed.revision, by=municipality.cast.approver)
    municipality.publish()
    assert [post["visibility"] for post in ours(municipality, message)] == ["direct"]


def test_a_private_answer_mentions_nobody_else(municipality: MunicipalityInbox, mirjana: Citizen) -> None:
    """Whoever is mentioned in it could read it."""
    message = heard(municipality, mirjana, "direct")
    with scope(municipality.cast.cuprija), pytest.raises(ActionNotAllowed, match="@komsija"):
        answer.answer(message, "Питајте @komsija или пишите на info@cuprija.rs", by=municipality.cast.officer)
    with scope(municipality.cast.cuprija), pytest.raises(Rejected, match="@komsija"):
        open_channel(municipality.channel).reply(
            _outgoing(message, "@mirjana питајте @komsija", "direct"), lambda ref: b""
        )
    assert ours(municipality, message) == []
    assert answered(municipality, message, "Пишите на info@cuprija.rs")["visibility"] == "direct"


def _outgoing(message: Message, text: str, visibility: str) -> Outgoing:
    return Outgoing(
        text=text, language="sr", key="a" * 32, created_at=timezone.now(), reply_to=message.remote_id,
        visibility=of_networks.Visibility(visibility),
    )  # fmt: skip


@pytest.mark.parametrize("remote_visibility", PRIVATE)
@pytest.mark.parametrize(
    "payload", [{"visibility": "public"}, {"visibility": "unlisted"}, {"visibility": "followers"}, {}]
)
def test_the_gate_holds_an_answer_that_more_people_would_read(
    municipality: MunicipalityInbox, mirjana: Citizen, remote_visibility: str, payload: dict[str, str]
) -> None:
    """Whatever wrote it: also one that waited in the outbox when an older version was replaced."""
    message = heard(municipality, mirjana, remote_visibility)
    with scope(municipality.cast.cuprija):
        reply = answer.answer(message, "Јавите се.", by=municipality.cast.officer)
        frozen = Delivery.objects.get(pk=reply.delivery_id).payload
        frozen.pop("visibility")
        Delivery.objects.filter(pk=reply.delivery_id).update(payload={**frozen, **payload})
    municipality.publish()
    assert ours(municipality, message) == []
    with scope(municipality.cast.cuprija):
        assert Delivery.objects.get(pk=reply.delivery_id).state == Sent.WAITING


@pytest.mark.parametrize("remote_visibility", PRIVATE)
@pytest.mark.parametrize("wider", ["public", "unlisted"])
def test_the_connector_asks_the_server_and_refuses_a_wider_answer(
    municipality: MunicipalityInbox, mirjana: Citizen, remote_visibility: str, wider: str
) -> None:
    """Also where the portal takes a private message for a public one."""
    message = heard(municipality, mirjana, remote_visibility)
    with everywhere("somebody made it public in the database"):
        Message.objects.update(visibility=wider)
    with scope(municipality.cast.cuprija):
        reply = answer.answer(municipality.reload(message), "Јавите се.", by=municipality.cast.officer)
    municipality.publish()
    assert ours(municipality, message) == []
    with scope(municipality.cast.cuprija):
        assert Delivery.objects.get(pk=reply.delivery_id).state == Sent.FAILED


def test_a_server_that_makes_a_private_answer_public_is_made_to_delete_it(
    municipality: MunicipalityInbox, mirjana: Citizen
) -> None:
    message = heard(municipality, mirjana, "direct")
    municipality.network.options(forced_visibility="public")
    with scope(municipality.cast.cuprija):
        reply = answer.answer(message, "Јавите се.", by=municipality.cast.officer)
    municipality.publish()
    assert ours(municipality, message) == []
    with scope(municipality.cast.cuprija):
        assert Delivery.objects.get(pk=reply.delivery_id).state == Sent.FAILED


def test_a_network_without_private_answers_gets_none(
    municipality: MunicipalityInbox, hiding: Callable[[], Message]
) -> None:
    message = hiding()
    with everywhere("as if Facebook had told of a private message"):
        Message.objects.filter(pk=message.pk).update(visibility="direct")
    with scope(municipality.cast.cuprija), pytest.raises(ActionNotAllowed, match="only reply in public"):
        answer.answer(municipality.reload(message), "Јавите се.", by=municipality.cast.officer)


def test_a_private_answer_never_leaves_for_a_network_without_them(
    municipality: MunicipalityInbox, hiding: Callable[[], Message]
) -> None:
    """Past the check: it would be public there."""
    message = hiding()
    with everywhere("as if Facebook had told of a private message"):
        Message.objects.filter(pk=message.pk).update(visibility="direct")
    with scope(municipality.cast.cuprija):
        reply = answer.send(municipality.reload(message), "Јавите се.", by=municipality.cast.officer, approved_by=None)
    municipality.publish()
    with scope(municipality.cast.cuprija):
        assert Delivery.objects.get(pk=reply.delivery_id).state == Sent.FAILED
    assert not [post for post in municipality.public() if post["text"] == "Јавите се."]
