from django.urls import path

from kits.views import adopting, keeping

M = "m/<slug:municipality>/library/kits/"
P = "programme/kits/"

urlpatterns = [
    path(M, adopting.kits, name="kits"),
    path(f"{M}<int:kit>/", adopting.kit, name="kit"),
    path(f"{M}<int:kit>/adopt/", adopting.adopt, name="kit_adopt"),
    path(P, keeping.kits, name="programme_kits"),
    path(f"{P}new/", keeping.new, name="programme_kit_new"),
    path(f"{P}<int:kit>/", keeping.kit, name="programme_kit"),
    path(f"{P}<int:kit>/edit/", keeping.edit, name="programme_kit_edit"),
    path(f"{P}<int:kit>/publish/", keeping.publish, name="programme_kit_publish"),
    path(f"{P}<int:kit>/close/", keeping.close, name="programme_kit_close"),
    path(f"{P}<int:kit>/delete/", keeping.delete, name="programme_kit_delete"),
    path(f"{P}<int:kit>/posts/new/", keeping.new_part, name="programme_kit_post_new"),
    path(f"{P}<int:kit>/posts/<int:part>/", keeping.part, name="programme_kit_post"),
    path(f"{P}<int:kit>/posts/<int:part>/remove/", keeping.remove, name="programme_kit_post_remove"),
    path(f"{P}<int:kit>/posts/<int:part>/restore/", keeping.restore, name="programme_kit_post_restore"),
]
