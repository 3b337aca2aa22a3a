from django.urls import path

from kits.views import municipality, programme

M = "m/<slug:municipality>/library/kits/"
P = "programme/kits/"

urlpatterns = [
    path(M, municipality.kits, name="kits"),
    path(f"{M}<int:kit>/", municipality.kit, name="kit"),
    path(f"{M}<int:kit>/adopt/", municipality.adopt, name="kit_adopt"),
    path(P, programme.kits, name="programme_kits"),
    path(f"{P}new/", programme.new, name="programme_kit_new"),
    path(f"{P}<int:kit>/", programme.kit, name="programme_kit"),
    path(f"{P}<int:kit>/edit/", programme.edit, name="programme_kit_edit"),
    path(f"{P}<int:kit>/publish/", programme.publish, name="programme_kit_publish"),
    path(f"{P}<int:kit>/close/", programme.close, name="programme_kit_close"),
    path(f"{P}<int:kit>/delete/", programme.delete, name="programme_kit_delete"),
    path(f"{P}<int:kit>/posts/new/", programme.new_part, name="programme_kit_post_new"),
    path(f"{P}<int:kit>/posts/<int:part>/", programme.part, name="programme_kit_post"),
    path(f"{P}<int:kit>/posts/<int:part>/remove/", programme.remove, name="programme_kit_post_remove"),
    path(f"{P}<int:kit>/posts/<int:part>/restore/", programme.restore, name="programme_kit_post_restore"),
]
