"""Departments and settlements of the desk: added, changed, retired, merged, and refused in words."""

from __future__ import annotations

import re
from typing import Any

import pytest

from django.db import connection
from django.test.utils import CaptureQueriesContext

from common.errors import ActionNotAllowed
from common.models import AuditEvent
from inbox.domain import desk
from inbox.models import Department, Message, Settlement
from municipalities.tenancy import scope
from needs.models import Need
from tests.inbox.conftest import MunicipalityInbox
from tests.people import Cast, sign_in

PAGE = "/m/cuprija/inbox/desk/"


def department(cast: Cast, name: str = "Водовод", email: str = "vodovod@test.example") -> Department:
    with scope(cast.cuprija):
        return desk.add_department(cast.cuprija, name, email, by=cast.officer)


def settlement(cast: Cast, name: str) -> Settlement:
    with scope(cast.cuprija):
        return desk.add_settlement(cast.cuprija, name, by=cast.officer)


def test_an_officer_keeps_the_departments(cast: Cast) -> None:
    client = sign_in(cast.officer)
    added = client.post(f"{PAGE}departments/", {"name": " Водовод  Ћуприја", "email": "vodovod@test.example "})
    assert added.headers["Location"] == PAGE
    with scope(cast.cuprija):
        row = Department.objects.get()
    assert (row.name, row.email) == ("Водовод Ћуприја", "vodovod@test.example")
    client.post(f"{PAGE}departments/{row.pk}/", {"name": "Водовод", "email": "novi@test.example"})
    client.post(f"{PAGE}departments/{row.pk}/retire/")
    client.post(f"{PAGE}departments/{row.pk}/retire/")
    with scope(cast.cuprija):
        row.refresh_from_db()
    assert (row.name, row.email, row.is_retired) == ("Водовод", "novi@test.example", True)
    client.post(f"{PAGE}departments/{row.pk}/restore/")
    assert client.post(f"{PAGE}departments/{row.pk}/explode/").status_code == 404
    verbs = list(
        AuditEvent.objects.filter(verb__startswith="department.").order_by("pk").values_list("verb", flat=True)
    )
    assert verbs == ["department.add", "department.change", "department.retire", "department.restore"]


@pytest.mark.parametrize(
    "email",
    ["vodovod", "a@b", "a@test.example, b@test.example", "a@test.example\nBcc: b@test.example", "<a@test.example>"],
)
def test_a_bad_address_is_refused_in_words_and_kept_as_typed(cast: Cast, email: str) -> None:
    response = sign_in(cast.officer).post(f"{PAGE}departments/", {"name": "Путеви", "email": email})
    assert response.status_code == 422
    assert "is not an e-mail address" in response.text
    assert 'value="Путеви"' in response.text
    with scope(cast.cuprija):
        assert not Department.objects.exists()


@pytest.mark.parametrize(("name", "says"), [("", "Write the name"), ("ж" * 121, "too long"), ("VODOVOD", "already")])
def test_a_name_that_is_missing_endless_or_taken_is_refused(cast: Cast, name: str, says: str) -> None:
    department(cast)
    response = sign_in(cast.officer).post(f"{PAGE}departments/", {"name": name, "email": ""})
    assert response.status_code == 422
    assert says in response.text


def test_a_refused_change_stands_in_its_own_form(cast: Cast) -> None:
    row, other = department(cast), department(cast, "Путеви", "putevi@test.example")
    response = sign_in(cast.officer).post(f"{PAGE}departments/{row.pk}/", {"name": "Путеви", "email": "x@test.example"})
    assert response.status_code == 422
    assert re.search(rf'id="department-email-{row.pk}"[^>]*value="x@test.example"', response.text)
    assert re.search(rf"open=department-{other.pk}#.*putevi@test.example", response.text)
    assert response.text.count("field-error") == 1


def test_settlements_are_added_once_in_either_script_and_renamed(cast: Cast) -> None:
    client = sign_in(cast.officer)
    client.post(f"{PAGE}settlements/", {"name": "Супска"})
    again = client.post(f"{PAGE}settlements/", {"name": "supska"})
    assert again.status_code == 422
    assert "on the list already" in again.text
    with scope(cast.cuprija):
        row = Settlement.objects.get()
    client.post(f"{PAGE}settlements/{row.pk}/", {"name": "Супска код Ћуприје"})
    with scope(cast.cuprija):
        assert Settlement.objects.get().search_key == "supska kod cuprije"


def test_merging_takes_messages_and_needs_along(municipality: MunicipalityInbox) -> None:
    cast, message = municipality.cast, municipality.receive("@opstina Рупа")
    wrong, right = settlement(cast, "Мућава село"), settlement(cast, "Мућава")
    with scope(cast.cuprija):
        Message.objects.filter(pk=message.pk).update(settlement=wrong)
        Need.objects.create(municipality=cast.cuprija, title="Пут", settlement=wrong, by=cast.officer)
    client, path = sign_in(cast.officer), f"{PAGE}settlements/{wrong.pk}/merge/"
    assert client.post(path, {"into": ""}).status_code == 422
    assert client.post(path, {"into": wrong.pk}).status_code == 422
    assert client.post(path, {"into": right.pk}).headers["Location"] == PAGE
    with scope(cast.cuprija):
        assert list(Settlement.objects.all()) == [right]
        assert Message.objects.get().settlement == right
        assert Need.objects.get().settlement == right
    event = AuditEvent.objects.get(verb="settlement.merge")
    assert event.detail == {"former": "Мућава село"}


def test_nothing_is_merged_into_another_municipality(cast: Cast) -> None:
    ours = settlement(cast, "Супска")
    with scope(cast.novi_pazar):
        foreign = desk.add_settlement(cast.novi_pazar, "Дежева", by=cast.stranger)
    response = sign_in(cast.officer).post(f"{PAGE}settlements/{ours.pk}/merge/", {"into": foreign.pk})
    assert response.status_code == 422
    with scope(cast.cuprija), pytest.raises(ActionNotAllowed):
        desk.merge_settlement(ours, foreign, by=cast.officer)
    assert sign_in(cast.stranger).post(f"/m/novi-pazar/inbox/desk/settlements/{ours.pk}/").status_code == 404


@pytest.mark.parametrize(("who", "status"), [("viewer", 403), ("mentor", 403), ("staff", 403), ("stranger", 404)])
def test_only_who_works_in_the_inbox_keeps_the_desk(cast: Cast, who: str, status: int) -> None:
    assert sign_in(getattr(cast, who)).get(PAGE).status_code == status


def test_the_page_costs_the_same_at_one_and_at_many(cast: Cast) -> None:
    client = sign_in(cast.officer)
    department(cast), settlement(cast, "Супска")

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            answer: Any = client.get(PAGE)
        assert answer.status_code == 200
        return len(captured)

    queries()  # what every page of the house remembers
    few = queries()
    for number in range(12):
        department(cast, f"Служба {number}")
        settlement(cast, f"Село {number}")
    assert queries() == few <= 12


def test_of_a_hundred_settlements_the_one_that_is_opened_has_its_forms_on_the_page(cast: Cast) -> None:
    client = sign_in(cast.officer)
    rows = [settlement(cast, f"Село {number}") for number in range(100)]
    page = client.get(PAGE).text
    assert "merge/" not in page
    opened = client.get(PAGE, {"open": f"settlement-{rows[7].pk}"}).text
    assert opened.count("merge/") == 1
    assert f"settlements/{rows[7].pk}/merge/" in opened
    assert len(opened.encode()) < 60_000
    refused = client.post(f"{PAGE}settlements/{rows[8].pk}/", {"name": ""}).text
    assert f"settlements/{rows[8].pk}/merge/" in refused
    assert f'href="{PAGE}?open=settlement-{rows[7].pk}#' in refused
