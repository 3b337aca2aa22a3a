"""Notifies people: one row for each in the portal, from which workers make mail and
push messages according to their preferences.

Called inside the transaction of the verb that it reports: if that is rolled back, nobody is notified. The caller
chooses the recipients; whether they may still read the text is checked again whenever it is shown or mailed.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils import timezone, translation

from accounts.models import User
from municipalities.models import Municipality
from notifications import queries, rules
from notifications.domain import queue_pushes
from notifications.enums import MailFrequency, NotificationKind
from notifications.models import Notification

TextBuilder = Callable[[], tuple[str, str]]
"""Subject (one line) and body (plain text, perhaps empty), in the language active while it is called."""

LONGEST_SUBJECT = 300


def notify(
    kind: NotificationKind,
    people: Iterable[Any],
    *,
    municipality: Municipality | None,
    url: str,
    build_text: TextBuilder,
    by: User | None = None,
    about: str = "",
    file: Mapping[str, str] | None = None,
    at_once: bool = False,
) -> list[Notification]:
    """Notify `people`, each once and in their own language; except `by` and deactivated accounts.

    `url` is a path of the portal with its fragment ("/m/cuprija/posts/7/#thread-3"), `about` a short key for grouping
    ("posts.post:7"), `file` an attachment of a mail of its own (`common.mail.compose`). `at_once`: do not wait for the
    daily summary, nor for the end of quiet hours if the person allows urgent mail then; people who want no mail of this
    kind get none. Raises ValueError when `url` leads out of the portal. A fixed number of queries.
    """
    if not url.startswith("/") or url.startswith(("//", "/\\")):
        raise ValueError(f"not a path of the portal: {url}")
    chosen = {person.pk: person for person in people if person.is_active and person.pk != getattr(by, "pk", None)}
    if not chosen:
        return []
    manners = queries.mail_settings_by_user(chosen.values())
    fixed: dict[str, Any] = {"kind": kind, "municipality": municipality, "url": url, "by": by, "about": about}
    fixed["file"] = dict(file or {})
    rows = Notification.objects.bulk_create(
        [_row(person, manners[person.pk], build_text, fixed, at_once) for person in chosen.values()]
    )
    queue_pushes.queue(kind, rows, manners, urgent=at_once)
    return rows


def _row(
    person: Any, manner: queries.MailSettings, build_text: TextBuilder, fixed: dict[str, Any], at_once: bool
) -> Notification:
    with translation.override(person.language):
        subject, body = build_text()
    now, how = timezone.now(), manner.frequencies[fixed["kind"]]
    if at_once and how == MailFrequency.DIGEST:
        how = MailFrequency.AT_ONCE
    return Notification(
        user=person,
        subject=" ".join(subject.split())[:LONGEST_SUBJECT],
        body=body.strip(),
        language=person.language,
        created_at=now,
        mail_frequency=how,
        mail_due_at=rules.mail_due(how, fixed["kind"], now, manner.preferences, urgent=at_once),
        **fixed,
    )
