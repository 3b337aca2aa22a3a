from django.urls import path

from exchange.views import (
    gallery,
    gallery_comments,
    gallery_programme,
    gallery_sharing,
    good_practice,
    programme_practice,
)

M = "m/<slug:municipality>/"
G = f"{M}gallery/"
P = "programme/gallery/"
PRACTICE = "m/<slug:municipality>/good-practice/"
PROGRAMME_PRACTICE = "programme/good-practice/"

urlpatterns = [
    path(G, gallery.gallery, name="gallery"),
    path(f"{G}ours/", gallery.ours, name="gallery_ours"),
    path(f"{G}<int:shared>/", gallery.post, name="gallery_post"),
    path(f"{G}<int:shared>/pictures/<int:picture>/", gallery.picture, name="gallery_picture"),
    path(f"{M}posts/<int:pk>/share/", gallery_sharing.share, name="gallery_share"),
    path(f"{G}<int:shared>/words/", gallery_sharing.reword, name="gallery_reword"),
    path(f"{G}<int:shared>/renew/", gallery_sharing.renew, name="gallery_renew"),
    path(f"{G}<int:shared>/take-down/", gallery_sharing.take_down, name="gallery_take_down"),
    path(f"{G}<int:shared>/copy/", gallery_sharing.copy, name="gallery_copy"),
    path(f"{G}<int:shared>/comments/", gallery_comments.comment, name="gallery_comment"),
    path(f"{G}<int:shared>/comments/<int:comment>/", gallery_comments.edit, name="gallery_comment_edit"),
    path(f"{G}<int:shared>/comments/<int:comment>/delete/", gallery_comments.delete, name="gallery_comment_delete"),
    path(f"{G}<int:shared>/comments/<int:comment>/hide/", gallery_comments.hide, name="gallery_comment_hide"),
    path(P, gallery_programme.gallery, name="programme_gallery"),
    path(f"{P}<int:shared>/", gallery_programme.post, name="programme_gallery_post"),
    path(f"{P}<int:shared>/pictures/<int:picture>/", gallery_programme.picture, name="programme_gallery_picture"),
    path(f"{P}<int:shared>/pick/", gallery_programme.pick, name="programme_gallery_pick"),
    path(f"{P}<int:shared>/pick/<int:pick>/", gallery_programme.unpick, name="programme_gallery_unpick"),
    path(f"{P}<int:shared>/take-down/", gallery_programme.take_down, name="programme_gallery_take_down"),
    path(
        f"{P}<int:shared>/comments/<int:comment>/take-down/",
        gallery_programme.take_down_comment,
        name="programme_gallery_comment_take_down",
    ),
    path(PRACTICE, good_practice.good_practice, name="good_practice"),
    path(f"{PRACTICE}pick/", good_practice.pick, name="good_practice_pick"),
    path(f"{PRACTICE}<slug:ref>/", good_practice.example, name="good_practice_example"),
    path(f"{PRACTICE}<slug:ref>/use/", good_practice.use, name="good_practice_use"),
    path(f"{PRACTICE}<int:example>/picture/", good_practice.picture, name="good_practice_picture"),
    path(PROGRAMME_PRACTICE, programme_practice.good_practice, name="programme_practice"),
    path(f"{PROGRAMME_PRACTICE}of/<int:programme>/new/", programme_practice.new, name="programme_practice_new"),
    path(
        f"{PROGRAMME_PRACTICE}of/<int:programme>/built-in/<slug:key>/",
        programme_practice.copy,
        name="programme_practice_copy",
    ),
    path(
        f"{PROGRAMME_PRACTICE}of/<int:programme>/built-in/<slug:key>/switch/",
        programme_practice.switch,
        name="programme_practice_switch",
    ),
    path(f"{PROGRAMME_PRACTICE}<int:example>/", programme_practice.edit, name="programme_practice_edit"),
    path(f"{PROGRAMME_PRACTICE}<int:example>/move/", programme_practice.move, name="programme_practice_move"),
    path(f"{PROGRAMME_PRACTICE}<int:example>/retire/", programme_practice.retire, name="programme_practice_retire"),
    path(f"{PROGRAMME_PRACTICE}<int:example>/restore/", programme_practice.restore, name="programme_practice_restore"),
    path(f"{PROGRAMME_PRACTICE}<int:example>/picture/", programme_practice.picture, name="programme_practice_picture"),
]
