from django.urls import path
from django.utils.translation import gettext_lazy as _

from callbacks.public import views
from callbacks.public.correcting import correct

app_name = "callbacks"
urlpatterns = [
    path("", views.contact, name="contact"),
    path(_("sent/"), views.sent, name="sent"),
    path(_("correct/"), correct, name="correct"),
    path(_("withdraw/"), views.withdraw, name="withdraw"),
    # Also without the slash, as a redirect would repeat the secret, and browsers may store it.
    path(_("sent"), views.sent),
    path(_("correct"), correct),
    path(_("withdraw"), views.withdraw),
]
