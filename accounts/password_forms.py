"""django-allauth's forms in which a password is chosen, with the same hint as ours."""

from typing import Any

from allauth.account.forms import ChangePasswordForm as AllauthChangePasswordForm
from allauth.account.forms import ResetPasswordForm as AllauthResetPasswordForm
from allauth.account.forms import ResetPasswordKeyForm as AllauthResetPasswordKeyForm
from allauth.account.models import EmailAddress

from accounts.forms import PASSWORD_HINT
from accounts.models import User


class ChangePasswordForm(AllauthChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = PASSWORD_HINT


class ResetPasswordKeyForm(AllauthResetPasswordKeyForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = PASSWORD_HINT


class ResetPasswordForm(AllauthResetPasswordForm):
    users: list[User]

    def clean_email(self) -> str:
        """An address that was added and not confirmed may be a stranger's: no link to the account goes there."""
        typed: str = super().clean_email()
        verified = set(
            EmailAddress.objects.filter(email__iexact=typed, verified=True).values_list("user_id", flat=True)
        )
        self.users = [user for user in self.users if user.pk in verified or user.email == typed.lower()]
        return typed
