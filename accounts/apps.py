from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Staff accounts"

    def ready(self) -> None:
        from django.contrib.auth.models import User

        from accounts import roles, sessions

        # One name for one person, on every page and in every mail.
        User.add_to_class("__str__", lambda user: user.get_full_name() or user.get_username())
        post_migrate.connect(roles.after_migrate, sender=self)
        user_logged_in.connect(sessions.begin)
