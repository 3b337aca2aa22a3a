"""Campaigns: begin, change and end them, add posts and remove them."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.audit import record
from common.errors import ActionNotAllowed
from municipalities.models import Municipality
from planning.models import Campaign, CampaignPost
from posts.models import Post


def begin(municipality: Municipality, values: Mapping[str, Any], *, by: User) -> Campaign:
    """`values`: name, note, starts_on, ends_on. Raises `ActionNotAllowed` when the name is taken."""
    return _written(Campaign(municipality=municipality, created_by=by), values, "campaign.begin", by)


def change(campaign: Campaign, values: Mapping[str, Any], *, by: User) -> Campaign:
    return _written(campaign, values, "campaign.change", by)


def _written(campaign: Campaign, values: Mapping[str, Any], verb: str, by: User) -> Campaign:
    for name in ("name", "note", "starts_on", "ends_on"):
        setattr(campaign, name, values[name])
    try:
        with transaction.atomic():
            campaign.save()
            record(verb, by=by, target=campaign)
    except IntegrityError as error:
        raise ActionNotAllowed(_("There is a campaign of this name already. Choose another name.")) from error
    return campaign


@transaction.atomic
def end(campaign: Campaign, *, by: User) -> Campaign:
    """Stop offering it in the composer; a second call reopens it. Its posts stay as they are."""
    row = Campaign.objects.select_for_update().get(pk=campaign.pk)
    row.ended_at = None if row.ended_at else timezone.now()
    row.save(update_fields=["ended_at"])
    record("campaign.end" if row.ended_at else "campaign.open", by=by, target=row)
    return row


@transaction.atomic
def assign(post: Post, campaign: Campaign | None, *, by: User) -> None:
    """Assign the post to `campaign`, or to none. Writes nothing if it is assigned already."""
    now = CampaignPost.objects.select_for_update().filter(post=post).first()
    if (now.campaign_id if now else None) == (campaign.pk if campaign else None):
        return
    if campaign is None:
        CampaignPost.objects.filter(post=post).delete()
    else:
        row = now or CampaignPost(post=post, municipality_id=post.municipality_id)
        row.campaign = campaign
        row.save()
    record("post.campaign", by=by, target=post, campaign=str(campaign or ""))
