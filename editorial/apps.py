from django.apps import AppConfig
from django.db.models.signals import pre_save


class EditorialConfig(AppConfig):
    name = "editorial"
    verbose_name = "Contacts and sources"
    is_content = True  # editorial.versions follows its models

    def ready(self) -> None:
        from editorial import links, notices, versions

        versions.follow_changes()
        for model in versions.content_models():
            pre_save.connect(links.keep_direction, sender=model, dispatch_uid=f"direction-{model.__name__}")
        notices.follow()
