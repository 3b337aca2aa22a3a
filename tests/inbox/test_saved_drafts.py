"""What somebody is writing: kept while they write, seen by colleagues, gone when it was sent or is old."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from django.utils import timezone

from inbox.domain import drafts
from inbox.models import AnswerDraft, Message
from inbox.rules import DRAFT_RETENTION, WRITING_WINDOW
from municipalities.tenancy import scope
from tests.inbox.conftest import MunicipalityInbox
from tests.people import sign_in

LIST = "/m/cuprija/inbox/"


def saved_texts(municipality: MunicipalityInbox) -> list[tuple[str, str]]:
    with scope(municipality.cast.cuprija):
        return [(str(draft.by), draft.text) for draft in AnswerDraft.objects.select_related("by").order_by("pk")]


def write(municipality: MunicipalityInbox, message: Message, text: str, who: Any = None) -> None:
    client = sign_in(who or municipality.cast.officer)
    assert client.post(f"{LIST}{message.pk}/draft/", {"text": text}).status_code == 204


def seen(municipality: MunicipalityInbox, message: Message, who: Any) -> str:
    return str(sign_in(who).get(f"{LIST}{message.pk}/writing/").text)


def age(municipality: MunicipalityInbox, by: timedelta) -> None:
    with scope(municipality.cast.cuprija):
        AnswerDraft.objects.update(at=timezone.now() - by)


def test_nothing_is_lost_when_the_session_ends(municipality: MunicipalityInbox) -> None:
    message = municipality.receive("@opstina До када?")
    write(municipality, message, "До 14")
    write(municipality, message, "До 14 часова, а можда")
    assert saved_texts(municipality) == [("Officer", "До 14 часова, а можда")]
    assert "До 14 часова, а можда</textarea>" in sign_in(municipality.cast.officer).get(f"{LIST}{message.pk}/").text
    assert "а можда</textarea>" not in sign_in(municipality.cast.approver).get(f"{LIST}{message.pk}/").text
    write(municipality, message, "  ")
    assert saved_texts(municipality) == []


def test_a_draft_goes_with_its_answer_and_that_of_a_colleague_stays(municipality: MunicipalityInbox) -> None:
    message = municipality.receive("@opstina До када?")
    write(municipality, message, "До 14")
    write(municipality, message, "Питаћу", municipality.cast.approver)
    sign_in(municipality.cast.officer).post(f"{LIST}{message.pk}/answer/", {"text": "До 14 часова."})
    assert saved_texts(municipality) == [("Approver", "Питаћу")]
    write(municipality, message, "До 14 часова.")  # the page's last letters come after its answer
    assert saved_texts(municipality) == [("Approver", "Питаћу")]


def test_colleagues_see_who_is_writing_and_since_when(municipality: MunicipalityInbox) -> None:
    message = municipality.receive("@opstina До када?")
    assert seen(municipality, message, municipality.cast.approver).strip() == ""
    write(municipality, message, "До 14")
    assert "Officer is writing an answer here since" in seen(municipality, message, municipality.cast.approver)
    assert "Officer is writing" in sign_in(municipality.cast.approver).get(f"{LIST}{message.pk}/").text
    assert "До 14" not in seen(municipality, message, municipality.cast.approver)
    assert "is writing" not in seen(municipality, message, municipality.cast.officer)
    age(municipality, WRITING_WINDOW + timedelta(seconds=1))
    assert "is writing" not in seen(municipality, message, municipality.cast.approver)


def test_what_nobody_finished_is_forgotten(municipality: MunicipalityInbox) -> None:
    message = municipality.receive("@opstina До када?")
    write(municipality, message, "До 14")
    age(municipality, DRAFT_RETENTION - timedelta(minutes=1))
    assert drafts.purge_expired() == 0
    age(municipality, DRAFT_RETENTION + timedelta(minutes=1))
    assert drafts.purge_expired() == 1


@pytest.mark.parametrize(("who", "status"), [("viewer", 403), ("mentor", 403), ("stranger", 404)])
def test_only_those_who_answer_see_and_keep(municipality: MunicipalityInbox, who: str, status: int) -> None:
    message, client = municipality.receive("@opstina До када?"), sign_in(getattr(municipality.cast, who))
    assert client.get(f"{LIST}{message.pk}/writing/").status_code == status
    for path in ("draft", "fill"):
        assert client.post(f"{LIST}{message.pk}/{path}/", {"text": "x"}).status_code == status


def test_looking_who_writes_is_cheap(municipality: MunicipalityInbox, django_assert_max_num_queries: Any) -> None:
    message, client = municipality.receive("@opstina До када?"), sign_in(municipality.cast.approver)
    write(municipality, message, "До 14")
    client.get(f"{LIST}{message.pk}/writing/")
    with django_assert_max_num_queries(6):
        client.get(f"{LIST}{message.pk}/writing/")


def test_the_length_is_counted_as_the_network_counts_it(municipality: MunicipalityInbox) -> None:
    message = municipality.receive("@opstina До када?")
    write(municipality, message, "https://cuprija.rs/" + "a" * 300)  # an address counts 23 on Mastodon
    page = sign_in(municipality.cast.officer).get(f"{LIST}{message.pk}/").text
    assert f">{len('@gradjanka ') + 23} / 500<" in page
