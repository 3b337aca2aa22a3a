from django.urls import path

from exchange.views import good_practice, programme_practice

PRACTICE = "m/<slug:municipality>/good-practice/"
PROGRAMME_PRACTICE = "programme/good-practice/"

urlpatterns = [
    path(PRACTICE, good_practice.good_practice, name="good_practice"),
    path(f"{PRACTICE}pick/", good_practice.pick, name="good_practice_pick"),
    path(f"{PRACTICE}<slug:ref>/", good_practice.example, name="good_practice_example"),
    path(f"{PRACTICE}<slug:ref>/use/", good_practice.use, name="good_practice_use"),
    path(f"{PRACTICE}<int:example>/picture/", good_practice.picture, name="good_practice_picture"),
    path(PROGRAMME_PRACTICE, programme_practice.good_practice, name="programme_practice"),
    path(f"{PROGRAMME_PRACTICE}of/<int:programme>/new/", programme_practice.new, name="programme_practice_new"),
    path(
        f"{PROGRAMME_PRACTICE}of/<int:programme>/built-in/<slug:key>/", programme_practice.copy,
        name="programme_practice_copy",
    ),
    path(
        f"{PROGRAMME_PRACTICE}of/<int:programme>/built-in/<slug:key>/switch/", programme_practice.switch,
        name="programme_practice_switch",
    ),
    path(f"{PROGRAMME_PRACTICE}<int:example>/", programme_practice.edit, name="programme_practice_edit"),
    path(f"{PROGRAMME_PRACTICE}<int:example>/move/", programme_practice.move, name="programme_practice_move"),
    path(f"{PROGRAMME_PRACTICE}<int:example>/retire/", programme_practice.retire, name="programme_practice_retire"),
    path(f"{PROGRAMME_PRACTICE}<int:example>/restore/", programme_practice.restore, name="programme_practice_restore"),
    path(f"{PROGRAMME_PRACTICE}<int:example>/picture/", programme_practice.picture, name="programme_practice_picture"),
]  # fmt: skip
