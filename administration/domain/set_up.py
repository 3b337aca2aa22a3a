"""The first set-up of an installation without accounts.

A command prints a link with a code. Whoever opens it creates the first account, the administrator's, and completes the
steps; each is saved, so that the set-up can be interrupted and resumed. Only the newest code is valid, for some hours
and until the account exists.
"""

import hashlib
import hmac
import secrets
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from administration.enums import SetUpStep
from administration.models import Installation
from administration.queries import setting_up
from common import audit, mail, ratelimit
from common.enums import MailState

# How many wrong codes one connection may try within an hour, and how many of all of them are written down. There is no
# limit for all together: 192 bits cannot be guessed, and strangers could lock the administrator out with one.
TRIES, WRITTEN_DOWN = 10, 100
HOUR = 3600


class Unusable(Exception):
    """The code is wrong, too old or was used."""


def hashed(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def _locked() -> Installation:
    Installation.objects.get_or_create(pk=1)
    return Installation.objects.select_for_update().get(pk=1)


@transaction.atomic
def issue_code(*, by: User | None = None) -> str:
    """The link of a new code; older codes become invalid. Empty when there is an account already."""
    row = _locked()
    if not setting_up.is_fresh():
        return ""
    code = secrets.token_urlsafe(24)
    row.code_hash = hashed(code)
    row.code_expires_at = timezone.now() + timedelta(hours=settings.SETUP_CODE_HOURS)
    row.save(update_fields=["code_hash", "code_expires_at"])
    audit.record("installation.issue_code", by=by, target=row)
    return settings.PUBLIC_BASE_URL.rstrip("/") + reverse("setup_open", args=[code])


def works(hash_: str) -> bool:
    """Whether the code with this hash opens the set-up now."""
    row = Installation.objects.filter(pk=1).first()
    return row is not None and _is_valid(row, hash_) and setting_up.is_fresh()


def _is_valid(row: Installation, hash_: str) -> bool:
    if not row.code_hash or row.code_expires_at is None or row.code_expires_at <= timezone.now():
        return False
    return hmac.compare_digest(row.code_hash.encode(), hash_.encode())


def is_too_often(address: str) -> bool:
    """Whether there were so many wrong codes that none is checked for the rest of the hour."""
    return ratelimit.usage("setup-code", address, limit=TRIES, seconds=HOUR).is_used_up


def refuse(address: str) -> None:
    """A wrong code came from there: count it and write it down."""
    ratelimit.hit("setup-code", address, limit=TRIES, seconds=HOUR)
    if not ratelimit.hit("setup-code-trail", "all of them", limit=WRITTEN_DOWN, seconds=HOUR).is_exceeded:
        audit.record("installation.refuse_code", by=None, address=address)


@transaction.atomic
def begin(hash_: str, *, email: str, name: str, password: str, language: str) -> User:
    """Make the first account, an administrator's. Raises `Unusable`: it works once, also with concurrent calls.

    The address counts as verified: who reads the installation's log could verify any.
    """
    from allauth.account.models import EmailAddress

    row = _locked()
    if not _is_valid(row, hash_) or not setting_up.is_fresh():
        raise Unusable
    user = User.objects.create_superuser(email, password, name=name, language=language)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    row.begun_by, row.code_hash, row.code_expires_at = user, "", None
    row.save(update_fields=["begun_by", "code_hash", "code_expires_at"])
    audit.record("installation.begin", by=user, target=row)
    audit.record("account.make_administrator", by=user, target=user)
    return user


@transaction.atomic
def complete(step: SetUpStep, *, by: User) -> None:
    """Keep that a step is done; nothing changes when it was."""
    row = _locked()
    if step.value not in row.done:
        row.done = [*row.done, step.value]
        row.save(update_fields=["done"])
        audit.record("installation.complete_step", by=by, target=row, step=step.value)


@transaction.atomic
def write_facts(values: dict[str, str], *, by: User) -> list[str]:
    """Write what changed of who runs the installation; returns the names of the changed."""
    row = _locked()
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    if changed:
        row.save(update_fields=changed)
        audit.record("installation.write_facts", by=by, target=row, changed=changed)
    return changed


@transaction.atomic
def send_test_mail(*, by: User) -> None:
    """Queue a mail to the administrator; one that still waits is tried again at once instead."""
    row = _locked()
    waiting = row.test_mail
    if waiting is not None and waiting.state == MailState.WAITING and waiting.to == by.email:
        waiting.next_attempt_at = timezone.now()
        waiting.save(update_fields=["next_attempt_at"])
        return
    with translation.override(by.language):
        message = mail.compose(
            to=by.email,
            subject=_("Test mail of Dobošar"),
            body=_(
                "Good day,\n\n"
                "this is the test e-mail that you requested. If you can read it, invitations and notifications will "
                "leave this portal too.\n\n"
                "%(address)s"
            )
            % {"address": settings.PUBLIC_BASE_URL},
            essential=True,
        )
    mail.queue_all([message])
    row.test_mail = message
    row.save(update_fields=["test_mail"])
    audit.record("installation.send_test_mail", by=by, target=row)


@transaction.atomic
def finish(*, by: User) -> None:
    """The set-up is over: its address is gone from now on. Nothing changes when it was."""
    row = _locked()
    if row.finished_at is None:
        row.finished_at = timezone.now()
        row.save(update_fields=["finished_at"])
        audit.record("installation.finish", by=by, target=row)
