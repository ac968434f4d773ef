import json
import tempfile
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.files.storage import storages
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from callbacks.casework import notices, setup_gaps
from callbacks.models import CallbackRequest
from detoxsite import secret_files
from operations import keys, schedule
from operations.backups.backup import names_in
from storage import reachable, read_only
from storage.migration_lock import migration_lock

DEFAULT_VAR = settings.BASE_DIR / "var"


class Command(BaseCommand):
    requires_system_checks = []  # they need the secrets, which are made below
    help = "Make secrets, migrate, load the starter guide, collect static files. May run at every start."

    def handle(self, *args: object, **options: object) -> None:
        _ensure_writable(settings.VAR_DIR)
        if read_only.is_on():
            raise CommandError(
                "This site was moved to servers, or is being moved: start it with their settings. To serve from here "
                "again, `manage.py move --undo` (docs/operators.md, Moving over)."
            )
        secret_files.make_missing()
        self.check()
        reachable.require_database()
        with migration_lock():
            _ensure_no_database_is_lost()
            call_command("migrate", interactive=False, verbosity=0)
            keys.verify()
            call_command("load_starter", stdout=self.stdout)
            schedule.ensure_rows()
        collect_static_if_changed()
        self.stdout.write(f"""
  The site:           {settings.SITE_URL}/
  Staff sign in at:   {settings.SITE_URL}/admin/
  First staff login:  make staff{"" if settings.VAR_DIR == DEFAULT_VAR else f" VAR_DIR={settings.VAR_DIR}"}
  {_state_in_words()}
  Notices to staff:   {_notices_in_words()}
  Opening hours:      {setup_gaps.no_opening_times() or "listed"}
""")


def _ensure_writable(folder: Path) -> None:
    """Raise CommandError if nothing can be written: SQLite would only say that it cannot open a file."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise CommandError(
            f"Nothing can be written in {folder}: {error.strerror}. All state is kept there; set VAR_DIR."
        ) from error


def _ensure_no_database_is_lost() -> None:
    """Raise CommandError for files without a database: the sweep would delete them all as orphans."""
    if not connection.introspection.table_names() and any(names_in(storages["attachments"])):
        where = settings.DATABASES["default"]["NAME"]
        raise CommandError(
            f"The database ({where}) is empty, and there are files that people sent. Check DATABASE_URL or VAR_DIR, "
            "put the database back, or restore a backup (docs/operators.md, Backups)."
        )


def _state_in_words() -> str:
    """Say where state is, without passwords."""
    database = settings.DATABASES["default"]
    places = [f"All state is in:    {settings.VAR_DIR}"]
    if settings.HAS_SERVER:
        places = [f"Secrets are in:     {settings.VAR_DIR}"]
        places.append(f"Database:           {database['NAME']} on {database['HOST']}")
    attachments: Any = settings.STORAGES["attachments"]
    store = attachments["OPTIONS"]
    if "bucket_name" in store:
        places.append(f"Files:              {store['bucket_name']} at {store['endpoint_url']}")
    elif settings.HAS_SERVER:
        places.append(f"Files:              {settings.VAR_DIR}, on this host only")
    return "\n  ".join(places)


def _notices_in_words() -> str:
    if notices.enabled():
        return f"by mail to {len(settings.NOTICE_EMAILS)}, through {settings.EMAIL_HOST}"
    unsent = CallbackRequest.objects.unannounced(timezone.now()).count()
    return f"off; not sent: {unsent}. Set NOTICE_EMAILS, MAIL_URL and MAIL_FROM (docs/operators.md)"


def collect_static_if_changed() -> None:
    """Collect and compress static files, which takes seconds, only if a source file or Django changed.

    Files of earlier releases stay: their processes still serve while new code is prepared (docs/deploy.md).
    """
    stamp = settings.STATIC_ROOT.with_name("static.stamp")
    files = {}
    for finder in get_finders():
        for name, storage in finder.list([]):
            info = Path(storage.path(name)).stat()
            files[name] = [info.st_size, info.st_mtime_ns]
    now = json.dumps([django.__version__, files], sort_keys=True)
    if stamp.exists() and stamp.read_text() == now and (settings.STATIC_ROOT / "staticfiles.json").exists():
        return
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(now)
