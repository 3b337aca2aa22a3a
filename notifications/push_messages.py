"""What a push message says: that something waits, and where. It passes through a company abroad and stands on locked
screens: no names, no words of a post or of a citizen, no municipality.
"""

import hmac
import json
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from notifications import rules, web_push
from notifications.enums import NotificationKind
from notifications.models import Notification

# Where the name of a kind is a heading of a list, and no sentence.
SENTENCES: dict[str, Promise] = {
    NotificationKind.SUBMITTED: _("A post waits for a decision"),
    NotificationKind.DECIDED: _("A post was decided about"),
    NotificationKind.COMMENT: _("There is a new comment"),
    NotificationKind.MENTION: _("You were mentioned in a comment"),
    NotificationKind.SUGGESTION: _("A change was suggested or decided about"),
    NotificationKind.EMERGENCY: _("There is an emergency post"),
    NotificationKind.PERFORMANCE: _("There is news about a post that you commented on"),
    NotificationKind.HANDOVER: _("There is news about a handover or an absence"),
    NotificationKind.FEEDBACK: _("The mentor gave feedback"),
    NotificationKind.KIT: _("There is news about a campaign kit"),
    NotificationKind.REPORT: _("A report is ready"),
    NotificationKind.PLAN: _("There is news about the month's plan"),
    NotificationKind.AGREEMENT: _("There is news about the plan agreed with the mentor"),
    NotificationKind.GALLERY: _("There is news about a shared post"),
    NotificationKind.TRAINING: _("There is news about a training"),
    NotificationKind.MESSAGES: _("There are new messages"),
    NotificationKind.CONSULTATION: _("A consultation waits for you"),
    NotificationKind.LATE: _("Messages wait whose answer is late"),
}
# A push service keeps it so long for a device that is switched off.
TTL_SECONDS = 24 * 3600
# Every message is padded to this, so that its length does not tell its kind.
PADDED_TO = 1024
TOPIC_CHARACTERS = 32  # RFC 8030, 5.4


@dataclass(frozen=True)
class PushMessage:
    payload: bytes
    urgency: str
    topic: str
    """A newer message of the same topic replaces one that is still waiting at the push service."""


def single(row: Notification, subscription: web_push.Subscription) -> PushMessage:
    """About one notification. `user` is loaded."""
    kind = NotificationKind(row.kind)
    with translation.override(row.user.language):
        title = str(SENTENCES.get(kind, kind.label))
    payload = {"id": row.pk, "title": title, "url": reverse("notification_open", args=[row.pk])}
    return _message(
        payload, row.user.language, _topic(subscription, row.about or f"row {row.pk}"), is_urgent=kind in rules.PUSHED
    )


def several(rows: list[Notification], subscription: web_push.Subscription) -> PushMessage:
    """About several of one person at once, after quiet hours."""
    user, count = rows[0].user, len(rows)
    with translation.override(user.language):
        title = ngettext("%(count)d notification is new", "%(count)d notifications are new", count) % {"count": count}
    payload = {"id": max(row.pk for row in rows), "title": title, "url": reverse("notifications")}
    is_urgent = any(row.kind in rules.PUSHED for row in rows)
    return _message(payload, user.language, _topic(subscription, "several"), is_urgent=is_urgent)


def _message(payload: dict[str, Any], language: str, topic: str, *, is_urgent: bool) -> PushMessage:
    whole = {**payload, "tag": topic, "lang": language}
    text = json.dumps(whole, ensure_ascii=False, separators=(",", ":"))
    return PushMessage(text.encode(), "high" if is_urgent else "normal", topic)


def _topic(subscription: web_push.Subscription, about: str) -> str:
    """The push service sees it: it does not tell which post it is, nor who else is told of the same one."""
    digest = hmac.digest(web_push.decoded(subscription.auth), about.encode(), "sha256")
    return web_push.encoded(digest)[:TOPIC_CHARACTERS]
