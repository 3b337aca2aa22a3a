from django.urls import path

from mentoring.views import (
    absence,
    checkins,
    desk,
    feedback,
    handover,
    hours,
    plan,
    plan_activities,
    plan_library,
    progress,
    reviews,
    rubric,
)

M = "m/<slug:municipality>/"
C = f"{M}check-ins/"
V = f"{M}reviews/"
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
    path(C, checkins.check_ins, name="check_ins"),
    path(f"{C}new/", checkins.new, name="check_in_new"),
    path(f"{C}held/", checkins.unplanned, name="check_in_unplanned"),
    path(f"{C}<int:check_in>/", checkins.check_in, name="check_in"),
    path(f"{C}<int:check_in>/move/", checkins.move, name="check_in_move"),
    path(f"{C}<int:check_in>/call-off/", checkins.cancel, name="check_in_cancel"),
    path(f"{C}<int:check_in>/held/", checkins.hold, name="check_in_hold"),
    path(f"{C}<int:check_in>/calendar/", checkins.calendar, name="check_in_calendar"),
    path(f"{C}<int:check_in>/steps/<int:step>/", checkins.step, name="check_in_step"),
    path(V, reviews.reviews, name="mentoring_reviews"),
    path(f"{V}begin/", reviews.begin, name="mentoring_review_begin"),
    path(f"{V}<int:review>/", reviews.review, name="mentoring_review"),
    path(f"{V}<int:review>/write/", reviews.write, name="mentoring_review_write"),
    path(f"{V}<int:review>/look-again/", reviews.look_again, name="mentoring_review_look_again"),
    path(f"{V}<int:review>/confirm/", reviews.confirm, name="mentoring_review_confirm"),
    path(f"{V}<int:review>/pdf/<slug:tongue>/", reviews.file, name="mentoring_review_file"),
    path("programme/hours/", hours.hours, name="check_in_hours"),
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
