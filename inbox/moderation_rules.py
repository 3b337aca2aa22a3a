"""Moderation: the closed list of reasons, and the rules of who decides. Pure: no clock, no database.

Criticism is not in the list and cannot be added. Sources of the list: the Swiss draft of 2023 with a closed list of
what authorities may hide, and Sanchez v. France (European Court of Human Rights, 15 May 2023), by which the owner of a
page is liable for clearly unlawful comments of others on it.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ModerationReason(models.TextChoices):
    """Why a message is hidden. The order is that of the form and of the house rules."""

    THREAT = "threat", _("Threat or violence")
    HATE = "hate", _("Hate or discrimination")
    INSULT = "insult", _("Insult or defamation")
    PRIVACY = "privacy", _("Personal data of others")
    SPAM = "spam", _("Spam or advertising")
    UNLAWFUL = "unlawful", _("Other clearly unlawful content")
    FALSEHOOD = "falsehood", _("Dangerous falsehood in an emergency")
    FLOOD = "flood", _("Flood of words off the topic")


class ModerationAction(models.TextChoices):
    HIDE = "hide", pgettext_lazy("what is done with a comment", "Hide")
    REMOVE = "remove", pgettext_lazy("what is done with a comment", "Remove for good")


class ModerationState(models.TextChoices):
    """State of an act. `FINAL_STATES` are those without an effect."""

    PROPOSED = "proposed", _("Waits for a second person")
    AGREED = "agreed", _("About to be hidden")
    DOING = "doing", _("Being hidden")
    BY_HAND = "by_hand", _("To be done by hand")
    DONE = "done", pgettext_lazy("an act of moderation", "Done")
    FAILED = "failed", _("The network did not do it")
    REFUSED = "refused", _("Not agreed")
    SHOWING = "showing", _("To be shown again")
    UNDONE = "undone", _("Shown again")


class AppealDecision(models.TextChoices):
    """Outcome of an objection."""

    STANDS = "stands", _("The decision is upheld")
    GRANTED = "granted", _("The person is right")


FINAL_STATES = (ModerationState.REFUSED, ModerationState.UNDONE)
# What a worker does something about.
WORKER_STATES = (ModerationState.AGREED, ModerationState.DOING, ModerationState.SHOWING)
# What a person may say they did on the network themselves.
MANUAL_FROM_STATES = (ModerationState.AGREED, ModerationState.DOING, ModerationState.BY_HAND, ModerationState.FAILED)
# The gravest reasons: only these allow removal where hiding is possible.
GRAVE_REASONS = (ModerationReason.THREAT, ModerationReason.HATE, ModerationReason.UNLAWFUL)
# Hidden by one person because of the short deadline, and reviewed by a second one afterwards.
CONFIRMED_REASONS = (*GRAVE_REASONS, ModerationReason.FALSEHOOD)
CONFIRM_WITHIN = timedelta(days=1)

MOST_WHY = 1000
MOST_OBJECTION = 5000


@dataclass(frozen=True)
class ModerationRequest:
    """A moderation form as submitted."""

    reason: str = ""
    act: str = ModerationAction.HIDE.value
    why: str = ""


def may_remove(reason: str, *, can_hide: bool) -> bool:
    """Whether "remove" may be chosen: where the network cannot hide, or for the gravest."""
    return not can_hide or reason in GRAVE_REASONS


def seal(
    *, remote_id: str, text: str, author_id: str, author_name: str, author_handle: str, url: str,
    written_at: datetime, copied_at: datetime,
) -> str:  # fmt: skip
    """The SHA-256 (hex) of a copy, which shows later whether it was changed. Times are aware."""
    times = [f"{moment.timestamp():.6f}" for moment in (written_at, copied_at)]
    parts = [remote_id, text, author_id, author_name, author_handle, url, *times]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()
