from django.apps import AppConfig


class InboxConfig(AppConfig):
    name = "inbox"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts import endings
        from common import sentences
        from inbox import measured
        from inbox.domain import triage
        from inbox.enums import Topic

        measured.register()
        sentences.words("topic", dict(Topic.choices))
        endings.register("messages that somebody sees to", triage.end_unauthorised)
