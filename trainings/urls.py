from django.urls import path

from trainings.views import exercises, municipality, playing, train, train_sessions

M = "m/<slug:municipality>/trainings/"
T = "programme/trainings/"
ONE = f"{T}<int:training>/"

EXERCISES = f"{ONE}exercises/"
EXERCISE = f"{EXERCISES}<int:exercise>/"

urlpatterns = [
    path("m/<slug:municipality>/exercise/", playing.exercise, name="exercise"),
    path("m/<slug:municipality>/exercise/answer/", playing.answer, name="exercise_answer"),
    path("m/<slug:municipality>/exercise/hide/", playing.hide, name="exercise_hide"),
    path("exercises/<int:team>/", playing.debrief, name="exercise_debrief"),
    path(EXERCISES, exercises.exercises, name="train_exercises"),
    path(f"{EXERCISES}new/", exercises.new, name="train_exercise_new"),
    path(EXERCISE, exercises.exercise, name="train_exercise"),
    path(f"{EXERCISE}act/", exercises.act, name="train_exercise_act"),
    path(f"{EXERCISE}send/", exercises.send, name="train_exercise_send"),
    path(f"{EXERCISE}debrief/<int:team>/", exercises.debrief, name="train_exercise_debrief"),
    path(f"{EXERCISE}debrief/<int:team>/show/", exercises.show, name="train_exercise_show"),
    path(M, municipality.trainings, name="trainings"),
    path(f"{M}<int:training>/", municipality.training, name="training"),
    path(T, train.trainings, name="train_list"),
    path(f"{T}new/", train.new, name="train_new"),
    path(ONE, train.agenda, name="train_agenda"),
    path(f"{ONE}edit/", train.edit, name="train_edit"),
    path(f"{ONE}close/", train.close, name="train_close"),
    path(f"{ONE}reopen/", train.reopen, name="train_reopen"),
    path(f"{ONE}delete/", train.delete, name="train_delete"),
    path(f"{ONE}agenda/new/", train_sessions.new, name="train_session_new"),
    path(f"{ONE}agenda/<int:session>/", train_sessions.edit, name="train_session"),
    path(f"{ONE}agenda/<int:session>/remove/", train_sessions.remove, name="train_session_remove"),
]
