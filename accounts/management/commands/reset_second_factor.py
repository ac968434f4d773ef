"""For when the only administrator lost the phone."""

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.factors import reset


class Command(BaseCommand):
    help = "Remove a user's second factor and end the user's sessions; the next sign-in asks for a new set-up."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *args, username: str, **options) -> None:
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"There is no user {username!r}.")
        done = "The second factor is reset" if reset(user) else "There was no second factor"
        self.stdout.write(f"{done}. {username} sets one up at the next sign-in.")
