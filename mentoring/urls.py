from django.urls import path

from mentoring.views import absence, desk, feedback, handover, progress, rubric

M = "m/<slug:municipality>/"
R = "programme/rubric/"

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
]
