"""The root URLconf. Workspace pages are below `/m/<municipality>/`."""

from django.urls import include, path

from portal import channels, gallery, health, home, mailbox, operations, palette, public_places

urlpatterns = [
    path("", home.home, name="home"),
    path("m/<slug:municipality>/", home.workspace, name="workspace"),
    path("m/<slug:municipality>/channels/", channels.channels, name="channels"),
    path("m/<slug:municipality>/", include("posts.urls")),
    path("", include("administration.urls")),
    path("", include("kits.urls")),
    path("", include("library.urls")),
    path("", include("planning.urls")),
    path("", include("mentoring.urls")),
    path("", include("inbox.urls")),
    path("", include("needs.urls")),
    path("", include("trainings.urls")),
    path("", include("exchange.urls")),
    path("", include("notifications.urls")),
    path("", include("links.urls")),
    path("", include("municipalities.urls")),
    path("accounts/", include("accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("", include("analytics.urls")),
    path("", include("reports.urls")),
    path("palette/", palette.palette, name="palette"),
    path("palette/keys/", palette.keys, name="keys"),
    path("mailbox/", mailbox.mailbox, name="mailbox"),
    path("", include("channels.urls")),
    path("", include("delivery.urls")),
    path("ui/", gallery.gallery, name="ui"),
    path("installation/operations/", operations.operations, name="operations"),
    path("places/", public_places.places, name="places"),
    path("places/in/<slug:tongue>/", public_places.places, name="places_in"),
    path("places/<slug:place>/", public_places.place, name="place"),
    path("places/<slug:place>/<slug:tongue>/", public_places.place, name="place_in"),
    path("robots.txt", public_places.robots, name="robots"),
    path("sitemap.xml", public_places.sitemap, name="sitemap"),
    path("metrics", operations.metrics, name="metrics"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
