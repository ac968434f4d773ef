"""Where state is kept: SQLite and files, or what the environment names. Part of detoxsite.settings.

docs/decisions/0009-several-machines.md has why each is set as it is.
"""

from pathlib import Path

from detoxsite import env, env_servers

BASE_DIR = Path(__file__).resolve().parent.parent
#: All state of this machine: secrets, collected static files and, unless servers are named, everything else too.
VAR_DIR = Path(*env.names("VAR_DIR", [str(BASE_DIR / "var")])).resolve()

_DATABASE = env_servers.database("DATABASE_URL")
#: Several hosts may share the database; then they must share the secrets.
HAS_SERVER = _DATABASE is not None
_STORE = env_servers.store("S3")

_SQLITE = {
    "ENGINE": "storage.sqlite",
    "NAME": VAR_DIR / "db.sqlite3",
    "CONN_MAX_AGE": 600,
    "OPTIONS": {
        "timeout": 20,
        # Writers queue instead of failing when a read turns into a write.
        "transaction_mode": "IMMEDIATE",
        # FULL: a confirmed request survives a power cut. secure_delete: erased rows are overwritten.
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA foreign_keys=ON;"
        ),
    },
}


def _why_no_new_secrets() -> str:
    """A key that is made where something was sealed under another opens nothing of it. "" on a new machine."""
    if HAS_SERVER:
        return "hosts that share a database share it too. Copy it from another host."
    if _SQLITE["NAME"].exists():
        return f"{_SQLITE['NAME']} was made with it. Put it back from where the keys are kept (README, Keys)."
    return ""


NO_NEW_SECRETS = _why_no_new_secrets()
#: How long a server may take to accept a connection, or to show that a kept one still works. libpq's least is 2.
DATABASE_SECONDS = env.whole_number("DATABASE_SECONDS", 3, 2, 60)
#: Milliseconds. A migration that does not get its lock in time fails, and those who wait behind it go on.
_LIMITS = {
    "lock_timeout": 10_000,
    "statement_timeout": 30_000,
    "idle_in_transaction_session_timeout": 60_000,
}


def _postgresql(found: env_servers.Database) -> dict:
    options = " ".join(f"-c {name}={value}" for name, value in _LIMITS.items())
    return {
        "ENGINE": "storage.postgresql",
        "HOST": found.host,
        "PORT": found.port,
        "NAME": found.name,
        "USER": found.user,
        "PASSWORD": found.password,
        # For the few threads that answer pages; those of uploads let go of theirs (server/worker.py).
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "sslmode": found.ssl_mode,
            **({"sslrootcert": found.root_certificate} if found.root_certificate else {}),
            "connect_timeout": DATABASE_SECONDS,
            "tcp_user_timeout": 20_000,  # milliseconds until a server that vanished is given up
            "application_name": "detoxsite",
            # A confirmed request survives a power cut, whatever the server's own default is.
            "options": f"-c synchronous_commit=on {options}",
        },
    }


DATABASES = {"default": _postgresql(_DATABASE) if _DATABASE else _SQLITE}

# No cache, so that nothing comes to rely on one: each process would remember for itself what must hold for all.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}

MEDIA_URL = "/media/"
MEDIA_ROOT = VAR_DIR / "media"
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]


def _in_store(found: env_servers.Store, folder: str) -> dict:
    location = f"{found.folder}/{folder}".strip("/")
    return {
        "BACKEND": "storage.s3.Store",
        "OPTIONS": {
            "endpoint_url": found.endpoint,
            "region_name": found.region,
            "bucket_name": found.bucket,
            "access_key": found.access_key,
            "secret_key": found.secret_key,
            "location": location,
        },
    }


STORAGES = {
    # Pictures in articles: public, through us.
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # What people send: encrypted before it gets here, no address of its own, never served from here.
    "attachments": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": VAR_DIR / "attachments",
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    "staticfiles": {"BACKEND": "guide.styles.Storage"},
}
if _STORE:
    STORAGES |= {"default": _in_store(_STORE, "media"), "attachments": _in_store(_STORE, "attachments")}
