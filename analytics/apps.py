from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    name = "analytics"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from analytics.audit_messages import MESSAGES
        from common import audit_messages

        audit_messages.register(self.name, MESSAGES)
