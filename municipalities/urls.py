from django.urls import path

from municipalities.views import (
    activity,
    arms,
    deciders,
    glossary,
    installation,
    people,
    population,
    programme,
    services,
    settings,
)

M = "m/<slug:municipality>/"
P = "programme/people/"
S = "programme/services/"
I = "installation/"  # noqa: E741

urlpatterns = [
    path(f"{M}settings/", settings.profile, name="settings"),
    path(f"{M}settings/profile/", settings.profile_save, name="profile_save"),
    path(f"{M}settings/rules/", settings.rules, name="settings_rules"),
    path(f"{M}settings/rules/save/", settings.rules_save, name="settings_rules_save"),
    path(f"{M}settings/deciding/", deciders.deciders, name="deciders"),
    path(f"{M}settings/deciding/delegate/", deciders.delegate, name="delegate"),
    path(f"{M}settings/deciding/delegations/<int:delegation>/end/", deciders.end_delegation, name="delegation_end"),
    path(f"{M}settings/deciding/emergency/", deciders.allow_emergency, name="emergency_allow"),
    path(f"{M}settings/deciding/emergency/<int:right>/end/", deciders.end_emergency, name="emergency_end"),
    path(f"{M}members/", people.members, name="members"),
    path(f"{M}members/invite/", people.invite, name="member_invite"),
    path(f"{M}members/<int:membership>/", people.role, name="member"),
    path(f"{M}members/<int:membership>/end/", people.end, name="member_end"),
    path(f"{M}members/invitations/<int:invitation>/revoke/", people.revoke, name="member_revoke"),
    path(f"{M}activity/", activity.activity, name="activity"),
    path(f"{M}settings/services/", services.services, name="settings_services"),
    path(f"{M}settings/services/<slug:service>/", services.service, name="settings_service"),
    path(f"{M}settings/words/", glossary.words, name="settings_words"),
    path(f"{M}settings/words/add/", glossary.add, name="word_add"),
    path(f"{M}settings/words/<int:word>/", glossary.change, name="word_change"),
    path(f"{M}settings/words/<int:word>/remove/", glossary.remove, name="word_remove"),
    path(f"{S}", services.catalogue, name="services_catalogue"),
    path(f"{S}new/", services.new, name="service_new"),
    path(f"{S}<slug:service>/", services.edit, name="service_edit"),
    path(f"{S}<slug:service>/<slug:place>/", services.place, name="service_place"),
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
