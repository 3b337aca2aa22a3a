"""Editions of the report of a consultation: asked for by a person, made by a worker, published by an approver.

What is published stays as it was; a change afterwards is a new edition that says what changed, and takes the place of
the files before it. A withdrawal after an edition was counted takes its files from the public page at once
(`participation.queries.editions.is_outdated`); a worker then deletes them and makes the next edition, which an
approver publishes.

A worker has a lease on an edition while it makes the files. When the lease has expired, as of a worker that was killed,
another one starts over, three times in all. The lease stands in `Edition.facts` until the figures take its place.
"""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from common import job_progress, languages
from common.audit import record
from common.errors import ActionNotAllowed
from municipalities.locking import lock_rights
from municipalities.queries import glossary, still_may
from municipalities.rules import Verb
from municipalities.tenancy import everywhere, scope
from notifications.domain.notify import notify
from notifications.enums import NotificationKind
from participation import contents, open_data, rules
from participation.domain.write import lock
from participation.enums import ConsultationStage, EditionState
from participation.models import Consultation, Edition, EditionFile
from participation.queries import editions as queries
from participation.queries.figures import Figures, figures
from posts.draft import storable
from reports.document import Document
from reports.files import docx, pdf, sheets
from serbian.glossary import Glossary

# A worker that finishes no file for so long is dead: each takes some seconds.
LEASE = timedelta(minutes=5)
MAX_ATTEMPTS = 3
MAKING = "making"
FOLDER = "consultation-reports/"
WRITERS: dict[str, Callable[[Document], bytes]] = {"pdf": pdf.write, "docx": docx.write, "xlsx": sheets.write}
WITH_REPORT = (ConsultationStage.CLOSED, ConsultationStage.REPORTED)


class Broken(RuntimeError):
    """An edition could not be written and is given up; for the log of the worker."""


@dataclass(frozen=True)
class EditionContent:
    """What a person writes. `changes` is needed from the second edition on."""

    outcome: str = ""
    changes: str = ""


# ---------------------------------------------------------------- asked for


@transaction.atomic
def ask(consultation: Consultation, content: EditionContent, *, by: User) -> Edition:
    """Ask a worker for the next edition. One that was never published is made anew. Raises `ActionNotAllowed`."""
    row = lock(consultation)
    if row.stage not in WITH_REPORT:
        raise ActionNotAllowed(
            _("The report is made once every proposal has a decision and the consultation is closed.")
        )
    newest = row.editions.first()
    if newest is not None and newest.state == EditionState.MAKING:
        raise ActionNotAllowed(_("An edition is being made already. It takes less than a minute."))
    outcome, changes = storable(content.outcome).strip(), storable(content.changes).strip()
    for name, text, most in (("outcome", outcome, rules.MOST_SUBJECT), ("changes", changes, rules.MOST_REASON)):
        if len(text) > most:
            raise ActionNotAllowed(
                _("This is too long: %(count)s characters, at most %(most)s.") % {"count": len(text), "most": most},
                name,
            )
    if newest is None or newest.published_at is not None:
        edition = Edition(
            municipality_id=row.municipality_id, consultation=row, number=newest.number + 1 if newest else 1
        )
    else:
        edition = newest
        _delete_files(edition)
    if edition.number > 1 and not changes:
        raise ActionNotAllowed(_("Write what changed: everybody who read the earlier edition sees it."), "changes")
    edition.outcome, edition.changes = outcome, changes if edition.number > 1 else ""
    _queue(edition, by)
    record("consultation.report", by=by, target=row, edition=edition.number)
    return edition


def _queue(edition: Edition, by: User) -> None:
    edition.state, edition.facts, edition.error = EditionState.MAKING, {}, ""
    edition.asked_by, edition.ready_at = by, None
    edition.asked_at = timezone.now()
    edition.save()


# ---------------------------------------------------------------- made


def job(edition: Edition) -> str:
    """Its name in `common.job_progress`; its steps are its files."""
    return f"participation.edition:{edition.pk}"


def due() -> list[int]:
    """Ids of editions that a worker has to make, the oldest first."""
    now = timezone.now()
    with everywhere("find reports of consultations that a worker has to make"):
        rows = Edition.objects.filter(state=EditionState.MAKING).order_by("asked_at", "pk")
        return [row.pk for row in rows.only("facts") if not _is_leased(row, now)]


def _is_leased(edition: Edition, now: datetime) -> bool:
    lease = edition.facts.get(MAKING, {}).get("lease_until")
    return lease is not None and datetime.fromisoformat(lease) > now


def make(pk: int) -> None:
    """Make the files of an edition that `due` returned. Does nothing when another worker has it.

    A document that cannot be written will not be written the next time either: the edition fails, and says so. After
    any other failure (a disk, the database) the lease expires and it is tried again, three times in all.
    """
    with everywhere("whose report it is"):
        place = Edition.objects.values_list("municipality_id", flat=True).get(pk=pk)
    with scope(place):
        edition = _claim(pk)
        if edition is None:
            return
        consultation, read, as_of = _read(edition)
        written: list[tuple[str, str, bytes]] = []
        steps = len(WRITERS) * len(languages.interface_languages()) + 2
        try:
            for kind, language, body in _files(consultation, edition, read, as_of, glossary(place)):
                written.append((kind, language, body))
                job_progress.record(job(edition), len(written), steps)
                if not _renew(edition):
                    return
        except pdf.NotMade as error:
            _fail(edition, _("A file could not be written. Tell the people who run the portal."))
            raise Broken(f"report of a consultation {pk}: {error}") from error
        _settle(edition, written, read, as_of)


@transaction.atomic
def _claim(pk: int) -> Edition | None:
    """Take the lease; None: another worker has it, or it has no attempts left."""
    rows = Edition.objects.select_for_update(skip_locked=True, of=("self",)).select_related("consultation")
    edition = rows.filter(pk=pk, state=EditionState.MAKING).first()
    now = timezone.now()
    if edition is None or _is_leased(edition, now):
        return None
    attempts = edition.facts.get(MAKING, {}).get("attempts", 0)
    if attempts >= MAX_ATTEMPTS:
        _fail(edition, _("It was begun several times and never finished. Ask for it again."))
        return None
    edition.facts = {MAKING: {"attempts": attempts + 1, "lease_until": (now + LEASE).isoformat()}}
    edition.save(update_fields=["facts"])
    return edition


def _renew(edition: Edition) -> bool:
    """Take the lease for longer; False: another worker has taken the edition over meanwhile."""
    later = {**edition.facts[MAKING], "lease_until": (timezone.now() + LEASE).isoformat()}
    rows = Edition.objects.filter(pk=edition.pk, state=EditionState.MAKING, facts=edition.facts)
    if not rows.update(facts={MAKING: later}):
        return False
    edition.facts = {MAKING: later}
    return True


@transaction.atomic
def _read(edition: Edition) -> tuple[Consultation, Figures, datetime]:
    """The figures, and when they were read. The consultation is locked meanwhile, so that nothing of it changes."""
    consultation = lock(edition.consultation)
    as_of = timezone.now()
    return consultation, figures(consultation), as_of


def _files(
    consultation: Consultation, edition: Edition, read: Figures, as_of: datetime, terms: Glossary
) -> Iterator[tuple[str, str, bytes]]:
    """Kind, language ("" for those that are the same in every language) and contents."""
    text = contents.EditionText.of(edition)
    for language in languages.interface_languages():
        with translation.override(language.code):
            document = contents.report(consultation, read, text, as_of, terms)
        for kind, write in WRITERS.items():
            yield kind, language.code, write(document)
    yield "csv", "", open_data.csv(read.rows)
    yield "json", "", open_data.package(consultation, read, edition=edition.number, as_of=as_of.isoformat())


def _settle(edition: Edition, written: list[tuple[str, str, bytes]], read: Figures, as_of: datetime) -> None:
    saved: list[str] = []
    try:
        with transaction.atomic():
            row = Edition.objects.select_for_update(of=("self",)).select_related("consultation").get(pk=edition.pk)
            if row.state != EditionState.MAKING or row.facts != edition.facts:
                return  # another worker has taken it over meanwhile
            for kind, language, body in written:
                # A name that cannot be guessed, as the folder of uploads may be served by a web server.
                saved.append(default_storage.save(f"{FOLDER}{secrets.token_urlsafe(24)}.{kind}", ContentFile(body)))
                EditionFile.objects.create(
                    municipality_id=row.municipality_id, edition=row, kind=kind, language=language, file=saved[-1],
                    bytes=len(body),
                )  # fmt: skip
            row.facts = {**open_data.counted(read), "silenced": list(read.silenced)}
            row.state, row.ready_at = EditionState.READY, as_of
            row.save()
            _notify_ready(row)
    except BaseException:
        for name in saved:
            default_storage.delete(name)
        raise


def _fail(edition: Edition, why: str) -> None:
    edition.state, edition.error, edition.facts = EditionState.FAILED, why[:300], {}
    edition.save(update_fields=["state", "error", "facts"])


def _notify_ready(edition: Edition) -> None:
    """The approver, and who asked for it."""
    consultation = Consultation.objects.select_related("municipality", "approver").get(pk=edition.consultation_id)
    people = {person.pk: person for person in (consultation.approver, edition.asked_by) if person}

    def text() -> tuple[str, str]:
        subject = _("The report on “%(consultation)s” is ready") % {"consultation": consultation}
        return subject, _("Read it, and publish it when it is right. An approver publishes it.")

    notify(
        NotificationKind.CONSULTATION, people.values(), municipality=consultation.municipality,
        url=reverse("consultation_report", args=[consultation.municipality.slug, consultation.pk]), build_text=text,
        about=f"participation.consultation:{consultation.pk}",
    )  # fmt: skip


# ---------------------------------------------------------------- published


@transaction.atomic
def publish(edition: Edition, *, by: User) -> Edition:
    """Show an edition to everybody. The first one ends the consultation; a later one takes the place of the files
    before it. Raises `ActionNotAllowed`."""
    lock_rights(edition.municipality_id, by)
    row = lock(edition.consultation)
    one = Edition.objects.select_for_update(of=("self",)).get(pk=edition.pk)
    if not still_may(by, row.municipality, Verb.PARTICIPATION_PUBLISH):
        raise ActionNotAllowed(_("Only an approver can publish a report."))
    if row.stage not in WITH_REPORT:
        raise ActionNotAllowed(_("This consultation has no report to publish."))
    if one.published_at is not None:
        raise ActionNotAllowed(_("This edition is public already."))
    if one.state != EditionState.READY:
        raise ActionNotAllowed(_("This edition is not ready yet."))
    if queries.changed_numbers(one):
        raise ActionNotAllowed(
            _("Somebody withdrew a proposal after this edition was made. It is made anew; publish it then.")
        )
    now = timezone.now()
    one.published_at, one.published_by = now, by
    one.save(update_fields=["published_at", "published_by"])
    if row.stage == ConsultationStage.CLOSED:
        row.stage, row.reported_at = ConsultationStage.REPORTED, now
    # public pages are kept until this changes
    row.save(update_fields=["stage", "reported_at", "changed_at"])
    for earlier in row.editions.filter(number__lt=one.number):
        _delete_files(earlier)
    record("consultation.report_publish", by=by, target=row, edition=one.number)
    return one


# ---------------------------------------------------------------- withdrawn words


def replace_outdated() -> int:
    """Delete the files of editions that still have words somebody withdrew, and queue the next edition of each; returns
    how many were queued."""
    with everywhere("reports with words that were withdrawn"):
        outdated_rows = list(queries.outdated().values_list("municipality_id", "pk"))
    queued = 0
    for place, pk in outdated_rows:
        with scope(place):
            queued += _replace(pk)
    return queued


@transaction.atomic
def _replace(pk: int) -> bool:
    """Whether the next edition was queued: not where a newer one is there or on its way already."""
    row = lock(Edition.objects.select_related("consultation").get(pk=pk).consultation)
    one = row.editions.select_for_update(of=("self",)).get(pk=pk)
    numbers = queries.changed_numbers(one) if one.state == EditionState.READY else []
    if not numbers:
        return False
    _delete_files(one)
    if row.editions.filter(number__gt=one.number).exists():
        return False
    if one.published_at is None:
        _queue(one, one.asked_by)
    else:
        following = Edition(
            municipality_id=row.municipality_id, consultation=row, number=one.number + 1, outcome=one.outcome,
            changes=_withdrawn(numbers),
        )  # fmt: skip
        _queue(following, one.published_by or one.asked_by)
    row.save(update_fields=["changed_at"])
    record("consultation.report", by=None, target=row)
    return True


def _withdrawn(numbers: list[int]) -> str:
    """In Serbian, as officers write; the report converts it."""
    with translation.override(languages.default_code()):
        sentence = ngettext(
            "The words of proposal no. %(numbers)s were withdrawn by their author.",
            "The words of the proposals no. %(numbers)s were withdrawn by their authors.",
            len(numbers),
        )
        return sentence % {"numbers": ", ".join(map(str, numbers))}


def _delete_files(edition: Edition) -> None:
    """The rows now, what is stored once the transaction is through."""
    names = list(edition.files.values_list("file", flat=True))
    edition.files.all().delete()
    for name in names:
        transaction.on_commit(lambda name=name: default_storage.delete(name))  # type: ignore[misc]


def purge_strays() -> int:
    """Delete files older than a day that no edition names, as a killed worker leaves them. Returns how many."""
    try:
        _folders, names = default_storage.listdir(FOLDER)
    except FileNotFoundError:
        return 0
    with everywhere("files of reports that no row names"):
        known = set(EditionFile.objects.values_list("file", flat=True))
    eldest = timezone.now() - timedelta(days=1)
    strays = [f"{FOLDER}{name}" for name in names if f"{FOLDER}{name}" not in known]
    old = [name for name in strays if default_storage.get_modified_time(name) < eldest]
    for name in old:
        default_storage.delete(name)
    return len(old)
