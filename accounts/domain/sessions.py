"""Deletes sessions that have ended, with the IP address and browser that they recorded."""

from allauth.usersessions.models import UserSession

from django.contrib.sessions.models import Session
from django.utils import timezone


def purge_ended() -> int:
    """Delete expired sessions and what was seen of them; returns how many people's sessions are forgotten."""
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
    deleted, _ = UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    return deleted
