"""What a citizen wrote for few stays among those who answer: the matrix of all visibilities and all places."""

from __future__ import annotations

import json

import pytest

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from administration.archive import citizens as archive
from common.errors import ActionNotAllowed
from common.models import MailMessage
from delivery.models import Delivery
from inbox.domain import answer, department_questions, handover, moderate
from inbox.domain import staff_notifications as telling
from inbox.enums import MessageKind, MessageVisibility
from inbox.models import Department, HandOver, Message
from inbox.moderation_rules import ModerationRequest
from inbox.queries import personal_data
from municipalities.queries import access
from municipalities.tenancy import everywhere, scope
from needs.domain import follow_up, notify, supporters, write
from needs.enums import NeedStage
from needs.models import Need, NeedsPage, Supporter
from notifications.domain.send import send_due
from notifications.models import Notification
from tests.inbox.conftest import MunicipalityInbox
from tests.inbox.private import PRIVATE, SECRET, VISIBILITIES, Citizen, citizen, heard, mirjana, ours, page
from tests.people import sign_in

__all__ = ["mirjana"]

ALL = list(VISIBILITIES)
WORDS = "Треба нам сигурна кућа"


# ---------------------------------------------------------------- needs and public pages


@pytest.fixture
def need(municipality: MunicipalityInbox) -> Need:
    with scope(municipality.cast.cuprija):
        NeedsPage.objects.create(municipality=municipality.cast.cuprija, is_on=True)
        return write.create(municipality.cast.cuprija, write.NeedContent("Склониште"), by=municipality.cast.officer)


def settle(need: Need) -> Need:
    day = timezone.localdate()
    values = {"stage": NeedStage.DONE, "is_public": True, "done": "Отворено је.", "done_on": day, "decided_on": day}
    Need.objects.filter(pk=need.pk).update(**values)
    return Need.objects.get(pk=need.pk)


@pytest.mark.parametrize("remote_visibility", ALL)
def test_only_what_everybody_may_read_is_quoted(
    municipality: MunicipalityInbox, mirjana: Citizen, need: Need, remote_visibility: str
) -> None:
    message, is_shown = heard(municipality, mirjana, remote_visibility, WORDS), remote_visibility not in PRIVATE
    with scope(municipality.cast.cuprija):
        supporters.gather(need, [message], by=municipality.cast.officer)
        voice = Supporter.objects.get()
        assert Need.objects.get(pk=need.pk).size == 1  # it counts, whoever may read it
        assert (supporters.suggest_quote(voice) == WORDS) == is_shown
        if is_shown:
            supporters.set_quote(voice, WORDS, by=municipality.cast.officer)
        else:
            with pytest.raises(ActionNotAllowed, match="privately"):
                supporters.set_quote(voice, WORDS, by=municipality.cast.officer)
        # past the verb: a quote that was chosen before anybody knew
        Supporter.objects.update(quote=WORDS)
        post = follow_up.create_post(settle(need), by=municipality.cast.officer)
        drafted = json.dumps(post.draft, ensure_ascii=False)
    places = {
        "everybody": Client().get(reverse("needs_public", args=["cuprija"])).text,
        "viewer": sign_in(municipality.cast.viewer).get(f"/m/cuprija/needs/{need.pk}/").text,
        "officer": sign_in(municipality.cast.officer).get(f"/m/cuprija/needs/{need.pk}/").text,
        "post": drafted,
    }
    assert {name: WORDS in text for name, text in places.items()} == dict.fromkeys(places, is_shown)
    assert ("mirjana" in places["officer"].casefold()) == is_shown


def test_everybody_who_asked_is_told_as_they_asked(
    municipality: MunicipalityInbox, mirjana: Citizen, need: Need
) -> None:
    public = heard(municipality, mirjana, "public", WORDS)
    private = heard(municipality, citizen(municipality, "jovana"), "direct", WORDS)
    with scope(municipality.cast.cuprija):
        supporters.gather(need, [public, private], by=municipality.cast.officer)
        settle(need)
    shown = sign_in(municipality.cast.officer).get(f"/m/cuprija/needs/{need.pk}/tell/").text
    assert "Informed privately" in shown
    with scope(municipality.cast.cuprija):
        notify.start_round(need, "Склониште је отворено.", by=municipality.cast.officer)
    assert notify.send_pending() == 2
    municipality.publish()
    municipality.publish()  # one after the other
    assert [post["visibility"] for post in (*ours(municipality, public), *ours(municipality, private))] == [
        "public",
        "direct",
    ]


# ---------------------------------------------------------------- departments


@pytest.fixture
def department(municipality: MunicipalityInbox) -> Department:
    with scope(municipality.cast.cuprija):
        return Department.objects.create(
            municipality=municipality.cast.cuprija, name="Социјална", email="soc@example.rs"
        )


@pytest.mark.parametrize("remote_visibility", ALL)
def test_a_department_gets_what_is_private_only_when_somebody_says_so(
    municipality: MunicipalityInbox, mirjana: Citizen, department: Department, remote_visibility: str
) -> None:
    message, officer = heard(municipality, mirjana, remote_visibility), sign_in(municipality.cast.officer)
    address = f"/m/cuprija/inbox/{message.pk}/ask/"
    offered = officer.get(address).context["form"]
    assert bool(offered["shown"].value()) == (remote_visibility not in PRIVATE)
    question = {"department": department.pk, "question": "Кога да упутимо?", "within": "due", "shown": SECRET}
    if remote_visibility in PRIVATE:
        for more in ({}, {"with_name": "on"}, {"with_name": "on", "shown": ""}):
            refused = officer.post(address, {**question, **more})
            assert refused.status_code == 422
            assert "They wrote this privately" in refused.text
        assert officer.post(address, {**question, "shown": ""}).status_code == 302
    else:
        assert officer.post(address, question).status_code == 302
    with scope(municipality.cast.cuprija):
        assert (SECRET in HandOver.objects.get().shown) == (remote_visibility not in PRIVATE)
        mail = MailMessage.objects.get(dedupe__startswith="inbox.handover:")
    assert SECRET not in mail.body
    behind = Client().get("/" + mail.body.partition("://")[2].split("\n")[0].partition("/")[2]).text
    assert "Кога да упутимо?" in behind
    assert (SECRET in behind) == (remote_visibility not in PRIVATE)


def test_a_department_is_told_that_what_it_gets_is_private(
    municipality: MunicipalityInbox, mirjana: Citizen, department: Department
) -> None:
    message = heard(municipality, mirjana, "direct")
    with scope(municipality.cast.cuprija):
        until = department_questions.after_working_minutes(480)
        handover.ask(
            message,
            department,
            handover.QuestionInput("Кога?", SECRET, with_private=True),
            until=until,
            by=municipality.cast.officer,
        )
        body = MailMessage.objects.get(dedupe__startswith="inbox.handover:").body
    address = "/" + body.partition("://")[2].split("\n")[0].partition("/")[2]
    behind = Client().get(f"{address}?in=en").text
    assert SECRET in behind
    assert "This message is private" in behind
    assert "public answer" not in behind


# ---------------------------------------------------------------- exports


@pytest.mark.parametrize(("remote_visibility", "known"), VISIBILITIES.items())
def test_exports_say_who_may_read_it(
    municipality: MunicipalityInbox, mirjana: Citizen, remote_visibility: str, known: str
) -> None:
    message = heard(municipality, mirjana, remote_visibility)
    with scope(municipality.cast.cuprija):
        ((row, _beside),) = personal_data.subject_data(personal_data.selected_authors([message.pk])).messages
        (of_place,) = archive._messages(access(municipality.cast.approver, municipality.cast.cuprija))
        of_person = {key: value for key, _label, value in row.values}
    assert (of_person["visibility"], of_place["visibility"]) == (MessageVisibility(known).label, known)
    assert SECRET in of_person["text"]
    assert SECRET in of_place["text"]


# ---------------------------------------------------------------- who is told, and who sees it


@pytest.mark.parametrize("remote_visibility", ALL)
def test_no_mail_and_no_notification_holds_its_words(
    municipality: MunicipalityInbox, mirjana: Citizen, remote_visibility: str
) -> None:
    message = heard(municipality, mirjana, remote_visibility)
    with scope(municipality.cast.cuprija):
        Message.objects.filter(pk=message.pk).update(kind=MessageKind.EMERGENCY, assignee=municipality.cast.officer)
        telling.assigned(municipality.reload(message), by=municipality.cast.approver)
    assert telling.send_due() >= 1
    with everywhere("every notification and mail"):
        Notification.objects.update(mail_due_at=timezone.now())
        send_due()
        rows = [f"{entry.subject} {entry.body} {entry.url}" for entry in Notification.objects.all()]
        mails = [f"{entry.subject} {entry.body}" for entry in MailMessage.objects.all()]
    assert rows
    assert mails
    assert not [entry for entry in (*rows, *mails) if SECRET[:12] in entry or "mirjana" in entry.casefold()]


@pytest.mark.parametrize("remote_visibility", ALL)
def test_it_is_marked_wherever_an_officer_meets_it(
    municipality: MunicipalityInbox, mirjana: Citizen, remote_visibility: str
) -> None:
    message, officer, is_private = (
        heard(municipality, mirjana, remote_visibility),
        sign_in(municipality.cast.officer),
        remote_visibility in PRIVATE,
    )
    mark = ">Private<"
    assert (mark in officer.get("/m/cuprija/inbox/").text) == is_private
    gather = officer.get("/m/cuprija/needs/gather/", {"message": message.pk}).text
    assert (mark in gather) == is_private
    shown = page(municipality, message)
    assert ("Written privately" in shown) == is_private
    assert ("Private answer to mirjana" in shown) == is_private
    assert ("Public text" in shown) != is_private


def test_the_list_is_narrowed_to_what_is_private(municipality: MunicipalityInbox, mirjana: Citizen) -> None:
    # all say the same: what is private does not stand behind a public one
    by_readers = {remote_visibility: heard(municipality, mirjana, remote_visibility).pk for remote_visibility in ALL}
    officer = sign_in(municipality.cast.officer)

    def listed_keys(readers: str) -> set[int]:
        return {row.pk for row in officer.get("/m/cuprija/inbox/", {"readers": readers}).context["page"]}

    assert listed_keys("private") == {by_readers[remote_visibility] for remote_visibility in PRIVATE}
    (public,) = listed_keys("everybody")
    assert public in {by_readers[remote_visibility] for remote_visibility in ALL if remote_visibility not in PRIVATE}
    assert (
        listed_keys("none")
        == listed_keys("")
        == {by_readers[remote_visibility] for remote_visibility in PRIVATE} | {public}
    )


@pytest.mark.parametrize("remote_visibility", PRIVATE)
def test_there_is_nothing_to_hide_of_it(
    municipality: MunicipalityInbox, mirjana: Citizen, remote_visibility: str
) -> None:
    message = heard(municipality, mirjana, remote_visibility)
    with scope(municipality.cast.cuprija), pytest.raises(ActionNotAllowed, match="nothing to hide"):
        moderate.propose(message, ModerationRequest("threat", "hide", "Прети"), by=municipality.cast.officer)
    assert "Hide this message" not in page(municipality, message)


@pytest.mark.parametrize("role", ["viewer", "mentor", "staff", "trainer", "administrator", "stranger"])
def test_nobody_else_opens_it(municipality: MunicipalityInbox, mirjana: Citizen, role: str) -> None:
    message, client = heard(municipality, mirjana, "direct"), sign_in(getattr(municipality.cast, role))
    for path in (f"inbox/{message.pk}/", "inbox/", f"inbox/{message.pk}/ask/"):
        assert client.get(f"/m/cuprija/{path}").status_code in (403, 404)


def test_home_and_the_outbox_name_no_words_of_it(municipality: MunicipalityInbox, mirjana: Citizen) -> None:
    message = heard(municipality, mirjana, "direct")
    with scope(municipality.cast.cuprija):
        reply = answer.answer(message, "Чувамо вашу тајну.", by=municipality.cast.officer)
    of_delivery = f"deliveries/{reply.delivery_id}/"
    for role, paths in {"officer": ("", "activity/", of_delivery), "viewer": ("", of_delivery)}.items():
        client = sign_in(getattr(municipality.cast, role))
        for path in paths:
            response = client.get(f"/m/cuprija/{path}")
            assert response.status_code == 200
            assert SECRET[:12] not in response.text
            is_own = role == "officer" and path.startswith("deliveries")
            assert ("Чувамо вашу" in response.text) == is_own
    with scope(municipality.cast.cuprija):
        assert "Чувамо" not in str(Delivery.objects.get(pk=reply.delivery_id))
