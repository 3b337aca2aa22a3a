from django.urls import URLPattern

M = "m/<slug:municipality>/needs/"

urlpatterns: list[URLPattern] = []
