from django.apps import AppConfig
from django.core import checks


class MunicipalitiesConfig(AppConfig):
    name = "municipalities"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.db.models.signals import post_migrate
        from django.utils.translation import gettext_lazy as _

        from accounts import endings, passwords, reactivation
        from common import audit_messages, sentences
        from municipalities import grants, queries
        from municipalities.audit_messages import MESSAGES
        from municipalities.checks import row_security_holds, tenant_models_are_scoped
        from municipalities.domain import deciders, house_rules, members, private_readers, waiting
        from municipalities.enums import Role
        from municipalities.models import Municipality
        from municipalities.row_security import schema, statements

        audit_messages.register(self.name, MESSAGES)
        grants.register()
        endings.register("delegations and emergency lists", deciders.end_unauthorised)
        endings.register("readers of private messages", private_readers.end_unauthorised)
        endings.register("rights that wait", waiting.end_unauthorised)
        endings.register("relaxations of house rules", house_rules.end_unauthorised)
        reactivation.register(members.restore)
        passwords.register_context(queries.names_in_passwords)
        sentences.register_labels("role", dict(Role.choices))
        rights = {
            "approver": _("Approver"),
            "emergency": _("Emergency list"),
            "delegate": _("Stands in for an approver"),
            "private": _("Reads private messages"),
        }
        sentences.register_labels("right", rights)
        sentences.register_labels(
            "changed", {field.name: field.verbose_name for field in Municipality._meta.concrete_fields}
        )
        checks.register(tenant_models_are_scoped)
        checks.register(row_security_holds, checks.Tags.database)
        statements.install()
        # Sent for each app once all tables exist.
        post_migrate.connect(lambda using, **_: schema.apply(using), sender=self, weak=False)
