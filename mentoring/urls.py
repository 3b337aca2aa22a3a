from django.urls import path

from mentoring.views import absence, checkins, desk, feedback, handover, hours, progress, reviews, rubric

M = "m/<slug:municipality>/"
C = f"{M}check-ins/"
V = f"{M}reviews/"
R = "programme/rubric/"

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
]
