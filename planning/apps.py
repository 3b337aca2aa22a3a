from django.apps import AppConfig


class PlanningConfig(AppConfig):
    name = "planning"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts import endings
        from common import audit_messages
        from planning import queries
        from planning.audit_messages import MESSAGES
        from planning.domain import feeds
        from posts.calendar.appearance import register_labels

        audit_messages.register(self.name, MESSAGES)
        register_labels("campaign", queries.campaigns_of)
        endings.register("calendar links", feeds.end_unauthorised)
