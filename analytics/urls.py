from django.urls import path

from analytics.views import metrics, municipality, programme

urlpatterns = [
    path("m/<slug:municipality>/analytics/", municipality.municipality, name="analytics"),
    path("m/<slug:municipality>/analytics/metrics/", metrics.metrics, name="metrics"),
    path("programme/", programme.programme, name="programme"),
]
