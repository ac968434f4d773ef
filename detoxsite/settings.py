"""All settings. Everything that differs between machines comes from the environment; README has the table."""

import os
from pathlib import Path
from urllib.parse import urlsplit

from detoxsite import env, log_settings
from detoxsite.operations_settings import *  # noqa: F403
from detoxsite.page_settings import *  # noqa: F403
from detoxsite.signin_settings import *  # noqa: F403
from detoxsite.signin_settings import STAFF_SESSION_HOURS
from detoxsite.state_settings import *  # noqa: F403
from detoxsite.state_settings import BASE_DIR, NO_NEW_SECRETS, VAR_DIR

# State, secrets and what people send are for this account only, whoever creates the file.
os.umask(0o077)

# Where it lives ------------------------------------------------------------------------------------------

DEBUG = env.flag("DEBUG", default=False)
HOST = env.names("HOST", ["127.0.0.1"])[0]
PORT = env.whole_number("PORT", 8000, 1, 65535)
_SHOWN_HOST = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(HOST, f"[{HOST}]" if ":" in HOST else HOST)  # noqa: S104
SITE_URL = env.site_url("SITE_URL", f"http://{_SHOWN_HOST}:{PORT}")
HTTPS = SITE_URL.startswith("https://")
ALLOWED_HOSTS = [
    *{urlsplit(SITE_URL).hostname, *env.names("ALLOWED_HOSTS", [])},
    *([] if HTTPS else ["localhost", "127.0.0.1", "[::1]"]),
]

SECRET_KEY = env.secret("SECRET_KEY", VAR_DIR / "secrets" / "secret-key", none_made=NO_NEW_SECRETS)
VAULT_KEY_FILE = VAR_DIR / "secrets" / "vault-key"
VAULT_KEYS = env.vault_keys("VAULT_KEYS", VAULT_KEY_FILE, none_made=NO_NEW_SECRETS)

#: Where backups go: best onto another machine, mounted here.
BACKUP_DIR = Path(*env.names("BACKUP_DIR", [str(VAR_DIR / "backups")])).resolve()

#: How many proxies of ours stand in front. Each adds the address it was called from to X-Forwarded-For.
PROXY_HOPS = env.whole_number("PROXY_HOPS", 0, 0, 9)

SITE_NAME = "Detox Guide"
TIME_ZONE = env.names("TIME_ZONE", ["America/New_York"])[0]
LANGUAGE_CODE = "en-us"
USE_TZ = True
USE_I18N = False

# What it is made of --------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "operations",
    "accounts",
    "callbacks",
    "search",
    "articles",
    "phases",
    "editorial",
    "limits",
    "markdownx",
    "django_tasks",
    "django_tasks_db",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "django.forms",
]

MIDDLEWARE = [
    "detoxsite.middleware.SecurityHeadersMiddleware",  # outermost, so that static files carry them too
    "operations.health.HealthMiddleware",
    "detoxsite.middleware.BrokenConnectionMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "pagecache.compression.CompressionMiddleware",
    "detoxsite.middleware.InlineMiddleware",
    "privateversion.middleware.PrivateVersionMiddleware",  # inside the compression, outside all that reads the path
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "accounts.middleware.StaffMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

METRICS_DIR = VAR_DIR / "metrics"
if METRICS_PORT:  # noqa: F405
    MIDDLEWARE.insert(2, "operations.metrics.MetricsMiddleware")  # behind what answers /healthz
    METRICS_DIR.mkdir(parents=True, exist_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(METRICS_DIR)  # prometheus_client reads it when it is first imported

ROOT_URLCONF = "detoxsite.urls"
WSGI_APPLICATION = "detoxsite.wsgi.application"
APPEND_SLASH = True

TEMPLATES = [
    {
        "NAME": "staff",
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates" / "staff"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
    {
        "NAME": "readers",
        "BACKEND": "guide.templating.ReadersTemplates",
        "DIRS": [BASE_DIR / "templates" / "readers"],
        "OPTIONS": {"environment": "guide.templating.environment", "keep_trailing_newline": True},
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# State ---------------------------------------------------------------------------------------------------

# A task is a row of the same database, so it is there exactly if what it is about is there.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

#: Requests that one internet address may send in ten minutes before it is asked to wait between them.
CONTACT_LIMIT = env.whole_number("CONTACT_LIMIT", 20, 1, 1_000_000)
#: Days after which a callback request is erased, files and all. The person is told the date.
RETENTION_DAYS = env.whole_number("RETENTION_DAYS", 90, 1, 365)
#: Where the malware scanner listens: a socket's path, host and port, or None for no scanner.
CLAMD = env.clamd("CLAMD")

# Mail ----------------------------------------------------------------------------------------------------
# Notices to staff only. Without a server or without recipients nothing is sent, and what waits is counted.

NOTICE_EMAILS = env.addresses("NOTICE_EMAILS")
_MAIL_SERVER = env.mail_server("MAIL_URL")
EMAIL_HOST = ""
EMAIL_TIMEOUT = 10  # seconds without a word from the mail server
if _MAIL_SERVER:
    EMAIL_HOST, EMAIL_PORT = _MAIL_SERVER.host, _MAIL_SERVER.port
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _MAIL_SERVER.user, _MAIL_SERVER.password
    EMAIL_USE_SSL, EMAIL_USE_TLS = _MAIL_SERVER.security == "tls", _MAIL_SERVER.security == "starttls"
DEFAULT_FROM_EMAIL = env.sender("MAIL_FROM", required=bool(_MAIL_SERVER))

# Editing -------------------------------------------------------------------------------------------------

MARKDOWNX_MARKDOWNIFY_FUNCTION = "editorial.markdown.markdownify"
MARKDOWNX_URLS_PATH = "/admin/markdownx/preview/"
MARKDOWNX_UPLOAD_URLS_PATH = "/admin/markdownx/upload/"
MARKDOWNX_EDITOR_RESIZABLE = False  # it would grow with the text and push the preview out of sight
MARKDOWNX_SERVER_CALL_LATENCY = 600  # milliseconds of quiet before the preview asks again

# Security ------------------------------------------------------------------------------------------------

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_AGE = STAFF_SESSION_HOURS * 60 * 60
SESSION_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "guide.views.csrf_failure"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
#: Where "Leave this page" leads: something anybody may have open. It says nothing of us, and we send no referrer.
LEAVE_URL = env.leave_url("LEAVE_URL", "https://www.weather.gov/")
SECURITY_CONTACT = env.contact("SECURITY_CONTACT", f"{SITE_URL}/contact/")

# No file of anybody is written to a temporary file in the clear. Pictures of editors stay in memory; a larger body is
# read and dropped. The contact form has a handler of its own, which encrypts (callbacks.public.upload_handler).
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 9 * 1024 * 1024  # the whole body: 8 MB of picture and its surroundings
# Text fields only; files are bounded above, in callbacks.values.upload_rules and in editorial.images.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000  # the stage form in the admin has many
DATA_UPLOAD_MAX_NUMBER_FILES = 4
FILE_UPLOAD_PERMISSIONS = 0o600

if HTTPS:
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 2 * 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    # The proxy in front must set this header itself and drop the one a visitor sends (README).
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"

ADMINS: list[str] = []  # no mail about errors: it would hold what was posted
LOGGING = log_settings.LOGGING
