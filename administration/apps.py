from django.apps import AppConfig


class AdministrationConfig(AppConfig):
    name = "administration"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from administration.enums import SetUpStep
        from administration.models import FACTS, Installation
        from common import sentences

        sentences.words("step", dict(SetUpStep.choices))
        fields = {field.name: field.verbose_name for field in Installation._meta.concrete_fields}
        sentences.words("changed", {name: fields[name] for name in FACTS})
