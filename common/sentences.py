"""Audit events as sentences: the message of the verb (`common.audit_messages`) with labels for its details."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.audit_messages import message
from common.dates import short_date
from common.lazy_text import LazyText
from common.models import AuditEvent


class Area(NamedTuple):
    label: Promise
    icon: str
    prefixes: tuple[str, ...]


AREAS: dict[str, Area] = {
    "posts": Area(_("Posts"), "file-text", ("post.", "media.", "feedback.")),
    "library": Area(
        _("Library"), "library", ("template.", "snippet.", "folder.", "consent.", "kit.", "example.", "gallery.")
    ),
    "planning": Area(_("Planning"), "flag", ("campaign.", "recurrence.", "plan.", "feed.")),
    "indicators": Area(_("Indicators"), "target", ("indicator.",)),
    "citizens": Area(_("Citizens"), "inbox", ("message.", "answer.", "moderation.", "rules.", "need.", "needs.")),
    "publishing": Area(_("Publishing"), "send", ("delivery.",)),
    "channels": Area(_("Channels"), "plug", ("channel.", "past.")),
    "mentoring": Area(_("Mentoring"), "handshake", ("agreement.", "activities.", "checkin.", "review.")),
    "people": Area(_("People"), "users", ("member.", "invitation.", "programme.", "mentor.")),
    "settings": Area(_("Settings"), "settings", ("municipality.", "service.", "report.", "numbers.", "asked.")),
}


def mark_of(verb: str) -> str:
    """The icon of an event."""
    return next((area.icon for area in AREAS.values() if verb.startswith(area.prefixes)), "history")


LABELS: dict[str, dict[str, LazyText]] = {}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NUMBER = re.compile(r"#\d+")


def register_labels(detail: str, labels: Mapping[str, LazyText]) -> None:
    """Labels for the codes that events keep under this name: `register_labels("role", dict(Role.choices))`.

    "review.kind" has those of events whose verbs begin with "review.", where others keep other codes under the name.
    """
    LABELS.setdefault(detail, {}).update(labels)


class _Details(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "–"  # an older event may lack a detail that the sentence of today names


def sentence(event: AuditEvent) -> str:
    """The event in the language of the moment; the bare verb when no package registered its sentence."""
    text = message(event.verb)
    if text is None:
        return event.verb
    area = event.verb.partition(".")[0]
    details = {name: _shown(area, name, value) for name, value in event.detail.items()}
    return str(text) % _Details({"target": _target(event.target_label)} | details)


def _target(label: str) -> str:
    """A post that had no words yet was called by its number, which means nothing to a reader."""
    return str(_("without a title")) if _NUMBER.fullmatch(label) else label or "–"


def _shown(area: str, name: str, value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_shown(area, name, element) for element in value)
    if isinstance(value, str) and _DAY.fullmatch(value):
        return _day(value)
    labels = LABELS.get(f"{area}.{name}") or LABELS.get(name, {})
    return str(labels.get(str(value), value)) or "–"


def _day(written: str) -> str:
    """Events keep days as ISO 8601; people read them as everywhere else."""
    try:
        return short_date(date.fromisoformat(written))
    except ValueError:
        return written
