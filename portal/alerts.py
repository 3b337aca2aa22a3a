"""Mail to the administrators while something of `/readyz` does not work: one when it has lasted, one when it is over.

Checked twice, since either may be what does not work: by a periodic task, and by a thread of each publisher. A row of
`common.models.Incident` makes one incident of what all of them see. The mail does not wait for a worker: whoever finds
the incident sends it. While the database is away nobody can be looked up and nothing stored, so the log says it
instead.

What comes and goes is one incident: it ends when everything has worked for ALERT_MINUTES.
"""

import logging
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, connection, connections, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.queries import administrators
from common import dates, mail
from common.enums import MailState
from common.models import Incident, MailMessage
from portal import health

log = logging.getLogger(__name__)

CHECK_SECONDS = 30.0
FIRST_CHECK_SECONDS = 5.0
# Longer ago than so, nobody was there to check: the installation was stopped, and its incident with it.
UNWATCHED = timedelta(minutes=3)
# Of PostgreSQL's advisory lock: one check at a time.
LOCK = 7_305_402
DEDUPE = "incident:"
# The mail server may take EMAIL_TIMEOUT for each of some steps, in a transaction that waits for it.
MAIL_MILLISECONDS = 120_000


class DatabaseOutage:
    """Since when this process could not reach the database."""

    def __init__(self) -> None:
        self.began_at: datetime | None = None
        self.is_logged = False

    def note(self, now: datetime, problem: DatabaseError) -> None:
        self.began_at = self.began_at or now
        if not self.is_logged and now - self.began_at >= _limit():
            self.is_logged = True
            log.error(
                "The database has not answered for %d minutes, so no administrator can be mailed about it: %s",
                (now - self.began_at).total_seconds() // 60,
                str(problem).strip().partition("\n")[0],
            )

    def end(self, now: datetime) -> None:
        if self.is_logged and self.began_at is not None:
            log.warning("The database answers again after %d minutes", (now - self.began_at).total_seconds() // 60)
        self.began_at, self.is_logged = None, False


_outage = DatabaseOutage()


def check() -> None:
    """Look at everything of `/readyz` now, and mail the administrators if an incident has lasted or is over."""
    if settings.ALERT_MINUTES <= 0:
        return
    now = timezone.now()
    failing = [part for part, works in health.state().items() if works is False]
    try:
        prefix = _update(now, failing)
        if prefix:
            _send(prefix)
    except DatabaseError as problem:
        _outage.note(now, problem)
    else:
        _outage.end(now)


@transaction.atomic
def _update(now: datetime, failing: Sequence[str]) -> str:
    """Write down what was seen, and queue the mails. Returns how their `dedupe` begins; "" if there are none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return ""
    incident = Incident.objects.filter(ended_at=None).order_by("pk").last()
    if failing:
        return _fails(now, failing, incident or Incident(began_at=now, failed_at=now))
    if incident is None or now - incident.failed_at < _limit():
        return ""
    if incident.alerted_at is None:
        incident.delete()
        return ""
    incident.ended_at = now
    incident.save()
    return _queue(incident, "end")


def _fails(now: datetime, failing: Sequence[str], incident: Incident) -> str:
    if incident.alerted_at is None and now - incident.failed_at > UNWATCHED:
        incident.began_at, incident.parts = now, []
    incident.failed_at = max(now, incident.began_at)
    incident.parts = [*incident.parts, *(part for part in failing if part not in incident.parts)]
    is_new = incident.alerted_at is None and now - incident.began_at >= _limit()
    if is_new:
        incident.alerted_at = now
    incident.save()
    return _queue(incident, "begin", failing) if is_new else ""


def _limit() -> timedelta:
    return timedelta(minutes=settings.ALERT_MINUTES)


def _queue(incident: Incident, which: str, failing: Sequence[str] = ()) -> str:
    prefix = f"{DEDUPE}{incident.pk}:{which}:"
    people = list(administrators())
    mail.queue_all(_compose(person, incident, failing, f"{prefix}{person.pk}") for person in people)
    what = ", ".join(failing or incident.parts)
    log.error("%s: %s (%d administrators are mailed)", "Does not work" if failing else "Works again", what, len(people))
    return prefix


def _compose(person: User, incident: Incident, failing: Sequence[str], dedupe: str) -> MailMessage:
    with translation.override(person.language):
        if failing:
            subject = _("Dobošar: something does not work")
            text = _(
                "Since %(began)s something of %(address)s has not worked:\n\n%(parts)s\n\n"
                "More about it:\n%(url)s\n\nYou will get one more mail, when everything works again."
            )
        else:
            subject = _("Dobošar: everything works again")
            text = _(
                "Everything of %(address)s works again. From %(began)s to %(ended)s this did not work, some of it "
                "perhaps only at times:\n\n%(parts)s\n\nMore about it:\n%(url)s"
            )
        values = {
            "address": settings.PUBLIC_BASE_URL,
            "began": dates.date_time(incident.began_at),
            "ended": dates.date_time(incident.failed_at),
            "parts": "\n".join(f"- {health.title(part)}" for part in failing or incident.parts),
            "url": settings.PUBLIC_BASE_URL + reverse("operations"),
        }
        return mail.compose(to=person.email, subject=subject, body=text % values, dedupe=dedupe, essential=True)


def _send(prefix: str) -> None:
    """At once and from here, as the workers of mail may be what does not work. What cannot be sent is tried again by
    them."""
    if not settings.DATABASE_DIRECT_URL:  # a pooler knows no session
        with connection.cursor() as cursor:
            # A publisher's transactions end sooner, as they never wait for a network.
            cursor.execute("SET idle_in_transaction_session_timeout = %s", [MAIL_MILLISECONDS])
    mine = Q(dedupe__startswith=prefix)
    mail.send_waiting(only=mine)
    for message in MailMessage.objects.filter(mine).exclude(state=MailState.SENT):
        log.error("An administrator could not be mailed that something does not work: %s", message.problem)


class Watcher:
    """A thread that checks every `seconds`, until `stop`."""

    def __init__(self, seconds: float = CHECK_SECONDS) -> None:
        self.seconds = seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="alerts", daemon=True)

    def start(self) -> None:
        if settings.ALERT_MINUTES > 0:
            self._thread.start()

    def stop(self) -> None:
        """Returns at once; a check that is under way is finished by then or ends with the process."""
        self._stopping.set()

    def _run(self) -> None:
        # The process that it belongs to has just started, and its own heartbeat is to come.
        self._stopping.wait(min(FIRST_CHECK_SECONDS, self.seconds))
        while not self._stopping.is_set():
            try:
                check()
            except Exception:
                log.exception("The health of the installation could not be checked")
            finally:
                connections.close_all()
            self._stopping.wait(self.seconds)
