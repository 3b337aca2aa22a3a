from django.urls import path

from analytics.views import municipality, peers, programme, programme_pages

urlpatterns = [
    path("m/<slug:municipality>/analytics/", municipality.municipality, name="analytics"),
    path("m/<slug:municipality>/analytics/peers/", peers.peers, name="analytics_peers"),
    path("m/<slug:municipality>/settings/comparison/", peers.settings, name="settings_comparison"),
    path("m/<slug:municipality>/settings/comparison/share/", peers.share, name="share_figures"),
    path("programme/", programme.programme, name="programme"),
    path("programme/table.csv", programme.table, name="programme_csv"),
    path("programme/over-time/", programme_pages.multiples, name="programme_multiples"),
    path("programme/compare/", programme_pages.compare, name="programme_compare"),
    path("programme/districts/", programme_pages.districts, name="programme_districts"),
    path("programme/training/", programme_pages.training, name="programme_training"),
    path("programme/municipalities/<slug:place>/", programme_pages.municipality, name="programme_municipality"),
]
