from django.urls import path

from municipalities.views import activity, arms, installation, people, population, programme, settings

M = "m/<slug:municipality>/"
P = "programme/people/"
I = "installation/"  # noqa: E741

urlpatterns = [
    path(f"{M}settings/", settings.profile, name="settings"),
    path(f"{M}settings/profile/", settings.profile_save, name="profile_save"),
    path(f"{M}settings/rules/", settings.rules, name="settings_rules"),
    path(f"{M}settings/rules/save/", settings.rules_save, name="settings_rules_save"),
    path(f"{M}pause/", settings.pause, name="pause"),
    path(f"{M}resume/", settings.resume, name="resume"),
    path(f"{M}members/", people.members, name="members"),
    path(f"{M}members/invite/", people.invite, name="member_invite"),
    path(f"{M}members/<int:membership>/", people.role, name="member"),
    path(f"{M}members/<int:membership>/end/", people.end, name="member_end"),
    path(f"{M}members/invitations/<int:invitation>/revoke/", people.revoke, name="member_revoke"),
    path(f"{M}activity/", activity.activity, name="activity"),
    path("arms/<str:name>", arms.arms, name="arms"),
    path(P, programme.people, name="programme_people"),
    path(f"{P}cohorts/new/", programme.new_cohort, name="cohort_new"),
    path(f"{P}enrol/", programme.enrol, name="enrol"),
    path(f"{P}enrolments/<int:enrolment>/", programme.enrolment, name="enrolment"),
    path(f"{P}pair/", programme.pair, name="pair"),
    path(f"{P}pairings/<int:pairing>/end/", programme.end_pairing, name="pairing_end"),
    path(f"{P}invitations/<int:invitation>/revoke/", programme.revoke, name="programme_revoke"),
    path(f"{I}people/", installation.people, name="installation_people"),
    path(f"{I}people/invite/", installation.invite, name="installation_invite"),
    path(f"{I}people/<int:person>/<slug:act>/", installation.change, name="installation_person"),
    path(f"{I}people/invitations/<int:invitation>/revoke/", installation.revoke, name="installation_revoke"),
    path(f"{I}programmes/", installation.new_programme, name="programme_new"),
    path(f"{I}municipalities/", installation.municipalities, name="installation_municipalities"),
    path(f"{I}municipalities/population/", population.population, name="population"),
    path(f"{I}municipalities/population/enter/", population.enter, name="population_enter"),
    path(f"{I}municipalities/<slug:place>/open/", installation.open_workspace, name="workspace_open"),
]
