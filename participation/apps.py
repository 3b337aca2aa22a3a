from django.apps import AppConfig


class ParticipationConfig(AppConfig):
    name = "participation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from common import audit_messages
        from inbox.domain import department_questions
        from participation import measured
        from participation import public_reports as reports_of_consultations
        from participation.audit_messages import MESSAGES
        from participation.domain import departments, personal_data_stores
        from participation.queries import outputs, public
        from reports import public_parts, public_reports

        audit_messages.register(self.name, MESSAGES)
        personal_data_stores.register()
        department_questions.register(departments.SOURCE)
        public_parts.register(
            public_parts.PublicPart(
                "consultations", _("Consultations"), "consultations_public_in", public.with_public_page
            )
        )
        measured.register()
        outputs.provide()
        public_reports.register(reports_of_consultations.newest)
