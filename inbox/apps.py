from django.apps import AppConfig


class InboxConfig(AppConfig):
    name = "inbox"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from accounts import endings
        from common import audit_messages, sentences
        from inbox import measured
        from inbox.audit_messages import MESSAGES
        from inbox.domain import department_questions, handover, personal_data_stores, triage
        from inbox.enums import MessageKind, MessageState, Topic
        from inbox.moderation_rules import AppealDecision, ModerationAction, ModerationReason
        from inbox.queries import moderation
        from posts.coaching import published_phones
        from reports import public_parts

        audit_messages.register(self.name, MESSAGES)
        measured.register()
        personal_data_stores.register()
        department_questions.register(handover.SOURCE)
        published_phones.register(moderation.contacts)
        public_parts.register(
            public_parts.PublicPart("rules", _("House rules"), "public_rules_in", moderation.rules_that_are_on)
        )
        sentences.register_labels("topic", dict(Topic.choices))
        sentences.register_labels("message.kind", dict(MessageKind.choices))
        sentences.register_labels("message.state", dict(MessageState.choices))
        sentences.register_labels("moderation.reason", dict(ModerationReason.choices))
        sentences.register_labels("moderation.act", dict(ModerationAction.choices))
        sentences.register_labels("moderation.decision", dict(AppealDecision.choices))
        endings.register("messages that somebody sees to", triage.end_unauthorised)
