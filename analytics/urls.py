from django.urls import path

from analytics.views import audience, found, municipality, programme, times, works

urlpatterns = [
    path("m/<slug:municipality>/analytics/", municipality.municipality, name="analytics"),
    path("m/<slug:municipality>/analytics/what-works/", works.works, name="analytics_works"),
    path("m/<slug:municipality>/analytics/posts/", found.posts, name="analytics_posts"),
    path("m/<slug:municipality>/analytics/best-time/", times.best_time, name="analytics_time"),
    path("m/<slug:municipality>/analytics/followers-and-links/", audience.audience, name="analytics_links"),
    path("programme/", programme.programme, name="programme"),
]
