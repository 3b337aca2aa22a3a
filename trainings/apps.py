from django.apps import AppConfig


class TrainingsConfig(AppConfig):
    name = "trainings"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from common import audit_messages
        from trainings.audit_messages import MESSAGES
        from trainings.queries import outputs

        audit_messages.register(self.name, MESSAGES)
        outputs.provide()
