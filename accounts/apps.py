from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class AccountsConfig(AppConfig):
    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts import endings, grants, security
        from accounts.audit_messages import MESSAGES
        from accounts.domain import invitations, people, second_factor
        from common import audit_messages, crypto, sentences

        audit_messages.register(self.name, MESSAGES)

        def administrator(user: Any, grant: grants.Grant, by: Any) -> None:
            people.make_administrator(user, by=by)

        grants.register(
            grants.ADMINISTRATOR,
            apply=administrator,
            describe=lambda requested: [_("Administrator of the installation")] * len(requested),
            may_give=lambda by, grant: by.is_administrator,
        )
        endings.register("invitations", invitations.end_unauthorised)
        crypto.rotates("second factors", second_factor.reseals)
        sentences.register_labels(
            "factor",
            {
                "totp": gettext_lazy("authenticator app"),
                "webauthn": gettext_lazy("passkey or security key"),
                "recovery_codes": gettext_lazy("recovery codes"),
            },
        )
        security.listen()
