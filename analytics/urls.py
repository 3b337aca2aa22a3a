from django.urls import path

from analytics.views import municipality, peers, programme

urlpatterns = [
    path("m/<slug:municipality>/analytics/", municipality.municipality, name="analytics"),
    path("m/<slug:municipality>/analytics/peers/", peers.peers, name="analytics_peers"),
    path("m/<slug:municipality>/settings/comparison/", peers.settings, name="settings_comparison"),
    path("m/<slug:municipality>/settings/comparison/share/", peers.share, name="share_figures"),
    path("programme/", programme.programme, name="programme"),
    path("programme/table.csv", programme.table, name="programme_csv"),
    path("programme/compare/", programme.programme, name="programme_compare"),
    path("programme/municipalities/<slug:place>/", programme.programme, name="programme_municipality"),
]
