from django.urls import URLPattern, URLResolver, path

from participation.views import contributions, contributions_answers, contributions_inbox, meetings, paper

M = "m/<slug:municipality>/consultations/"
C = f"{M}<int:consultation>/"

# pages of the people in charge
of_consultations: list[URLPattern | URLResolver] = []
# contributions: ways in, decisions, answers
of_contributions: list[URLPattern | URLResolver] = [
    path(f"{M}count/", contributions_inbox.count, name="contributions_count"),
    path(f"{C}contributions/", contributions.contributions, name="contributions"),
    path(f"{C}contributions/several/", contributions.several, name="contributions_several"),
    path(f"{C}contributions/suggested/", contributions_inbox.suggested, name="contribution_suggestions"),
    path(f"{C}contributions/thanks/", contributions_inbox.thanks_setting, name="contributions_thanks_setting"),
    path(f"{C}contributions/thank/", contributions_inbox.thank, name="contributions_thank"),
    path(f"{C}numbers/<int:number>/", contributions.by_number, name="contribution_number"),
    path(f"{C}contributions/<int:contribution>/", contributions.contribution, name="contribution"),
    path(f"{C}contributions/<int:contribution>/decide/", contributions.decide, name="contribution_decide"),
    path(f"{C}contributions/<int:contribution>/join/", contributions.join, name="contribution_join"),
    path(f"{C}contributions/<int:contribution>/separate/", contributions.separate, name="contribution_separate"),
    path(f"{C}contributions/<int:contribution>/reopen/", contributions.reopen, name="contribution_reopen"),
    path(f"{C}contributions/<int:contribution>/withdraw/", contributions.withdraw, name="contribution_withdraw"),
    path(f"{C}answers/", contributions_answers.answers, name="contribution_answers"),
    path(f"{C}answers/<int:round>/approve/", contributions_answers.approve, name="contribution_answers_approve"),
    path(f"{C}answers/<int:round>/back/", contributions_answers.take_back, name="contribution_answers_back"),
    path(f"{C}meetings/", meetings.meetings, name="meetings"),
    path(f"{C}meetings/<int:meeting>/", meetings.meeting, name="meeting"),
    path(f"{C}meetings/<int:meeting>/change/", meetings.change, name="meeting_change"),
    path(f"{C}paper/", paper.batches, name="paper_batches"),
    path(f"{C}paper/<int:batch>/", paper.batch, name="paper_batch"),
    path(f"{C}paper/<int:batch>/sheets/", paper.sheets, name="paper_sheets"),
    path(f"{C}paper/<int:batch>/check/", paper.check, name="paper_check"),
    path(f"{C}sheets/<int:contribution>/", paper.correct, name="paper_correct"),
]
# reports and their editions
of_reports: list[URLPattern | URLResolver] = []
# the self-check by the Local Transparency Index
of_transparency: list[URLPattern | URLResolver] = []
# what everybody sees
of_the_public: list[URLPattern | URLResolver] = []

urlpatterns = [*of_consultations, *of_contributions, *of_reports, *of_transparency, *of_the_public]
