from django.apps import AppConfig


class ArticlesConfig(AppConfig):
    name = "articles"
    is_content = True  # editorial.models.versions follows its models
