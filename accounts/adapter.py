"""django-allauth's hooks: sign-up by invitation, mail in its reader's language, second-factor secrets encrypted."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter

from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from accounts.domain import second_factor
from accounts.models import User


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: object) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """In the language its reader chose; the browser that asks may speak another, or belong to somebody else."""
        reader = User.objects.filter(email__iexact=email).first()
        with override(reader.language if reader else get_language()):
            super().send_mail(template_prefix, email, context)

    def format_email_subject(self, subject: str) -> str:
        return f"{_('Dobošar')}: {subject}"


class SecondFactorAdapter(DefaultMFAAdapter):
    def encrypt(self, text: str) -> str:
        return second_factor.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return second_factor.open_(encrypted_text)
