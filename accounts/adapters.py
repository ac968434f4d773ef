"""Adapt allauth: staff only, no sign-up, our own rate limits, sealed secrets."""

import time

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import get_random_string
from django.utils.http import url_has_allowed_host_and_scheme

from accounts import secrets
from accounts.lockout import BROWSER_COOKIE, BROWSER_META, Attempt
from limits.addresses import client_address


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": "Incorrect user name or password.",
        "incorrect_password": "Incorrect password.",
        "enter_current_password": "Incorrect current password.",
        "too_many_login_attempts": "Too many wrong attempts. Wait five minutes, then try again.",
        "rate_limited": "Too many wrong attempts. Wait five minutes, then try again.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authenticate(self, request: HttpRequest, **credentials) -> User | None:
        """Return the user with this password. An account that is unknown, inactive or not staff counts as wrong."""
        username, password = credentials.get("username", ""), credentials.get("password", "")
        attempt = _attempt(request, username)
        if not attempt.is_allowed():
            raise self.validation_error("too_many_login_attempts")
        user = authenticate(request, username=username, password=password)
        if user is None or not user.is_staff:
            attempt.failed()
            return None
        attempt.succeeded()
        return user

    def reauthenticate(self, user: User, password: str) -> bool:
        return self.authenticate(context.request, username=user.get_username(), password=password) == user

    def is_reauthentication_required(self, *, app: str, **kwargs) -> bool:
        """Require a recent password or code to change a factor. Unlike in allauth, signing in counts."""
        request = context.request
        records = get_authentication_records(request, request.user)
        return not records or time.time() - records[-1]["at"] >= app_settings.REAUTHENTICATION_TIMEOUT

    def pre_login(self, request: HttpRequest, user: User, **kwargs) -> HttpResponse | None:
        """Change the session's key after the password, against session fixation before the second factor."""
        request.session.cycle_key()
        return super().pre_login(request, user, **kwargs)

    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        request.META[BROWSER_META] = request.COOKIES.get(BROWSER_COOKIE) or get_random_string(32)
        _attempt(request, user.get_username()).remember()

    def get_login_stages(self) -> list[str]:
        return ["allauth.mfa.stages.AuthenticateStage"]

    def is_safe_url(self, url: str) -> bool:
        """Accept only paths of this site, so that no link can redirect elsewhere after sign-in."""
        return url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)


def _attempt(request: HttpRequest, username: str) -> Attempt:
    browser = request.META.get(BROWSER_META) or request.COOKIES.get(BROWSER_COOKIE, "")
    return Attempt(username, client_address(request), browser)


class SecondFactorAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "This code is wrong, expired or used already. Wait for the next one.",
        "cannot_open_secret": "The key that protects second factors is missing. The server's operator must restore it.",
    }

    encrypt = staticmethod(secrets.seal)
    decrypt = staticmethod(secrets.unseal)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Name the site. A passkey belongs to the host's name and works under no other."""
        return super().get_public_key_credential_rp_entity() | {"name": settings.SITE_NAME}

    def get_public_key_credential_user_entity(self, user: User) -> dict:
        name = user.get_username()
        return super().get_public_key_credential_user_entity(user) | {"name": name, "display_name": name}

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        count = Authenticator.objects.filter(user=user, type=type).count()
        return f"Passkey {count + 1}" if count else "Passkey"

    def get_totp_label(self, user: User) -> str:
        return user.get_username()
