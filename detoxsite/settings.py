"""All settings. Whatever differs between machines comes from the environment; docs/operators.md has the table.

https://docs.djangoproject.com/en/5.2/ref/settings/ explains Django's own. Reading them writes nothing: `manage.py
prepare` makes secrets and files.
"""

import re
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from detoxsite import databases, env
from detoxsite.secret_files import secret, signing_key, vault_keys

# Address -------------------------------------------------------------------------------------------------

DEBUG = env.flag("DEBUG", default=False)
HOST = env.host("HOST", "127.0.0.1")
PORT = env.integer("PORT", 8000, 1, 65535)
_SHOWN_HOST = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(HOST, f"[{HOST}]" if ":" in HOST else HOST)  # noqa: S104
#: What readers use: scheme and host.
SITE_URL = env.site_url("SITE_URL", f"http://{_SHOWN_HOST}:{PORT}")
HTTPS = SITE_URL.startswith("https://")
if DEBUG and (HTTPS or HOST not in {"127.0.0.1", "::1", "localhost"}):
    raise ImproperlyConfigured(
        "DEBUG must be 0 where SITE_URL is https, or HOST lets others connect: pages of errors show what people typed."
    )
ALLOWED_HOSTS = [
    *{urlsplit(SITE_URL).hostname or "", *env.hosts("ALLOWED_HOSTS")},
    *([] if HTTPS else ["localhost", "127.0.0.1", "[::1]"]),
]
#: How many of the clinic's proxies are in front. Each appends its peer's address to X-Forwarded-For.
PROXY_HOPS = env.integer("PROXY_HOPS", 0, 0, 9)

N_ = str  # marks words for `make words`; gettext itself reads these settings
SITE_NAME = N_("Detox Guide")
TIME_ZONE = env.time_zone("TIME_ZONE", "America/New_York")
#: The path decides the language of readers' pages; staff pages are English. `make words` updates the catalogs in
#: locale/, `prepare` compiles them; locale/django/ has other words for what Django says.
LANGUAGES = [("en", "English"), ("es", "Español")]

# Web server: docs/decisions/0002-app-server.md -----------------------------------------------------------

WEB_WORKERS = env.integer("WEB_WORKERS", 2, 1, 64)  # processes
WEB_THREADS = env.integer("WEB_THREADS", 4, 1, 1024)  # in each process, for pages and small forms
WEB_UPLOADS = env.integer("WEB_UPLOADS", 256, 1, 1024)  # in each process, further threads for uploads
HEAD_SECONDS = env.integer("HEAD_SECONDS", 20, 1, 3600)  # for the head of a request
BODY_SECONDS = env.integer("BODY_SECONDS", 60, 1, 3600)  # for a small body, or for each 64 KB of a large one
GRACEFUL_SECONDS = env.integer("GRACEFUL_SECONDS", 30, 6, 3600)  # for a stop
#: Megabytes for rendered pages in each process. 0: no cache.
PAGE_CACHE_BYTES = env.integer("PAGE_CACHE_MB", 16, 0, 4096) * 1024 * 1024
LISTEN_FD = env.integer("LISTEN_FD", 0, 0, 1024)  # the listening socket of a `manage.py serve` that got SIGHUP

# Parts ---------------------------------------------------------------------------------------------------

#: Where Prometheus reads. Port 0: no metrics.
METRICS_PORT = env.integer("METRICS_PORT", 0, 0, 65535)
METRICS_HOST = env.host("METRICS_HOST", "127.0.0.1")

INSTALLED_APPS = [
    "operations",
    "accounts",
    "callbacks",
    "search",
    "translations",
    "articles",
    "phases",
    "editorial",
    "limits",
    "markdownx",
    "reversion",
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
    *(["pagecache.metrics.MetricsMiddleware"] if METRICS_PORT else []),
    "detoxsite.middleware.BrokenConnectionMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "pagecache.compression.CompressionMiddleware",
    "detoxsite.middleware.InlineMiddleware",
    "privateversion.middleware.PrivateVersionMiddleware",  # inside the compression, outside all that reads the path
    "editorial.pages.reading.LanguageMiddleware",
    "operations.read_only.ReadOnlyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "accounts.middleware.StaffMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "detoxsite.urls"
WSGI_APPLICATION = "detoxsite.wsgi.application"

BASE_DIR = Path(__file__).resolve().parent.parent
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
            "libraries": {"staff_times": "callbacks.admin.times", "start_page": "operations.start_page"},
        },
    },
    {
        "NAME": "readers",
        "BACKEND": "guide.templating.ReadersTemplates",
        "DIRS": [BASE_DIR / "templates" / "readers"],
        "OPTIONS": {"environment": "guide.templating.environment", "keep_trailing_newline": True},
    },
]
FORM_RENDERER = "guide.templating.FormTemplates"

# State: docs/decisions/0009-several-machines.md ----------------------------------------------------------

#: All state of this machine: secrets, collected static files and, without servers, everything else.
VAR_DIR = env.path("VAR_DIR", BASE_DIR / "var")
METRICS_DIR = VAR_DIR / "metrics"
LOCALE_PATHS = [VAR_DIR / "locale", VAR_DIR / "locale/django"]

#: Seconds for a database server to accept a connection, or to respond on an open one. libpq's minimum is 2.
DATABASE_SECONDS = env.integer("DATABASE_SECONDS", 3, 2, 60)
_SERVER = env.server(
    "DATABASE_URL",
    {"postgres": 5432, "postgresql": 5432},
    lambda server: (
        server.user
        and re.fullmatch(r"[\w.-]{1,63}", server.path)
        and server.options.keys() <= {"sslmode", "sslrootcert"}
        and re.fullmatch("disable|allow|prefer|require|verify-ca|verify-full", server.options.get("sslmode", "prefer"))
    ),
    "look like postgres://user:password@db.example:5432/name?sslmode=verify-full (sslmode and sslrootcert may follow "
    "the name); write special characters of the password as %XX",
)
#: Hosts that share the database must share the secrets.
HAS_SERVER = _SERVER is not None
DATABASES = {
    "default": databases.postgresql(_SERVER, DATABASE_SECONDS) if _SERVER else databases.sqlite(VAR_DIR / "db.sqlite3")
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# No cache: each process would have its own, for what must be the same in all.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}

MEDIA_URL = "/media/"
MEDIA_ROOT = VAR_DIR / "media"
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_ALLOW_ALL_ORIGINS = False

_STORE = env.store()


def _files(folder: str, **options: object) -> dict[str, object]:
    if _STORE:
        location = f"{_STORE['location']}/{folder}".strip("/")
        return {"BACKEND": "storage.s3.S3Storage", "OPTIONS": {**_STORE, "location": location}}
    return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}


STORAGES = {
    # Pictures in articles: public, served by this site.
    "default": _files("media"),
    # What people send: encrypted before it gets here, without a URL, never served from here.
    "attachments": _files(
        "attachments", location=VAR_DIR / "attachments", file_permissions_mode=0o600, directory_permissions_mode=0o700
    ),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# No upload is written to a temporary file. Editors' pictures stay in memory; other files are read and dropped. The
# contact form has its own handler, which encrypts (callbacks.public.upload_handler).
FILE_UPLOAD_HANDLERS = ["editorial.pages.views.PictureUploadHandler"]
FILE_UPLOAD_PERMISSIONS = 0o600
# Text fields only; files are limited in callbacks.values.upload_rules and editorial.values.images.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 4

# Operations: docs/decisions/0010-backups.md --------------------------------------------------------------

#: Where backups go, preferably a mounted folder of another machine.
BACKUP_DIR = env.path("BACKUP_DIR", VAR_DIR / "backups")
#: Keep the newest backup of each of this many days, weeks and months.
BACKUPS_DAILY = env.integer("BACKUPS_DAILY", 7, 1, 1000)
BACKUPS_WEEKLY = env.integer("BACKUPS_WEEKLY", 4, 0, 1000)
BACKUPS_MONTHLY = env.integer("BACKUPS_MONTHLY", 6, 0, 1000)
#: Days after which any backup is deleted, whatever the numbers above: the privacy page promises it.
BACKUP_DAYS = env.integer("BACKUP_DAYS", 35, 1, 365)
#: Megabytes that should stay free where state and backups are.
DISK_LOW_MB = env.integer("DISK_LOW_MB", 1024, 1, 1_000_000)

# Callback requests ---------------------------------------------------------------------------------------

#: Requests that one IP address may send in ten minutes before it has to wait between them.
CONTACT_LIMIT = env.integer("CONTACT_LIMIT", 20, 1, 1_000_000)
#: Days after which a callback request with its files, or a report about a page, is erased. People are told the date.
RETENTION_DAYS = env.integer("RETENTION_DAYS", 90, 1, 365)
#: Where the malware scanner listens: a socket's path, host and port, or None for no scanner.
CLAMD = env.clamd("CLAMD")

# Mail to staff: without a server or recipients nothing is sent, and unsent notices are counted. ----------

NOTICE_EMAILS = env.addresses("NOTICE_EMAILS")
#: Notices are delayed by a random part of this, so that mail traffic does not reveal who wrote when; 0: no delay.
NOTICE_DELAY_MINUTES = env.integer("NOTICE_DELAY_MINUTES", 10, 0, 10)
#: Who is alerted to problems.
ALERT_EMAILS = env.addresses("ALERT_EMAILS") or NOTICE_EMAILS
_MAIL = env.server(
    "MAIL_URL",
    {"smtp": 25, "smtps": 465, "smtp+tls": 587},
    lambda server: not server.path and not server.options and bool(server.user) == bool(server.password),
    "look like smtp+tls://user:password@mail.example:587 (or smtps://, or smtp://); write special characters of the "
    "password as %XX",
)
EMAIL_HOST, EMAIL_PORT = (_MAIL.host, _MAIL.port) if _MAIL else ("", 25)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = (_MAIL.user, _MAIL.password) if _MAIL else ("", "")
EMAIL_USE_SSL = bool(_MAIL and _MAIL.scheme == "smtps")
EMAIL_USE_TLS = bool(_MAIL and _MAIL.scheme == "smtp+tls")
EMAIL_TIMEOUT = 10  # seconds
DEFAULT_FROM_EMAIL = env.sender("MAIL_FROM", required=bool(_MAIL))
ADMINS: list[str] = []  # no mail about errors: it would include posted data

# Editing -------------------------------------------------------------------------------------------------

MARKDOWNX_MARKDOWNIFY_FUNCTION = "editorial.text.markdown.markdownify"
MARKDOWNX_URLS_PATH = "/admin/markdownx/preview/"
MARKDOWNX_UPLOAD_URLS_PATH = "/admin/markdownx/upload/"
MARKDOWNX_EDITOR_RESIZABLE = False  # it would grow and push the preview out of sight
MARKDOWNX_SERVER_CALL_LATENCY = 600  # milliseconds without typing before the preview is updated

# Sign-in of staff: docs/decisions/0004-staff-sign-in.md --------------------------------------------------

STAFF_IDLE_MINUTES = env.integer("STAFF_IDLE_MINUTES", 30, 1, 24 * 60)
STAFF_SESSION_HOURS = env.integer("STAFF_SESSION_HOURS", 8, 1, 24)
SESSION_ENGINE = "accounts.session_store"
SESSION_COOKIE_AGE = STAFF_SESSION_HOURS * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SAMESITE = "Strict"
LOGIN_URL = ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
LOGIN_REDIRECT_URL = "admin:index"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]  # there is no sign-up; allauth checks the list
ACCOUNT_EMAIL_VERIFICATION, ACCOUNT_SESSION_REMEMBER = "none", False
ACCOUNT_RATE_LIMITS = MFA_RATE_LIMITS = False  # they need a cache; see accounts.lockout
ACCOUNT_FORMS = {
    "login": "accounts.forms.LoginForm",
    "reauthenticate": "accounts.forms.ReauthenticateForm",
    "change_password": "accounts.forms.ChangePasswordForm",
}
MFA_ADAPTER = "accounts.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]  # webauthn: passkeys, after the password
MFA_TOTP_ISSUER = SITE_NAME
MFA_TOTP_TOLERANCE = 1  # a phone's clock may be off by half a minute
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_FORMS = {
    "authenticate": "accounts.forms.AuthenticateForm",
    "reauthenticate": "accounts.forms.ReauthenticateByCodeForm",
    "activate_totp": "accounts.forms.SetUpAppForm",
    "add_webauthn": "accounts.forms.AddPasskeyForm",
    "authenticate_webauthn": "accounts.forms.AuthenticateByPasskeyForm",
    "reauthenticate_webauthn": "accounts.forms.ReauthenticateByPasskeyForm",
}

# Security ------------------------------------------------------------------------------------------------

# Both are empty until `manage.py prepare` creates them.
SECRET_KEY_FILE = VAR_DIR / "secrets" / "secret-key"
SECRET_KEY = secret("SECRET_KEY", SECRET_KEY_FILE)
VAULT_KEY_FILE = VAR_DIR / "secrets" / "vault-key"
VAULT_KEYS = vault_keys("VAULT_KEYS", VAULT_KEY_FILE)
#: Signs the open data, which is unsigned without it.
SIGNING_KEY_FILE = VAR_DIR / "secrets" / "signing-key"
SIGNING_KEY = signing_key("GUIDE_SIGNING_KEY", SIGNING_KEY_FILE)

CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "guide.views.csrf_failure"
#: Where "Leave this page" leads: an https page that anybody may have open, without a login. It gets no referrer.
LEAVE_URL = env.text(
    "LEAVE_URL",
    "https://www.weather.gov/",
    r"https://[a-zA-Z0-9.-]+\.[a-zA-Z]{2,}(:\d{1,5})?(/[\w./~%-]*)?",
    "be a plain https address like https://www.weather.gov/",
)
SECURITY_CONTACT = env.text(
    "SECURITY_CONTACT", f"{SITE_URL}/contact/", r"(https?://|mailto:|tel:)\S+", "begin with https://, mailto: or tel:"
)

if HTTPS:
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 2 * 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    # The proxy must set this header and drop a visitor's own (docs/operators.md).
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"

# Log: to standard error, nothing about a reader: no IP address, no query string, no form value. ----------

#: "json" for a line of JSON each, "text" for people.
LOG_FORMAT = env.text("LOG_FORMAT", "text", "(?i:text|json)", "be text or json").lower()
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"private": {"()": "detoxsite.logs.PrivacyFilter"}},
    "formatters": {
        "text": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"},
        "json": {"()": "detoxsite.logs.JsonFormatter"},
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["private"]},
        "nowhere": {"class": "logging.NullHandler"},
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        # Anybody can send a wrong Host header, and each would log a traceback.
        "django.security.DisallowedHost": {"handlers": ["nowhere"], "propagate": False},
    },
}
