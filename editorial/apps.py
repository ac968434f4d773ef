from django.apps import AppConfig
from django.db.models.signals import pre_save


class EditorialConfig(AppConfig):
    name = "editorial"
    verbose_name = "Contacts and sources"
    is_content = True  # editorial.models.versions follows its models

    def ready(self) -> None:
        from editorial.models import versions
        from editorial.values import links
        from editorial.workflow import notices  # noqa: F401 - connects its signals

        versions.follow_changes()
        for model in versions.content_models():
            pre_save.connect(links.tidy, sender=model, dispatch_uid=f"direction-{model.__name__}")
