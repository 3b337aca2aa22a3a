from django.apps import AppConfig


class MentoringConfig(AppConfig):
    name = "mentoring"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # models are there only now
        from mentoring.queries import measured

        measured.register()
