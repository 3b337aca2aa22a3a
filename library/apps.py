from django.apps import AppConfig


class LibraryConfig(AppConfig):
    name = "library"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from common import audit_messages
        from library import queries
        from library.audit_messages import MESSAGES
        from posts.coach import offices

        audit_messages.register(self.name, MESSAGES)
        offices.provide(queries.snippet_texts)
