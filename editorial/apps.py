from django.apps import AppConfig


class EditorialConfig(AppConfig):
    name = "editorial"
    verbose_name = "Contacts and sources"
    is_content = True  # editorial.versions follows its models

    def ready(self) -> None:
        from editorial import versions

        versions.follow_changes()
