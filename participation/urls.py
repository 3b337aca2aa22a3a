from django.urls import URLPattern, URLResolver

M = "m/<slug:municipality>/consultations/"
C = f"{M}<int:consultation>/"

# pages of the people in charge
of_consultations: list[URLPattern | URLResolver] = []
# contributions: ways in, decisions, answers
of_contributions: list[URLPattern | URLResolver] = []
# reports and their editions
of_reports: list[URLPattern | URLResolver] = []
# the self-check by the Local Transparency Index
of_transparency: list[URLPattern | URLResolver] = []
# what everybody sees
of_the_public: list[URLPattern | URLResolver] = []

urlpatterns = [*of_consultations, *of_contributions, *of_reports, *of_transparency, *of_the_public]
