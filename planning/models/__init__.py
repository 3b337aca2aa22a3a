"""What is planned: campaigns, slots, repetitions, imports of a plan, and the calendar's feeds."""

from planning.models.campaigns import Campaign, CampaignPost
from planning.models.feeds import Feed
from planning.models.imports import ImportRun
from planning.models.repeating import Occurrence, Recurrence
from planning.models.slots import Slot

__all__ = ["Campaign", "CampaignPost", "Feed", "ImportRun", "Occurrence", "Recurrence", "Slot"]
