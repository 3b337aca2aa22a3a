from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    name = "channels"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from channels.audit_messages import MESSAGES
        from channels.domain import rotate
        from common import audit_messages, crypto

        audit_messages.register(self.name, MESSAGES)
        crypto.rotates("tokens of channels", rotate.tokens)
        crypto.rotates("secrets of our applications", rotate.applications)
