"""A citizen's name is the only thing of theirs on the page of a question: as text, never as an element."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from accounts.models import Invitation
from inbox.models import Message
from municipalities.tenancy import scope
from tests.browsing import enter
from tests.hostile import INVITATION, Elements, foreign
from tests.inbox.conftest import MunicipalityInbox
from tests.inbox.test_handover import waterworks
from tests.people import sign_in

__all__ = ["waterworks"]


def written_by(municipality: MunicipalityInbox, name: str) -> Message:
    """A message whose author a server without a limit on names calls so."""
    message = municipality.receive("@opstina Нема воде, зовите 063/123-456")
    with scope(municipality.cast.cuprija):
        Message.objects.filter(pk=message.pk).update(author_name=name)
    return message


@pytest.mark.usefixtures("waterworks")
def test_a_name_of_tags_stays_text_on_the_page_that_asks_a_department(municipality: MunicipalityInbox) -> None:
    message = written_by(municipality, INVITATION)
    page = sign_in(municipality.cast.approver).get(f"/m/cuprija/inbox/{message.pk}/ask/")
    assert page.status_code == 200
    assert foreign(page.text) == []
    assert "<script src=/static/django_htmx" not in page.text
    assert INVITATION in Elements(page.text).text


@pytest.mark.usefixtures("waterworks")
def test_a_name_of_tags_stays_text_when_the_form_comes_back(municipality: MunicipalityInbox) -> None:
    message = written_by(municipality, INVITATION)
    page = sign_in(municipality.cast.approver).post(f"/m/cuprija/inbox/{message.pk}/ask/", {"question": ""})
    assert page.status_code == 422
    assert foreign(page.text) == []


@pytest.mark.journey
@pytest.mark.usefixtures("waterworks")
@pytest.mark.django_db(transaction=True)
def test_opening_the_page_invites_nobody(page: Any, live_server: Any, municipality: MunicipalityInbox) -> None:
    message = written_by(municipality, INVITATION)
    enter(page, live_server, municipality.cast.approver)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(f"{request.method} {request.url.removeprefix(live_server.url)}"))
    page.goto(f"{live_server.url}/m/cuprija/inbox/{message.pk}/ask/")
    expect(page.get_by_label("Department")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert [each for each in sent if each.startswith("POST")] == []
    assert Invitation.objects.count() == 0
    expect(page.get_by_text("hx-post=/m/cuprija/members/invite/")).to_be_visible()
    assert page.locator("[hx-post]").count() == 0
