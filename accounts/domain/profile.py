"""Changes that people make to their own account."""

from django.db import transaction

from accounts.models import User
from common import audit


@transaction.atomic
def choose_language(user: User, language: str) -> None:
    """Interface language and script of `user`; one of `settings.LANGUAGES`."""
    user.language = language
    user.save(update_fields=["language"])
    audit.record("account.choose_language", by=user, target=user, language=language)


@transaction.atomic
def rename(user: User, name: str) -> None:
    user.name = name
    user.save(update_fields=["name"])
    audit.record("account.rename", by=user, target=user)


@transaction.atomic
def end_session(user: User, session: int) -> bool:
    """Sign `user` out of one of their own sessions; False when there is no such session."""
    from allauth.usersessions.models import UserSession

    user_session = UserSession.objects.filter(user=user, pk=session).first()
    if user_session is None:
        return False
    user_session.end()
    audit.record("account.end_session", by=user, target=user)
    return True
