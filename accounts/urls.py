"""The URLs of staff accounts: ours, and allauth's without sign-up and password reset: administrators do both."""

from allauth.account import views as account
from allauth.mfa.base import views as factor
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import DeactivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, EditWebAuthnView, RemoveWebAuthnView
from django.urls import path, reverse_lazy
from django.views.generic import RedirectView

from accounts import views
from accounts.views import keeping_session

BACK = {"success_url": reverse_lazy("mfa_index")}
remove_passkey = keeping_session(RemoveWebAuthnView).as_view(**BACK)
new_codes = keeping_session(GenerateRecoveryCodesView).as_view()

urlpatterns = [
    path("staff/", RedirectView.as_view(pattern_name="mfa_index")),
    path("staff/sign-in/", account.login, name="account_login"),
    path("staff/sign-in/code/", factor.authenticate, name="mfa_authenticate"),
    path("staff/sign-out/", account.logout, name="account_logout"),
    path("staff/confirm/", account.reauthenticate, name="account_reauthenticate"),
    path("staff/confirm/code/", factor.reauthenticate, name="mfa_reauthenticate"),
    path("staff/confirm/passkey/", views.ConfirmByPasskey.as_view(), name="mfa_reauthenticate_webauthn"),
    path("staff/mail/", views.ChooseMail.as_view(), name="staff_mail"),
    path("staff/password/", account.password_change, name="account_change_password"),
    path("staff/second-factor/", factor.index, name="mfa_index"),
    path("staff/second-factor/app/", views.SetUpApp.as_view(), name="mfa_activate_totp"),
    path("staff/second-factor/app/picture.svg", views.app_picture, name="app_picture"),
    path("staff/second-factor/app/remove/", keeping_session(DeactivateTOTPView).as_view(), name="mfa_deactivate_totp"),
    path("staff/second-factor/passkeys/add/", keeping_session(AddWebAuthnView).as_view(), name="mfa_add_webauthn"),
    path("staff/second-factor/passkeys/<int:pk>/", EditWebAuthnView.as_view(**BACK), name="mfa_edit_webauthn"),
    path("staff/second-factor/passkeys/<int:pk>/remove/", remove_passkey, name="mfa_remove_webauthn"),
    path("staff/second-factor/codes/", ViewRecoveryCodesView.as_view(), name="mfa_view_recovery_codes"),
    path("staff/second-factor/codes/new/", new_codes, name="mfa_generate_recovery_codes"),
    # These replace the admin's own, which ignore the second factor:
    path("admin/login/", views.admin_sign_in),
    path("admin/logout/", account.logout),
    path("admin/password_change/", RedirectView.as_view(pattern_name="account_change_password")),
]
