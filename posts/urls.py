from django.urls import path

from posts.calendar.views import calendar, post_list
from posts.coaching.views import messages
from posts.composer.views import composer, media, spelling
from posts.polls import views as poll_views
from posts.publishing import views as publishing_views
from posts.review.views import corrections, decisions, review, threads, versions

urlpatterns = [
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/drafts/", calendar.drafts, name="calendar_drafts"),
    path("posts/", post_list.posts, name="posts"),
    path("posts/new/", composer.new, name="post_new"),
    path("posts/new/save/", composer.save, name="post_begin"),
    path("posts/preview/", composer.preview, name="post_preview"),
    path("posts/<int:pk>/", review.post, name="post"),
    path("posts/<int:pk>/edit/", composer.edit, name="post_edit"),
    path("posts/<int:pk>/save/", composer.save, name="post_save"),
    path("posts/<int:pk>/move/", calendar.move, name="post_move"),
    path("posts/<int:pk>/decide/", decisions.approve, name="post_decide"),
    path("posts/<int:pk>/endorse/", decisions.endorse, name="post_endorse"),
    path("posts/<int:pk>/emergency/", decisions.emergency, name="post_emergency"),
    path("posts/<int:pk>/versions/", versions.versions, name="post_versions"),
    path("posts/<int:pk>/versions/<int:number>/restore/", versions.restore, name="post_version_restore"),
    path("posts/<int:pk>/emergency/review/", decisions.review_emergency, name="post_emergency_review"),
    path("posts/<int:pk>/correct/", corrections.correct, name="post_correct"),
    path("posts/<int:pk>/correction/", corrections.correction, name="post_correction"),
    path("posts/<int:pk>/correction/drop/", corrections.drop, name="post_correction_drop"),
    path("posts/<int:pk>/take-down/", corrections.take_down, name="post_take_down"),
    path("posts/<int:pk>/take-down/decide/", corrections.take_down_decide, name="post_take_down_decide"),
    path("posts/<int:pk>/take-back/", decisions.reopen, name="post_take_back"),
    path("posts/<int:pk>/publish/", decisions.publish, name="post_publish"),
    path("posts/<int:pk>/unschedule/", decisions.off_schedule, name="post_unschedule"),
    path("posts/<int:pk>/duplicate/", review.duplicate, name="post_duplicate"),
    path("posts/<int:pk>/delete/", review.delete, name="post_delete"),
    path("posts/<int:pk>/restore/", review.restore, name="post_restore"),
    path("posts/<int:pk>/threads/", threads.begin, name="thread_begin"),
    path("posts/<int:pk>/threads/people/", threads.people, name="thread_people"),
    path("posts/<int:pk>/threads/<int:thread>/answer/", threads.answer, name="thread_answer"),
    path("posts/<int:pk>/threads/<int:thread>/resolve/", threads.resolve, name="thread_resolve"),
    path("posts/<int:pk>/threads/<int:thread>/decide/", threads.decide, name="suggestion_decide"),
    path("posts/<int:pk>/suggestions/accept/", threads.accept_all, name="suggestions_accept"),
    path("posts/<int:pk>/closing/", poll_views.closing, name="post_closing"),
    path("posts/<int:pk>/closing/follow-up/", poll_views.follow_up, name="post_follow_up"),
    path("posts/<int:pk>/activity/", review.activity, name="post_activity"),
    path("posts/words/coach/", messages.coach_messages, name="coach_words"),
    path("posts/words/remember/", spelling.remember, name="words_remember"),
    path("posts/words/repair/", spelling.repair, name="words_repair"),
    path("links/", publishing_views.linked, name="posts_links"),
    path("posts/<int:pk>/links/", publishing_views.post_links, name="post_links"),
    path("media/", media.upload, name="media_upload"),
    path("media/<int:pk>/", media.media, name="media"),
    path("media/<int:pk>/small/", media.thumbnail, name="media_thumbnail"),
    path("media/<int:pk>/row/", media.state, name="media_row"),
    path("media/<int:pk>/video/", media.film, name="media_film"),
    path("media/<int:pk>/captions/", media.captions, name="media_captions"),
    path("media/<int:pk>/captions/add/", media.caption, name="media_caption"),
]
