from django.urls import path

from posts.views import calendar, composer, listing, media, review

urlpatterns = [
    path("calendar/", calendar.calendar, name="calendar"),
    path("posts/", listing.posts, name="posts"),
    path("posts/new/", composer.new, name="post_new"),
    path("posts/new/save/", composer.save, name="post_begin"),
    path("posts/preview/", composer.preview, name="post_preview"),
    path("posts/<int:pk>/", review.post, name="post"),
    path("posts/<int:pk>/edit/", composer.edit, name="post_edit"),
    path("posts/<int:pk>/save/", composer.save, name="post_save"),
    path("posts/<int:pk>/move/", calendar.move, name="post_move"),
    path("posts/<int:pk>/decide/", review.approve, name="post_decide"),
    path("posts/<int:pk>/take-back/", review.reopen, name="post_take_back"),
    path("posts/<int:pk>/publish/", review.publish, name="post_publish"),
    path("posts/<int:pk>/unschedule/", review.off_schedule, name="post_unschedule"),
    path("posts/<int:pk>/duplicate/", review.duplicate, name="post_duplicate"),
    path("posts/<int:pk>/delete/", review.delete, name="post_delete"),
    path("posts/<int:pk>/restore/", review.restore, name="post_restore"),
    path("posts/<int:pk>/remarks/", review.remark, name="post_remark"),
    path("posts/<int:pk>/remarks/<int:remark>/", review.resolve, name="post_resolve"),
    path("posts/<int:pk>/activity/", review.activity, name="post_activity"),
    path("media/", media.upload, name="media_upload"),
    path("media/<int:pk>/", media.media, name="media"),
    path("media/<int:pk>/small/", media.thumbnail, name="media_thumbnail"),
]
