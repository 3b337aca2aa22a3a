from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts import endings
        from common import audit_messages, sentences
        from municipalities.domain import notifications
        from notifications.audit_messages import MESSAGES
        from notifications.domain import leave
        from notifications.domain.privileges import send
        from notifications.enums import NotificationKind

        audit_messages.register(self.name, MESSAGES)
        sentences.register_labels("kinds", dict(NotificationKind.choices))
        notifications.register(send)
        endings.register("mail", leave.end_unauthorised)
