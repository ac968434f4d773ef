"""allauth's forms with our labels and rate limits."""

from typing import ClassVar

from allauth.account import forms as account_forms
from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as code_forms
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn import forms as passkey_forms
from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import BadRequest

from accounts import lockout, totp
from vault.keyring import VaultError


class _Labeled(forms.Form):
    """Uses labels only: a placeholder disappears on typing."""

    LABELS: ClassVar[dict[str, str]] = {}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.LABELS.get(name, field.label)


class LoginForm(_Labeled, account_forms.LoginForm):
    LABELS = {"login": "User name"}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs |= {"autocapitalize": "none", "spellcheck": "false", "autofocus": True}


class ReauthenticateForm(_Labeled, account_forms.ReauthenticateForm):
    pass


class ChangePasswordForm(_Labeled, account_forms.ChangePasswordForm):
    LABELS = {"oldpassword": "Current password", "password1": "New password", "password2": "New password again"}

    def clean_oldpassword(self) -> str:
        if not get_account_adapter().reauthenticate(self.user, self.cleaned_data["oldpassword"]):
            raise get_account_adapter().validation_error("enter_current_password")
        return self.cleaned_data["oldpassword"]


class _LimitedCode(_Labeled):
    """Accept each app code and recovery code once, and limit guesses."""

    LABELS = {"code": "Code"}
    user: User
    authenticator: Authenticator

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs |= {"inputmode": "numeric", "autofocus": True, "maxlength": 20}

    def clean_code(self) -> str:
        if not lockout.code_is_allowed(self.user):
            raise get_account_adapter().validation_error("too_many_login_attempts")
        try:
            code = super().clean_code()  # type: ignore[misc]  # allauth's form has it
            self._use_up(code)
        except VaultError:
            raise get_adapter().validation_error("cannot_open_secret") from None
        lockout.code_was_right(self.user)
        return code

    def _use_up(self, code: str) -> None:
        if self.authenticator.type == Authenticator.Type.TOTP and not totp.use_up(self.authenticator, code):
            raise get_adapter().validation_error("incorrect_code")


class AuthenticateForm(_LimitedCode, code_forms.AuthenticateForm):
    pass


class ReauthenticateByCodeForm(_LimitedCode, code_forms.ReauthenticateForm):
    pass


class SetUpAppForm(_LimitedCode, ActivateTOTPForm):
    """Keeps the new secret sealed in the session until the first code proves it."""

    def __init__(self, *args, **kwargs) -> None:
        self.user = kwargs.pop("user")
        forms.Form.__init__(self, *args, **kwargs)
        self.fields["code"].label = "The code it shows"
        self.fields["code"].widget.attrs.pop("placeholder", None)
        self.fields["code"].widget.attrs |= {"inputmode": "numeric", "maxlength": 20}
        self.secret = totp.new_secret()

    def _use_up(self, code: str) -> None:
        """Do nothing: the view does this once the authenticator exists."""


class _Passkey(forms.Form):
    """Refuses a malformed credential, as a browser extension may send: allauth would raise its parser's error."""

    def full_clean(self) -> None:
        try:
            super().full_clean()
        except (ValueError, LookupError):
            self.add_error(None, get_adapter().validation_error("incorrect_code"))
        except RecursionError:  # brackets in brackets; the page would fail on them again
            raise BadRequest from None


class AddPasskeyForm(_Passkey, passkey_forms.AddWebAuthnForm):
    pass


class AuthenticateByPasskeyForm(_Passkey, passkey_forms.AuthenticateWebAuthnForm):
    pass


class ReauthenticateByPasskeyForm(_Passkey, passkey_forms.ReauthenticateWebAuthnForm):
    pass
