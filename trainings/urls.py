from django.urls import path

from trainings.views import municipality, train, train_sessions

M = "m/<slug:municipality>/trainings/"
T = "programme/trainings/"
ONE = f"{T}<int:training>/"

urlpatterns = [
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
