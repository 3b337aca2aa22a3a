from django.urls import URLPattern, path

from needs.views import answers, overview, public, public_page

M = "m/<slug:municipality>/needs/"

urlpatterns: list[URLPattern] = []

# what is shown of needs
urlpatterns += [
    path("m/<slug:municipality>/posts/<int:pk>/closing/answers/", answers.count, name="needs_answers"),
    path(f"{M}overview/", overview.page, name="needs_overview"),
    path(f"{M}overview/csv/", overview.table, name="needs_overview_csv"),
    path("m/<slug:municipality>/settings/needs-page/", public_page.settings_page, name="settings_needs_page"),
    path("m/<slug:municipality>/settings/needs-page/save/", public_page.save, name="settings_needs_page_save"),
    path("asked/<slug:place>/", public.asked, name="needs_public"),
    path("asked/<slug:place>/<slug:tongue>/", public.asked, name="needs_public_in"),
    path("asked/<slug:place>/<slug:tongue>/feed.xml", public.feed, name="needs_feed"),
]
