from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Staff accounts"

    def ready(self) -> None:
        from accounts import roles, sessions

        post_migrate.connect(roles.after_migrate, sender=self)
        user_logged_in.connect(sessions.begin)
