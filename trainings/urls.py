from django.urls import path

from trainings.views import (
    certificate_check,
    exercises,
    municipality,
    playing,
    train,
    train_certificates,
    train_materials,
    train_people,
    train_sessions,
)

M = "m/<slug:municipality>/trainings/"
T = "programme/trainings/"
ONE = f"{T}<int:training>/"

EXERCISES = f"{ONE}exercises/"
EXERCISE = f"{EXERCISES}<int:exercise>/"

urlpatterns = [
    path("certificates/", certificate_check.check, name="certificate_check"),
    path("certificates/in/<slug:tongue>/", certificate_check.check, name="certificate_check_in"),
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
    path(f"{M}<int:training>/materials/<int:material>/", municipality.file, name="training_file"),
    path(f"{M}<int:training>/certificate/", municipality.certificate, name="training_certificate"),
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
    path(f"{ONE}materials/", train_materials.materials, name="train_materials"),
    path(f"{ONE}materials/new/", train_materials.new, name="train_material_new"),
    path(f"{ONE}materials/<int:material>/", train_materials.edit, name="train_material"),
    path(f"{ONE}materials/<int:material>/move/", train_materials.move, name="train_material_move"),
    path(f"{ONE}materials/<int:material>/remove/", train_materials.remove, name="train_material_remove"),
    path(f"{ONE}materials/<int:material>/file/", train_materials.file, name="train_material_file"),
    path(f"{ONE}people/", train_people.people, name="train_people"),
    path(f"{ONE}people/mark/", train_people.mark, name="train_mark"),
    path(f"{ONE}people/add/", train_people.add, name="train_people_add"),
    path(f"{ONE}people/<int:participant>/", train_people.person, name="train_person"),
    path(f"{ONE}people/<int:participant>/remove/", train_people.remove, name="train_person_remove"),
    path(f"{ONE}certificates/", train_certificates.certificates, name="train_certificates"),
    path(f"{ONE}certificates/issue/", train_certificates.issue, name="train_issue"),
    path(f"{ONE}certificates/all/", train_certificates.everybodys, name="train_certificates_pdf"),
    path(f"{ONE}certificates/<int:certificate>/", train_certificates.one, name="train_certificate"),
    path(f"{ONE}certificates/<int:certificate>/revoke/", train_certificates.revoke, name="train_revoke"),
]
