from django.urls import path

from analytics.views import counted, municipality, programme

urlpatterns = [
    path("m/<slug:municipality>/analytics/", municipality.municipality, name="analytics"),
    path("m/<slug:municipality>/analytics/counted/<int:pk>/", counted.edit, name="analytics_counted"),
    path("programme/", programme.programme, name="programme"),
]
