from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class AdministrationConfig(AppConfig):
    name = "administration"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts import endings
        from administration.audit_messages import MESSAGES
        from administration.domain import exports, personal_data
        from administration.enums import FirstStep, SetUpStep, Tour, TourStep
        from administration.models import FACTS, Installation, PutAway
        from common import audit_messages, sentences

        audit_messages.register(self.name, MESSAGES)
        sentences.register_labels(
            "step", {**dict(SetUpStep.choices), **dict(FirstStep.choices), PutAway.ALL: gettext_lazy("the whole list")}
        )
        sentences.register_labels("tour.tour", dict(Tour.choices))
        sentences.register_labels("tour.step", dict(TourStep.choices))
        fields = {field.name: field.verbose_name for field in Installation._meta.concrete_fields}
        sentences.register_labels("changed", {name: fields[name] for name in FACTS})
        endings.register("exports", exports.end_unauthorised)
        personal_data.register()
