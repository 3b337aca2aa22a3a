"""What an administrator has to see to: backups, disk, mail, access that ends, unknown outcomes, slow pages.

Each notice says what is, what it means and what to do. Where nothing is wrong there is a notice that says so, since an
empty list could also mean that nobody measured.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate

from django.conf import settings
from django.db.models import Count, Min, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from channels import queries as channels
from common.dates import date_time, short_date
from common.enums import MailState
from common.models import MailMessage
from delivery import queries as delivery
from municipalities.models import Municipality
from portal import disk, last_backup, measurements

# As docs/operations/monitoring.md: a nightly backup and two hours.
BACKUP_HOURS = 26
LOW_SHARE = 0.1
MAIL_MINUTES = 15
FAILED_MAIL_DAYS = 7
SLOWEST, FEWEST_REQUESTS = 5, 20


@dataclass(frozen=True)
class Notice:
    """`state` is one of `common.states`; `do` is empty where nothing has to be done."""

    title: str
    state: str
    label: str
    text: str
    do: str = ""
    lines: Sequence[str] = ()


@dataclass(frozen=True)
class SlowPage:
    """A pattern of an address. `within` is the bound in seconds under which 95 of 100 of its requests stay, None where
    they are slower than the longest bound that is counted."""

    route: str
    requests: int
    mean: float
    within: float | None


def notices(now: datetime) -> list[Notice]:
    """In the order of harm. Five queries."""
    return [_backup(now), _disk(), _unconfirmed(), _access(now), *_mail(now)]


def _works() -> str:
    return _("In order")


def _backup(now: datetime) -> Notice:
    made_at = last_backup.made_at(settings.DATA_DIR)
    title = _("Last backup")
    do = _("Make one now (make backup) and set up the nightly one: docs/operations/backup-and-restore.md.")
    if made_at is None:
        text = _("No backup of this installation is known. If the disk breaks, everything is lost.")
        return Notice(title, "failed", _("None"), text, do)
    if now - made_at > timedelta(hours=BACKUP_HOURS):
        text = _("It was made on %(at)s. What was written since would be lost.") % {"at": date_time(made_at)}
        return Notice(title, "failed", _("Old"), text, do)
    return Notice(title, "published", _works(), _("It was made on %(at)s.") % {"at": date_time(made_at)})


def _disk() -> Notice:
    title, free = _("Disk"), disk.free_bytes(settings.DATA_DIR)
    share = disk.free_share(settings.DATA_DIR)
    if free is None or share is None:
        text = _("The free space of the data directory cannot be read.")
        return Notice(title, "unconfirmed", _("Not known"), text, _("Check that the directory is there."))
    values = {"free": round(free / 2**30, 1), "share": round(share * 100)}
    text = _("%(free)s GB are free, %(share)s per cent of the disk.") % values
    if share < LOW_SHARE:
        do = _("Make room, or a larger disk: a full one stops uploads, e-mail and metrics.")
        return Notice(title, "failed", _("Nearly full"), text, do)
    return Notice(title, "published", _works(), text)


def _unconfirmed() -> Notice:
    title, counts = _("Posts of unknown outcome"), delivery.unconfirmed_by_municipality()
    if not counts:
        return Notice(title, "published", _works(), _("Of every call it is known whether the post is public."))
    total = sum(counts.values())
    text = ngettext(
        "It is not known whether %(count)s post is public: the network did not answer, and a search was not certain.",
        "It is not known whether %(count)s posts are public: the network did not answer, and a search was not certain.",
        total,
    ) % {"count": total}
    do = _("An officer of the municipality looks at the network and answers on Home.")
    return Notice(title, "unconfirmed", _("Waits for people"), text, do, _named(counts))


def _access(now: datetime) -> Notice:
    title, ending = _("Access to channels"), channels.access_ending(now)
    if not ending:
        text = _("No channel has lost its access, and none loses it within two weeks.")
        return Notice(title, "published", _works(), text)
    names = _names({row.municipality_id for row in ending})
    lines = [_access_line(row, names.get(row.municipality_id, ""), now) for row in ending]
    is_lost = any(row.ends_at is None or row.ends_at <= now for row in ending)
    text = _("Nothing is published on a channel without access.")
    do = _("An approver of the municipality connects the channel again, under Settings, Channels.")
    label = _("Lost") if is_lost else _("Ends soon")
    return Notice(title, "failed" if is_lost else "unconfirmed", label, text, do, lines)


def _access_line(row: channels.EndingAccess, place: str, now: datetime) -> str:
    if row.ends_at is None or row.ends_at <= now:
        return _("%(place)s: %(channel)s has no access") % {"place": place, "channel": row.name}
    values = {"place": place, "channel": row.name, "day": short_date(row.ends_at)}
    return _("%(place)s: the access of %(channel)s ends on %(day)s") % values


def _mail(now: datetime) -> list[Notice]:
    late, recent = now - timedelta(minutes=MAIL_MINUTES), now - timedelta(days=FAILED_MAIL_DAYS)
    waiting = Q(state=MailState.WAITING, created_at__lt=late)
    failed = Q(state=MailState.FAILED, created_at__gte=recent)
    counted = MailMessage.objects.filter(waiting | failed).aggregate(
        waiting=Count("pk", filter=waiting), failed=Count("pk", filter=failed), oldest=Min("created_at", filter=waiting)
    )
    title = _("E-mail")
    do = _("Check the mail server's address and password (EMAIL_URL) and its log; mail leaves by itself afterwards.")
    rows = []
    if counted["waiting"]:
        text = ngettext(
            "%(count)s mail has waited for more than %(minutes)s minutes, the oldest since %(at)s.",
            "%(count)s mails have waited for more than %(minutes)s minutes, the oldest since %(at)s.",
            counted["waiting"],
        ) % {"count": counted["waiting"], "minutes": MAIL_MINUTES, "at": date_time(counted["oldest"])}
        rows.append(Notice(title, "failed", _("Does not leave"), text, do))
    if counted["failed"]:
        text = ngettext(
            "%(count)s mail of the last %(days)s days could not be delivered and was given up.",
            "%(count)s mails of the last %(days)s days could not be delivered and were given up.",
            counted["failed"],
        ) % {"count": counted["failed"], "days": FAILED_MAIL_DAYS}
        rows.append(Notice(title, "unconfirmed", _("Given up"), text, _("Check the addresses under People.")))
    return rows or [Notice(title, "published", _works(), _("Nothing waits, and nothing was given up of late."))]


def _named(counts: Mapping[int, int]) -> list[str]:
    names = _names(counts)
    return [f"{names.get(pk, '')}: {count}" for pk, count in sorted(counts.items(), key=lambda row: -row[1])]


def _names(pks: Iterable[int]) -> dict[int, str]:
    return {pk: str(row) for pk, row in Municipality.objects.in_bulk(list(pks)).items()}


def slowest_pages() -> list[SlowPage] | None:
    """Those with the highest 95th percentile since the counters began; None where nothing is measured."""
    if not settings.METRICS_TOKEN:
        return None
    merged: dict[str, tuple[list[int], float]] = {}
    for (route, _status), series in measurements.read(measurements.REQUESTS).items():
        counts, seconds = merged.get(route, ([0] * len(series.counts), 0.0))
        merged[route] = ([a + b for a, b in zip(counts, series.counts, strict=True)], seconds + series.seconds)
    pages = [
        SlowPage(route, sum(counts), seconds / sum(counts), _within(counts))
        for route, (counts, seconds) in merged.items()
        if sum(counts) >= FEWEST_REQUESTS
    ]
    return sorted(pages, key=lambda page: (-(page.within or float("inf")), -page.mean))[:SLOWEST]


def _within(counts: Sequence[int]) -> float | None:
    """The smallest bound that holds 95 of 100 requests."""
    enough = 0.95 * sum(counts)
    for bound, count in zip(measurements.REQUEST_BUCKETS, accumulate(counts), strict=False):
        if count >= enough:
            return bound
    return None
