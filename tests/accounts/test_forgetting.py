"""Personal data is kept as long as it is needed: sent mail, sessions that have ended."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession

from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone

from accounts.domain import sessions
from common import mail
from common.enums import MailState
from common.models import MailMessage
from tests.people import Cast, sign_in


@pytest.mark.django_db
def test_sent_mail_is_forgotten_after_its_days_and_waiting_mail_is_not(settings) -> None:
    settings.MAIL_KEPT_DAYS = 30
    for number, (state, days) in enumerate(((MailState.SENT, 31), (MailState.SENT, 29), (MailState.WAITING, 31))):
        mail.queue(to=f"a{number}@test.example", subject="s", body="b")
        at = timezone.now() - timedelta(days=days)
        MailMessage.objects.filter(to=f"a{number}@test.example").update(state=state, created_at=at)
    assert mail.purge_sent() == 1
    assert sorted(MailMessage.objects.values_list("to", flat=True)) == ["a1@test.example", "a2@test.example"]


def test_an_ended_session_is_forgotten_with_what_was_seen_of_it(cast: Cast) -> None:
    for person in (cast.officer, cast.approver):
        sign_in(person).get(reverse("home"))
    ended = UserSession.objects.get(user=cast.officer)
    Session.objects.filter(session_key=ended.session_key).update(expire_date=timezone.now() - timedelta(minutes=1))
    assert sessions.purge_ended() == 1
    assert [seen.user for seen in UserSession.objects.all()] == [cast.approver]
