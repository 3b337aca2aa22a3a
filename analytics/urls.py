from django.urls import path

from analytics.views import municipality, programme

urlpatterns = [
    path("m/<slug:municipality>/analytics/", municipality.municipality, name="analytics"),
    path("programme/", programme.programme, name="programme"),
    path("programme/table.csv", programme.table, name="programme_csv"),
    path("programme/compare/", programme.programme, name="programme_compare"),
    path("programme/municipalities/<slug:place>/", programme.programme, name="programme_municipality"),
]
