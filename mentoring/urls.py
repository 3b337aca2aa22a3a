from django.urls import path

from mentoring.views import absence, desk, feedback, handover, plan, plan_activities, plan_library, progress, rubric

M = "m/<slug:municipality>/"
R = "programme/rubric/"
P = f"{M}mentoring/"
L = "programme/activities/"

urlpatterns = [
    path("desk/", desk.desk, name="desk"),
    path("desk/absence/", absence.absence, name="absence"),
    path(f"{M}posts/<int:pk>/unread/", desk.unread, name="post_unread"),
    path(f"{M}posts/<int:pk>/feedback/", feedback.feedback, name="post_feedback"),
    path(f"{M}progress/", progress.municipality, name="progress"),
    path(f"{M}hand-over/", handover.by_mentor, name="hand_over"),
    path("programme/people/pairings/<int:pairing>/hand-over/", handover.by_staff, name="pairing_hand_over"),
    path("programme/feedback/", progress.programme, name="programme_feedback"),
    path(R, rubric.rubric, name="rubric"),
    path(f"{R}<int:programme>/new/", rubric.new, name="rubric_new"),
    path(f"{R}<int:programme>/<slug:criterion>/", rubric.edit, name="rubric_edit"),
    path(f"{R}<int:programme>/<slug:criterion>/arrange/", rubric.arrange, name="rubric_arrange"),
    path(P, plan.plan, name="mentoring_plan"),
    path(f"{P}start/", plan.start, name="mentoring_plan_start"),
    path(f"{P}edit/", plan.edit, name="mentoring_plan_edit"),
    path(f"{P}agree/", plan.agree, name="mentoring_plan_agree"),
    path(f"{P}close/", plan.close, name="mentoring_plan_close"),
    path(f"{P}activities/new/", plan_activities.new, name="mentoring_plan_activity_new"),
    path(f"{P}activities/<int:activity>/", plan_activities.activity, name="mentoring_plan_activity"),
    path(f"{P}activities/<int:activity>/edit/", plan_activities.edit, name="mentoring_plan_activity_edit"),
    path(f"{P}activities/<int:activity>/drop/", plan_activities.drop, name="mentoring_plan_activity_drop"),
    path(f"{P}activities/<int:activity>/evidence/", plan_activities.evidence, name="mentoring_plan_evidence"),
    path(f"{P}activities/<int:activity>/done/", plan_activities.done, name="mentoring_plan_done"),
    path(f"{P}evidence/<int:evidence>/take-back/", plan_activities.withdraw, name="mentoring_plan_evidence_withdraw"),
    path(f"{P}evidence/<int:evidence>/file/", plan_activities.file, name="mentoring_plan_evidence_file"),
    path(f"{P}changes/<int:change>/", plan_activities.change, name="mentoring_plan_change"),
    path(L, plan_library.library, name="mentoring_plan_library"),
    path(f"{L}<int:programme>/new/", plan_library.new, name="mentoring_plan_library_new"),
    path(f"{L}<int:programme>/<slug:kind>/", plan_library.edit, name="mentoring_plan_library_edit"),
    path(f"{L}<int:programme>/<slug:kind>/arrange/", plan_library.arrange, name="mentoring_plan_library_arrange"),
]
