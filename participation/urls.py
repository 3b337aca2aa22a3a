from django.urls import URLPattern, URLResolver, path

from participation.views import transparency

M = "m/<slug:municipality>/consultations/"
C = f"{M}<int:consultation>/"

# pages of the people in charge
of_consultations: list[URLPattern | URLResolver] = []
# contributions: ways in, decisions, answers
of_contributions: list[URLPattern | URLResolver] = []
# reports and their editions
of_reports: list[URLPattern | URLResolver] = []
# the self-check by the Local Transparency Index
of_transparency: list[URLPattern | URLResolver] = [
    path(f"{M}self-check/", transparency.self_check, name="self_check"),
    path(f"{M}self-check/<int:question>/", transparency.check, name="self_check_question"),
    path("programme/transparency/", transparency.programme_page, name="programme_transparency"),
    path("programme/transparency/questions/", transparency.questions, name="programme_transparency_questions"),
    path(
        "programme/transparency/questions/empty/<slug:kind>/",
        transparency.empty_file,
        name="programme_transparency_file",
    ),
]
# what everybody sees
of_the_public: list[URLPattern | URLResolver] = []

urlpatterns = [*of_consultations, *of_contributions, *of_reports, *of_transparency, *of_the_public]
