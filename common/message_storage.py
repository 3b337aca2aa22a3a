"""Where a sentence for the next page is kept: Django's storage, in a cookie with the prefix of our other cookies."""

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage


class PrefixedCookieStorage(CookieStorage):
    cookie_name = f"{settings.COOKIE_PREFIX}messages"


class Storage(FallbackStorage):
    """The cookie; what is too long for it goes into the session."""

    storage_classes = (PrefixedCookieStorage, SessionStorage)
