"""What a person changes about themselves."""

from accounts.models import User
from common import audit


def choose_language(user: User, language: str) -> None:
    """Interface language and script of `user`; one of `settings.LANGUAGES`."""
    user.language = language
    user.save(update_fields=["language"])
    audit.record("account.choose_language", by=user, target=user, language=language)
