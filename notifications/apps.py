from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts import endings
        from common import sentences
        from municipalities.domain import notices
        from notifications.domain import leave
        from notifications.domain.privileges import send
        from notifications.enums import NotificationKind

        sentences.words("kinds", dict(NotificationKind.choices))
        notices.register(send)
        endings.register("mail", leave.end_unauthorised)
