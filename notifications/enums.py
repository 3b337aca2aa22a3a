"""Kinds of notifications, and how often mail about them is sent."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class NotificationKind(models.TextChoices):
    """Kinds of notifications; mail for each can be immediate, daily or off."""

    SUBMITTED = "submitted", _("A post waits for a decision")
    DECIDED = "decided", _("A decision about a post")
    MOVED = "moved", _("An approved post has another time")
    COMMENT = "comment", _("Comments and replies")
    MENTION = "mention", _("Mentions of you")
    SUGGESTION = "suggestion", _("Suggested changes, and the results of yours")
    EMERGENCY = "emergency", _("Emergency posts")
    REVIEW_DUE = "review_due", _("An emergency post waits for its later review")
    RULES = "rules", _("Rules about who decides are changed or relaxed")
    RIGHTS = "rights", _("A person may approve, publish in an emergency, or read private messages")
    MODERATION = "moderation", _("Something hidden waits for a second person, or for a hand")
    PERFORMANCE = "performance", _("How a post did that you commented on")
    HANDOVER = "handover", _("Handover between mentors, and absences")
    FEEDBACK = "feedback", _("Feedback by the mentor")
    DELIVERY = "delivery", _("A post needs your answer before it can be published")
    ELSEWHERE = "elsewhere", _("A post was changed or removed on its network")
    CHANNEL = "channel", _("A channel has to be connected again")
    PAUSE = "pause", _("Publishing is paused or resumed")
    KIT = "kit", _("Campaign kits of the programme")
    REPORT = "report", _("The report of a month")
    CLOSING = "closing", _("People have answered, and the closing report waits")
    PLAN = "plan", _("The month's plan and recurring posts")
    AGREEMENT = "agreement", _("The plan agreed with the mentor")
    GALLERY = "gallery", _("News about posts shared with other municipalities")
    TRAINING = "training", _("Exercises and certificates of trainings")
    URGENT = "msg_urgent", _("An emergency, or something unlawful, among citizens' messages")
    MESSAGES = "msg_new", _("New messages of citizens")
    LATE = "msg_late", _("Messages whose answer is late, each morning")
    MINE = "msg_mine", _("A message is assigned to you")
    ANSWER = "msg_answer", _("An answer waits for approval, or comes back")
    DEPARTMENT = "department", _("A department answered a question")
    CONSULTATION = "consultation", _("A consultation is to be published, or a step of it is overdue")


class MailFrequency(models.TextChoices):
    """The frequency of mail of one kind for one person. The portal shows everything."""

    AT_ONCE = "at_once", _("At once")
    DIGEST = "digest", _("In the daily summary")
    NEVER = "never", _("No mail")
