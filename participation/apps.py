from django.apps import AppConfig


class ParticipationConfig(AppConfig):
    name = "participation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from common import audit_messages
        from participation import measured
        from participation.audit_messages import MESSAGES
        from participation.queries import outputs

        audit_messages.register(self.name, MESSAGES)
        measured.register()
        outputs.provide()
