"""Settings of the practice network: the same stores, an origin, cookies and urls of its own."""

from portal.settings import *  # noqa: F403
from portal.settings import INSTALLED_APPS, PRACTICE_URL

# allauth insists on its middleware, and nobody signs in here with an account of the portal.
INSTALLED_APPS = [app for app in INSTALLED_APPS if not app.startswith("allauth")]
ROOT_URLCONF = "practice.urls"
WSGI_APPLICATION = "portal.practice_wsgi.application"
SESSION_COOKIE_NAME = "dobosar_practice"
CSRF_COOKIE_NAME = "dobosar_practice_csrf"
CSRF_TRUSTED_ORIGINS = [PRACTICE_URL]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES[0]["OPTIONS"]["context_processors"] = [  # type: ignore[index]  # noqa: F405
    "django.template.context_processors.request",
    "django.contrib.messages.context_processors.messages",
    "django.template.context_processors.i18n",
]
