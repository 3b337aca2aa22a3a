"""All addresses of the practice network: its pages, and the client API under Mastodon's addresses."""

from django.urls import path, register_converter
from django.urls.converters import IntConverter
from django.views.i18n import set_language

from common.integers import parse_int
from practice.api import accounts, comments, instance, media, oauth, statuses
from practice.views import acts, consent, door, feed, files


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
    path("language", set_language, name="set_language"),
    path("posts/<id:status_id>/comment", acts.comment, name="comment"),
    path("posts/<id:status_id>/vote", acts.answer_poll, name="vote"),
    path("posts/<id:status_id>/delete", acts.delete, name="delete"),
    *(path(f"posts/<id:status_id>/{name}", acts.act, {"name": name}, name=name) for name in acts.ACTS),
    path("@<str:username>", feed.account, name="account"),
    path("@<str:username>/write", acts.write_to, name="write_to"),
    path("@<str:username>/follow", acts.follow, {"name": "follow"}, name="follow"),
    path("@<str:username>/unfollow", acts.follow, {"name": "unfollow"}, name="unfollow"),
    path("@<str:username>/<id:status_id>", feed.status, name="status"),
    path("media/<str:token>", files.media, name="media"),
    path("avatars/<str:username>.svg", files.avatar, name="avatar"),
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
    path("api/v2/instance", instance.instance),
    path("api/v1/accounts/verify_credentials", accounts.verify_credentials),
    path("api/v1/accounts/<id:account_id>", accounts.account),
    path("api/v1/accounts/<id:account_id>/statuses", accounts.statuses),
    path("api/v1/notifications", accounts.notifications),
    path("api/v2/media", media.upload),
    path("api/v1/media/<id:media_id>", media.media),
    path("api/v1/statuses", statuses.statuses),
    path("api/v1/statuses/<id:status_id>", statuses.status),
    path("api/v1/statuses/<id:status_id>/source", statuses.source),
    path("api/v1/statuses/<id:status_id>/context", statuses.context),
    *(path(f"api/v1/statuses/<id:status_id>/{name}", statuses.act, {"name": name}) for name in statuses.ACTS),
    path("api/v1/dobosar/comments/<id:status_id>", comments.delete),
    *(path(f"api/v1/dobosar/comments/<id:status_id>/{name}", comments.act, {"name": name}) for name in comments.ACTS),
]

urlpatterns = [*pages, *api]

handler404 = "practice.views.errors.not_found"
handler500 = "practice.views.errors.broken"
