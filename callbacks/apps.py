from django.apps import AppConfig


class CallbacksConfig(AppConfig):
    name = "callbacks"
    verbose_name = "Callback requests"

    def ready(self) -> None:
        from callbacks import checks  # noqa: F401  registers the checks
