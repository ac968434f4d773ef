"""The right to publish, without which editors write drafts and send them to review."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import AbstractUser, AnonymousUser
from django.db import models
from django.http import HttpRequest

from editorial.workflow.publishing import ReviewedPage

PUBLISH, SIGN = "editorial.publish_page", "editorial.sign_page"
#: Non-public states, which any editor may choose.
UNSEEN = (ReviewedPage.Status.DRAFT, ReviewedPage.Status.IN_REVIEW)


def may_publish(user: AbstractUser | AnonymousUser) -> bool:
    return user.has_perm(PUBLISH)


class PublishRightMixin(admin.ModelAdmin):
    """Without the right, makes public or formerly public pages read-only, and offers only non-public states.

    Its actions name the permission "publish".
    """

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return self.has_change_permission(request) and may_publish(request.user)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_unseen = obj is None or obj.status in UNSEEN
        return super().has_change_permission(request, obj) and (is_unseen or may_publish(request.user))

    def formfield_for_choice_field(
        self, db_field: models.Field, request: HttpRequest, **kwargs: Any
    ) -> forms.TypedChoiceField | None:
        if db_field.name == "status" and not may_publish(request.user):
            kwargs["choices"] = [(status.value, status.label) for status in UNSEEN]
        return super().formfield_for_choice_field(db_field, request, **kwargs)
