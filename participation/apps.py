from django.apps import AppConfig


class ParticipationConfig(AppConfig):
    name = "participation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from common import audit_messages
        from participation import measured
        from participation import public_reports as reports_of_consultations
        from participation.audit_messages import MESSAGES
        from participation.queries import outputs
        from reports import public_reports

        audit_messages.register(self.name, MESSAGES)
        measured.register()
        outputs.provide()
        public_reports.register(reports_of_consultations.newest)
