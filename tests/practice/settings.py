"""The practice network's settings for tests: static files straight from the tree."""

from portal.practice_settings import *  # noqa: F403
from tests.settings import PASSWORD_HASHERS, STORAGES  # noqa: F401

WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True
