from django.apps import AppConfig, apps


class OperationsConfig(AppConfig):
    name = "operations"
    label = "detoxsite"  # the tables and the permissions had this name before the room did
    verbose_name = "Site"

    def ready(self) -> None:
        apps.get_app_config("auth").verbose_name = "Accounts and roles"  # on the start page of staff
