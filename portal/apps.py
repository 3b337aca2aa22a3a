from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # celery: tasks sent by web processes go to our broker; checks: wrong settings are reported at the start
        from portal import access_log, celery, checks, measurements, publish_policies  # noqa: F401

        publish_policies.register()
        access_log.watch_tasks()
        access_log.watch_statements()
        measurements.watch_tasks()
