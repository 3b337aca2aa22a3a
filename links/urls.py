from django.urls import path

from links import views

urlpatterns = [
    path("l/<slug:code>", views.follow, name="short_link"),
    path("m/<slug:municipality>/links/<slug:code>/qr/<slug:kind>/", views.qr, name="link_qr"),
]
