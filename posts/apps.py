from django.apps import AppConfig


class PostsConfig(AppConfig):
    name = "posts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from common import audit_messages
        from posts.audit_messages import MESSAGES

        audit_messages.register(self.name, MESSAGES)
