from django.urls import path

from posts.views import calendar, listing

urlpatterns = [
    path("calendar/", calendar.calendar, name="calendar"),
    path("posts/", listing.posts, name="posts"),
    path("posts/<int:pk>/move/", calendar.move, name="post_move"),
]
