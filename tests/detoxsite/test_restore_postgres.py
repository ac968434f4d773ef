"""A backup of PostgreSQL put back into a database that a newer release has changed since."""

import os
import tempfile
from contextlib import closing
from pathlib import Path

import psycopg

from detoxsite import env
from detoxsite.operations import manifest
from tests import backends
from tests.working import Place


def test_restore_over_a_newer_release_leaves_nothing_of_its_tables(tmp_path):
    """Nor stumbles over them, even where they point to tables that the backup has."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)  # PostgreSQL, as another account, passes through to its own
        with backends._postgres(backends.needed(), Path(folder, "pg")) as server:
            place = Place(
                tmp_path / "var",
                os.environ
                | {
                    "VAR_DIR": str(tmp_path / "var"),
                    "BACKUP_DIR": str(tmp_path / "backups"),
                    "DATABASE_URL": f"{server}/site",
                },
            )
            for name in ("secret-key", "vault-key"):
                env.secret("", tmp_path / "var" / "secrets" / name)
            with closing(psycopg.connect(f"{server}/postgres", autocommit=True)) as database:
                database.execute("CREATE DATABASE site")
            place.manage("migrate", "--verbosity=0")
            place.manage("backup")
            [backup] = manifest.all_in(tmp_path / "backups")
            with closing(psycopg.connect(f"{server}/site", autocommit=True)) as database:
                database.execute("CREATE TABLE newer (request_id uuid REFERENCES callbacks_callbackrequest (id))")
                database.execute("UPDATE editorial_contentversion SET number = number + 7")
                place.manage("restore", str(backup), "--replace")
                assert database.execute("SELECT to_regclass('newer')").fetchone() == (None,)
                assert database.execute("SELECT count(*) FROM django_migrations").fetchone()[0] > 10
