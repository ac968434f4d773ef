"""What a page depends on besides its address and the content: the code, and what the environment sets."""

import functools
import hashlib
import json
import platform
from pathlib import Path

import brotli
import django
from django.apps import apps
from django.conf import settings

#: Settings that no page shows. Secrets and servers may stand in more than one way on different hosts.
WITHOUT_EFFECT = (
    *("ALLOWED_HOSTS", "DATABASES", "LOGGING", "REDIS_URL", "SECRET_KEY", "STORAGES", "VAULT_KEYS"),
    *("HOST", "PORT", "EMAIL_HOST_USER", "EMAIL_HOST_PASSWORD", "METRICS_HOST", "METRICS_PORT", "LOG_FORMAT"),
)


@functools.cache
def fingerprint() -> bytes:
    """The same on all hosts that would make the same pages. A setting nobody thought of keeps pages apart, and costs no
    more than that."""
    digest = hashlib.sha256()
    for path in _code():
        digest.update(f"{path.relative_to(settings.BASE_DIR)}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    for part in (platform.python_version(), django.__version__, brotli.__version__, _static_files(), _settings()):
        digest.update(part.encode() + b"\0")
    return digest.digest()


def _code() -> list[Path]:
    """The files of our apps, the templates, and the list of what else is installed."""
    folders = [Path(config.path) for config in apps.get_app_configs()]
    folders = [folder for folder in folders if folder.parent == settings.BASE_DIR]
    folders.append(settings.BASE_DIR / "templates")
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    return sorted([*files, settings.BASE_DIR / "requirements.txt"])


def _static_files() -> str:
    """The names that pages give to style sheets and scripts."""
    manifest = settings.STATIC_ROOT / "staticfiles.json"
    return json.dumps(json.loads(manifest.read_text())["paths"], sort_keys=True) if manifest.exists() else ""


def _settings() -> str:
    named = {name: getattr(settings, name) for name in dir(settings) if name.isupper() and name not in WITHOUT_EFFECT}
    return json.dumps(named, sort_keys=True, default=_plain)


def _plain(value: object) -> object:
    """Where something lies on a host is left out: it is another place on the next."""
    if isinstance(value, Path):
        return ""
    if isinstance(value, set | frozenset):
        return sorted(map(str, value))
    return repr(value)
