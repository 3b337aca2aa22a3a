from django.apps import AppConfig
from django.conf import settings


class PortalConfig(AppConfig):
    name = "portal"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # celery: tasks sent by web processes go to our broker; checks: wrong settings are reported at the start
        from django.utils.translation import gettext_lazy as _

        from common import audit_messages, crypto
        from portal import access_log, adoption, celery, checks, measurements, publish_policies, tracing  # noqa: F401
        from portal.audit_messages import MESSAGES
        from reports import public_parts

        audit_messages.register(self.name, MESSAGES)
        crypto.rotates("the identity of the installation", adoption.reseals)
        publish_policies.register()
        public_parts.register_overview(_("Overview"), "place_in")
        access_log.watch_tasks()
        access_log.watch_statements()
        measurements.watch_tasks()
        tracing.start()
        # What is wrong with the address or missing of the library, `checks.error_reports` says.
        if settings.SENTRY_DSN and checks.can_report(settings.SENTRY_DSN):
            from portal import error_reports

            error_reports.start()
