from django.apps import AppConfig


class MentoringConfig(AppConfig):
    name = "mentoring"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # models are there only now
        from analytics.logframe import provide
        from common import audit_messages, sentences
        from mentoring.audit_messages import MESSAGES
        from mentoring.enums import ReviewKind
        from mentoring.queries import measured, outputs, plan_measure
        from mentoring.queries.rubric import criteria_texts
        from trainings import rubric

        audit_messages.register(self.name, MESSAGES)
        sentences.register_labels("review.kind", dict(ReviewKind.choices))
        rubric.provide(criteria_texts)
        provide("ME1", plan_measure.in_time, since=plan_measure.SINCE)
        measured.register()
        outputs.provide()
