from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class AccountsConfig(AppConfig):
    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts import grants, security
        from accounts.domain import people, second_factor
        from common import crypto, sentences

        def administrator(user: Any, grant: grants.Grant, by: Any) -> None:
            people.make_administrator(user, by=by)

        grants.register(
            "administrator",
            apply=administrator,
            describe=lambda asked: [_("Administrator of the installation")] * len(asked),
        )
        crypto.rotates("second factors", second_factor.reseals)
        sentences.words(
            "factor",
            {
                "totp": gettext_lazy("authenticator app"),
                "webauthn": gettext_lazy("passkey or security key"),
                "recovery_codes": gettext_lazy("recovery codes"),
            },
        )
        security.listen()
