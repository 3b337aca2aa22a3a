from django.urls import path

from exchange.views import gallery, gallery_programme, gallery_sharing, gallery_talk

M = "m/<slug:municipality>/"
G = f"{M}gallery/"
P = "programme/gallery/"

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
    path(f"{G}<int:shared>/comments/", gallery_talk.comment, name="gallery_comment"),
    path(f"{G}<int:shared>/comments/<int:comment>/", gallery_talk.edit, name="gallery_comment_edit"),
    path(f"{G}<int:shared>/comments/<int:comment>/delete/", gallery_talk.delete, name="gallery_comment_delete"),
    path(f"{G}<int:shared>/comments/<int:comment>/hide/", gallery_talk.hide, name="gallery_comment_hide"),
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
]
