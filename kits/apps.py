from django.apps import AppConfig


class KitsConfig(AppConfig):
    name = "kits"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from common import audit_messages
        from kits.audit_messages import MESSAGES

        audit_messages.register(self.name, MESSAGES)
