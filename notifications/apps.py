from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from common import sentences
        from notifications.enums import Kind

        sentences.words("kinds", dict(Kind.choices))
