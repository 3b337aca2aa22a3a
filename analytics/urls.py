from django.urls import path

from analytics import views

urlpatterns = [
    path("m/<slug:municipality>/analytics/", views.municipality, name="analytics"),
    path("programme/", views.programme, name="programme"),
]
