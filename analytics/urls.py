from django.urls import path

from analytics.views import municipality, programme

urlpatterns = [
    path("m/<slug:municipality>/analytics/", municipality.municipality, name="analytics"),
    path("programme/", programme.programme, name="programme"),
]
