from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "search"

    def ready(self) -> None:
        from editorial.admin import page_lists
        from search import documents

        documents.follow_changes()
        page_lists.find_in_texts = documents.having
