from django.apps import AppConfig


class NeedsConfig(AppConfig):
    name = "needs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from common import audit_messages
        from needs import measured
        from needs.audit_messages import MESSAGES
        from needs.domain import personal_data_stores
        from needs.queries import outputs, public
        from posts.coaching import published_phones
        from reports import public_parts

        audit_messages.register(self.name, MESSAGES)
        personal_data_stores.register()
        published_phones.register(public.contacts)
        measured.register()
        outputs.provide()
        public_parts.register(
            public_parts.PublicPart("needs", _("You asked, we did"), "needs_public_in", public.pages_that_are_on)
        )
