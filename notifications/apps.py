from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts import endings
        from common import sentences
        from notifications.domain import leave
        from notifications.enums import Kind

        sentences.words("kinds", dict(Kind.choices))
        endings.register("mail", leave.end_unauthorised)
