from django.apps import AppConfig


class CommonConfig(AppConfig):
    name = "common"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from common import audit_messages, crypto, mail
        from common.audit_messages import MESSAGES

        audit_messages.register(self.name, MESSAGES)
        crypto.rotates("mails that are not sent yet", mail.reseals)
