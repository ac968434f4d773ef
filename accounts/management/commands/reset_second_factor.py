from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    help = "Remove a user's second factor and end the user's sessions; a new one is set up at the next sign-in."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *args, username: str, **options) -> None:
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"There is no user {username!r}.")
        removed, _ = Authenticator.objects.filter(user=user).delete()
        done = "The second factor is reset" if removed else "There was no second factor"
        self.stdout.write(f"{done}. {username} sets one up at the next sign-in.")
