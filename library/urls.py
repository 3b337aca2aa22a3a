from django.urls import path

from library.views import consents, pictures, snippets, templates

M = "m/<slug:municipality>/library/"

urlpatterns = [
    path(M, templates.templates, name="library"),
    path(f"{M}templates/new/", templates.new, name="library_template_new"),
    path(f"{M}templates/<slug:ref>/", templates.template, name="library_template"),
    path(f"{M}templates/<slug:ref>/use/", templates.use, name="library_template_use"),
    path(f"{M}templates/<slug:ref>/edit/", templates.edit, name="library_template_edit"),
    path(f"{M}templates/<int:pk>/remove/", templates.remove, name="library_template_remove"),
    path(f"{M}templates/<int:pk>/restore/", templates.restore, name="library_template_restore"),
    path(f"{M}from-post/<int:post>/", templates.from_post, name="library_from_post"),
    path(f"{M}snippets/", snippets.snippets, name="library_snippets"),
    path(f"{M}hashtags/", snippets.hashtags, name="library_hashtags"),
    path(f"{M}snippets/insert/", snippets.insert, name="library_insert"),
    path(f"{M}snippets/suggestions/", snippets.suggestions, name="library_suggestions"),
    path(f"{M}snippets/new/<slug:kind>/", snippets.new, name="library_snippet_new"),
    path(f"{M}snippets/<int:pk>/", snippets.edit, name="library_snippet_edit"),
    path(f"{M}snippets/<int:pk>/remove/", snippets.remove, name="library_snippet_remove"),
    path(f"{M}snippets/<int:pk>/restore/", snippets.restore, name="library_snippet_restore"),
    path(f"{M}pictures/", pictures.pictures, name="library_pictures"),
    path(f"{M}pictures/<int:pk>/tile/", pictures.tile, name="library_tile"),
    path(f"{M}pictures/<int:pk>/captions/", pictures.caption, name="library_captions"),
    path(f"{M}pictures/add/", pictures.upload, name="library_upload"),
    path(f"{M}pictures/move/", pictures.move, name="library_move"),
    path(f"{M}pictures/pick/", pictures.pick, name="library_pick"),
    path(f"{M}pictures/pick/rows/", pictures.rows, name="library_rows"),
    path(f"{M}pictures/<int:pk>/", pictures.picture, name="library_picture"),
    path(f"{M}pictures/<int:pk>/describe/", pictures.describe, name="library_picture_describe"),
    path(f"{M}pictures/<int:pk>/archive/", pictures.archive, name="library_picture_archive"),
    path(f"{M}pictures/<int:pk>/back/", pictures.unarchive, name="library_picture_back"),
    path(f"{M}pictures/<int:pk>/delete/", pictures.delete, name="library_picture_delete"),
    path(f"{M}pictures/<int:pk>/consents/", consents.new, name="library_consent_new"),
    path(f"{M}consents/<int:consent>/withdraw/", consents.withdraw, name="library_consent_withdraw"),
    path(f"{M}consents/<int:consent>/again/", consents.give_again, name="library_consent_again"),
    path(f"{M}consents/<int:consent>/erase/", consents.erase, name="library_consent_erase"),
    path(f"{M}consents/<int:consent>/scan/", consents.scan, name="library_consent_scan"),
    path(f"{M}folders/new/", pictures.folder_new, name="library_folder_new"),
    path(f"{M}folders/<int:folder>/", pictures.folder, name="library_folder"),
    path(f"{M}folders/<int:folder>/delete/", pictures.folder_delete, name="library_folder_delete"),
]
