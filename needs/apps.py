from django.apps import AppConfig


class NeedsConfig(AppConfig):
    name = "needs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from needs import measured
        from needs.domain import erase
        from needs.queries import public
        from posts.coach import offices

        erase.register()
        offices.provide(public.contacts)
        measured.register()
