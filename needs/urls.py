from django.urls import path

from needs.views import answers, board, need, notify, overview, pictures, public, public_page, supporters

M = "m/<slug:municipality>/needs/"
N = f"{M}<int:need>/"

urlpatterns = [
    path(M, board.board, name="needs"),
    path(f"{M}new/", board.new, name="need_new"),
    path(f"{M}gather/", board.gather, name="need_gather"),
    path(N, need.need, name="need"),
    path(f"{N}change/", need.change, name="need_change"),
    path(f"{N}decide/", need.decision, name="need_decide"),
    path(f"{N}done/", need.done, name="need_done"),
    path(f"{N}show/", need.show, name="need_show"),
    path(f"{N}hide/", need.hide, name="need_hide"),
    path(f"{N}reopen/", need.reopen, name="need_reopen"),
    path(f"{N}merge/", need.merge, name="need_merge"),
    path(f"{N}delete/", need.delete, name="need_delete"),
    path(f"{N}post/", need.post, name="need_post"),
    path(f"{N}tell/", notify.notify_supporters, name="need_tell"),
    path(f"{N}voices/", supporters.add, name="need_voice_add"),
    path(f"{N}voices/<int:supporter>/quote/", supporters.quote, name="need_quote"),
    path(f"{N}voices/<int:supporter>/remove/", supporters.remove, name="need_voice_remove"),
    path(f"{N}pictures/", pictures.pictures, name="need_pictures"),
    path(f"{N}pictures/<int:shot>/remove/", pictures.remove, name="need_picture_remove"),
    # what is shown of needs
    path("m/<slug:municipality>/posts/<int:pk>/closing/answers/", answers.count, name="needs_answers"),
    path(f"{M}overview/", overview.page, name="needs_overview"),
    path(f"{M}overview/csv/", overview.table, name="needs_overview_csv"),
    path("m/<slug:municipality>/settings/needs-page/", public_page.settings_page, name="settings_needs_page"),
    path("m/<slug:municipality>/settings/needs-page/save/", public_page.save, name="settings_needs_page_save"),
    path("asked/<slug:place>/", public.public_page, name="needs_public"),
    path("asked/<slug:place>/<slug:tongue>/", public.public_page, name="needs_public_in"),
    path("asked/<slug:place>/<slug:tongue>/feed.xml", public.feed, name="needs_feed"),
]
