from django.apps import AppConfig


class PhasesConfig(AppConfig):
    name = "phases"
    verbose_name = "Stages and treatments"
    is_content = True  # editorial.versions follows its models
