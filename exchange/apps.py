from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "exchange"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from common import audit_messages
        from exchange.audit_messages import MESSAGES

        audit_messages.register(self.name, MESSAGES)
