from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from accounts import endings
        from common import audit_messages
        from posts.coaching import published_phones
        from reports import public_parts
        from reports.audit_messages import MESSAGES
        from reports.domain import schedules
        from reports.queries import outputs, public

        audit_messages.register(self.name, MESSAGES)
        endings.register("recipients of reports", schedules.end_unauthorised)
        published_phones.register(public.contacts)
        outputs.provide()
        public_parts.register(
            public_parts.PublicPart("numbers", _("In numbers"), "public_numbers_in", public.pages_that_are_on)
        )
