"""A need of citizens as what shows that an activity was done: five asked, it was done, they were told."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from administration.archive import agreed as archive
from common.errors import ActionNotAllowed
from delivery.models import Delivery
from inbox.models import Reply
from mentoring.domain import plan_activities as verbs
from mentoring.enums import Proof, Side
from mentoring.models import Activity, Evidence, Plan
from mentoring.queries import plans as queries
from mentoring.queries.reviews import _evidence
from municipalities.queries import today
from municipalities.tenancy import scope
from needs.enums import NeedStage, SupporterSource
from needs.models import Need, Supporter
from tests.analytics.factories import channel as make_channel
from tests.mentoring.plans import agreed, only, wanted
from tests.needs import factories as make
from tests.people import Cast, sign_in

PLAN = "/m/cuprija/mentoring/"


def page_of(row: Activity) -> str:
    return f"{PLAN}activities/{row.pk}/"


def activity(cast: Cast, count: int = 1) -> Activity:
    return only(agreed(cast, wanted("Чујмо грађане", proof=Proof.NEED, wanted=count)))


def decided(cast: Cast, title: str = "Осветљење", days_ago: int = 3, **fields: Any) -> Need:
    day = today() - timedelta(days=days_ago)
    fields = {"stage": NeedStage.DONE, "decided_on": day, "done_on": day, **fields}
    return make.need(cast.cuprija, cast.officer, title, **fields)


def answered(need: Need, channel: Any, times: int, *, arrived: bool = True) -> None:
    """So many who asked have an answer; `arrived`: it is on the network."""
    now = timezone.now()
    for _ in range(times):
        message = make.message(channel)
        with scope(channel.municipality_id):
            out = Delivery.objects.create(
                municipality_id=channel.municipality_id, channel=channel, kind="reply", payload={}, key=uuid.uuid4(),
                state="scheduled",
                due_at=now, not_after=now + timedelta(hours=2), next_at=now, state_at=now,
            )  # fmt: skip
            reply = Reply.objects.create(
                municipality_id=channel.municipality_id, message=message, delivery=out, text="Урађено је.", by=need.by,
                arrived_at=now if arrived else None,
            )  # fmt: skip
        make.supporter(need, source=SupporterSource.MESSAGE, message=message, reply=reply)


def item(row: Activity) -> queries.ActivityItem:
    with scope(row.municipality_id):
        return queries.item_of(Activity.objects.select_related("plan", "kind").get(pk=row.pk))


def test_a_need_of_five_messages_that_was_done_and_told_shows_it_and_the_mentor_confirms(cast: Cast) -> None:
    row, channel = activity(cast), make_channel(cast.cuprija, cast.approver)
    need = decided(cast, supporters=0)
    answered(need, channel, 4)
    answered(need, channel, 1, arrived=False)
    client = sign_in(cast.officer)
    page = client.get(page_of(row)).text
    assert "0 of 1 need" in page
    assert "5 voices · 4 were informed" in page
    client.post(f"{page_of(row)}evidence/", {"kind": "need", "needs": [need.pk]})
    client.post(f"{page_of(row)}evidence/", {"kind": "need", "needs": [need.pk]})  # again
    with scope(cast.cuprija):
        one = Evidence.objects.get()
    assert (one.title, one.stage, one.n, one.informed) == ("Осветљење", NeedStage.DONE, 5, 4)
    assert one.published_on == need.done_on
    assert item(row).is_proved
    client.post(f"{page_of(row)}done/", {"act": "report"})
    mentor = sign_in(cast.mentor)
    assert "5 voices · 4 were informed" in mentor.get(page_of(row)).text
    mentor.post(f"{page_of(row)}done/", {"act": "confirm"})
    assert item(row).activity.confirmed_by == cast.mentor


def test_the_mentor_adds_it_too_and_a_viewer_does_not(cast: Cast) -> None:
    row, need = activity(cast), decided(cast)
    data = {"kind": "need", "needs": [need.pk]}
    assert sign_in(cast.viewer).post(f"{page_of(row)}evidence/", data).status_code == 403
    assert sign_in(cast.stranger).post(f"{page_of(row)}evidence/", data).status_code == 404
    sign_in(cast.mentor).post(f"{page_of(row)}evidence/", data)
    assert item(row).counted == 1


def test_what_nobody_decided_what_is_older_than_the_plan_and_a_strangers_need_are_no_evidence(cast: Cast) -> None:
    row = activity(cast)
    fresh = make.need(cast.cuprija, cast.officer)
    old = decided(cast, days_ago=21)
    foreign = make.need(cast.novi_pazar, cast.stranger, stage=NeedStage.DONE, decided_on=today(), done_on=today())
    with scope(cast.cuprija):
        for need in (fresh, old, foreign):
            with pytest.raises(ActionNotAllowed, match="since the plan began"):
                verbs.add_needs(row, [need.pk], by=cast.officer)
        assert queries.offered_needs(row) == []
    first_day = decided(cast, days_ago=20, stage=NeedStage.DECLINED, done_on=None)
    with scope(cast.cuprija):
        assert len(verbs.add_needs(row, [first_day.pk], by=cast.officer)) == 1
    client = sign_in(cast.officer)
    for nonsense in ("x", "", "-1", "1e3", "9" * 30):
        assert client.post(f"{page_of(row)}evidence/", {"kind": "need", "needs": nonsense}).status_code == 302


def test_a_need_that_was_deleted_says_so_and_does_not_count(cast: Cast) -> None:
    row, need = activity(cast), decided(cast)
    with scope(cast.cuprija):
        verbs.add_needs(row, [need.pk], by=cast.officer)
        Supporter.objects.all().delete()
        Need.objects.get(pk=need.pk).delete()
        board = queries.plan_dashboard(Plan.objects.get())
        assert queries.next_action(board, Side.MUNICIPALITY).kind == "look_again"
        with pytest.raises(ActionNotAllowed, match="0 of 1"):
            verbs.report(row, "", side=Side.MUNICIPALITY, by=cast.officer)
    page = sign_in(cast.officer).get(page_of(row)).text
    assert "The need “Осветљење” was deleted, so it does not count." in page
    with scope(cast.cuprija):
        stored = _evidence(item(row).evidence[0])
    assert (stored["title"], stored["gone"]) == ("Осветљење", True)


def test_the_snapshot_stays_as_it_was_agreed(cast: Cast) -> None:
    row, need = activity(cast), decided(cast, supporters=2)
    with scope(cast.cuprija):
        verbs.add_needs(row, [need.pk], by=cast.officer)
        again = Need.objects.get(pk=need.pk)
        again.title, again.size = "Друго", 9
        again.save()
    snapshot = item(row).evidence[0].row
    assert (str(snapshot), snapshot.n, snapshot.informed) == ("Осветљење", 2, 0)


def test_it_may_stand_beside_posts_without_counting_for_them(cast: Cast) -> None:
    row, need = only(agreed(cast)), decided(cast)
    assert "Add a need of citizens" in sign_in(cast.officer).get(page_of(row)).text
    with scope(cast.cuprija):
        verbs.add_needs(row, [need.pk], by=cast.officer)
    assert (item(row).counted, len(item(row).evidence)) == (0, 1)


@pytest.mark.parametrize("query", ["osvetljenje", "ОСВЕТЉЕЊЕ", "svetl"])
def test_needs_are_searched_in_either_script(cast: Cast, query: str) -> None:
    row, need = activity(cast), decided(cast)
    decided(cast, "Тротоар")
    with scope(cast.cuprija):
        assert [match.pk for match in queries.offered_needs(row, query)] == [need.pk]
    page = sign_in(cast.officer).get(page_of(row), {"q": query}).text
    assert "Тротоар" not in page


def test_it_costs_the_same_for_many(cast: Cast) -> None:
    row, client, counts = activity(cast, 3), sign_in(cast.officer), []
    for size in (1, 5):
        with scope(cast.cuprija):
            verbs.add_needs(row, [decided(cast, f"{size} {n}").pk for n in range(size)], by=cast.officer)
        for number in range(size):
            decided(cast, f"Још {number}")
        client.get(page_of(row))
        with CaptureQueriesContext(connection) as captured:
            client.get(page_of(row))
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 14


def test_it_goes_into_the_one_file_of_everything(cast: Cast) -> None:
    row, need = activity(cast), decided(cast)
    with scope(cast.cuprija):
        verbs.add_needs(row, [need.pk], by=cast.officer)
        archived = archive._evidence(Evidence.objects.select_related("by").get())
    assert (archived["need"], archived["stage"], archived["title"]) == (need.pk, "done", "Осветљење")
