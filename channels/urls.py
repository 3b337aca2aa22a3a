from django.urls import path

from channels.views import networks, pages, pauses, public, webhooks

W = "m/<slug:municipality>/"
M = f"{W}channels/"

urlpatterns = [
    path(f"{M}connect/", pages.choose, name="channel_choose"),
    path(f"{M}connect/<slug:platform>/", pages.connect, name="channel_connect"),
    path(f"{M}connect/<slug:network>/request/", pages.request_keys, name="channel_request_keys"),
    path(f"{M}request/", pages.request_connection, name="channel_request_connection"),
    path(f"{M}connecting/<int:attempt>/", pages.connecting, name="channel_connecting"),
    path(f"{M}connecting/<int:attempt>/consent/", pages.consent, name="channel_consent"),
    path(f"{M}connecting/<int:attempt>/page/", pages.choose_account, name="channel_choose_account"),
    path(f"{M}<int:channel>/", pages.channel, name="channel"),
    path(f"{M}<int:channel>/arrange/", pages.arrange, name="channel_arrange"),
    path(f"{M}<int:channel>/reconnect/", pages.reconnect, name="channel_reconnect"),
    path(f"{M}<int:channel>/disconnect/", pages.disconnect, name="channel_disconnect"),
    path(f"{M}<int:channel>/pause/", pauses.pause_channel, name="channel_pause"),
    path(f"{M}<int:channel>/resume/", pauses.resume_channel, name="channel_resume"),
    path(f"{W}pause/", pauses.pause, name="pause"),
    path(f"{W}resume/", pauses.resume, name="resume"),
    path("programme/pauses/", pauses.programme_pauses, name="programme_pauses"),
    path("programme/pauses/new/", pauses.programme_pause, name="programme_pause"),
    path("programme/pauses/<int:pause>/end/", pauses.programme_resume, name="programme_resume"),
    path("installation/networks/", networks.networks, name="installation_networks"),
    path("installation/networks/<slug:network>/", networks.network, name="installation_network"),
    path("installation/networks/<slug:network>/remove/", networks.remove, name="installation_network_remove"),
    path("webhooks/<slug:network>/", webhooks.webhook, name="webhook"),
    path("webhooks/<slug:network>/departed/", webhooks.deauthorised, name="webhook_departed"),
    path("webhooks/<slug:network>/deletion/", webhooks.deletion, name="webhook_deletion"),
    path("webhooks/<slug:network>/channels/<int:channel>/", webhooks.webhook_channel, name="webhook_channel"),
    path("deleted/<slug:code>/", webhooks.deleted, name="webhook_deleted"),
    path("public/<str:word>/<str:name>", public.media, name="public_media"),
    path("channels/callback/", pages.callback, name="channel_callback"),
]
