from django.apps import AppConfig


class NeedsConfig(AppConfig):
    name = "needs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from common import audit_messages
        from needs import measured
        from needs.audit_messages import MESSAGES
        from needs.domain import personal_data_stores
        from needs.queries import public
        from posts.coaching import published_phones

        audit_messages.register(self.name, MESSAGES)
        personal_data_stores.register()
        published_phones.register(public.contacts)
        measured.register()
