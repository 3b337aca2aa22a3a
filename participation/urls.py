from django.urls import URLPattern, URLResolver, path

from participation.views import public, public_files, public_form, public_receipt

M = "m/<slug:municipality>/consultations/"
C = f"{M}<int:consultation>/"
P = "consultations/<slug:place>/<slug:slug>/"

# pages of the people in charge
of_consultations: list[URLPattern | URLResolver] = []
# contributions: ways in, decisions, answers
of_contributions: list[URLPattern | URLResolver] = []
# reports and their editions
of_reports: list[URLPattern | URLResolver] = []
# the self-check by the Local Transparency Index
of_transparency: list[URLPattern | URLResolver] = []
# what everybody sees
of_the_public: list[URLPattern | URLResolver] = [
    path(
        f"{C}contributions/<int:contribution>/attachments/<int:attachment>/",
        public_files.attachment,
        name="contribution_attachment",
    ),
    path("consultations/<slug:place>/", public.consultations, name="consultations_public"),
    path("consultations/<slug:place>/in/<slug:tongue>/", public.consultations, name="consultations_public_in"),
    path("consultations/<slug:place>/receipt/", public_receipt.receipt, name="consultation_receipt"),
    path(
        "consultations/<slug:place>/receipt/in/<slug:tongue>/", public_receipt.receipt, name="consultation_receipt_in"
    ),
    path(P, public.consultation, name="consultation_public"),
    path(f"{P}in/<slug:tongue>/", public.consultation, name="consultation_public_in"),
    path(f"{P}propose/", public_form.form, name="consultation_form"),
    path(f"{P}propose/in/<slug:tongue>/", public_form.form, name="consultation_form_in"),
    path(f"{P}documents/<int:document>/", public.document, name="consultation_public_document"),
]

urlpatterns = [*of_consultations, *of_contributions, *of_reports, *of_transparency, *of_the_public]
