from django.apps import AppConfig


class PostsConfig(AppConfig):
    name = "posts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from common import audit_messages
        from municipalities.domain import house_rules
        from notifications import mail_content
        from notifications.enums import NotificationKind
        from posts.audit_messages import MESSAGES
        from posts.publishing.domain.recheck import recheck
        from posts.review import decision_mail

        audit_messages.register(self.name, MESSAGES)
        house_rules.register_recheck(recheck)
        mail_content.register(NotificationKind.SUBMITTED, decision_mail.build)
