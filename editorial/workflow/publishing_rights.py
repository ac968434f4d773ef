"""The right to publish, without which editors write drafts and send them to review."""

from django.contrib.auth.models import AbstractUser, AnonymousUser

PUBLISH, SIGN = "editorial.publish_page", "editorial.sign_page"


def may_publish(user: AbstractUser | AnonymousUser) -> bool:
    return user.has_perm(PUBLISH)
