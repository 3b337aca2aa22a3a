from django.apps import AppConfig


class ParticipationConfig(AppConfig):
    name = "participation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from common import audit_messages
        from participation.audit_messages import MESSAGES
        from participation.domain import personal_data_stores

        audit_messages.register(self.name, MESSAGES)
        personal_data_stores.register()
