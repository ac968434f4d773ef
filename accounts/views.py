"""allauth's pages, keeping the session in step with the second factor, and replacements for the admin's own."""

from typing import Any, cast

from allauth.account.utils import get_next_redirect_url
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.views import ReauthenticateWebAuthnView
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.models import User
from django.forms import BaseForm, Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse, reverse_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.generic.edit import FormView, UpdateView

from accounts import sessions, totp
from editorial.models import MailChoice


@never_cache
def admin_sign_in(request: HttpRequest) -> HttpResponse:
    """Replace the admin's sign-in, which asks for a password only, even when already signed in."""
    after = get_next_redirect_url(request) or reverse("admin:index")
    return redirect(reverse("account_login", query={"next": after}))


def keeping_session(view: Any) -> Any:
    """Return one of allauth's views, after which this session continues, and the user's others end."""

    class Keeping(view):
        def form_valid(self, form: Form) -> HttpResponse:
            response = super().form_valid(form)
            sessions.keep_this_one(self.request)
            return response

    return Keeping


@keeping_session
class SetUpApp(ActivateTOTPView):
    def form_valid(self, form: Form) -> HttpResponse:
        response = super().form_valid(form)
        app = Authenticator.objects.get(user=self.request.user, type=Authenticator.Type.TOTP)
        totp.use_up(app, form.cleaned_data["code"])
        self.request.session.pop(totp.NEW_SECRET, None)
        return response


class ConfirmByPasskey(ReauthenticateWebAuthnView):
    #: allauth's own leads to the sign-in, which nobody who is signed in sees.
    form_invalid = FormView.form_invalid


@never_cache
@require_safe
@login_required
def app_picture(request: HttpRequest) -> HttpResponse:
    """Show the QR code of the secret being set up. It has its own address, as our pages may not embed `data:`."""
    if totp.NEW_SECRET not in request.session:
        raise Http404
    adapter = get_adapter()
    svg = adapter.build_totp_svg(adapter.build_totp_url(request.user, totp.new_secret()))
    return HttpResponse(svg, content_type="image/svg+xml")


class ChooseMail(LoginRequiredMixin, UpdateView):
    """Lets staff choose which mail they get."""

    template_name = "account/mail.html"
    success_url = reverse_lazy("staff_mail")
    model = MailChoice
    fields = ("wants_digest", "wants_changes")

    def get_object(self, queryset: object = None) -> MailChoice:
        user = cast(User, self.request.user)
        return MailChoice.objects.filter(user=user).first() or MailChoice(user=user)

    def form_valid(self, form: BaseForm):
        messages.success(self.request, "Saved.")
        return super().form_valid(form)
