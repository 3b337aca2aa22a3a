from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from posts.coach import offices
        from reports.queries import public

        offices.provide(public.contacts)
