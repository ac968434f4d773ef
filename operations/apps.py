from django.apps import AppConfig, apps

#: Plain names on the staff's front page for apps from libraries.
PLAIN_NAMES = {"auth": "Accounts and roles", "django_tasks_database": "Background tasks"}


class OperationsConfig(AppConfig):
    name = "operations"
    label = "detoxsite"  # the tables and the permissions had this name before the room did
    verbose_name = "Site"

    def ready(self) -> None:
        for label, words in PLAIN_NAMES.items():
            apps.get_app_config(label).verbose_name = words
