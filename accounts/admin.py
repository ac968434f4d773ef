"""Only superusers manage users; nobody sees or edits the secret of a second factor."""

from typing import Any

import allauth.account.admin
import allauth.mfa.admin  # noqa: F401 - registers what is unregistered below
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.forms import UserCreationForm
from django.contrib.auth.models import Group, User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from accounts import sessions
from editorial.admin.fields import CheckBoxes, ForSuperusers
from editorial.models import Reviewer

NO_REVIEWER = 'Add {} under <a href="{}">Reviewers</a> too: until then they can sign nothing.'

admin.site.unregister([Authenticator, EmailAddress, User, Group])


@admin.register(User)
class StaffUserAdmin(ForSuperusers, CheckBoxes, UserAdmin):
    """No role may change users: that right would amount to all rights."""

    list_display = ("username", "full_name", "role_names", "second_factor", "is_active", "last_login")
    actions = ("reset_second_factor",)
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Person", {"fields": ("first_name", "last_name", "email")}),
        (
            "Rights",
            {
                "fields": ("is_active", "is_staff", "groups", "is_superuser"),
                "description": "To sign in, an account must be active and staff. Give it a role under Groups.",
            },
        ),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    add_form = UserCreationForm
    add_fieldsets = (
        (None, {"fields": ("username", "password1", "password2")}),
        ("Person", {"fields": ("first_name", "last_name", "email")}),
        ("Rights", {"fields": ("is_staff", "groups", "is_superuser")}),
    )
    readonly_fields = ("last_login", "date_joined")
    change_user_password_template = "admin/new_password.html"  # noqa: S105

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups", "authenticator_set")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"is_staff": True, **super().get_changeform_initial_data(request)}

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Warn if the user may do nothing."""
        super().save_related(request, form, formsets, change)
        user = form.instance
        if user.is_active and not user.is_superuser and not user.groups.exists():
            messages.warning(request, f"Without a role, {user} may do nothing yet. Choose one under Groups.")
        signs = user.is_active and user.groups.filter(permissions__codename="sign_page").exists()
        if signs and not Reviewer.objects.filter(user=user).exists():
            add = reverse("admin:editorial_reviewer_add", query={"user": user.pk})
            messages.warning(request, format_html(NO_REVIEWER, user, add))

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Let nobody delete who has signed in: what they did would be recorded nowhere."""
        return super().has_delete_permission(request, obj) and (obj is None or obj.last_login is None)

    @admin.display(description="name")
    def full_name(self, user: User) -> str:
        return user.get_full_name()

    @admin.display(description="roles")
    def role_names(self, user: User) -> str:
        return "Administrator" if user.is_superuser else ", ".join(group.name for group in user.groups.all())

    @admin.display(description="second factor", boolean=True)
    def second_factor(self, user: User) -> bool:
        factors = user.authenticator_set.all()  # type: ignore[attr-defined]
        return sessions.has_second_factor([[factor.pk, factor.type] for factor in factors])

    @admin.action(description="Reset second factor and sign out")
    def reset_second_factor(self, request: HttpRequest, users: QuerySet[User]) -> None:
        for user in users:
            Authenticator.objects.filter(user=user).delete()  # which ends the user's sessions
            self.log_change(request, user, "Reset the second factor.")
            messages.success(request, f"{user} sets up a new second factor at the next sign-in.")


@admin.register(Group)
class RoleAdmin(ForSuperusers, CheckBoxes, GroupAdmin):
    pass
