from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "delivery"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from common import audit_messages
        from delivery.audit_messages import MESSAGES

        audit_messages.register(self.name, MESSAGES)
