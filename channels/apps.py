from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    name = "channels"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from channels.domain import rotate
        from common import crypto

        crypto.rotates("tokens of channels", rotate.tokens)
        crypto.rotates("secrets of our applications", rotate.applications)
