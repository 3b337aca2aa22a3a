from django.apps import AppConfig


class CommonConfig(AppConfig):
    name = "common"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from common import crypto, mail

        crypto.rotates("mails that are not sent yet", mail.reseals)
