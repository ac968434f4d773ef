from django.apps import AppConfig


class DetoxsiteConfig(AppConfig):
    name = "detoxsite"
    verbose_name = "Site"
