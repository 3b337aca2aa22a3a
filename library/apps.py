from django.apps import AppConfig


class LibraryConfig(AppConfig):
    name = "library"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from common import audit_messages
        from library import queries
        from library.audit_messages import MESSAGES
        from posts.coaching import published_phones

        audit_messages.register(self.name, MESSAGES)
        published_phones.register(queries.snippet_texts)
