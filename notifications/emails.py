"""Builds the mails: plain text, one mail for what is sent at once, one for the daily summary.

A mail about one thing may have more content than its notification (`notifications.mail_content`), as HTML too.

The text of a notification is in the language that the person had when it was created; the text around it follows their
current language. Which mail there is about a failed post is decided in `portal/delivery_notifications.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from common import dates, mail
from common.models import MailMessage
from notifications import mail_content, rules, unsubscribe_links
from notifications.enums import NotificationKind
from notifications.models import Notification

# A longer summary links to the page instead.
MOST_LISTED = 40
# Prefix of `MailMessage.dedupe` of all this mail: headers and body are encrypted and cannot be searched.
DEDUPE = "notification:"
# Before what every mail ends with, RFC 3676 4.3.
FOOT = "\n\n-- \n"


def single(person: User, rows: Sequence[Notification], key: str) -> MailMessage:
    """About one thing: its notifications, oldest first, each with its link."""
    with translation.override(person.language):
        more = {row.pk: content for row in rows if (content := mail_content.build(row))}
        sections = [_section(row, more.get(row.pk)) for row in rows]
        if len(rows) > 1:
            sections = [f"{row.subject}\n\n{section}" for row, section in zip(rows, sections, strict=True)]
        files = [row.file for row in rows if row.file]
        message = _letter(person, _subject(rows), "\n\n\n".join(sections), rows, key, files=files)
        if more:
            message.unsealed = replace(
                message.unsealed,
                html=_html(rows, message, more),
                pictures=[dict(picture) for content in more.values() for picture in content.pictures],
            )
        return message


def bundle(person: User, rows: Sequence[Notification], key: str) -> MailMessage:
    """About many things that are due together, after quiet hours for example: a list under the newest subject."""
    with translation.override(person.language):
        return _letter(person, _subject(rows), _list(rows), rows, key)


def summary(person: User, rows: Sequence[Notification], key: str) -> MailMessage:
    """The day's summary: by municipality, each line with its link."""
    with translation.override(person.language):
        count = len(rows)
        subject = ngettext(
            "Your daily summary: %(count)s notification", "Your daily summary: %(count)s notifications", count
        )
        return _letter(person, subject % {"count": count}, _list(rows), rows, key)


def _subject(rows: Sequence[Notification]) -> str:
    urgent = [row for row in rows if row.kind in rules.URGENT]
    headline, others = (urgent or rows)[-1].subject, len(rows) - 1
    if not others:
        return headline
    pattern = ngettext("%(subject)s (and %(count)s more)", "%(subject)s (and %(count)s more)", others)
    return pattern % {"subject": headline, "count": others}


def _section(row: Notification, more: mail_content.MailAddition | None = None) -> str:
    """Its text and its address; `more` brings an address of its own."""
    return "\n\n".join(filter(None, [row.body, more.text if more else address(row)]))


def _html(rows: Sequence[Notification], message: MailMessage, more: Mapping[int, mail_content.MailAddition]) -> str:
    """The same as HTML, without anything that is fetched from elsewhere."""
    parts = [(row, more.get(row.pk), address(row)) for row in rows]
    foot = message.unsealed.body.rpartition(FOOT)[2]
    return render_to_string(
        "notifications/mail_html.html", {"subject": message.subject, "parts": parts, "foot": foot.strip()}
    )


def _list(rows: Sequence[Notification]) -> str:
    listed = sorted(rows[-MOST_LISTED:], key=lambda row: (str(row.municipality or ""), row.about, row.pk))
    parts = []
    for place, notifications in groupby(listed, key=lambda row: str(row.municipality or "")):
        lines = [f"{row.subject}\n{dates.date_time(row.created_at)}\n{address(row)}" for row in notifications]
        parts.append("\n\n".join([place.upper(), *lines] if place else lines))
    left = len(rows) - len(listed)
    if left:
        more = ngettext("%(count)s more is in the portal: %(url)s", "%(count)s more are in the portal: %(url)s", left)
        parts.append(more % {"count": left, "url": settings.PUBLIC_BASE_URL + reverse("notifications")})
    return "\n\n\n".join(parts)


def address(row: Notification) -> str:
    """The portal's redirect, which marks it as read."""
    return settings.PUBLIC_BASE_URL + reverse("notification_open", args=[row.pk])


def _letter(
    person: User,
    subject: str,
    body: str,
    rows: Sequence[Notification],
    key: str,
    *,
    files: Sequence[dict[str, str]] = (),
) -> MailMessage:
    kinds = sorted({NotificationKind(row.kind) for row in rows}, key=list(NotificationKind).index)
    stoppable = [kind for kind in kinds if kind not in rules.ALWAYS]
    stop = unsubscribe_links.address(person.pk, stoppable, key) if stoppable else ""
    # One click in the mail program, without a page: RFC 8058.
    headers = {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    return mail.compose(
        to=person.email,
        subject=subject,
        body=f"{body}{FOOT}{_foot(kinds, stoppable, stop)}\n",
        dedupe=f"{DEDUPE}{min(row.pk for row in rows)}",
        headers=headers if stop else {},
        files=files,
    )


def _foot(kinds: Sequence[NotificationKind], stoppable: Sequence[NotificationKind], stop: str) -> str:
    facts = {"kinds": ", ".join(str(kind.label) for kind in kinds), "url": stop}
    if stop:
        no_more = ngettext("No more mail of this kind: %(url)s", "No more mail of these kinds: %(url)s", len(stoppable))
    else:
        no_more = _("Mail of this kind always comes at once.")
    choose = settings.PUBLIC_BASE_URL + reverse("account_notifications")
    return "\n".join(
        [
            _("This mail is about: %(kinds)s.") % facts,
            no_more % facts,
            _("Choose what comes by mail, and when: %(url)s") % {"url": choose},
        ]
    )
