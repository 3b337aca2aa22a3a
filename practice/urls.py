"""All addresses of the practice network: its pages, and the client API under Mastodon's addresses."""

from django.urls import path, register_converter
from django.urls.converters import IntConverter
from django.views.i18n import set_language

from common.integers import parse_int
from practice.api import (
    accounts,
    comments,
    empty,
    instance,
    media,
    notifications,
    oauth,
    polls,
    searches,
    statuses,
    timelines,
)  # fmt: skip
from practice.api import conversations as private
from practice.models import Boost, Like
from practice.views import acts, consent, conversations, door, feed, files


class Id(IntConverter):
    """A number that fits a row's id."""

    def to_python(self, value: str) -> int:
        number = parse_int(value)
        if number is None:
            raise ValueError
        return number


register_converter(Id, "id")

pages = [
    path("", feed.home, name="feed"),
    path("door", door.door, name="door"),
    path("door/leave", door.leave, name="leave"),
    path("messages", conversations.conversations, name="conversations"),
    path("messages/<id:conversation_id>", conversations.conversation, name="conversation"),
    path("language", set_language, name="set_language"),
    path("posts/<id:status_id>/comment", acts.comment, name="comment"),
    path("posts/<id:status_id>/vote", acts.answer_poll, name="vote"),
    path("posts/<id:status_id>/delete", acts.delete, name="delete"),
    *(path(f"posts/<id:status_id>/{name}", acts.act, {"name": name}, name=name) for name in acts.ACTS),
    path("@<str:username>", feed.account, name="account"),
    path("@<str:username>/write", acts.write_to, name="write_to"),
    path("@<str:username>/private", conversations.with_account, name="write_privately"),
    path("@<str:username>/follow", acts.follow, {"name": "follow"}, name="follow"),
    path("@<str:username>/unfollow", acts.follow, {"name": "unfollow"}, name="unfollow"),
    path("@<str:username>/<id:status_id>", feed.status, name="status"),
    path("media/<str:token>", files.media, name="media"),
    path("avatars/<str:username>.svg", files.avatar, name="avatar"),
    path("avatars/<str:username>.png", files.avatar_png, name="avatar_png"),
    path("robots.txt", files.robots),
    path("healthz", files.healthz, name="healthz"),
]

api = [
    path(".well-known/nodeinfo", instance.nodeinfo_links),
    path(".well-known/oauth-authorization-server", instance.oauth_server),
    path("nodeinfo/2.0", instance.nodeinfo),
    path("oauth/authorize", consent.authorize, name="authorize"),
    path("oauth/token", oauth.token),
    path("oauth/revoke", oauth.revoke),
    path("api/v1/apps", oauth.apps),
    path("api/v1/apps/verify_credentials", oauth.verify_app),
    path("api/v1/instance", instance.first_version),
    path("api/v2/instance", instance.instance),
    path("api/v1/preferences", accounts.preferences),
    path("api/v1/accounts", accounts.several),
    path("api/v1/accounts/verify_credentials", accounts.verify_credentials),
    path("api/v1/accounts/lookup", accounts.lookup),
    path("api/v1/accounts/search", accounts.search),
    path("api/v1/accounts/relationships", accounts.relationships),
    path("api/v1/accounts/<id:account_id>", accounts.account),
    path("api/v1/accounts/<id:account_id>/statuses", accounts.statuses),
    path("api/v1/accounts/<id:account_id>/followers", accounts.followers),
    path("api/v1/accounts/<id:account_id>/following", accounts.following),
    *(path(f"api/v1/accounts/<id:account_id>/{name}", accounts.follow, {"name": name}) for name in accounts.FOLLOWS),
    path("api/v1/notifications", notifications.notifications),
    path("api/v1/notifications/<id:notice_id>", notifications.notification),
    path("api/v2/notifications", notifications.grouped),
    path("api/v1/timelines/home", timelines.home),
    path("api/v1/timelines/public", timelines.public),
    path("api/v1/timelines/tag/<str:name>", timelines.tag),
    path("api/v1/favourites", timelines.favourites),
    path("api/v1/bookmarks", timelines.bookmarks),
    path("api/v2/search", searches.search),
    path("api/v1/polls/<id:poll_id>", polls.poll),
    path("api/v1/polls/<id:poll_id>/votes", polls.votes),
    path("api/v1/conversations", private.conversations),
    path("api/v1/conversations/<id:conversation_id>", private.conversation),
    path("api/v1/conversations/<id:conversation_id>/read", private.read),
    path("api/v1/media", media.upload),
    path("api/v2/media", media.upload),
    path("api/v1/media/<id:media_id>", media.media),
    path("api/v1/statuses", statuses.statuses),
    path("api/v1/statuses/<id:status_id>", statuses.status),
    path("api/v1/statuses/<id:status_id>/source", statuses.source),
    path("api/v1/statuses/<id:status_id>/context", statuses.context),
    path("api/v1/statuses/<id:status_id>/history", statuses.history),
    path("api/v1/statuses/<id:status_id>/favourited_by", statuses.reacted, {"kind": Like}),
    path("api/v1/statuses/<id:status_id>/reblogged_by", statuses.reacted, {"kind": Boost}),
    *(path(f"api/v1/statuses/<id:status_id>/{name}", statuses.act, {"name": name}) for name in statuses.ACTS),
    path("api/v1/dobosar/comments/<id:status_id>", comments.delete),
    *(path(f"api/v1/dobosar/comments/<id:status_id>/{name}", comments.act, {"name": name}) for name in comments.ACTS),
    path("api/v1/markers", empty.markers),
    *(path(address, view) for address, view in empty.lists.items()),
]

urlpatterns = [*pages, *api]

handler404 = "practice.views.errors.not_found"
handler500 = "practice.views.errors.broken"
