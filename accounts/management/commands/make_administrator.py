import getpass
import os

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = (
        "Create a login with all rights. Asks for user name and password, or takes both from "
        "DJANGO_SUPERUSER_USERNAME and DJANGO_SUPERUSER_PASSWORD."
    )

    def handle(self, *args, **options) -> None:
        try:
            username = os.environ.get("DJANGO_SUPERUSER_USERNAME") or input("User name: ").strip()
            password = os.environ.get("DJANGO_SUPERUSER_PASSWORD") or _ask_twice()
        except EOFError:
            raise CommandError("There is no terminal to ask on: set both variables (--help).") from None
        user = User(username=username, is_staff=True, is_superuser=True)
        user.set_password(password)
        try:
            validate_password(password, user)
            user.full_clean()
        except ValidationError as error:
            raise CommandError("\n".join(error.messages)) from error
        user.save()
        self.stdout.write(
            f"{username} can sign in at {settings.SITE_URL}/admin/ and set up a second factor there.\n"
            "Have a phone with an authenticator app ready."
        )


def _ask_twice() -> str:
    password = getpass.getpass("Password (at least 12 characters): ")
    if password != getpass.getpass("Password again: "):
        raise CommandError("The two passwords differ.")
    return password
