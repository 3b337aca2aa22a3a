"""Publish policies and origins of deliveries by kind. Registered at start-up."""

from django.urls import reverse
from django.utils.translation import gettext

from delivery import origins, policies
from delivery.models import Delivery
from inbox.models import Reply
from inbox.reply_policy import answers
from posts.models import Publication
from posts.publishing.domain.policy import decide, decide_changes, may_take_down
from posts.publishing.domain.publications import KIND


def post_origin(delivery: Delivery) -> origins.Origin:
    publication = Publication.objects.select_related("post", "municipality").filter(delivery=delivery).first()
    if publication is None:
        return origins.Origin(str(delivery))
    url = reverse("post", args=[publication.municipality.slug, publication.post_id])
    take_down, change = (
        reverse(name, args=[publication.municipality.slug, publication.post_id])
        for name in ("post_take_down", "post_take_back")
    )
    about = f"posts.post:{publication.post_id}"
    return origins.Origin(str(publication.post), url, about, take_down, change, link=gettext("The post"))


def reply_origin(delivery: Delivery) -> origins.Origin:
    reply = Reply.objects.select_related("municipality", "message").filter(delivery=delivery).first()
    if reply is None:
        return origins.Origin(str(delivery))
    url = reverse("message", args=[reply.municipality.slug, reply.message_id])
    about = f"inbox.message:{reply.message_id}"
    return origins.Origin(gettext("Answer to a citizen"), url, about, link=gettext("The message"))


def register() -> None:
    policies.register_for_several(KIND, decide)
    policies.register_for_several(policies.EDIT, decide_changes)
    policies.register_for_several(policies.REPLY, answers)
    origins.register(policies.REPLY, reply_origin)
    policies.register_removal(KIND, may_take_down)
    origins.register(KIND, post_origin)
