from django.urls import URLPattern, URLResolver, path

from participation.views import reports

M = "m/<slug:municipality>/consultations/"
C = f"{M}<int:consultation>/"

# pages of the people in charge
of_consultations: list[URLPattern | URLResolver] = []
# contributions: ways in, decisions, answers
of_contributions: list[URLPattern | URLResolver] = []
# reports and their editions
of_reports: list[URLPattern | URLResolver] = [
    path(f"{C}report/", reports.reports, name="consultation_report"),
    path(f"{C}report/ask/", reports.ask, name="consultation_report_ask"),
    path(f"{C}report/<int:edition>/publish/", reports.publish, name="consultation_report_publish"),
    path(f"{C}report/files/<int:file>/", reports.file, name="consultation_report_file"),
    path(
        "consultations/<slug:place>/<slug:slug>/report/<str:name>",
        reports.public_file,
        name="consultation_report_newest",
    ),
    path(
        "consultations/<slug:place>/<slug:slug>/report/<int:number>/<str:name>",
        reports.public_file,
        name="consultation_report_public",
    ),
]
# the self-check by the Local Transparency Index
of_transparency: list[URLPattern | URLResolver] = []
# what everybody sees
of_the_public: list[URLPattern | URLResolver] = []

urlpatterns = [*of_consultations, *of_contributions, *of_reports, *of_transparency, *of_the_public]
