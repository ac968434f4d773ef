"""Where staff choose which mail they get."""

from typing import cast

from django import forms
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.models import User
from django.urls import reverse_lazy
from django.views.generic.edit import UpdateView

from editorial.models import MailChoice


class ChooseMail(LoginRequiredMixin, UpdateView):
    template_name = "account/mail.html"
    success_url = reverse_lazy("staff_mail")
    model = MailChoice
    fields = ("wants_digest", "wants_changes")

    def get_object(self, queryset: object = None) -> MailChoice:
        user = cast(User, self.request.user)
        return MailChoice.objects.filter(user=user).first() or MailChoice(user=user)

    def form_valid(self, form: forms.BaseForm):
        messages.success(self.request, "Saved.")
        return super().form_valid(form)
