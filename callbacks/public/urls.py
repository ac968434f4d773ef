from django.urls import path

from callbacks.public import views
from callbacks.public.correcting import correct

app_name = "callbacks"
_BEHIND_THE_LINK = {"sent": views.sent, "correct": correct, "withdraw": views.withdraw}
urlpatterns = [
    path("", views.contact, name="contact"),
    *(path(f"{name}/", view, name=name) for name, view in _BEHIND_THE_LINK.items()),
    # Without the slash too: a redirect would repeat the secret, and a browser may keep it.
    *(path(name, view) for name, view in _BEHIND_THE_LINK.items()),
]
