"""Settings of the practice network: the same database and cache; its own origin, cookies and URLs."""

from portal.settings import *  # noqa: F403
from portal.settings import COOKIE_PREFIX, PRACTICE_URL, TEMPLATES

# Only what the network needs and nothing of the portal: it has no municipality and no user.
INSTALLED_APPS = [
    "practice",
    "common",
    "csp",
    "pgtrigger",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django.forms",
]
ROOT_URLCONF = "practice.urls"
WSGI_APPLICATION = "portal.practice_wsgi.application"
CSRF_FAILURE_VIEW = "practice.views.errors.csrf"
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}dobosar_practice"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}dobosar_practice_csrf"
CSRF_TRUSTED_ORIGINS = [PRACTICE_URL]
MIDDLEWARE = [
    "practice.middleware.PracticeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "common.uploads.PublicBodyLimitMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "common.direction.DirectionMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
_TEMPLATES = TEMPLATES[0]
_PROCESSORS = [
    "django.template.context_processors.request",
    "django.contrib.messages.context_processors.messages",
    "django.template.context_processors.i18n",
]
# A copy: the portal's own settings may live in the same process, in tests.
TEMPLATES = [{**_TEMPLATES, "OPTIONS": {**_TEMPLATES["OPTIONS"], "context_processors": _PROCESSORS}}]  # type: ignore[dict-item]
