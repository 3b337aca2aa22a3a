from django.urls import path

from channels.views import pages, public

M = "m/<slug:municipality>/channels/"

urlpatterns = [
    path(M, pages.channels, name="channels"),
    path(f"{M}connect/", pages.choose, name="channel_choose"),
    path(f"{M}connect/<slug:platform>/", pages.connect, name="channel_connect"),
    path(f"{M}connecting/<int:attempt>/", pages.connecting, name="channel_connecting"),
    path(f"{M}connecting/<int:attempt>/consent/", pages.consent, name="channel_consent"),
    path(f"{M}<int:channel>/", pages.channel, name="channel"),
    path(f"{M}<int:channel>/arrange/", pages.arrange, name="channel_arrange"),
    path(f"{M}<int:channel>/reconnect/", pages.reconnect, name="channel_reconnect"),
    path(f"{M}<int:channel>/disconnect/", pages.disconnect, name="channel_disconnect"),
    path("public/<str:word>/<str:name>", public.media, name="public_media"),
    path("channels/callback/", pages.callback, name="channel_callback"),
]
