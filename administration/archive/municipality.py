"""The municipality itself: profile and rules, people, channels, plans, glossary and activity."""

from collections.abc import Iterator
from typing import Any

from django.core.files.base import File
from django.utils import timezone

from administration.archive.writer import Archive
from channels.models import Channel, ChannelPause
from common.models import AuditEvent
from common.sentences import sentence
from kits.models import Adoption
from library.models import Snippet, Template
from municipalities.models import (
    Delegation,
    EmergencyRight,
    Enrolment,
    GlossaryWord,
    Membership,
    Municipality,
    Pairing,
    Pause,
    PrivateReader,
    RuleChange,
    ServiceAvailability,
)
from planning.models import Campaign, ImportRun, Occurrence, Recurrence, Slot
from posts.models import Folder, Post

# What of the municipality's row goes in: everything but what only the portal needs.
LEFT_OUT = {"id", "search_key", "arms", "is_demo", "district"}


def write(archive: Archive, place: Municipality) -> None:
    archive.json("municipality.json", _place(place))
    if place.arms:
        archive.file("arms.png", lambda: _opened(place.arms))
    archive.table("people.csv", ("name", "email", "role", "since", "until"), _people(place))
    archive.table("mentors.csv", ("name", "since", "until"), _mentors(place))
    lent = ("what", "person", "for", "since", "until", "by")
    archive.table("lent-rights.csv", lent, _lent(place))
    channel = ("id", "name", "handle", "network", "address", "state", "layout", "languages", "since", "until", "by")
    archive.table("channels.csv", channel, _channels())
    archive.table("calendar.csv", ("post", "title", "stage", "time_in_belgrade", "due_at", "campaign"), _calendar())
    archive.json("plans.json", _plans())
    archive.json("library.json", _library())
    archive.table("activity.csv", ("at", "person", "what", "verb", "about", "number", "details"), _activity(place))


def _opened(file: File) -> Any:
    return file.storage.open(file.name)  # type: ignore[attr-defined]


def _place(place: Municipality) -> dict[str, Any]:
    facts = {
        field.name: getattr(place, field.name) for field in place._meta.concrete_fields if field.name not in LEFT_OUT
    }
    enrolments = Enrolment.objects.filter(municipality=place).select_related("cohort__programme")
    return {
        **facts,
        "district": str(place.district),
        "programmes": [
            {
                "programme": str(row.cohort.programme),
                "cohort": str(row.cohort),
                "compares": row.compares,
                "since": row.starts_on,
                "until": row.ends_on,
            }
            for row in enrolments
        ],
        "services": [
            {
                "service": str(row.service),
                "offered": row.is_offered,
                "address": row.url,
                "since": row.starts_on,
                "until": row.ends_on,
                "note": row.note,
                "verified_on": row.verified_on,
            }
            for row in ServiceAvailability.objects.select_related("service")
        ],
        "words": [{"latin": row.latin, "cyrillic": row.cyrillic} for row in GlossaryWord.objects.order_by("latin")],
        "pauses": [_pause(row) for row in Pause.objects.select_related("by").order_by("pk")],
        "relaxed_rules": [_relaxed(row) for row in RuleChange.objects.select_related("by", "ended_by").order_by("pk")],
        "pauses_of_channels": [
            {"channel": row.channel.name, **_pause(row)}
            for row in ChannelPause.objects.select_related("by", "channel").order_by("pk")
        ],
    }


def _pause(row: Pause | ChannelPause) -> dict[str, Any]:
    return {"reason": row.reason, "by": str(row.by), "since": row.at, "until": row.ended_at or row.ends_at}


def _relaxed(row: RuleChange) -> dict[str, Any]:
    return {
        "rules": row.values,
        "reason": row.reason,
        "by": str(row.by),
        "asked_at": row.asked_at,
        "effective_at": row.effective_at,
        "outcome": row.outcome,
        "ended_at": row.ended_at,
        "ended_by": str(row.ended_by or ""),
    }


def _people(place: Municipality) -> Iterator[tuple[Any, ...]]:
    for row in Membership.objects.filter(municipality=place).select_related("user").order_by("pk").iterator():
        yield row.user.name, row.user.email, row.role, row.created_at, row.ended_at


def _mentors(place: Municipality) -> Iterator[tuple[Any, ...]]:
    for row in Pairing.objects.filter(municipality=place).select_related("mentor").order_by("pk").iterator():
        yield row.mentor.name, row.starts_on, row.ends_on


def _lent(place: Municipality) -> Iterator[tuple[Any, ...]]:
    for lent in Delegation.objects.filter(municipality=place).select_related("approver", "delegate", "by"):
        yield "approve", str(lent.delegate), str(lent.approver), lent.starts_on, lent.ended_at or lent.ends_on, lent.by
    for right in EmergencyRight.objects.filter(municipality=place).select_related("user", "by"):
        yield "emergency", str(right.user), "", right.at, right.ended_at, right.by
    for reader in PrivateReader.objects.filter(municipality=place).select_related("user", "by"):
        yield "private messages", str(reader.user), "", reader.at, reader.ended_at, reader.by


def _channels() -> Iterator[tuple[Any, ...]]:
    for row in Channel.objects.select_related("connected_by").order_by("pk").iterator():
        yield (
            row.pk, row.name, row.handle, row.platform, row.url, row.state, row.layout, row.languages,
            row.connected_at, row.disconnected_at, str(row.connected_by),
        )  # fmt: skip


def _calendar() -> Iterator[tuple[Any, ...]]:
    rows = Post.objects.filter(due_at__isnull=False, deleted_at=None).select_related("campaign_post__campaign")
    for row in rows.order_by("due_at", "pk").iterator(chunk_size=500):
        campaign = getattr(row, "campaign_post", None)
        local = f"{timezone.localtime(row.due_at):%Y-%m-%d %H:%M}"
        yield row.pk, str(row), row.stage, local, row.due_at, str(campaign.campaign) if campaign else ""


def _plans() -> dict[str, Any]:
    days = Occurrence.objects.order_by("on").values_list("recurrence_id", "on", "post_id", "skipped_at")
    by_recurrence: dict[int, list[dict[str, Any]]] = {}
    for recurrence, on, post, skipped in days.iterator(chunk_size=1000):
        by_recurrence.setdefault(recurrence, []).append({"on": on, "post": post, "left_out": skipped is not None})
    return {
        "campaigns": [
            {"name": row.name, "note": row.note, "since": row.starts_on, "until": row.ends_on, "ended_at": row.ended_at}
            for row in Campaign.objects.order_by("pk")
        ],
        "usual_times": [
            {"channel": row.channel.name, "weekday": row.weekday, "at": row.at}
            for row in Slot.objects.select_related("channel").order_by("channel_id", "weekday", "at")
        ],
        "repeating": [
            {
                "post": row.pattern_id,
                "every": row.every,
                "weekdays": row.weekdays,
                "at": row.at,
                "since": row.starts_on,
                "until": row.ends_on,
                "days": by_recurrence.get(row.pk, []),
            }
            for row in Recurrence.objects.order_by("pk")
        ],
        "imported": [
            {"file": row.name, "by": str(row.by), "at": row.at, "drafts": row.made}
            for row in ImportRun.objects.filter(confirmed_at__isnull=False).select_related("by").order_by("pk")
        ],
        "kits": [
            {
                "kit": str(row.kit),
                "since": row.starts_on,
                "answers": row.values,
                "posts": [part.post_id for part in row.parts.all()],
            }
            for row in Adoption.objects.select_related("kit").prefetch_related("parts").order_by("pk")
        ],
    }


def _library() -> dict[str, Any]:
    return {
        "templates": [
            {
                "name": row.name,
                "about": row.about,
                "category": row.category,
                "content": row.content,
                "gaps": row.gaps,
                "removed_at": row.removed_at,
            }
            for row in Template.objects.order_by("pk")
        ],
        "snippets": [
            {"kind": row.kind, "name": row.name, "texts": row.texts, "removed_at": row.removed_at}
            for row in Snippet.objects.order_by("pk")
        ],
        "folders": [
            {"name": row.name, "inside": row.parent.name if row.parent else ""}
            for row in Folder.objects.select_related("parent").order_by("pk")
        ],
    }


def _activity(place: Municipality) -> Iterator[tuple[Any, ...]]:
    for event in AuditEvent.objects.filter(municipality_id=place.pk).order_by("id").iterator(chunk_size=1000):
        about = f"{event.target_type} {event.target_id}".strip()
        yield event.at, event.actor_label, sentence(event), event.verb, event.target_label, about, event.detail
