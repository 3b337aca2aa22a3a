from django.urls import path

from analytics.views import metrics, municipality, past, programme

PAST = "m/<slug:municipality>/analytics/past/"

urlpatterns = [
    path("m/<slug:municipality>/analytics/", municipality.municipality, name="analytics"),
    path("m/<slug:municipality>/analytics/metrics/", metrics.metrics, name="numbers_meaning"),
    path(PAST, past.imports, name="past_imports"),
    path(f"{PAST}fetch/", past.fetch, name="past_fetch"),
    path(f"{PAST}sample/<slug:kind>/", past.sample, name="past_sample"),
    path(f"{PAST}<int:pk>/", past.one, name="past_import"),
    path(f"{PAST}<int:pk>/confirm/", past.confirm, name="past_confirm"),
    path(f"{PAST}<int:pk>/undo/", past.undo, name="past_undo"),
    path("programme/", programme.programme, name="programme"),
]
