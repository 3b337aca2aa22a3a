from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts import endings
        from posts.coach import offices
        from reports.domain import schedules
        from reports.queries import public

        endings.register("recipients of reports", schedules.end_unauthorised)
        offices.provide(public.contacts)
