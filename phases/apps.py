from django.apps import AppConfig


class PhasesConfig(AppConfig):
    name = "phases"
    verbose_name = "Stages and treatments"
    is_content = True  # editorial.models.versions follows its models
