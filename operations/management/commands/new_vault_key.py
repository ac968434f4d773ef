"""Make the next vault key. docs/operators.md (Keys) has the steps that follow."""

import base64
import os
import secrets
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from detoxsite import secret_files
from storage import durable

NEXT = "Restart the site and its worker, run `manage.py rotate_keys`, and back up the keys again, apart from the data."


class Command(BaseCommand):
    help = "Make a new key for what people send. Older ones stay, until everything is moved to the new one."

    def handle(self, *args: object, **options: object) -> None:
        if os.environ.get("VAULT_KEYS", "").strip():
            number = max(settings.VAULT_KEYS) + 1
            self.stdout.write(f"VAULT_KEYS is set in the environment. Add this to it, after a comma:\n{_line(number)}")
        else:
            number = add_key(settings.VAULT_KEY_FILE)
            self.stdout.write(f"Key {number} is in {settings.VAULT_KEY_FILE}.")
        self.stdout.write(NEXT)


def add_key(path: Path) -> int:
    """Add a key to the file and return its number; concurrent calls add one each. Raises CommandError past 65535."""
    with durable.file_lock(path.parent):
        keys = secret_files.vault_keys("VAULT_KEYS", path)
        number = max(keys, default=0) + 1
        if number > 65535:
            raise CommandError("No key can have a number above 65535.")
        lines = [f"{old}:{base64.urlsafe_b64encode(key).decode()}" for old, key in sorted(keys.items())]
        with durable.replace(path) as file:
            file.write("\n".join([*lines, _line(number), ""]).encode())
    return number


def _line(number: int) -> str:
    return f"{number}:{base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()}"
