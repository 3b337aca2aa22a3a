from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts import endings
        from common import audit_messages, crypto, sentences
        from municipalities.domain import notifications
        from notifications.audit_messages import MESSAGES
        from notifications.domain import leave, push_devices, push_keys
        from notifications.domain.privileges import send
        from notifications.enums import NotificationKind
        from notifications.sign_ins import listen

        audit_messages.register(self.name, MESSAGES)
        sentences.register_labels("kinds", dict(NotificationKind.choices))
        notifications.register(send)
        endings.register("mail", leave.end_unauthorised)
        endings.register("push messages", push_devices.end_unauthorised)
        crypto.rotates("key for push messages", push_keys.reseals)
        crypto.rotates("push subscriptions", push_devices.reseals)
        listen()
