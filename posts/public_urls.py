"""Addresses of posts outside of a workspace."""

from django.urls import path

from posts.review.views import decide_by_link

urlpatterns = [
    path("decide/<str:token>/", decide_by_link.decide, name="decide_by_link"),
    path("decide/<str:token>/pictures/<int:number>/", decide_by_link.picture, name="decide_by_link_picture"),
]
