"""Staff pages: allauth's, with the session kept in step, and the few that the admin would otherwise answer itself."""

from allauth.account.utils import get_next_redirect_url
from allauth.core.internal.httpkit import add_query_params
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import sessions, totp


@never_cache
def admin_sign_in(request: HttpRequest) -> HttpResponse:
    """Takes the place of the admin's own sign-in, which asks for a password only, even of who is signed in already."""
    after = get_next_redirect_url(request) or reverse("admin:index")
    return redirect(add_query_params(reverse("account_login"), {"next": after}))


class SetUpApp(ActivateTOTPView):
    def form_valid(self, form: Form) -> HttpResponse:
        response = super().form_valid(form)
        app = Authenticator.objects.get(user=self.request.user, type=Authenticator.Type.TOTP)
        totp.use_up(app, form.cleaned_data["code"])
        sessions.keep_this_one(self.request)
        return response


class RemoveApp(DeactivateTOTPView):
    def form_valid(self, form: Form) -> HttpResponse:
        response = super().form_valid(form)
        sessions.keep_this_one(self.request)
        return response


class NewRecoveryCodes(GenerateRecoveryCodesView):
    def form_valid(self, form: Form) -> HttpResponse:
        response = super().form_valid(form)
        sessions.keep_this_one(self.request)
        return response


@never_cache
@require_safe
@login_required
def app_picture(request: HttpRequest) -> HttpResponse:
    """The square code of the secret that waits in this session. An address of its own, as no page may hold `data:`."""
    if not totp.is_waiting(request):
        raise Http404
    adapter = get_adapter()
    svg = adapter.build_totp_svg(adapter.build_totp_url(request.user, totp.waiting_secret()))
    return HttpResponse(svg, content_type="image/svg+xml")
