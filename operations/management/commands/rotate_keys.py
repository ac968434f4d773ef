"""Move everything to the vault key with the highest number: docs/operators.md, Keys."""

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import secrets
from callbacks.casework import do_not_call
from callbacks.files import rotation
from callbacks.files.rotation import Census
from editorial.models import PageReport, page_reports
from operations import keys
from vault import keyring
from vault.keyring import VaultError

BARRED = "Numbers not to call"
LEFT = " Keep this key while numbers not to call are left: without it staff would see them again."


class Command(BaseCommand):
    help = "Put what people sent under the newest key. May be stopped at any time and started again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing; say what is under which key")
        parser.add_argument(
            "--accept-loss", action="store_true", help="keys are lost for good: serve without what is under them"
        )

    def handle(self, *args: object, check: bool, accept_loss: bool, **options: object) -> None:
        try:
            current = keyring.current_number()
        except VaultError as error:
            raise CommandError(str(error)) from None
        if accept_loss:
            keys.accept_loss()
            self.stdout.write("Noted. What is under other keys stays closed, and is erased when it is due.")
        elif check:
            self._check(current)
        else:
            self._rotate()

    def _rotate(self) -> None:
        report = self.stdout.write
        failed = rotation.rewrap_requests(report, do_not_call.carry_over) + rotation.rewrap_files(report)
        for kind, room in (("Second factors", secrets), ("Page reports", page_reports), (BARRED, do_not_call)):
            try:
                self.stdout.write(f"{kind}: {room.rewrap_all()} moved.")
            except VaultError as error:
                failed += 1
                self.stderr.write(f"{kind}: {error}")
        if failed:
            raise CommandError(
                f"Some cannot be opened: {failed}. They were changed, or their key is not in VAULT_KEYS. "
                "Remove no key; `manage.py rotate_keys --check` says which keys are needed."
            )

    def _check(self, current: int) -> None:
        factors = Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN)
        reports = PageReport.objects.all()
        counts = [
            *rotation.census(),
            Census.of("Second factors", factors, lambda row: min(secrets.key_numbers(row)), secrets.open_all),
            Census.of("Page reports", reports, lambda row: keyring.leading_number(row.sealed), PageReport.words),
            Census(BARRED, do_not_call.census()),
        ]
        numbers = sorted(set(settings.VAULT_KEYS).union(*(count.by_key for count in counts)))
        for number in numbers:
            found = ", ".join(f"{count.by_key[number]} {count.kind.lower()}" for count in counts)
            self.stdout.write(f"Key {number}: {found}{_remark(number, current, counts)}")
            for count in counts:
                if closed := count.unopened[number]:
                    self.stdout.write(
                        f"{closed} of these {count.kind.lower()} CANNOT BE OPENED: another key had number {number}, or "
                        "they were changed."
                    )
        for count in counts:
            if count.damaged:
                self.stdout.write(f"{count.kind} that are damaged or missing: {count.damaged}.")


def _remark(number: int, current: int, counts: list[Census]) -> str:
    if number not in settings.VAULT_KEYS:
        return ". THIS KEY IS MISSING: find it and put it back into VAULT_KEYS."
    if number == current:
        return ", and everything new."
    if any(count.by_key[number] for count in counts):
        left = any(count.by_key[number] for count in counts if count.kind == BARRED)
        return f". Run `manage.py rotate_keys`.{LEFT if left else ''}"
    return ". It may be removed once `manage.py rotate_keys` has succeeded."
