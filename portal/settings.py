"""The one settings file. Every value an installation may change is read from the environment with a type.

`.env.example` lists them with a line each. Wrong values are reported by the system checks in `portal/checks.py`
(ids `portal.E…`) or by `portal/environment.py`, not by a traceback in the first request.
"""

from pathlib import Path
from urllib.parse import urlsplit
from wsgiref.headers import Headers

from csp.constants import NONCE, STRICT_DYNAMIC

from django.utils.translation import gettext_lazy as _

from portal import queues
from portal.environment import Environment

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment()
if (BASE_DIR / ".env").exists():
    Environment.read_env(BASE_DIR / ".env")

# ------------------------------------------------------------------ installation
DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)
# Whether a reset of the demo also fills in the year before its sixty days; the launcher reads it at the start.
DEMO_YEAR = env.bool("DEMO_YEAR", default=DEMO)
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / ".data"))).resolve()
PORT = env.int("PORT", default=8000)
PUBLIC_BASE_URL = env.str("PUBLIC_BASE_URL", default=f"http://127.0.0.1:{PORT}")
HTTPS = PUBLIC_BASE_URL.startswith("https://")
# A browser takes a cookie of such a name only from this very host and over https; no neighbour can set it.
COOKIE_PREFIX = "__Host-" if HTTPS else ""
# Only the demo and the tests may do without a key of their own; portal.E001 refuses it elsewhere.
SECRET_KEY = env.str("SECRET_KEY", default="insecure-demo-key" if DEMO or DEBUG else "")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
# Short links (/l/…) may have a host of their own; it then shows nothing else.
SHORT_LINK_BASE_URL = env.str("SHORT_LINK_BASE_URL", default=PUBLIC_BASE_URL)
if (_short_host := urlsplit(SHORT_LINK_BASE_URL).hostname) and _short_host not in ALLOWED_HOSTS:
    ALLOWED_HOSTS.append(_short_host)
# How often one connection may follow short links within a minute. A village may share one address: be generous.
SHORT_LINKS_PER_MINUTE = env.int("SHORT_LINKS_PER_MINUTE", default=300)
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[PUBLIC_BASE_URL])

# Keyring for the networks' tokens: "id:base64 of 32 bytes", newest first. The first key encrypts, all decrypt.
TOKEN_KEYS = env.list("TOKEN_KEYS", default=[])
# host:port pairs inside private networks that connectors may call all the same: the practice network, test servers.
PRIVATE_HOSTS_ALLOWED = env.list("PRIVATE_HOSTS_ALLOWED", default=[])
# What a network changed since this release: {"facebook": {"version": "v27.0"}}; docs/platforms/ names the options.
NETWORK_OPTIONS: dict[str, dict[str, object]] = env.json("NETWORK_OPTIONS", default={})

PRACTICE_ENABLED = env.bool("PRACTICE_ENABLED", default=DEMO)
PRACTICE_PORT = env.int("PRACTICE_PORT", default=PORT + 1)
PRACTICE_URL = env.str("PRACTICE_URL", default=f"http://127.0.0.1:{PRACTICE_PORT}")
if PRACTICE_ENABLED:
    PRIVATE_HOSTS_ALLOWED.append(PRACTICE_URL.split("//", 1)[1].rstrip("/"))

# ------------------------------------------------------------------ composition
INSTALLED_APPS = [
    "benchmarks",
    "demo",
    "portal",
    "administration",
    "mentoring",
    "participation",
    "trainings",
    "exchange",
    "needs",
    "inbox",
    "reports",
    "analytics",
    "kits",
    "library",
    "planning",
    "posts",
    "delivery",
    "channels",
    "links",
    "notifications",
    "municipalities",
    "accounts",
    "practice",
    "common",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "csp",
    "pgtrigger",
    "pghistory",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.humanize",  # django-allauth's page of passkeys loads its filters
    "django.contrib.staticfiles",
    "django.forms",
]

MIDDLEWARE = [
    # First: styles and scripts need nothing of what the others say of pages (a page loads some fifty of them).
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.request_ids.RequestIdMiddleware",
    "portal.tracing.TracingMiddleware",
    "portal.access_log.AccessLogMiddleware",
    "portal.measurements.MeasureMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    # Before whatever answers, or reads a form.
    "common.uploads.PublicBodyLimitMiddleware",
    "common.methods.MethodsMiddleware",
    "links.middleware.ShortLinkMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "common.direction.DirectionMiddleware",
    "reports.middleware.PublicNumbersMiddleware",
    "portal.health.HealthMiddleware",
    "common.caching.NoStoreMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.SessionEndMiddleware",
    "accounts.middleware.LanguageMiddleware",
    "common.uploads.BodyLimitMiddleware",
    "common.null_characters.NullCharacterMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.SessionSeenMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.DeviceMiddleware",
    "accounts.middleware.ResetLinkMiddleware",
    "accounts.middleware.SecondFactorMiddleware",
    "municipalities.middleware.WorkspaceMiddleware",
    "administration.middleware.TourMiddleware",
    "common.missing_key.MissingKeyMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
FORM_RENDERER = "common.forms.Renderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["common.template_loader.Loader", "django.template.loaders.app_directories.Loader"],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "portal.context.navigation",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "common.templatetags.constant",
                "common.templatetags.ui",
            ],
        },
    }
]

# ------------------------------------------------------------------ stores
DATABASES = {"default": env.db("DATABASE_URL", default="postgresql://portal@127.0.0.1:5432/portal")}
# The owner of the tables, for `migrate` alone. The role of DATABASE_URL owns nothing (ADR 27).
DATABASE_OWNER_URL = env.str("DATABASE_OWNER_URL", default="")
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# The server itself, for notifications, where DATABASE_URL is a pooler in transaction mode.
DATABASE_DIRECT_URL = env.str("DATABASE_DIRECT_URL", default="")
# The next rows of a server-side cursor may be asked for on another connection of a pooler, which does not know it.
DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = bool(DATABASE_DIRECT_URL)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")
_VALKEY = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
CACHES = {"default": _VALKEY, "sessions": {**_VALKEY, "KEY_FUNCTION": "common.cache_keys.hashed"}}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_CACHE_ALIAS = "sessions"

# Where web processes hand streams of events over (`portal.live`), on the same machine.
LIVE_SOCKET = Path(env.str("LIVE_SOCKET", default=str(DATA_DIR / "live.sock")))
# After so long a stream ends and the browser asks again, which checks the session and the right anew.
LIVE_STREAM_SECONDS = env.int("LIVE_STREAM_SECONDS", default=60)

MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(DATA_DIR / "media")))
# Exports of whole municipalities, until they are fetched. Shared by web and worker, never served by the proxy.
EXPORTS_ROOT = Path(env.str("EXPORTS_ROOT", default=str(DATA_DIR / "exports")))
EXPORT_DAYS = env.int("EXPORT_DAYS", default=7)
# Reports, the same way; they can be made again, so they are deleted too. A larger one is not attached to a mail.
REPORTS_ROOT = Path(env.str("REPORTS_ROOT", default=str(DATA_DIR / "reports")))
# Where the files that go out with mail lie.
MAIL_FILES_ROOT = REPORTS_ROOT
# Days after which the words and names of settled messages are forgotten; spam sooner, what is unlawful later.
INBOX_DAYS = env.int("INBOX_DAYS", default=365)
INBOX_PRIVATE_DAYS = env.int("INBOX_PRIVATE_DAYS", default=180)
INBOX_SPAM_DAYS = env.int("INBOX_SPAM_DAYS", default=30)
INBOX_UNLAWFUL_DAYS = env.int("INBOX_UNLAWFUL_DAYS", default=730)
# Copies of what was hidden: as long as what was sorted as clearly unlawful, so that neither outlives the other.
INBOX_EVIDENCE_DAYS = env.int("INBOX_EVIDENCE_DAYS", default=730)
# Days for which the link of a question to a department works.
HANDOVER_DAYS = env.int("HANDOVER_DAYS", default=7)
REPORT_DAYS = env.int("REPORT_DAYS", default=180)
REPORT_MAIL_BYTES = env.int("REPORT_MAIL_BYTES", default=5 * 1024 * 1024)
# Open data and public pages of numbers: the licence, how long an answer is kept, how often one connection may ask.
OPEN_DATA_LICENCE = env.str("OPEN_DATA_LICENCE", default="CC-BY-4.0")
OPEN_DATA_LICENCE_URL = env.str("OPEN_DATA_LICENCE_URL", default="https://creativecommons.org/licenses/by/4.0/")
# Who publishes them, for catalogues; empty: the operator of this address. An address for questions.
OPEN_DATA_PUBLISHER = env.str("OPEN_DATA_PUBLISHER", default="")
OPEN_DATA_CONTACT = env.str("OPEN_DATA_CONTACT", default="")
# The organisation that reports a programme's results in IATI's format, and the identifier of each programme's activity
# by its number (docs/how-to/publish-iati.md). Without them no such file is made.
IATI_ORG_REF = env.str("IATI_ORG_REF", default="")
IATI_ORG_NAME = env.str("IATI_ORG_NAME", default="")
IATI_ORG_TYPE = env.str("IATI_ORG_TYPE", default="")
IATI_ORG_ROLE = env.str("IATI_ORG_ROLE", default="4")
IATI_SECTOR = env.str("IATI_SECTOR", default="")
IATI_ACTIVITIES: dict[str, str] = env.dict("IATI_ACTIVITIES", default={})
PUBLIC_PAGE_SECONDS = env.int("PUBLIC_PAGE_SECONDS", default=600)
PUBLIC_PAGES_PER_MINUTE = env.int("PUBLIC_PAGES_PER_MINUTE", default=120)
STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(DATA_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
# Our own pages alone use them: a line less in the head of fifty answers.
WHITENOISE_ALLOW_ALL_ORIGINS = False


def WHITENOISE_ADD_HEADERS_FUNCTION(headers: Headers, path: str, url: str) -> None:  # noqa: N802 -- WhiteNoise's name
    """What a style or a script says of itself; the rest of a page's heads says nothing of them."""
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
    if SECURE_HSTS_SECONDS:
        parts = [f"max-age={SECURE_HSTS_SECONDS}"]
        parts += ["includeSubDomains"] if SECURE_HSTS_INCLUDE_SUBDOMAINS else []
        parts += ["preload"] if SECURE_HSTS_PRELOAD else []
        headers["Strict-Transport-Security"] = "; ".join(parts)


STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Root collects them into an image, and another user reads them.
    "staticfiles": {
        "BACKEND": "common.static_storage.StaticStorage",
        "OPTIONS": {
            "file_permissions_mode": 0o644,
            "directory_permissions_mode": 0o755,
            # The image is made once, and has the highest.
            "brotli_quality": env.int("STATIC_BROTLI_QUALITY", default=5),
        },
    },
}
FILE_UPLOAD_PERMISSIONS = 0o640
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
# Uploads arrive beside the media, so that a video is moved into its place and not copied.
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "common.uploads.OnDiskUploadHandler",
]
# The largest video, in bytes. Nothing is transcoded: what is stored is what a network gets.
VIDEO_MOST_BYTES = env.int("VIDEO_MOST_BYTES", default=1024**3)

# ------------------------------------------------------------------ people
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    # OWASP ASVS 5.0, 6.2: twelve characters, any of them, none of the known ones or of this context; paste is welcome.
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "accounts.passwords.CommonPasswordValidator"},
    {"NAME": "accounts.passwords.ContextValidator"},
]
ACCOUNT_FORMS = {
    "change_password": "accounts.password_forms.ChangePasswordForm",
    "reset_password": "accounts.password_forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.password_forms.ResetPasswordKeyForm",
}
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = False
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_PREVENT_ENUMERATION = True
# A reset that was asked for an address without an account sends nothing (accounts/adapter.py).
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True
# Addresses, the password and second factors are changed by whoever signed in within a quarter of an hour, and the owner
# gets a mail about it.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ACCOUNT_EMAIL_NOTIFICATIONS = True
# accounts/throttling.py counts failed sign-ins; this limit of django-allauth's would let one person of an office that
# shares an address keep out the others.
ACCOUNT_RATE_LIMITS = {"login": None}
# https ends at a proxy, so that without another word there is one, whose address would be that of all visitors.
BEHIND_TLS_PROXY = env.bool("BEHIND_TLS_PROXY", default=HTTPS)
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=int(BEHIND_TLS_PROXY))
MFA_ADAPTER = "accounts.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Dobošar"
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
# Who may publish or sees several municipalities needs a second factor. The demo leaves it off, so that anyone can look
# around.
SECOND_FACTOR_REQUIRED = env.bool("SECOND_FACTOR_REQUIRED", default=not DEMO)
SECOND_FACTOR_ASKED_OF = "municipalities.queries.needs_second_factor"
# From the sign-in, however much a session is used (accounts/middleware.py).
SESSION_COOKIE_AGE = 60 * 60 * 12
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}dobosar"
INVITATION_DAYS = env.int("INVITATION_DAYS", default=14)
# A house rule about decisions that becomes weaker, a new approver, a new entry of an emergency list: they take effect
# after so many hours, unless another approver agrees earlier or stops it.
RULE_RELAXATION_HOURS = env.int("RULE_RELAXATION_HOURS", default=24)
# How long the link works by which a new installation gets its first administrator.
SETUP_CODE_HOURS = env.int("SETUP_CODE_HOURS", default=24)
# An eService that was not verified for so many months no longer counts as available.
SERVICE_STALE_MONTHS = env.int("SERVICE_STALE_MONTHS", default=6)
# No figures of fewer municipalities together: in a group of two each would learn the other's.
SMALLEST_GROUP = env.int("SMALLEST_GROUP", default=3)

# Months for which metric snapshots are kept besides the present one; rollups made of them stay. 0: all.
SNAPSHOTS_KEEP_MONTHS = env.int("SNAPSHOTS_KEEP_MONTHS", default=25)

# ------------------------------------------------------------------ mail: rows first, a worker sends them
EMAIL_BACKEND = "common.mail.OutboxBackend"
MAIL_TRANSPORT = env.str(
    "MAIL_TRANSPORT",
    default="common.mail.DemoTransport" if DEMO else "django.core.mail.backends.smtp.EmailBackend",
)
_smtp = env.email_url("EMAIL_URL", default="smtp://127.0.0.1:25")
EMAIL_HOST, EMAIL_PORT = _smtp["EMAIL_HOST"], _smtp["EMAIL_PORT"]
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _smtp["EMAIL_HOST_USER"], _smtp["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS, EMAIL_USE_SSL = _smtp.get("EMAIL_USE_TLS", False), _smtp.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 20
# To whom mail was sent, and about what, is deleted after this many days; its body as soon as it was sent.
MAIL_KEPT_DAYS = env.int("MAIL_KEPT_DAYS", default=30)
# Notifications in the portal: deleted so many days after they were read, or sent if they were not read.
NOTIFICATIONS_READ_KEPT_DAYS = env.int("NOTIFICATIONS_READ_KEPT_DAYS", default=180)
NOTIFICATIONS_UNREAD_KEPT_DAYS = env.int("NOTIFICATIONS_UNREAD_KEPT_DAYS", default=365)
# Hosts, with all below them, of the push services of browsers: Chrome and those made from it, Firefox, Safari, Edge.
PUSH_SERVICES = env.list(
    "PUSH_SERVICES",
    default=[
        "fcm.googleapis.com",
        "jmt17.google.com",
        "push.services.mozilla.com",
        "push.apple.com",
        "notify.windows.com",
    ],
)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Dobošar <dobosar@localhost>")

# ------------------------------------------------------------------ language and time
LANGUAGE_CODE = env.str("LANGUAGE_CODE", default="sr")
# Of each: Django's code, the tag of its pages, its name in itself and a short one, which words of stored data it shows
# (`common.languages`), its translated name. One more is a line here and a folder under locale/.
INTERFACE_LANGUAGES = [
    ("sr", "sr-Cyrl", "Српски, ћирилица", "Српски", "cyrl", _("Serbian, Cyrillic")),
    ("sr-latn", "sr-Latn", "Srpski, latinica", "Srpski", "latn", _("Serbian, Latin")),
    ("en", "en", "English", "English", "en", _("English")),
]
LANGUAGES = [(code, label) for code, *_more, label in INTERFACE_LANGUAGES]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_NAME = f"{COOKIE_PREFIX}dobosar_language"
FORMAT_MODULE_PATH = ["common.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Belgrade"

# ------------------------------------------------------------------ work
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A worker that publishes does so without Valkey too, however long it is gone.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# A Valkey that refuses to write (its disk is full) is away for a while, and no reason to end.
CELERY_BROKER_CHANNEL_ERROR_RETRY = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TIMEZONE = "UTC"
# Workers touch this file with each heartbeat, for the health check of a container (`launcher.healthy`); empty: none.
HEARTBEAT_FILE = env.str("HEARTBEAT_FILE", default="")
# Bearer token ("Authorization: Bearer …") for /metrics; empty: closed.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
CELERY_TASK_DEFAULT_QUEUE = queues.DEFAULT
CELERY_TASK_ROUTES = queues.ROUTES
# Deadline of one call < time limit of a task < lease of a task; a test holds the order.
CALL_DEADLINE_SECONDS = env.int("CALL_DEADLINE_SECONDS", default=60)
CELERY_TASK_TIME_LIMIT = env.int("CELERY_TASK_TIME_LIMIT", default=150)
TASK_LEASE_SECONDS = env.int("TASK_LEASE_SECONDS", default=240)
# A publisher renews the leases of its calls every few seconds. What a dead one held is free again after so long.
LEASE_SECONDS = env.int("LEASE_SECONDS", default=20)
# A machine whose clock differs by more from the database's publishes nothing (`common.clock`). 0 accepts any clock.
CLOCK_TOLERANCE_SECONDS = env.int("CLOCK_TOLERANCE_SECONDS", default=30)
# Call deadline and time limit of what carries a video: 50 MB in one request take minutes on a municipality's line. The
# second counts from the last progress, which each chunk of an upload makes.
VIDEO_CALL_DEADLINE_SECONDS = env.int("VIDEO_CALL_DEADLINE_SECONDS", default=600)
VIDEO_TASK_TIME_LIMIT = env.int("VIDEO_TASK_TIME_LIMIT", default=900)
# Network -> seconds for which it may carry out a call late, instead of its connector's `commit_window`.
COMMIT_WINDOWS: dict[str, int] = env.seconds_by_name("COMMIT_WINDOWS")

# ------------------------------------------------------------------ Content-Security-Policy (CSP)
# The parts that depend on the page are in common/content_security.py.
_SELF = "'self'"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        # No address is trusted: a script has the nonce of its page. docs/adr/0019-content-security.md
        "script-src": [NONCE, STRICT_DYNAMIC],
        "require-trusted-types-for": ["'script'"],
        # static/js/markup.js, on pages with htmx static/js/htmx.js, and static/js/web_app.js
        "trusted-types": ["portal", "default", "service-worker"],
        "style-src": [_SELF],
        "img-src": [_SELF, "data:", "blob:"],
        "font-src": [_SELF],
        "connect-src": [_SELF],
        "media-src": [_SELF],
        "manifest-src": [_SELF],
        "worker-src": [_SELF],
        "form-action": [_SELF],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    name: [] for name in ("camera", "microphone", "geolocation", "payment", "usb", "accelerometer", "gyroscope")
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}dobosar_csrf"
# Which of its owner's push subscriptions a browser has: signing out ends it.
PUSH_COOKIE_NAME = f"{COOKIE_PREFIX}dobosar_push"
THEME_COOKIE_NAME = f"{COOKIE_PREFIX}theme"
MESSAGE_STORAGE = "common.message_storage.Storage"
SECURE_SSL_REDIRECT = HTTPS and env.bool("SECURE_SSL_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31536000 if HTTPS else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", default=HTTPS)
SECURE_HSTS_PRELOAD = env.bool("SECURE_HSTS_PRELOAD", default=HTTPS)
if BEHIND_TLS_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Lines about each request and each task, and about statements that take longer than so many milliseconds (0: none).
ACCESS_LOG = env.bool("ACCESS_LOG", default=False)
TASK_LOG = env.bool("TASK_LOG", default=False)
SLOW_QUERY_MS = env.int("SLOW_QUERY_MS", default=0)
# After how many minutes administrators get a mail that something of /readyz does not work. 0: never.
ALERT_MINUTES = env.int("ALERT_MINUTES", default=5)
# Where errors are reported; without it, the library for it is not even imported.
SENTRY_DSN = env.str("SENTRY_DSN", default="")
# Where spans of requests, tasks and statements are sent (OTLP over HTTP). The same holds for its library.
OTEL_EXPORTER_OTLP_ENDPOINT = env.str("OTEL_EXPORTER_OTLP_ENDPOINT", default="")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"()": "portal.logs.PlainFormatter", "zone": TIME_ZONE},
        "json": {"()": "portal.logs.JsonFormatter", "zone": TIME_ZONE},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": env.one_of("LOG_FORMAT", ("plain", "json"), default="plain"),
            "filters": ["request-ids", "trace-ids", "outages", "refusals", "secrets"],
        }
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    # "Not ready yet" is an answer, not an error to be read about every second of a start.
    "filters": {
        "request-ids": {"()": "portal.request_ids.RequestIds"},
        "trace-ids": {"()": "portal.tracing.TraceIds"},
        "outages": {"()": "portal.outages.Outages"},
        "refusals": {"()": "portal.logs.Refusals"},
        "secrets": {"()": "portal.logs.WithoutSecrets"},
        "asked": {
            "()": "django.utils.log.CallbackFilter",
            "callback": lambda record: not record.getMessage().endswith(": /readyz"),
        },
        # Eight lines of Celery whenever a worker loses Valkey, about a default of its next version. A task that was
        # interrupted finds its work done either way.
        "celery-6": {
            "()": "django.utils.log.CallbackFilter",
            "callback": lambda record: "worker_cancel_long_running_tasks_on_connection_loss" not in record.getMessage(),
        },
    },
    "loggers": {
        "django.server": {"level": "WARNING"},
        "django.request": {"filters": ["asked"]},
        "py.warnings": {"filters": ["celery-6"]},
        "fontTools": {"level": "WARNING"},
        # Whoever sets ACCESS_LOG wants its lines, whatever the level of the others is.
        **{f"portal.{name}": {"level": "INFO"} for name in ("access", "task_runs", "slow_queries")},
    },
}
