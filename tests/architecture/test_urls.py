"""Every address of the portal, opened by everybody in the cast: each gets what the permission table says."""

from __future__ import annotations

import copy
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import pytest

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from accounts.models import Invitation
from administration.models import Export
from analytics.annotations.domain import annotate
from analytics.history.domain import imports as history_imports
from analytics.indicators.domain import definitions, manual_values, targets
from analytics.ingestion.domain import collect
from analytics.models import MunicipalityTarget, ProgrammeIndicator, Subject, Target
from channels.enums import ConnectStep
from channels.models import ConnectAttempt
from common.access import Permission
from delivery.models import DuplicatePost
from exchange.domain import practice
from exchange.models import Example, Pick, SharedComment, SharedPicture, SharedPost
from inbox.domain import department_questions, handover, house_rules, merge_conversations, moderate, sorting_rules
from inbox.domain import desk as inbox_desk
from inbox.domain import tags as inbox_tags
from inbox.models import (
    BulkAct,
    Conversation,
    ConversationMerge,
    Department,
    HandOver,
    Message,
    MessageAttachment,
    ProposedAnswer,
    SavedAnswer,
    Settlement,
    SortingRule,
    Tag,
)
from kits.models import Kit, KitPost
from library.domain import snippets, templates
from library.domain.templates import TemplateContent
from links.domain.make import LinkRequest
from links.domain.make import create_links as make_links
from mentoring.domain import plan_activities, plan_changes, reviews
from mentoring.enums import ReviewKind, Side
from mentoring.models import Activity, CheckIn, Plan, PlanChange
from municipalities.domain.reference import load_services
from municipalities.middleware import FOREIGN
from municipalities.models import (
    Delegation,
    EmergencyRight,
    Enrolment,
    GlossaryWord,
    Membership,
    Pairing,
    PrivateReader,
    RuleChange,
    WidePause,
)
from municipalities.rules import TABLE, ProgrammeVerb, Verb, verbs
from municipalities.tenancy import scope
from needs.domain import page as needs_page
from needs.domain import pictures as need_pictures
from needs.domain import supporters
from needs.domain import write as needs
from needs.models import Need
from notifications import unsubscribe_links
from notifications.models import Notification, PushSubscription
from participation.domain import contribute, departments, paper
from participation.domain import documents as consultation_documents
from participation.models import AnswerRound, Consultation, Edition, QuestionSet
from participation.queries.editions import SILENCED
from planning.domain import feeds, imports
from planning.models import Campaign, Recurrence
from posts.draft import Draft, Text
from posts.media.domain import consents, folders
from posts.media.domain.pictures import add
from posts.models import Amendment, Closing, Decision, Folder, Suggestion, Thread
from reports.domain import public_page
from reports.models import MonthlyReport, ProgrammeReport
from tests.analytics.factories import channel, published
from tests.architecture import private_messages
from tests.architecture.caching import stored_wrongly
from tests.cases import sample, undone
from tests.mentoring.plans import agreed as agreed_plan
from tests.mentoring.plans import only
from tests.mentoring.talks import held, step
from tests.participation import contributed
from tests.people import Cast, sign_in
from tests.posts.desk import picture_bytes
from tests.trainings.group import certificate_of, material_of, training_of
from trainings.domain import exercises
from trainings.models import Team, Training

PROGRAMME_ROLES = {"staff"}
ROLES = (*TABLE, "trainer", "stranger", "anonymous")
# What a page may answer to somebody whom the table lets in. Bad input is 4xx in words; 404 and 403 are not among them.
LET_IN = {200, 204, 302, 303, 400, 405, 409, 410, 422}
KINDS = {"public", "signed_in", "administrators", "keepers", "workspace", "programme"}


@dataclass(frozen=True)
class Address:
    """One pattern: its name, the whole route with its converters, and the view's mark."""

    name: str
    route: str
    kwargs: tuple[str, ...]
    view: Callable[..., Any]

    @property
    def permission(self) -> Permission | None:
        return getattr(self.view, "permission", None)

    @property
    def is_ours(self) -> bool:
        return not self.view.__module__.startswith(FOREIGN)

    @property
    def objects(self) -> list[str]:
        """Names of what stands in the address, each with the part before it: "posts/pk"."""
        parts = self.route.split("/")
        names = [part.strip("<>").rpartition(":")[2] for part in parts]
        return [f"{names[at - 1]}/{names[at]}" for at, part in enumerate(parts) if part.startswith("<")]

    def path(self, things: Things) -> str:
        parts = self.route.split("/")
        things.is_in_place = "of/<slug:place>" in self.route or self.route.startswith("m/")
        values = iter(self.objects)
        return "/" + "/".join(str(OBJECTS[next(values)](things)) if part.startswith("<") else part for part in parts)


def addresses() -> list[Address]:
    return sorted(_walk(get_resolver().url_patterns, "", ()), key=lambda address: address.route)


def _walk(patterns: list[Any], prefix: str, kwargs: tuple[str, ...]) -> Iterator[Address]:
    for pattern in patterns:
        converters = (*kwargs, *pattern.pattern.converters)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, prefix + str(pattern.pattern), converters)
        elif isinstance(pattern, URLPattern):
            yield Address(pattern.name or "", prefix + str(pattern.pattern), converters, pattern.callback)


OURS = [address for address in addresses() if address.is_ours]


# ---- an object for every name that stands in an address. A new name needs a line here, else the tests fail.


@dataclass
class Things:
    """One of each, of Ćuprija and already public, so that only the right to a page decides."""

    cast: Cast
    channel: Any
    publication: Any
    media: Any
    thread: Any
    attempts: dict[str, Any]
    invitation: Invitation
    role: str = ""
    is_in_place: bool = False  # whether the address is of one municipality


def make(cast: Cast) -> Things:
    ours = channel(cast.cuprija, cast.approver)
    publication = published(ours, timezone.now())
    with scope(cast.cuprija):
        raw = picture_bytes()
        media = add(cast.cuprija, io.BytesIO(raw), name="fountain.jpg", size=len(raw), by=cast.officer)
        publication.version.media = [{"id": media.pk, "ref": media.file.name, "alt": "", "crop": "", **_sizes(media)}]
        publication.version.save()
        # It asked people something, and they were told what became of the answers.
        type(publication.post).objects.filter(pk=publication.post_id).update(format="question")
        Closing.objects.create(
            municipality=cast.cuprija, post=publication.post, results="Hours", done="Longer", by=cast.officer
        )
        type(publication.delivery).objects.filter(pk=publication.delivery_id).update(payload={"text": "Water"})
        thread = Thread.objects.create(
            municipality=cast.cuprija, post=publication.post, author=cast.mentor,
            place="text", tag="sr-Cyrl", start=0, end=4, quote="Вода",
        )  # fmt: skip
        Suggestion.objects.create(municipality=cast.cuprija, thread=thread, replacement="Воде")
        attempts = {name: _attempt(cast, name) for name in ("approver", "administrator")}
    return Things(cast, ours, publication, media, thread, attempts, _invitation(cast))


def _sizes(media: Any) -> dict[str, Any]:
    return {name: getattr(media, name) for name in ("mime", "width", "height", "bytes")}


def _attempt(cast: Cast, role: str) -> Any:
    """Only the person who began to connect a channel sees how it goes."""
    return ConnectAttempt.objects.create(
        municipality=cast.cuprija,
        platform="mastodon",
        server="https://social.example",
        by=getattr(cast, role),
        step=ConnectStep.FAILED,
        state_hash=f"{role} of {cast.cuprija.slug}",
        expires_at=timezone.now(),
    )


def _invitation(cast: Cast) -> Invitation:
    grant = {"kind": "membership", "municipality": cast.cuprija.slug, "role": "viewer"}
    pairing = {"kind": "pairing", "municipality": cast.cuprija.slug, "starts_on": "2026-01-01", "ends_on": ""}
    return Invitation.objects.create(
        email=f"new@{cast.cuprija.slug}.example",
        token_hash=cast.cuprija.slug,
        grants=[pairing, grant],
        invited_by=cast.approver,
        expires_at=timezone.now() + timedelta(days=1),
    )


def _service() -> str:
    load_services()
    return "evrtic"


def _delegation(cast: Cast) -> Delegation:
    """One that gives nobody a right yet."""
    day = timezone.localdate() + timedelta(days=9)
    people = {"approver": cast.approver, "delegate": cast.officer, "by": cast.approver}
    return Delegation.objects.create(municipality=cast.cuprija, starts_on=day, ends_on=day, **people)


def _emergency_right(cast: Cast) -> EmergencyRight:
    """One that gives nobody a right any more."""
    now = timezone.now()
    return EmergencyRight.objects.create(municipality=cast.cuprija, user=cast.viewer, by=cast.approver, ended_at=now)


def _private_reader(cast: Cast) -> PrivateReader:
    """One who reads nothing any more."""
    now = timezone.now()
    return PrivateReader.objects.create(municipality=cast.cuprija, user=cast.viewer, by=cast.approver, ended_at=now)


def _rule_change(it: Things) -> int:
    """One that the administrator asked for, so that an approver may agree to it and stop it."""
    now = timezone.now()
    with scope(it.cast.cuprija):
        row, _is_new = RuleChange.objects.get_or_create(
            municipality=it.cast.cuprija,
            ended_at=None,
            defaults={
                "values": {"move_window_hours": {"before": 24, "after": 25}},
                "reason": "Two are on holiday",
                "by": it.cast.administrator,
                "asked_at": now,
                "effective_at": now + timedelta(hours=24),
            },
        )
        return row.pk


def _pause(cast: Cast) -> WidePause:
    pause, _is_new = WidePause.objects.get_or_create(
        programme=cast.programme, ended_at=None, defaults={"reason": "Mourning", "by": cast.staff}
    )
    return pause


def _emergency(it: Things) -> Decision:
    with scope(it.cast.cuprija):
        return Decision.objects.create(
            municipality=it.cast.cuprija, version=it.publication.version, kind="emergency", by=it.cast.officer,
            note="Burst pipe", review_due_at=timezone.now(), remind_at=timezone.now(),
        )  # fmt: skip


def _removal(it: Things) -> dict[str, str]:
    """Somebody wants the post taken down, and an approver declines."""
    with scope(it.cast.cuprija):
        Amendment.objects.get_or_create(
            municipality=it.cast.cuprija, post=it.publication.post, kind="removal",
            defaults={"reason": "Old", "by": it.cast.officer},
        )  # fmt: skip
    return {"decision": "decline", "note": "It is right"}


def _link(it: Things) -> str:
    """The code of a short link of the post."""
    wanted = {it.channel.pk: LinkRequest("https://cuprija.rs/", it.channel.platform)}
    with scope(it.cast.cuprija):
        return make_links(it.cast.cuprija.pk, it.publication.post.key, wanted)[it.channel.pk].rpartition("/")[2]


def _word(it: Things) -> int:
    with scope(it.cast.cuprija):
        word = f"Startit {GlossaryWord.objects.count()}"  # each role tries with one of its own
        return GlossaryWord.objects.create(
            municipality=it.cast.cuprija, latin=word, cyrillic=word, added_by=it.cast.officer
        ).pk


def _in_library(it: Things, kind: str) -> int:
    """A template, snippet, folder or consent of Ćuprija, each role its own."""
    municipality, by = it.cast.cuprija, it.cast.officer
    with scope(municipality):
        if kind == "template":
            content = TemplateContent("Вода", "", "service", Draft(texts={"sr-Cyrl": Text("Без воде: {{улица}}")}), [])
            return templates.create(municipality, content, by=by).pk
        if kind == "snippet":
            return snippets.create(municipality, kind="text", name="Телефон", texts={"sr-Cyrl": "035 123"}, by=by).pk
        if kind == "folder":
            return folders.create(municipality, f"Паркови {Folder.objects.count()}", by=by).pk
        today = timezone.localdate()
        details = consents.ConsentDetails("written", "Ана", "мајка", today, None, today)
        return consents.record(it.media, details, scan=consents.Scan(b"%PDF-1.7\n%%EOF", consents.PDF), by=by).pk


def _kit(it: Things) -> Kit:
    """A kit of the programme, published, with one post."""
    kit = Kit.objects.filter(programme=it.cast.programme, name="Упис").first()
    if kit is None:
        now = timezone.now()
        kit = Kit.objects.create(
            programme=it.cast.programme, name="Упис", purpose="Упис", created_by=it.cast.staff, published_at=now
        )
        KitPost.objects.create(kit=kit, name="Почиње", content=Draft(texts={"sr-Cyrl": Text("Упис")}).to_json())
    return kit


def _example(it: Things) -> Example:
    """An example of the programme's good practice, with a picture."""
    example = Example.objects.filter(programme=it.cast.programme, name="Мост").first()
    if example is None:
        content = TemplateContent("Мост", "", "service", Draft(texts={"sr-Cyrl": Text("Мост је отворен.")}), [])
        picture = practice.prepared(io.BytesIO(picture_bytes()), size=1)
        written = practice.ExampleContent(content, "service", "picture", "Кратко је", alt="Мост", picture=picture)
        example = practice.create(it.cast.programme, written, by=it.cast.staff)
    if example.retired_at:
        example = practice.restore(example, by=it.cast.staff)
    return example


def _shared(it: Things) -> SharedPost:
    """The published post of Ćuprija, shared with the others."""
    with scope(it.cast.cuprija):
        shared = SharedPost.objects.filter(ended_at=None).first()
        return shared or SharedPost.objects.create(
            municipality=it.cast.cuprija, post=it.publication.post, title="Вода", category="service", why="Јасно је",
            published_on=timezone.localdate(), measured_on=timezone.localdate(), by=it.cast.officer,
        )  # fmt: skip


def _of_shared(it: Things, kind: str) -> int:
    """A picture of it, a comment of a colleague in Ćuprija, or the programme's pick."""
    row = _shared(it)
    with scope(it.cast.cuprija):
        if kind == "picture":
            picture = SharedPicture.objects.create(
                municipality=it.cast.cuprija, shared=row, media=it.media, file=it.media.file.name, mime=it.media.mime,
                width=1, height=1, position=SharedPicture.objects.count(),
            )  # fmt: skip
            return picture.pk
        if kind == "comment":
            comment = SharedComment.objects.create(
                municipality=it.cast.cuprija, shared=row, author=it.cast.approver, text="Добро"
            )
            return comment.pk
    picked, _is_new = Pick.objects.get_or_create(
        programme=it.cast.programme, month=timezone.localdate().replace(day=1), shared=row,
        defaults={"why": "Јасно", "by": it.cast.staff},
    )  # fmt: skip
    return int(picked.pk)


def _planned(it: Things, kind: str) -> int:
    """A campaign, repetition or uploaded plan of Ćuprija, each role its own."""
    municipality, by = it.cast.cuprija, it.cast.officer
    with scope(municipality):
        if kind == "campaign":
            return Campaign.objects.create(
                municipality=municipality, name=f"Зима {Campaign.objects.count()}", created_by=by
            ).pk
        if kind == "plan":
            return imports.upload(municipality, "Текст\nВода".encode(), "plan.csv", by=by).pk
        day = timezone.localdate()
        return Recurrence.objects.create(
            municipality=municipality,
            pattern=it.publication.post,
            weekdays=[0],
            at="09:00",
            starts_on=day,
            ends_on=day,
            by=by,
        ).pk


def _past(it: Things) -> int:
    """A file with numbers from before that somebody of Ćuprija looked at, each role its own."""
    with scope(it.cast.cuprija):
        return history_imports.upload(
            it.cast.cuprija, b"Datum;Svidjanja\n1.1.2025.;3\n", "stare.csv", by=it.cast.approver
        ).pk


def _feed(it: Things) -> str:
    return feeds.make(it.cast.cuprija, by=it.cast.officer)


def _notification(things: Things) -> Notification:
    """One opens one's own only."""
    user = things.cast.everyone().get(things.role, things.cast.officer)
    return Notification.objects.create(
        user=user, kind="kit", url="/", subject="Told", language="en", mail_frequency="never"
    )


def _device(things: Things) -> int:
    """One ends the push messages of one's own devices only."""
    user = things.cast.everyone().get(things.role, things.cast.officer)
    digest = f"{PushSubscription.objects.count():064x}"
    return PushSubscription.objects.create(user=user, digest=digest, sealed="", device="Firefox, Android").pk


def _export(things: Things) -> int:
    """One's own, ready to be fetched."""
    by = things.cast.everyone().get(things.role, things.cast.approver)
    root = Path(settings.EXPORTS_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    (root / "one.zip").write_bytes(b"PK")
    now = timezone.now()
    ready = {"state": "ready", "name": "one.zip", "bytes": 2, "ready_at": now, "expires_at": now + timedelta(days=1),
             "contents": {"posts": 3}}  # fmt: skip
    with scope(things.cast.cuprija):
        return Export.objects.create(municipality=things.cast.cuprija, asked_by=by, **ready).pk


def _indicator(it: Things) -> ProgrammeIndicator:
    """One of the programme's own, with a value of the programme and one of Ćuprija, each with its evidence."""
    name = "Citizens at trainings"
    indicator = ProgrammeIndicator.objects.filter(programme=it.cast.programme, name=name).first()
    if indicator is None:
        definition = definitions.Defined(name, "output", "number", "up", "Signatures on the list", "Minutes")
        indicator = definitions.define(it.cast.programme, definition, by=it.cast.staff)
    return indicator


def _entered(it: Things, kind: str) -> int:
    scan = consents.Scan(b"%PDF-1.7\n%%EOF", consents.PDF)
    value = manual_values.EnteredValue(timezone.localdate(), 5, "Minutes")
    place = it.cast.cuprija if kind == "place" else None
    return manual_values.enter(_indicator(it), value, by=it.cast.staff, place=place, evidence=scan).pk


def _agreed(it: Things, kind: str) -> int:
    """A target of Ćuprija or of the programme; the former also stands for an id that only one of the two may have."""
    day = timezone.localdate() + timedelta(days=30)
    wanted = targets.Wanted("value", 60, day, is_milestone=False, reason="Agreed")
    place = it.cast.cuprija if kind == "place" else None
    targets.set_target(_indicator(it), wanted, by=it.cast.staff, place=place)
    if place is None:
        return Target.objects.filter(ended_at__isnull=True).latest("pk").pk
    with scope(place):
        return int(MunicipalityTarget.objects.filter(ended_at__isnull=True).latest("pk").pk)


def _annotation(it: Things, kind: str) -> int:
    happened = annotate.Happened("flood", timezone.localdate(), timezone.localdate(), "Flood on the Morava")
    if kind == "programme":
        return annotate.add(happened, of=it.cast.programme, by=it.cast.staff).pk
    with scope(it.cast.cuprija):
        return annotate.add(happened, of=it.cast.cuprija, by=it.cast.officer).pk


def _report(things: Things, kind: str) -> int:
    """One that is ready to be fetched."""
    root = Path(settings.REPORTS_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    (root / "one.pdf").write_bytes(b"%PDF-1.7")
    now, month = timezone.now(), timezone.localdate().replace(day=1)
    ready = {"first": month, "last": month, "language": "en", "state": "ready", "ready_at": now,
             "expires_at": now + timedelta(days=1), "files": {"pdf": {"name": "one.pdf", "bytes": 8}}}  # fmt: skip
    if kind == "programme":
        cast = things.cast
        return ProgrammeReport.objects.create(programme=cast.programme, asked_by=cast.staff, **ready).pk
    with scope(things.cast.cuprija):
        return MonthlyReport.objects.create(municipality=things.cast.cuprija, **ready).pk


def _check_in(it: Things, what: str) -> int:
    """A check-in that was held, or its next step."""
    with scope(it.cast.cuprija):
        check_in = CheckIn.objects.first() or held(it.cast.cuprija, it.cast.mentor, -3, "1", "Said", step())
        return int(check_in.pk if what == "talk" else check_in.steps.first().pk)


def _message(things: Things) -> int:
    """What a citizen wrote to Ćuprija."""
    cast, now = things.cast, timezone.now()
    with scope(cast.cuprija):
        written, _ = Message.objects.get_or_create(
            municipality=cast.cuprija, channel=things.publication.channel, remote_id="said",
            defaults={"text": "?", "at": now, "received_at": now, "visibility": "public", "counts_from": now},
        )  # fmt: skip
    return int(written.pk)


def _conversation(things: Things) -> Conversation:
    """Its conversation, merged with another one of the same citizen, and what is attached to it."""
    cast, now, pk = things.cast, timezone.now(), _message(things)
    with scope(cast.cuprija):
        of = {"municipality": cast.cuprija, "channel": things.publication.channel}
        both = [
            Conversation.objects.get_or_create(**of, remote_id=name, defaults={"last_received_at": now})[0]
            for name in ("said", "elsewhere")
        ]
        Message.objects.filter(pk=pk).update(conversation=both[0])
        return both[0]


def _merge(things: Things) -> int:
    conversation, cast = _conversation(things), things.cast
    with scope(cast.cuprija):
        other = Conversation.objects.get(remote_id="elsewhere")
        known = ConversationMerge.objects.filter(conversation=other, undone_at=None).first()
        return int((known or merge_conversations.merge(conversation, other, "исто питање", by=cast.officer)).pk)


def _attachment(things: Things) -> int:
    pk = _message(things)
    with scope(things.cast.cuprija):
        row, is_new = MessageAttachment.objects.get_or_create(
            municipality=things.cast.cuprija, message_id=pk, position=0,
            defaults={"kind": "file", "state": "stored", "file": "-", "file_mime": "text/plain", "file_size": 4},
        )  # fmt: skip
        if is_new:
            row.file = default_storage.save("attachments/walk.txt", ContentFile(b"text"))
            row.save(update_fields=["file"])
        return int(row.pk)


def _moderation(things: Things) -> int:
    """It was hidden."""
    cast = things.cast
    _message(things)
    with scope(cast.cuprija):
        message = Message.objects.select_related("channel").get(remote_id="said")
        if moderation := message.moderations.first():
            return int(moderation.pk)
        return int(moderate.propose(message, moderate.ModerationRequest("spam", "hide", "Реклама"), by=cast.officer).pk)


def _house_rules(things: Things) -> str:
    """A municipality whose house rules everybody may read."""
    with scope(things.cast.cuprija):
        rules = house_rules.HouseRulesInput(is_on=True, contact="035 123 456")
        house_rules.save(things.cast.cuprija, rules, by=things.cast.approver)
    return things.cast.cuprija.slug


def _answered(it: Things, kind: str) -> int:
    """A saved answer of Ćuprija, each role its own, or the one that waits for approval below the message."""
    cast = it.cast
    with scope(cast.cuprija):
        if kind == "saved":
            name = f"Хвала {SavedAnswer.objects.count()}"
            return int(SavedAnswer.objects.create(
                municipality=cast.cuprija, name=name, text="Хвала.", by=cast.officer
            ).pk)  # fmt: skip
        now, by = timezone.now(), {"by": cast.officer, "text_by": cast.officer}
        proposed, _ = ProposedAnswer.objects.get_or_create(
            municipality=cast.cuprija,
            message_id=_message(it),
            state="waiting",
            defaults={"text": "Да", "at": now, **by},
        )
        return int(proposed.pk)


def _department(it: Things) -> Any:
    municipality, by = it.cast.cuprija, it.cast.officer
    with scope(municipality):
        known = Department.objects.first()
        return known or inbox_desk.add_department(municipality, "Водовод", "vodovod@test.example", by=by)


def _settlement(it: Things) -> int:
    with scope(it.cast.cuprija):
        known = Settlement.objects.first()
        return int((known or inbox_desk.add_settlement(it.cast.cuprija, "Супска", by=it.cast.officer)).pk)


def _tag(it: Things) -> int:
    with scope(it.cast.cuprija):
        return int((Tag.objects.first() or inbox_tags.add(it.cast.cuprija, "Избори", by=it.cast.officer)).pk)


def _sorting_rule(it: Things) -> int:
    with scope(it.cast.cuprija):
        wanted = sorting_rules.RuleInput("Вода", words="вода", set_urgent=True)
        known = SortingRule.objects.first()
        return int((known or sorting_rules.create(it.cast.cuprija, wanted, by=it.cast.officer)).pk)


def _bulk_act(it: Things) -> int:
    """Of the officer: others are refused in words."""
    with scope(it.cast.cuprija):
        return int(BulkAct.objects.create(municipality=it.cast.cuprija, act="close:", by=it.cast.officer).pk)


def _handed_over(it: Things) -> tuple[int, str]:
    """A question to a department, and the token of its link."""
    pk, token = _message(it), f"a-token-of-{it.cast.cuprija.slug}"
    with scope(it.cast.cuprija):
        hand_over = HandOver.objects.filter(message_id=pk).first() or handover.ask(
            Message.objects.get(pk=pk), _department(it), handover.QuestionInput("Када?"),
            until=timezone.now() + timedelta(days=1), by=it.cast.officer,
        )  # fmt: skip
        HandOver.objects.filter(pk=hand_over.pk).update(
            token_hash=department_questions.hash_token(token), answered_at=timezone.now(), answer="До 14"
        )
    return int(hand_over.pk), token


def _need(it: Things) -> Need:
    """Something that citizens of Ćuprija ask for."""
    with scope(it.cast.cuprija):
        need = Need.objects.first()
        return need or needs.create(it.cast.cuprija, needs.NeedContent("Клупе"), by=it.cast.officer)


def _consultation(it: Things) -> Consultation:
    """One that is open today, for every way in."""
    with scope(it.cast.cuprija):
        known = Consultation.objects.filter(stage="published").first()
        return known or contributed.consultation_of(it.cast)


def _contributed(it: Things, kind: str) -> int:
    """A contribution by form or on paper (or its number), a meeting, a batch, or a round of answers: each role its
    own."""
    row, cast, day = _consultation(it), it.cast, timezone.localdate()
    with scope(cast.cuprija):
        if kind == "meeting":
            return int(contributed.meeting_of(cast, row).pk)
        if kind in ("batch", "sheet"):
            batch = paper.add_batch(row, "Кутија", sheets=1, received_on=day, by=cast.officer)
            one = contribute.from_paper(batch, "Лист", by=cast.officer) if kind == "sheet" else None
            return int((one or batch).pk)
        if kind == "round":
            AnswerRound.objects.filter(consultation=row).update(needs_approval=False)
            begun = AnswerRound.objects.create(
                municipality=cast.cuprija, consultation=row, people=1, by=cast.officer, needs_approval=True
            )
            return int(begun.pk)
        one = contributed.by_form(cast, row)
        return one.number if kind == "number" else int(one.pk)


def _asked_about_proposal(it: Things) -> int:
    """A question to a department about a contribution, of each role its own."""
    row = _consultation(it)
    with scope(it.cast.cuprija):
        question = departments.ask(
            contributed.by_form(it.cast, row), _department(it), "Колико?", "", by=it.cast.officer,
            until=timezone.now() + timedelta(days=1),
        )  # fmt: skip
    return int(question.pk)


def _of_need(it: Things, kind: str) -> int:
    """A supporter or a picture of the need, one for each role."""
    need, by = _need(it), it.cast.officer
    with scope(it.cast.cuprija):
        if kind == "supporter":
            return supporters.add(need, "phone", timezone.localdate(), by=by).pk
        return need_pictures.add(need, it.media, "before", "Чесма", by=by).pk


def _consultation_document(it: Things) -> int:
    """A file of it, one for each role."""
    row = _consultation(it)
    with scope(it.cast.cuprija):
        return consultation_documents.add_file(row, b"%PDF-1.7\n%%EOF", "plan.pdf", "", by=it.cast.officer).pk


def load_questions() -> int:
    """A made-up question of the self-check, which all municipalities have."""
    about = {"source": "Измишљено", "read_on": timezone.localdate()}
    kept, _is_new = QuestionSet.objects.get_or_create(year=2026, defaults=about)
    values = {"category": "budget", "position": 1, "text": "Измишљено?"}
    return int(kept.questions.get_or_create(code="1", defaults=values)[0].pk)


def _followed(it: Things) -> Plan:
    """A plan of Ćuprija on which both agreed."""
    with scope(it.cast.cuprija):
        plan = Plan.objects.filter(agreed_at__isnull=False).first()
    return plan or agreed_plan(it.cast)


def _review(it: Things) -> int:
    with scope(it.cast.cuprija):
        return int(reviews.begin(_followed(it), ReviewKind.FINAL, by=it.cast.officer).pk)


def _public(things: Things) -> str:
    """A municipality that shows its numbers to everybody."""
    with scope(things.cast.cuprija):
        public_page.choose(things.cast.cuprija, is_on=True, contact="", by=things.cast.approver)
    return things.cast.cuprija.slug


def _public_place(things: Things) -> str:
    """A municipality all of whose public pages are on."""
    _asked_place(things)
    return _public(things)


def _asked_place(things: Things) -> str:
    """A municipality that shows everybody what was asked and done."""
    with scope(things.cast.cuprija):
        needs_page.save(things.cast.cuprija, is_on=True, contact="", by=things.cast.approver)
    return things.cast.cuprija.slug


def _contribution_file(it: Things) -> int:
    """What the author of the newest contribution attached."""
    row = _consultation(it)
    with scope(it.cast.cuprija):
        one = row.contributions.order_by("-pk").first() or contributed.by_form(it.cast, row)
        file = one.files.first() or one.files.create(
            municipality=it.cast.cuprija, name="plan.txt", mime="text/plain", bytes=4,
            file=default_storage.save("contributions/walk.txt", ContentFile(b"text")),
        )  # fmt: skip
        return int(file.pk)


def _team(it: Things) -> Team:
    """A team of an exercise of the programme that is over, so that its debrief can be written."""
    known = Team.objects.filter(exercise__training=_training(it)).first()
    if known:
        return known
    exercise = exercises.prepare(_training(it), "voda", [("Екипа", [it.cast.officer])], minutes=20, by=it.cast.staff)
    exercises.end(exercises.start(exercise, by=it.cast.staff), by=it.cast.staff)
    return exercise.teams.get()


def _own_team(it: Things) -> Team:
    """One reads the debrief of one's own team only, once it is shown."""
    team = _team(it)
    team.people.add(it.cast.everyone().get(it.role, it.cast.officer))
    Team.objects.filter(pk=team.pk).update(shown_at=timezone.now())
    return team


def _training(it: Things) -> Training:
    """One that Ćuprija's officer came to, with a day that is over."""
    training = Training.objects.filter(programme=it.cast.programme, name="Обука").first()
    return training or training_of(it.cast, name="Обука")


def _edition(it: Things) -> Edition:
    """A report of it that everybody may download."""
    row, now = _consultation(it), timezone.now()
    with scope(it.cast.cuprija):
        known = Edition.objects.filter(consultation=row).first()
        if known is None:
            # what was withdrawn before it was made does not outdate it
            silenced = list(row.contributions.filter(SILENCED).values_list("number", flat=True))
            known = Edition.objects.create(
                municipality=it.cast.cuprija, consultation=row, number=1, state="ready", asked_by=it.cast.officer,
                facts={"silenced": silenced},
                ready_at=now, published_at=now, published_by=it.cast.approver,
            )  # fmt: skip
            file = default_storage.save("consultation-reports/walk.csv", ContentFile(b"number"))
            known.files.create(municipality=it.cast.cuprija, kind="csv", file=file, bytes=6)
    return known


def _edition_file(it: Things) -> int:
    edition = _edition(it)
    with scope(it.cast.cuprija):
        return int(edition.files.get().pk)


def _reported_place(it: Things) -> str:
    _edition(it)
    return it.cast.cuprija.slug


# By the name in the address, with the word before it where the name alone does not say what it is.
def _counted(it: Things) -> int:
    collect.enrol()
    with scope(it.cast.cuprija):
        return int(Subject.objects.get(publication=it.publication).pk)


def _duplicate(it: Things) -> int:
    municipality = it.publication.municipality
    with scope(municipality):
        row, _ = DuplicatePost.objects.get_or_create(
            municipality=municipality,
            delivery=it.publication.delivery,
            remote_id="duplicate",
            defaults={"detected_at": timezone.now()},
        )
        return int(row.pk)


def _agreed_plan(it: Things, kind: str) -> int:
    """An activity of a plan that both agreed on, its file as evidence, or a proposed change of it."""
    with scope(it.cast.cuprija):
        activity = Activity.objects.filter(dropped_at__isnull=True, done_at__isnull=True).first()
    if activity is None:
        activity = only(agreed_plan(it.cast))
    with scope(it.cast.cuprija):
        if kind == "evidence":
            scan = consents.Scan(b"%PDF-1.7\n%%EOF", consents.PDF)
            return plan_activities.add_file(activity, scan, "", by=it.cast.officer).pk
        if kind == "change":
            change = PlanChange.objects.filter(accepted__isnull=True).first()
            if change is None:
                change = plan_changes.propose_drop(activity, "Reason", side=Side.MUNICIPALITY, by=it.cast.officer)
            return int(change.pk)
    return int(activity.pk)


OBJECTS: dict[str, Callable[[Things], Any]] = {
    "m/municipality": lambda it: it.cast.cuprija.slug,
    "municipalities/place": lambda it: it.cast.cuprija.slug,
    "people/person": lambda it: it.cast.viewer.pk,
    "person/act": lambda it: "activate",
    "members/membership": lambda it: Membership.objects.get(user=it.cast.viewer).pk,
    "invitations/invitation": lambda it: it.invitation.pk,
    "enrolments/enrolment": lambda it: Enrolment.objects.get(municipality=it.cast.cuprija).pk,
    "pauses/pause": lambda it: _pause(it.cast).pk,
    "rubric/programme": lambda it: it.cast.programme.pk,
    "programme/criterion": lambda it: "clarity",
    "activities/activity": lambda it: _agreed_plan(it, "activity"),
    "evidence/evidence": lambda it: _agreed_plan(it, "evidence"),
    "changes/change": lambda it: _agreed_plan(it, "change"),
    "activities/programme": lambda it: it.cast.programme.pk,
    "programme/kind": lambda it: "calls",
    "pairings/pairing": lambda it: Pairing.objects.get(municipality=it.cast.cuprija).pk,
    "versions/number": lambda it: it.publication.version.number,
    "relaxations/change": _rule_change,
    "delegations/delegation": lambda it: _delegation(it.cast).pk,
    "emergency/right": lambda it: _emergency_right(it.cast).pk,
    "readers/reader": lambda it: _private_reader(it.cast).pk,
    "words/word": lambda it: _word(it),
    "posts/pk": lambda it: it.publication.post_id,
    "threads/thread": lambda it: it.thread.pk,
    "media/pk": lambda it: it.media.pk,
    "cards/key": lambda it: "0" * 64,
    "deliveries/pk": lambda it: it.publication.delivery_id,
    "duplicates/duplicate": lambda it: _duplicate(it),
    "channels/channel": lambda it: it.channel.pk,
    "connect/platform": lambda it: "mastodon",
    "connect/network": lambda it: "facebook",
    "connecting/attempt": lambda it: it.attempts.get(it.role, it.attempts["approver"]).pk,
    "invitation/token": lambda it: "no-such-token",
    "notifications/notification": lambda it: _notification(it).pk,
    "devices/device": _device,
    "stop/token": lambda it: unsubscribe_links.token(it.cast.officer.pk, ["comment"], "key"),
    "sessions/session": lambda it: 0,
    "arms/name": lambda it: "no-such-file",
    "services/service": lambda it: _service(),
    "service/place": lambda it: it.cast.cuprija.slug,
    "l/code": lambda it: _link(it),
    "links/code": lambda it: _link(it),
    "qr/kind": lambda it: "svg",
    "templates/ref": lambda it: _in_library(it, "template"),
    "templates/pk": lambda it: _in_library(it, "template"),
    "from-post/post": lambda it: it.publication.post_id,
    "new/kind": lambda it: "hashtags",
    "snippets/pk": lambda it: _in_library(it, "snippet"),
    "pictures/pk": lambda it: it.media.pk,
    "consents/consent": lambda it: _in_library(it, "consent"),
    "networks/network": lambda it: "facebook",
    "webhooks/network": lambda it: "facebook",
    "public/word": lambda it: "no-such-word",
    "word/name": lambda it: "file.jpg",
    "deleted/code": lambda it: "no-such-code",
    "folders/folder": lambda it: _in_library(it, "folder"),
    "campaigns/pk": lambda it: _planned(it, "campaign"),
    "repeating/pk": lambda it: _planned(it, "recurrence"),
    "import/pk": lambda it: _planned(it, "plan"),
    "past/pk": _past,
    "sample/kind": lambda it: "xlsx",
    "times/pk": lambda it: it.channel.pk,
    "feeds/secret": _feed,
    "kits/kit": lambda it: _kit(it).pk,
    "posts/part": lambda it: _kit(it).posts.get().pk,
    "good-practice/ref": lambda it: "voda-sa-mapom",
    "good-practice/example": lambda it: _example(it).pk,
    "of/programme": lambda it: it.cast.programme.pk,
    "built-in/key": lambda it: "voda-sa-mapom",
    "choose/programme": lambda it: it.cast.programme.pk,
    "new/programme": lambda it: it.cast.programme.pk,
    "indicators/indicator": lambda it: _indicator(it).pk,
    "of/place": lambda it: it.cast.cuprija.slug,
    "events/annotation": lambda it: _annotation(it, "place" if it.is_in_place else "programme"),
    "targets/target": lambda it: _agreed(it, "place" if it.is_in_place else "programme"),
    "evidence/value": lambda it: _entered(it, "place" if it.is_in_place else "programme"),
    "export/export": lambda it: _export(it),
    "by-mail/programme": lambda it: it.cast.programme.pk,
    "programme/act": lambda it: "pause",
    "inbox/message": _message,
    "same-person/merge": _merge,
    "files/attachment": _attachment,
    "message/act": lambda it: "close",
    "moderation/moderation": _moderation,
    "moderation/deed": lambda it: "undo",
    "rules/place": _house_rules,
    "answers/saved": lambda it: _answered(it, "saved"),
    "proposed/proposed": lambda it: _answered(it, "proposed"),
    "asked/handover": lambda it: _handed_over(it)[0],
    "handover/act": lambda it: "use",
    "departments/department": lambda it: _department(it).pk,
    "department/act": lambda it: "retire",
    "settlements/settlement": _settlement,
    "tags/tag": _tag,
    "tag/act": lambda it: "retire",
    "rules/rule": _sorting_rule,
    "rule/act": lambda it: "off",
    "undo/bulk_act": _bulk_act,
    "inbox-answer/token": lambda it: _handed_over(it)[1],
    "decide/token": lambda it: "no-such-token",
    "pictures/number": lambda it: 1,
    "needs/need": lambda it: _need(it).pk,
    "self-check/question": lambda it: load_questions(),
    "empty/kind": lambda it: "csv",
    "consultations/consultation": lambda it: _consultation(it).pk,
    "asked/question": lambda it: _asked_about_proposal(it),
    "contributions/contribution": lambda it: _contributed(it, "form"),
    "numbers/number": lambda it: _contributed(it, "number"),
    "sheets/contribution": lambda it: _contributed(it, "sheet"),
    "meetings/meeting": lambda it: _contributed(it, "meeting"),
    "paper/batch": lambda it: _contributed(it, "batch"),
    "answers/round": lambda it: _contributed(it, "round"),
    "voices/supporter": lambda it: _of_need(it, "supporter"),
    "pictures/shot": lambda it: _of_need(it, "picture"),
    "documents/document": _consultation_document,
    "languages/language": lambda it: "bs-Latn",
    "reports/report": lambda it: _report(it, "monthly"),
    "report/format": lambda it: "pdf",
    "outputs/output": lambda it: "trainings",
    "reports/pk": lambda it: _report(it, "programme"),
    "pk/format": lambda it: "pdf",
    "schedule/act": lambda it: "pause",
    "p/place": _public,
    "asked/place": _asked_place,
    "places/place": _public_place,
    "in/tongue": lambda it: "en",
    "place/tongue": lambda it: "en",
    "posts/tongue": lambda it: "en",
    "numbers/tongue": lambda it: "en",
    "asked/tongue": lambda it: "en",
    "consultations/place": _reported_place,
    "place/slug": lambda it: _consultation(it).slug,
    "attachments/attachment": _contribution_file,
    "open-data/name": lambda it: "months.csv",
    "first-steps/point": lambda it: "words",
    "open/code": lambda it: "no-such-code",
    "setup/step": lambda it: "facts",
    "counted/pk": lambda it: _counted(it),
    "programmes/programme": lambda it: it.cast.programme.pk,
    "staff/person": lambda it: it.cast.staff.pk,
    "trainers/trainer": lambda it: it.cast.programme.trainers.through.objects.get(user=it.cast.trainer).pk,
    "trainings/training": lambda it: _training(it).pk,
    "exercises/exercise": lambda it: _team(it).exercise_id,
    "debrief/team": lambda it: _team(it).pk,
    "exercises/team": lambda it: _own_team(it).pk,
    "materials/material": lambda it: material_of(_training(it), it.cast).pk,
    "people/participant": lambda it: _training(it).participants.get(user=it.cast.officer).pk,
    "certificates/certificate": lambda it: certificate_of(_training(it), it.cast).pk,
    "agenda/session": lambda it: _training(it).sessions.last().pk,
    "check-ins/check_in": lambda it: _check_in(it, "talk"),
    "steps/step": lambda it: _check_in(it, "step"),
    "gallery/shared": lambda it: _shared(it).pk,
    "comments/comment": lambda it: _of_shared(it, "comment"),
    "pick/pick": lambda it: _of_shared(it, "pick"),
    "pictures/picture": lambda it: _of_shared(it, "picture"),
    "reviews/review": lambda it: _review(it),
    "pdf/tongue": lambda it: "en",
    "report/edition": lambda it: _edition(it).pk,
    "files/file": _edition_file,
    "report/number": lambda it: _edition(it).number,
    "report/name": lambda it: "report.csv",
    "number/name": lambda it: "report.csv",
}
# What a form must hold so that the page looks for something that is there.
BODIES: dict[str, Callable[[Things], dict[str, Any]]] = {
    "rubric_arrange": lambda it: {"act": "down"},
    "mentoring_review_begin": lambda it: {"plan": _followed(it).pk, "kind": "final"},
    "campaign_assign": lambda it: {"post": it.publication.post_id},
    "post_decide": lambda it: {"version": it.publication.version_id},
    "post_endorse": lambda it: {"version": it.publication.version_id},
    "post_take_down_decide": _removal,
    "post_emergency_review": lambda it: {"emergency": _emergency(it).pk},
}
# Addresses whose object cannot exist here; each answers 404 to everybody, and is walked elsewhere.
NOTHING_THERE = {
    "invitation": "a token is known only to whom it was sent; tests/accounts",
    "session_end": "one ends one's own sessions only; tests/accounts",
    "arms": "a file; tests/municipalities",
    "public_media": "a signed file; tests/channels",
    "webhook_channel": "of networks that sign with a channel's own token; tests/channels",
    "webhook_deleted": "a code is known only to whom it was given; tests/channels",
    "post_page_picture": "of linked pages that a worker has read; tests/posts/test_page_cards.py",
    "media_film": "of videos alone; tests/posts/test_videos.py",
    "media_captions": "of videos that have some; tests/posts/test_videos.py",
    "media_document": "of documents alone; tests/posts/test_documents.py",
    "decide_by_link_picture": "a token is known only to whom it was sent; tests/posts/test_decide_by_mail.py",
    "demo_reset": "exists in the demo only; tests/administration/test_demo_reset.py",
    "mailbox": "exists in the demo only; tests/portal",
    "setup": "of an installation without accounts; tests/administration",
    "setup_open": "the same; tests/administration",
    "setup_step": "the same; tests/administration",
    "metrics": "for whoever has the token; tests/portal",
}
# Networks call these, and are believed by their signature alone.
SIGNED = {"webhook", "webhook_departed", "webhook_deletion"}


def test_every_address_says_who_may_open_it(subtests: pytest.Subtests) -> None:
    for address in addresses():
        with subtests.test(address.route or "/"):
            _says_who_may_open_it(address)


def _says_who_may_open_it(address: Address) -> None:
    assert address.name, f"{address.route} has no name"
    if not address.is_ours:
        return
    assert address.permission is not None, f"{address.route} does not say who may open it"
    assert address.permission.kind in KINDS
    is_in_a_workspace = address.route.startswith("m/<slug:municipality>/")
    assert (address.permission.kind == "workspace") == is_in_a_workspace, address.route
    if is_in_a_workspace:
        assert isinstance(address.permission.verb, Verb)


def test_every_name_in_an_address_has_an_object_to_try_it_with() -> None:
    several = [address.route for address in OURS if len(address.objects) != len(address.kwargs)]
    assert several == [], "one name to a part, please"
    unknown = {address.route: set(address.objects) - set(OBJECTS) for address in OURS}
    assert {route: names for route, names in unknown.items() if names} == {}, "say in OBJECTS how these are made"


CHUNKS = 8  # neighbours, which take about the same time, go to different ones


@pytest.mark.slow
@pytest.mark.parametrize("part", range(CHUNKS))
def test_every_role_gets_what_the_table_says(cast: Cast, part: int, subtests: pytest.Subtests) -> None:
    _try_every_role(cast, OURS[part::CHUNKS], subtests)


def test_every_role_gets_what_the_table_says_at_a_sample(cast: Cast, subtests: pytest.Subtests) -> None:
    _try_every_role(cast, sampled(24), subtests)


def sampled(one_of: int) -> list[Address]:
    return sample(OURS, [address.route for address in OURS], one_of)


def _try_every_role(cast: Cast, some: list[Address], subtests: pytest.Subtests) -> None:
    made = make(cast)
    private_messages.make(cast, made.channel, made.publication)
    sessions = {role: sign_in(getattr(cast, role)).cookies for role in ROLES if role != "anonymous"}
    for address in some:
        with subtests.test(address.route or "/"), undone():
            wrong = _what_roles_get_wrongly(address, copy.deepcopy(made), sessions)
            assert not wrong, "\n".join(wrong)


def _what_roles_get_wrongly(address: Address, things: Things, sessions: dict[str, SimpleCookie]) -> list[str]:
    wrong = []
    for role in ROLES:
        things.role = role
        path = address.path(things)
        body = BODIES[address.name](things) if address.name in BODIES else {}
        with transaction.atomic():  # what one role changed is taken back before the next looks
            response = _opened(sessions.get(role), path, body)
            transaction.set_rollback(True)
        status, location = response.status_code, response.headers.get("Location", "")
        wrong += stored_wrongly(address.name, response)
        if role != "approver" and private_messages.holds_marker(response):
            wrong.append(f"{path} as {role}: shows words of a private message")
        expected = _expected(things.cast, address, role)
        if not _fits(address, status, location, expected):
            wrong.append(f"{path} as {role}: expected {expected}, got {status} {location}")
    return wrong


def _opened(session: SimpleCookie | None, path: str, body: dict[str, Any]) -> Any:
    """GET, and POST where the page takes nothing else."""
    client = Client()
    if session:
        client.cookies = SimpleCookie(session.output(header="", sep=";"))
    response = client.get(path)
    if response.status_code == 405:
        response = client.post(path, body)
    return response


def _expected(cast: Cast, address: Address, role: str) -> str:
    permission = address.permission
    assert permission is not None
    if address.name in NOTHING_THERE:
        return "sign in" if role == "anonymous" and permission.kind != "public" else "nothing"
    if permission.kind == "public":
        return "in"
    if role == "anonymous":
        return "sign in"
    if permission.kind == "workspace":
        if role in ("stranger", "trainer"):
            return "nothing"
        allowed = verbs(frozenset({role}), staff_may_read_drafts=cast.cuprija.staff_may_read_drafts)
        return "in" if permission.verb in allowed else "refused"
    if permission.kind == "programme":
        trains = role == "trainer" and permission.verb == ProgrammeVerb.TRAIN
        return "in" if trains or role in PROGRAMME_ROLES else "nothing"
    if permission.kind == "keepers":
        return "in" if role in {*PROGRAMME_ROLES, "administrator"} else "nothing"
    if permission.kind == "administrators":
        return "in" if role == "administrator" else "nothing"
    return "in"


def _fits(address: Address, status: int, location: str, expected: str) -> bool:
    to_sign_in = status == 302 and location.startswith("/accounts/login/")
    if expected == "sign in":
        return to_sign_in
    if expected == "in":
        not_ready = address.name == "readyz" and status == 503
        unsigned = address.name in SIGNED and status == 403
        return not_ready or unsigned or (status in LET_IN and not to_sign_in)
    return status == {"nothing": 404, "refused": 403}[expected]


def test_an_address_of_a_municipality_without_a_workspace_is_not_there(cast: Cast) -> None:
    cast.cuprija.joined_on = None
    cast.cuprija.save()
    assert sign_in(cast.administrator).get("/m/cuprija/").status_code == 404
