"""Tags and priority: of the municipality, in the list and on a message, and urgent messages first."""

from __future__ import annotations

import pytest

from django.utils import timezone

from common.errors import ActionNotAllowed
from common.models import AuditEvent
from inbox.domain import tags, triage
from inbox.models import Tag
from inbox.queries.listing import MessageFilters, filtered_messages
from inbox.queries.neighbours import neighbours
from municipalities.queries import access
from municipalities.tenancy import scope
from tests.database import owner_cursor
from tests.inbox.conftest import MunicipalityInbox
from tests.inbox.test_list import LIST, change, many, shown
from tests.people import sign_in

DESK = "/m/cuprija/inbox/desk/"


def test_a_tag_has_one_name_in_both_scripts(municipality: MunicipalityInbox) -> None:
    place, by = municipality.cast.cuprija, municipality.cast.officer
    with scope(place):
        tag = tags.add(place, " Поплава  2026 ", by=by)
        assert tag.name == "Поплава 2026"
        for name in ("poplava 2026", "ПОПЛАВА 2026", "", "   ", "x" * 31, "\u0301"):
            with pytest.raises(ActionNotAllowed):
                tags.add(place, name, by=by)
        tags.retire(tag, by=by)
        with pytest.raises(ActionNotAllowed, match="already"):
            tags.add(place, "Poplava 2026", by=by)
        tags.rename(tags.restore(tag, by=by), "Велика вода", by=by)
        assert list(Tag.objects.values_list("name", "is_retired")) == [("Велика вода", False)]
        verbs = AuditEvent.objects.filter(verb__startswith="tag.").order_by("pk").values_list("verb", flat=True)
        assert list(verbs) == ["tag.add", "tag.retire", "tag.restore", "tag.rename"]


def test_a_municipality_has_thirty_in_use(municipality: MunicipalityInbox) -> None:
    place, by = municipality.cast.cuprija, municipality.cast.officer
    with scope(place):
        rows = [tags.add(place, f"Ознака {number}", by=by) for number in range(tags.MOST)]
        with pytest.raises(ActionNotAllowed, match="30 tags"):
            tags.add(place, "Још једна", by=by)
        tags.retire(rows[0], by=by)
        tags.add(place, "Још једна", by=by)
        with pytest.raises(ActionNotAllowed, match="30 tags"):
            tags.restore(rows[0], by=by)


def test_a_message_keeps_a_retired_tag_and_gets_none(municipality: MunicipalityInbox) -> None:
    place, by = municipality.cast.cuprija, municipality.cast.officer
    one, other = many(municipality, 2)
    with scope(place):
        vote, flood = tags.add(place, "Избори", by=by), tags.add(place, "Поплава", by=by)
        tags.set_tags(one, [vote.pk], by=by)
        tags.retire(vote, by=by)
        tags.set_tags(one, [vote.pk, flood.pk], by=by)
        assert municipality.reload(one).tags == sorted([vote.pk, flood.pk])
        with pytest.raises(ActionNotAllowed, match="no longer available"):
            tags.set_tags(other, [vote.pk], by=by)
        with pytest.raises(ActionNotAllowed):
            tags.set_tags(other, [987654321], by=by)
        tags.remove_tag(one, vote.pk, by=by)
        assert municipality.reload(one).tags == [flood.pk]
    assert shown(municipality, tag=flood.pk) == [one.pk]
    assert shown(municipality, tag="none") == [other.pk]
    page = sign_in(by).get(LIST).text
    assert '<span class="inbox-tag">Поплава</span>' in page


def test_tags_on_the_pages(municipality: MunicipalityInbox) -> None:
    client, (message,) = sign_in(municipality.cast.officer), many(municipality, 1)
    assert client.post(f"{DESK}tags/", {"name": "Избори"}).status_code == 302
    refused = client.post(f"{DESK}tags/", {"name": "izbori"})
    assert refused.status_code == 422
    assert "There is a tag of this name already" in refused.text
    with scope(municipality.cast.cuprija):
        tag = Tag.objects.get()
    answer = client.post(f"{LIST}{message.pk}/tags/?view=open", {"tag": [tag.pk, "nonsense"]})
    assert answer["Location"] == f"{LIST}{message.pk}/?view=open"
    assert municipality.reload(message).tags == [tag.pk]
    page = client.get(f"{LIST}{message.pk}/").text
    assert f'name="tag" value="{tag.pk}" checked' in page
    client.post(f"{DESK}tags/{tag.pk}/retire/")
    assert "(retired)" in client.get(f"{LIST}{message.pk}/").text
    client.post(f"{LIST}{message.pk}/tags/", {})
    assert municipality.reload(message).tags == []
    assert client.post(f"{DESK}tags/{tag.pk}/delete/").status_code == 404


def test_a_tag_of_another_municipality_is_none(municipality: MunicipalityInbox) -> None:
    cast, (message,) = municipality.cast, many(municipality, 1)
    with scope(cast.novi_pazar):
        foreign = tags.add(cast.novi_pazar, "Туђа", by=cast.administrator)
    with scope(cast.cuprija), pytest.raises(ActionNotAllowed):
        tags.set_tags(message, [foreign.pk], by=cast.officer)
    data = {"message": message.pk, "act": f"tag:{foreign.pk}"}
    assert sign_in(cast.officer).post(f"{LIST}several/", data).status_code == 404


# ---- priority


def test_urgent_messages_come_first_in_the_list_and_from_message_to_message(municipality: MunicipalityInbox) -> None:
    first, second, third, fourth = many(municipality, 4)
    change(municipality, fourth, due_at=None)
    officer = municipality.cast.officer
    with scope(municipality.cast.cuprija):
        for row in (third, fourth):
            triage.set_urgent(row, is_urgent=True, by=officer)
        expected = [third.pk, fourth.pk, first.pk, second.pk]
        now, narrowed = timezone.now(), MessageFilters()
        for before, here, after in zip([None, *expected], expected, [*expected[1:], None], strict=False):
            around = neighbours(municipality.reload(next(r for r in (first, second, third, fourth) if r.pk == here)),
                                narrowed, officer, now, access(officer, municipality.cast.cuprija))  # fmt: skip
            assert (around.get("previous"), around.get("next")) == (before, after)
    assert shown(municipality) == expected


def test_after_marking_one_urgent_the_next_is_the_one_that_followed(municipality: MunicipalityInbox) -> None:
    _first, second, third, _fourth = many(municipality, 4)
    client = sign_in(municipality.cast.officer)
    there = client.post(f"{LIST}{second.pk}/urgent/?view=open")["Location"]
    assert municipality.reload(second).is_urgent
    assert client.get(there).context["steps"]["next"].startswith(f"{LIST}{third.pk}/")
    done = client.post(there.replace(f"{second.pk}/", f"{second.pk}/close/", 1))
    assert done["Location"].startswith(f"{LIST}{third.pk}/")


def test_the_open_list_is_one_scan_of_its_index(municipality: MunicipalityInbox) -> None:
    many(municipality, 3000)
    with scope(municipality.cast.cuprija):
        officer = municipality.cast.officer
        held = access(officer, municipality.cast.cuprija)
        rows = filtered_messages(MessageFilters(), officer, timezone.now(), held)[:30]
        with owner_cursor() as cursor:
            cursor.execute("ANALYZE inbox_message")
        plan = rows.values_list("pk").explain()
    assert "message_due" in plan
    assert "Sort" not in plan
