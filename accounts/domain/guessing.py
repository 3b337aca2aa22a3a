"""Notifies the owner of an account whose password is being guessed from many addresses."""

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from common import audit, mail


@transaction.atomic
def warn(user: User) -> None:
    """Queue the mail that warns the owner."""
    with translation.override(user.language):
        body = _(
            "Good day,\n\n"
            "someone is trying to guess the password of your account at Dobošar. Every attempt was refused.\n\n"
            "Browsers in which you have signed in before work as usual. A new browser may be refused for a while, "
            "even with the right password. In that case sign in with a passkey, or choose a new password; that works "
            "at once:\n"
            "%(reset)s\n\n"
            "If you use your password anywhere else, or it is easy to guess, choose a new one now. A second factor "
            "protects your account even if someone learns the password:\n"
            "%(factor)s"
        ) % {"reset": _address("account_reset_password"), "factor": _address("mfa_index")}
        mail.queue(to=user.email, subject=_("Someone is trying to guess your password"), body=body, essential=True)
    audit.record("account.warn_of_guessing", by=None, target=user)


def _address(page: str) -> str:
    return settings.PUBLIC_BASE_URL.rstrip("/") + reverse(page)
