"""The switch of "You asked, we did": an approver's alone, told in the activity, and in words what becomes public."""

from __future__ import annotations

from django.test import Client

from common.models import AuditEvent
from municipalities.models import Municipality
from municipalities.tenancy import scope
from needs.enums import NeedStage
from needs.models import NeedsPage
from tests.needs import factories as make
from tests.people import Cast, sign_in

PATH = "/m/cuprija/settings/needs-page/"


def test_an_approver_switches_it_and_everybody_can_read_that_they_did(cast: Cast) -> None:
    client = sign_in(cast.approver)
    assert "Not public" in client.get(PATH).text
    client.post(f"{PATH}save/", {"is_on": "on", "contact": "info@cuprija.rs"})
    assert "/asked/cuprija/" in client.get(PATH).text
    assert Client().get("/asked/cuprija/").status_code == 200
    client.post(f"{PATH}save/", {"is_on": "on", "contact": "035 123"})
    client.post(f"{PATH}save/", {"is_on": "on", "contact": "035 123"})
    client.post(f"{PATH}save/", {"contact": "035 123"})
    assert Client().get("/asked/cuprija/").status_code == 404
    verbs = AuditEvent.objects.filter(verb__startswith="asked.").order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["asked.open", "asked.change_contact", "asked.close"]


def test_an_officer_sees_the_switch_but_cannot_turn_it(cast: Cast) -> None:
    client = sign_in(cast.officer)
    assert "An approver of the municipality can switch it." in client.get(PATH).text
    assert client.post(f"{PATH}save/", {"is_on": "on"}).status_code == 403
    with scope(cast.cuprija):
        assert not NeedsPage.objects.exists()


def test_what_was_typed_is_kept_when_it_is_too_long(cast: Cast) -> None:
    answer = sign_in(cast.approver).post(f"{PATH}save/", {"is_on": "on", "contact": "x" * 501})
    assert answer.status_code == 422
    assert "x" * 501 in answer.text


def test_it_says_how_much_becomes_public_and_that_practice_never_does(cast: Cast) -> None:
    make.need(cast.cuprija, cast.officer, stage=NeedStage.DONE, is_public=True)
    make.need(cast.cuprija, cast.officer, is_public=True)
    text = sign_in(cast.approver).get(PATH).text
    assert "At this moment that is 1 need." in text
    assert "At this moment that is 0 reports." in text
    assert "workspace for practice" not in text
    Municipality.objects.filter(pk=cast.cuprija.pk).update(is_practice=True)
    assert "Its page is never public" in sign_in(cast.approver).get(PATH).text


def test_the_settings_lead_to_it(cast: Cast) -> None:
    assert f'href="{PATH}"' in sign_in(cast.officer).get("/m/cuprija/settings/public/").text
