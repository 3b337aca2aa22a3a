"""Every column that points to a person says what becomes of it when that person loses their role.

A new column fails the first test until somebody decides. Those that end or pass on are then held to it by the last
tests, which take everything from one person and look at the rows before and after.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from datetime import time, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from allauth.usersessions.models import UserSession

from django.apps import apps
from django.utils import timezone

from accounts import endings, grants
from accounts.domain import people as accounts
from accounts.models import Invitation, User
from administration.domain import exports
from administration.enums import ExportState
from administration.models import Export
from common.models import AuditEvent, MailMessage
from inbox.models import Message
from links.domain.make import LinkRequest
from links.domain.make import create_links as make_links
from municipalities.domain import deciders, house_rules, members, private_readers, programme
from municipalities.enums import Role
from municipalities.models import Delegation, EmergencyRight, Membership, PrivateReader, RuleChange
from municipalities.queries import today
from municipalities.tenancy import everywhere, scope
from notifications.domain.notify import notify
from notifications.domain.send import send_due
from notifications.enums import NotificationKind
from notifications.models import MailSchedule, Notification, PushSubscription
from planning.domain import feeds
from planning.models import Feed, Recurrence
from posts.models import Post
from reports.domain import schedules
from reports.enums import Every
from reports.models import ProgrammeSchedule, Schedule
from tests.analytics.factories import channel
from tests.architecture.test_source import MODULES, called, name_of, source_of, tree
from tests.people import Cast, person, sign_in

HISTORY = "kept: who did something, shown beside what was done; it gives nobody a right"
RIGHT = "the right itself: ended by its own verb, never deleted"
ENDS = "ends with the right, in the same transaction"
PASSES = "passes on to the municipality and goes on working"
ASKED = "the person's right is asked again when it takes effect"
ACCOUNT = "belongs to the account: of no use while that is switched off"

COLUMNS = {
    "account.EmailAddress.user": ACCOUNT,
    "accounts.Invitation.accepted_by": HISTORY,
    "accounts.Invitation.invited_by": ENDS,
    "administration.DemoReset.asked_by": HISTORY,
    "administration.Export.asked_by": ENDS,
    "administration.Installation.begun_by": HISTORY,
    "administration.PutAway.by": HISTORY,
    "administration.TourProgress.user": ASKED,
    "analytics.Baseline.frozen_by": HISTORY,
    "analytics.ManualValue.entered_by": HISTORY,
    "analytics.HistoryImport.by": HISTORY,
    "analytics.MunicipalityAnnotation.added_by": HISTORY,
    "analytics.MunicipalityBaseline.frozen_by": HISTORY,
    "analytics.MunicipalityTarget.ended_by": HISTORY,
    "analytics.MunicipalityTarget.set_by": HISTORY,
    "analytics.MunicipalityValue.entered_by": HISTORY,
    "analytics.ProgrammeAnnotation.added_by": HISTORY,
    "analytics.ProgrammeIndicator.added_by": HISTORY,
    "analytics.Sharing.by": HISTORY,
    "analytics.Sharing.ended_by": HISTORY,
    "analytics.Target.ended_by": HISTORY,
    "analytics.Target.set_by": HISTORY,
    "channels.AppRegistration.entered_by": HISTORY,
    "channels.Channel.connected_by": HISTORY,
    "channels.ChannelPause.by": HISTORY,
    "channels.ChannelPause.ended_by": HISTORY,
    "channels.ConnectAttempt.by": ASKED,
    "exchange.Example.created_by": HISTORY,
    "exchange.Example.updated_by": HISTORY,
    "exchange.Pick.by": HISTORY,
    "exchange.SharedComment.author": HISTORY,
    "exchange.SharedComment.hidden_by": HISTORY,
    "exchange.SharedComment.removed_by": HISTORY,
    "exchange.SharedCopy.by": HISTORY,
    "exchange.SharedPost.by": HISTORY,
    "exchange.SharedPost.ended_by": HISTORY,
    "exchange.SwitchedOff.by": HISTORY,
    "inbox.AnswerDraft.by": HISTORY,
    "inbox.BulkAct.by": HISTORY,
    "inbox.ConversationMerge.by": HISTORY,
    "inbox.ConversationMerge.undone_by": HISTORY,
    "inbox.HandOver.by": PASSES,
    "inbox.LegalHold.by": HISTORY,
    "inbox.LegalHold.released_by": HISTORY,
    "inbox.HouseRules.changed_by": HISTORY,
    "inbox.Message.assignee": PASSES,
    "inbox.Moderation.appeal_noted_by": HISTORY,
    "inbox.Moderation.by": ASKED,
    "inbox.Moderation.decided_by": HISTORY,
    "inbox.Moderation.done_by": HISTORY,
    "inbox.Moderation.second_by": HISTORY,
    "inbox.Moderation.undo_by": HISTORY,
    "inbox.Note.by": HISTORY,
    "inbox.OfficeHours.by": ASKED,
    "inbox.ProposedAnswer.by": HISTORY,
    "inbox.ProposedAnswer.decided_by": HISTORY,
    "inbox.ProposedAnswer.text_by": HISTORY,
    "inbox.Reply.approved_by": HISTORY,
    "inbox.Reply.by": HISTORY,
    "inbox.SatisfactionSurvey.by": ASKED,
    "inbox.SavedAnswer.by": HISTORY,
    "inbox.SortingRule.by": HISTORY,
    "inbox.SortingRule.set_assignee": ASKED,
    "kits.Adoption.by": HISTORY,
    "kits.Kit.created_by": HISTORY,
    "library.Snippet.created_by": HISTORY,
    "library.Snippet.updated_by": HISTORY,
    "library.Template.created_by": HISTORY,
    "library.Template.updated_by": HISTORY,
    "mentoring.Absence.mentor": HISTORY,
    "mentoring.Activity.confirmed_by": HISTORY,
    "mentoring.Activity.done_by": HISTORY,
    "mentoring.Activity.owner": HISTORY,
    "mentoring.PlanChange.decided_by": HISTORY,
    "mentoring.PlanChange.proposed_by": HISTORY,
    "mentoring.CheckIn.mentor": ASKED,
    "mentoring.CheckIn.planned_by": HISTORY,
    "mentoring.Evidence.by": HISTORY,
    "mentoring.Evidence.withdrawn_by": HISTORY,
    "mentoring.Feedback.mentor": HISTORY,
    "mentoring.Handover.by": HISTORY,
    "mentoring.NextStep.done_by": HISTORY,
    "mentoring.PerformanceNotice.mentor": HISTORY,
    "mentoring.Plan.closed_by": HISTORY,
    "mentoring.Plan.created_by": HISTORY,
    "mentoring.Plan.mentor_agreed_by": HISTORY,
    "mentoring.Plan.municipality_agreed_by": HISTORY,
    "mentoring.Reminder.user": HISTORY,
    "mentoring.Review.begun_by": HISTORY,
    "mentoring.Review.mentor_confirmed_by": HISTORY,
    "mentoring.Review.municipality_confirmed_by": HISTORY,
    "mfa.Authenticator.user": ACCOUNT,
    "municipalities.Delegation.approver": ENDS,
    "municipalities.Delegation.by": ENDS,
    "municipalities.Delegation.confirmed_by": HISTORY,
    "municipalities.Delegation.delegate": ENDS,
    "municipalities.EmergencyRight.by": ENDS,
    "municipalities.EmergencyRight.confirmed_by": HISTORY,
    "municipalities.EmergencyRight.user": ENDS,
    "municipalities.GlossaryWord.added_by": HISTORY,
    "municipalities.Membership.by": ENDS,
    "municipalities.Membership.confirmed_by": HISTORY,
    "municipalities.Membership.user": RIGHT,
    "municipalities.Pairing.mentor": RIGHT,
    "municipalities.Pause.by": HISTORY,
    "municipalities.Pause.ended_by": HISTORY,
    "municipalities.PrivateReader.by": ENDS,
    "municipalities.PrivateReader.confirmed_by": HISTORY,
    "municipalities.PrivateReader.user": ENDS,
    "municipalities.Programme.staff": RIGHT,
    "municipalities.Programme.trainers": RIGHT,
    "municipalities.RuleChange.by": ENDS,
    "municipalities.RuleChange.ended_by": HISTORY,
    "municipalities.ServiceAvailability.verified_by": HISTORY,
    "municipalities.WidePause.by": HISTORY,
    "municipalities.WidePause.ended_by": HISTORY,
    "needs.Need.by": HISTORY,
    "needs.AnswerRound.by": HISTORY,
    "needs.Supporter.by": HISTORY,
    "participation.AnswerRound.approved_by": HISTORY,
    "participation.AnswerRound.by": HISTORY,
    "participation.ContributionQuestion.by": PASSES,
    "participation.NoContribution.by": HISTORY,
    "notifications.Notification.by": HISTORY,
    "notifications.Notification.user": ENDS,
    "notifications.MailSchedule.user": ENDS,
    "notifications.MailPreference.user": ACCOUNT,
    "notifications.PushPreference.user": ACCOUNT,
    "notifications.PushSubscription.user": ENDS,
    "participation.Consultation.approver": ASKED,
    "participation.Consultation.by": HISTORY,
    "participation.Consultation.officer": ASKED,
    "participation.Consultation.published_by": HISTORY,
    "participation.ConsultationDocument.by": HISTORY,
    "participation.ConsultationTranslation.by": HISTORY,
    "participation.Contribution.by": HISTORY,
    "participation.Contribution.decided_by": HISTORY,
    "participation.Edition.asked_by": HISTORY,
    "participation.Edition.published_by": HISTORY,
    "participation.Meeting.by": HISTORY,
    "participation.OwnGround.by": HISTORY,
    "participation.PaperBatch.checked_by": HISTORY,
    "participation.PaperBatch.entered_by": HISTORY,
    "participation.SelfCheck.by": HISTORY,
    "planning.Campaign.created_by": HISTORY,
    "planning.Feed.user": ENDS,
    "planning.ImportRun.by": HISTORY,
    "planning.Recurrence.by": PASSES,
    "posts.Amendment.by": HISTORY,
    "posts.Amendment.decided_by": HISTORY,
    "posts.Amendment.for_whom": HISTORY,
    "posts.Closing.by": HISTORY,
    "posts.Comment.author": HISTORY,
    "posts.Consent.recorded_by": HISTORY,
    "posts.Consent.withdrawn_by": HISTORY,
    "posts.Decision.by": HISTORY,
    "posts.Decision.for_whom": HISTORY,
    "posts.DecisionLink.user": ASKED,
    "posts.Folder.created_by": HISTORY,
    "posts.Media.uploaded_by": HISTORY,
    "posts.Post.author": HISTORY,
    "posts.Seen.user": ACCOUNT,
    "posts.Suggestion.decided_by": HISTORY,
    "posts.Thread.author": HISTORY,
    "posts.Thread.resolved_by": HISTORY,
    "posts.Version.created_by": HISTORY,
    "reports.KeptContent.counted_by": HISTORY,
    "reports.MonthlyReport.asked_by": HISTORY,
    "reports.ProgrammeReport.asked_by": HISTORY,
    "reports.ProgrammeSchedule.changed_by": HISTORY,
    "reports.ProgrammeSchedule.people": ENDS,
    "reports.PublicPage.changed_by": HISTORY,
    "reports.Schedule.changed_by": HISTORY,
    "reports.Schedule.people": ENDS,
    "trainings.Attendance.marked_by": HISTORY,
    "trainings.Certificate.issued_by": HISTORY,
    "trainings.Certificate.revoked_by": HISTORY,
    "trainings.Exercise.ended_by": HISTORY,
    "trainings.Exercise.prepared_by": HISTORY,
    "trainings.Exercise.started_by": HISTORY,
    "trainings.Exercise.wiped_by": HISTORY,
    "trainings.Material.added_by": HISTORY,
    "trainings.Participant.added_by": HISTORY,
    "trainings.Participant.user": HISTORY,
    "trainings.Play.answered_by": HISTORY,
    "trainings.Play.hidden_by": HISTORY,
    "trainings.Team.people": HISTORY,
    "trainings.Team.shown_by": HISTORY,
    "trainings.Training.created_by": HISTORY,
    "usersessions.UserSession.user": ENDS,
}


def columns() -> set[str]:
    """Every relation to a person; not the copies that row history keeps, nor the tables behind many-to-many fields."""
    return {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if not model.__module__.startswith("pghistory") and not hasattr(model, "pgh_tracked_model")
        for field in (*model._meta.fields, *model._meta.many_to_many)
        if field.related_model is User
    }


def test_every_column_to_a_person_says_what_becomes_of_it() -> None:
    assert columns() - set(COLUMNS) == set(), "decide what becomes of it when the person's role ends, and write it here"
    assert set(COLUMNS) - columns() == set()


# ---- the guard


def test_every_kind_of_grant_says_who_may_give_it() -> None:
    assert set(grants.KINDS) == {"administrator", "membership", "pairing", "programme_staff", "trainer"}
    assert all(callable(kind.may_give) for kind in grants.KINDS.values())


def test_a_kind_cannot_be_registered_without_saying_so() -> None:
    with pytest.raises(TypeError):
        grants.register("sloppy", apply=lambda *it: None, describe=lambda asked: [])  # type: ignore[call-arg]
    assert "sloppy" not in grants.KINDS


def test_a_grant_is_applied_by_nothing_but_the_guard(cast: Cast) -> None:
    sources = {name_of(path): source_of(path) for path in MODULES}
    assert {name for name, text in sources.items() if "apply_all(" in text} == {
        "accounts/grants.py", "accounts/domain/invitations.py",
    }  # fmt: skip
    assert not [name for name, text in sources.items() if re.search(r"(grants|rights)\.KINDS|import.*\bKINDS\b", text)
                if "accounts" in text]  # fmt: skip
    grant: grants.Grant = {"kind": "membership", "municipality": "cuprija", "role": "approver"}
    with pytest.raises(grants.NotGranted):
        grants.apply_all([grant], cast.stranger, cast.officer)
    assert not Membership.objects.filter(user=cast.stranger, municipality=cast.cuprija).exists()


# Verbs whose name says that something of a person ends, and that take no role away.
ENDS_NO_ROLE = {
    "account.end_session", "member.end_delegation", "member.end_emergency", "member.end_private_reader"
}  # fmt: skip
TAKES_A_RIGHT = re.compile(r"(account|member|programme)\.(end_\w+|end|deactivate|change_role|hand_over)")


def test_every_verb_that_takes_a_right_away_ends_what_hung_on_it() -> None:
    seen = set()
    domain = (path for path in MODULES if "/domain/" in name_of(path) and TAKES_A_RIGHT.search(source_of(path)))
    for path in domain:
        for function in (node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef)):
            texts = {node.value for node in ast.walk(function) if isinstance(node, ast.Constant)}
            verbs = {
                candidate for candidate in texts if isinstance(candidate, str) and TAKES_A_RIGHT.fullmatch(candidate)
            } - ENDS_NO_ROLE
            if verbs:
                seen |= verbs
                calls_here = {called(node) for node in ast.walk(function) if isinstance(node, ast.Call)}
                assert "end_unauthorised" in calls_here, f"{name_of(path)}: {function.name}"
    assert seen == {
        "account.deactivate", "account.end_administrator", "member.change_role", "member.end",
        "programme.end_enrolment", "programme.end_pairing", "programme.end_staff", "programme.end_trainer",
        "programme.hand_over",
    }  # fmt: skip


def test_every_app_that_lends_something_says_how_it_ends() -> None:
    assert set(endings.ENDINGS) == {
        "calendar links", "delegations and emergency lists", "exports", "invitations", "mail",
        "messages that somebody sees to", "push messages", "readers of private messages", "recipients of reports",
        "relaxations of house rules", "rights that wait",
    }  # fmt: skip


# ---- everything that one person holds, at once


class Everything:
    """An approver of Ćuprija who is staff of a programme as well, and holds one of each."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.who, municipality = cast, cast.approver, cast.cuprija
        self.second = person("second")
        Membership.objects.create(user=self.second, municipality=municipality, role=Role.APPROVER)
        cast.programme.staff.add(self.who)
        self.client = sign_in(self.who)
        self.client.get("/")
        members.invite(municipality, email="new@test.example", role="approver", by=self.who)
        day = today()
        self.lent = deciders.delegate(
            municipality, approver=self.who, to=cast.officer, starts_on=day, ends_on=day, by=self.who
        )
        self.held = deciders.delegate(
            municipality, approver=self.second, to=self.who, starts_on=day, ends_on=day, by=self.second
        )
        later = day + timedelta(days=5)
        self.arranged = deciders.delegate(
            municipality, approver=self.second, to=cast.officer, starts_on=later, ends_on=later, by=self.who
        )
        deciders.allow_emergency(municipality, self.who, by=self.second)
        deciders.allow_emergency(municipality, cast.officer, by=self.who)
        private_readers.name(municipality, self.who, by=self.second)
        PrivateReader.objects.create(
            municipality=municipality, user=cast.officer, by=self.who, waits_until=timezone.now() + timedelta(hours=1)
        )
        members.join(person("newcomer"), municipality, Role.APPROVER, by=self.who)
        house_rules.edit(municipality, {"may_approve_own": True}, by=self.who, reason="Сви су на одмору")
        self.feed = feeds.make(municipality, by=self.who)
        schedules.plan_programme(cast.programme, Every.MONTH, 3, [self.who, cast.staff], by=cast.staff)
        with scope(municipality):
            exports.ask(municipality, by=self.who)
            schedules.plan(municipality, 3, [self.who, cast.officer], by=cast.officer)
            now = timezone.now()
            place = channel(municipality, self.who)
            self.message = Message.objects.create(
                municipality=municipality, channel=place, remote_id="1", at=now, received_at=now, counts_from=now,
                assignee=self.who,
            )  # fmt: skip
            Message.objects.create(
                municipality=municipality, channel=place, remote_id="2", at=now, received_at=now, counts_from=now,
                assignee=self.who, state="closed", settled_at=now,
            )  # fmt: skip
            post = Post.objects.create(municipality=municipality, author=self.who)
            self.repeating = Recurrence.objects.create(
                municipality=municipality, pattern=post, at=time(9), starts_on=day, ends_on=day, by=self.who
            )
            self.link = make_links(municipality.pk, uuid4(), {1: LinkRequest("https://example.org/", "mastodon")})[1]
        self._mail()

    def _mail(self) -> None:
        def words() -> tuple[str, str]:
            return "Subject", ""

        url = "/m/cuprija/posts/"
        notify(NotificationKind.EMERGENCY, [self.who], municipality=self.cast.cuprija, url=url, build_text=words)
        Notification.objects.filter(user=self.who).update(mail_due_at=timezone.now())
        send_due()
        assert any("List-Unsubscribe" in mail.headers for mail in MailMessage.objects.filter(to=self.who.email))
        self.key = MailSchedule.objects.get(user=self.who).key
        PushSubscription.objects.create(user=self.who, digest="0" * 64, device="Firefox, Android")
        notify(NotificationKind.EMERGENCY, [self.who], municipality=self.cast.cuprija, url=url, build_text=words)
        waiting = Notification.objects.filter(user=self.who, mailed_at=None)
        waiting.update(mail_due_at=timezone.now())
        self.waiting_notifications = list(waiting.values_list("pk", flat=True))


Held = Callable[[Everything], bool]


def of_scope(read: Held) -> Held:
    def reading(it: Everything) -> bool:
        with everywhere("a test"):
            return read(it)

    return reading


# Whether the person still holds it.
IS_HELD: dict[str, Held] = {
    "accounts.Invitation.invited_by": lambda it: Invitation.objects.waiting().filter(invited_by=it.who).exists(),
    "administration.Export.asked_by": of_scope(
        lambda it: Export.objects.filter(
            asked_by=it.who, state__in=[ExportState.WAITING, ExportState.BUILDING, ExportState.READY]
        ).exists()
    ),
    "municipalities.Delegation.approver": lambda it: _runs(it.lent),
    "municipalities.Delegation.delegate": lambda it: _runs(it.held),
    "municipalities.Delegation.by": lambda it: _runs(it.arranged),
    "municipalities.EmergencyRight.user": lambda it: EmergencyRight.objects.filter(
        user=it.who, ended_at__isnull=True
    ).exists(),
    # What waits only: what took effect was given while the person had the right.
    "municipalities.Membership.by": lambda it: _waits(Membership, it),
    "municipalities.EmergencyRight.by": lambda it: _waits(EmergencyRight, it),
    "municipalities.PrivateReader.user": lambda it: PrivateReader.objects.filter(
        user=it.who, ended_at__isnull=True
    ).exists(),
    "municipalities.PrivateReader.by": lambda it: _waits(PrivateReader, it),
    "municipalities.RuleChange.by": of_scope(
        lambda it: RuleChange.objects.filter(by=it.who, ended_at__isnull=True).exists()
    ),
    # Of those from before the end: of the end itself they are notified.
    "notifications.Notification.user": lambda it: Notification.objects.filter(
        pk__in=it.waiting_notifications, mail_due_at__isnull=False
    ).exists(),
    "notifications.MailSchedule.user": lambda it: (
        MailSchedule.objects.get(user=it.who).key == it.key
        and MailMessage.objects.filter(to=it.who.email, state="waiting").exists()
    ),
    "notifications.PushSubscription.user": lambda it: PushSubscription.objects.filter(user=it.who).exists(),
    "planning.Feed.user": lambda it: Feed.objects.filter(user=it.who, revoked_at__isnull=True).exists(),
    "reports.Schedule.people": of_scope(lambda it: Schedule.objects.filter(people=it.who).exists()),
    "reports.ProgrammeSchedule.people": lambda it: ProgrammeSchedule.objects.filter(people=it.who).exists(),
    "usersessions.UserSession.user": lambda it: UserSession.objects.filter(user=it.who).exists(),
    "inbox.Message.assignee": of_scope(lambda it: Message.objects.filter(assignee=it.who, state="open").exists()),
}
# What only an account that is switched off loses: its sessions, the key of its mails; and the part in the programme.
OF_THE_ACCOUNT = {
    "notifications.MailSchedule.user", "reports.ProgrammeSchedule.people", "usersessions.UserSession.user"
}  # fmt: skip
# Tested where they take effect: tests/inbox/test_handover.py, tests/participation/test_departments.py and
# tests/planning/test_repeating.py.
GOES_ON = {"inbox.HandOver.by", "participation.ContributionQuestion.by", "planning.Recurrence.by"}


def _waits(model: type[Membership | EmergencyRight | PrivateReader], it: Everything) -> bool:
    return model._default_manager.filter(by=it.who, ended_at__isnull=True, waits_until__isnull=False).exists()


def _runs(row: Delegation) -> bool:
    return Delegation.objects.get(pk=row.pk).ended_at is None


def held(it: Everything) -> set[str]:
    return {name for name, read in IS_HELD.items() if read(it)}


def test_all_that_ends_or_passes_on_is_looked_at() -> None:
    assert set(IS_HELD) | GOES_ON == {name for name, what in COLUMNS.items() if what in (ENDS, PASSES)}


@pytest.fixture
def it(cast: Cast, settings: Any) -> Everything:
    everything = Everything(cast)
    assert held(everything) == set(IS_HELD)
    return everything


def test_an_account_that_is_switched_off_holds_nothing(it: Everything) -> None:
    accounts.deactivate(it.who, by=it.cast.administrator)
    assert held(it) == set()
    _others_keep_theirs(it)
    # Each thing that ended has its event, by whoever took the right away.
    by = AuditEvent.objects.filter(actor_id=it.cast.administrator.pk).order_by("verb").values_list("verb", flat=True)
    assert list(by) == [
        "account.deactivate", "account.push_off", "account.void_mail_links", "feed.end", "invitation.stop",
        "member.drop_right",
        "member.drop_right", "member.drop_right", "member.end_delegation", "member.end_delegation",
        "member.end_delegation", "member.end_emergency", "member.end_private_reader", "message.return_to_desk",
        "municipality.drop_rules", "municipality.stop_export", "report.end_mail", "report.end_programme_mail",
    ]  # fmt: skip
    # Switched on again, the person has their role, and nothing of what was ended.
    accounts.reactivate(it.who, by=it.cast.administrator)
    assert held(it) == set()


def _others_keep_theirs(it: Everything) -> None:
    with scope(it.cast.cuprija):
        assert [person.pk for person in Schedule.objects.get().people.all()] == [it.cast.officer.pk]
        assert Message.objects.get(remote_id="2").assignee == it.who  # what was settled keeps who saw to it
        assert Recurrence.objects.get().ended_at is None
    assert it.client.get(urlsplit(it.link).path).headers["Location"] == "https://example.org/"


def end_membership(it: Everything) -> None:
    members.end(Membership.objects.running().get(user=it.who), by=it.second)


def become_viewer(it: Everything) -> None:
    members.change_role(Membership.objects.running().get(user=it.who), Role.VIEWER, by=it.second)


@pytest.mark.parametrize("loss", [end_membership, become_viewer])
def test_what_hangs_on_a_membership_ends_with_it(it: Everything, loss: Callable[[Everything], None]) -> None:
    it.cast.programme.staff.remove(it.who)  # else they may read the workspace as staff
    loss(it)
    left = OF_THE_ACCOUNT - {"reports.ProgrammeSchedule.people"}
    may_read = {
        "planning.Feed.user", "reports.Schedule.people", "notifications.Notification.user",
        "notifications.PushSubscription.user",
    }  # fmt: skip
    assert held(it) == (left | may_read if loss is become_viewer else left)


def test_who_keeps_another_right_keeps_what_it_covers(it: Everything) -> None:
    end_membership(it)
    staff_may = {
        "planning.Feed.user", "reports.Schedule.people", "notifications.Notification.user",
        "notifications.PushSubscription.user",
    }  # fmt: skip
    assert held(it) == OF_THE_ACCOUNT | staff_may


def test_an_officer_who_was_an_approver_keeps_what_officers_may(it: Everything) -> None:
    members.change_role(Membership.objects.running().get(user=it.who), Role.OFFICER, by=it.second)
    ended = {
        "accounts.Invitation.invited_by", "administration.Export.asked_by", "municipalities.Delegation.approver",
        "municipalities.Delegation.by", "municipalities.EmergencyRight.by", "municipalities.Membership.by",
        "municipalities.PrivateReader.by", "municipalities.RuleChange.by",
    }  # fmt: skip
    assert held(it) == set(IS_HELD) - ended


def test_a_lost_place_in_the_staff_ends_the_programmes_report_by_mail(it: Everything) -> None:
    programme.end_staff(it.cast.programme, it.who, by=it.cast.administrator)
    assert held(it) == set(IS_HELD) - {"reports.ProgrammeSchedule.people"}


def test_when_the_end_is_undone_nothing_has_ended(it: Everything, monkeypatch: pytest.MonkeyPatch) -> None:
    """All in one transaction: an ending that fails leaves the role as it was, so that somebody notices."""

    def fails(person: User, by: Any) -> None:
        raise RuntimeError

    monkeypatch.setitem(endings.ENDINGS, "one that fails", fails)
    with pytest.raises(RuntimeError):
        end_membership(it)
    assert held(it) == set(IS_HELD)
    assert Membership.objects.running().filter(user=it.who).exists()
