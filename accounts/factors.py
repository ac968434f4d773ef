"""What happens to a user's second factor from outside their own session."""

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User


def reset(user: User) -> int:
    """Removes app and recovery codes, which ends the user's sessions; the next sign-in asks for a new set-up.

    Returns how many factors there were.
    """
    return Authenticator.objects.filter(user=user).delete()[0]
