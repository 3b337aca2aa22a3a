from django.apps import AppConfig


class NeedsConfig(AppConfig):
    name = "needs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from needs import measured
        from needs.domain import erase

        erase.register()
        measured.register()
