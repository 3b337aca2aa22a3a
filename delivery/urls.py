from django.urls import path

from delivery import views

M = "m/<slug:municipality>/deliveries/"

urlpatterns = [
    path(f"{M}<int:pk>/", views.delivery, name="delivery"),
    path(f"{M}<int:pk>/answer/", views.delivery_answer, name="delivery_answer"),
    path(f"{M}<int:pk>/duplicates/<int:duplicate>/", views.duplicate_answer, name="duplicate_answer"),
]
