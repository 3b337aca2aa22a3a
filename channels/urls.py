from django.urls import path

from channels import views

M = "m/<slug:municipality>/channels/"

urlpatterns = [
    path(M, views.channels, name="channels"),
    path(f"{M}connect/", views.choose, name="channel_choose"),
    path(f"{M}connect/<slug:platform>/", views.connect, name="channel_connect"),
    path(f"{M}connecting/<int:attempt>/", views.connecting, name="channel_connecting"),
    path(f"{M}connecting/<int:attempt>/consent/", views.consent, name="channel_consent"),
    path(f"{M}<int:channel>/", views.channel, name="channel"),
    path(f"{M}<int:channel>/arrange/", views.arrange, name="channel_arrange"),
    path(f"{M}<int:channel>/reconnect/", views.reconnect, name="channel_reconnect"),
    path(f"{M}<int:channel>/disconnect/", views.disconnect, name="channel_disconnect"),
    path("channels/callback/", views.callback, name="channel_callback"),
]
