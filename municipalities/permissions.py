"""`docs/permissions.md`, printed from the table in `municipalities.rules`."""

from municipalities.rules import PUBLISHING_ROLES, TABLE, ProgrammeVerb, Verb

ROLES = {
    "viewer": "Viewer",
    "officer": "Communications officer",
    "approver": "Approver",
    "mentor": "Mentor",
    "staff": "Programme staff",
    "administrator": "Administrator",
}
DESCRIPTIONS: dict[Verb, str] = {
    Verb.WORKSPACE_VIEW: "open the workspace",
    Verb.POST_VIEW: "read what was published",
    Verb.DRAFT_VIEW: "read drafts",
    Verb.POST_EDIT: "write and edit posts",
    Verb.POST_COMMENT: "comment on drafts",
    Verb.POST_APPROVE: "approve posts or send them back",
    Verb.POST_SCHEDULE: "schedule, move and publish approved posts",
    Verb.POST_EMERGENCY: "publish in an emergency without approval",
    Verb.LIBRARY_VIEW: "see templates, snippets, campaigns and kits",
    Verb.LIBRARY_EDIT: "write templates, snippets and campaigns, adopt kits, keep the word list and eServices",
    Verb.INBOX_VIEW: "read what citizens write",
    Verb.INBOX_WORK: "sort, assign, answer and close messages of citizens",
    Verb.INBOX_PEOPLE: "show, export and erase what is held of a citizen; hold a message from being erased",
    Verb.INBOX_PRIVATE: "read and answer what citizens write privately",
    Verb.NEEDS_VIEW: "see what citizens need, what was decided and what was done",
    Verb.NEEDS_EDIT: "write needs down, decide on them, tell citizens what was done",
    Verb.PARTICIPATION_VIEW: "see consultations, and what everybody may read of their contributions",
    Verb.PARTICIPATION_EDIT: "prepare consultations, enter contributions and decide about them",
    Verb.PARTICIPATION_PUBLISH: "publish a consultation, close it, and publish its report",
    Verb.FEEDBACK_GIVE: "fill in the rubric for a post",
    Verb.FEEDBACK_VIEW: "see the feedback by the rubric",
    Verb.PLAN_VIEW: "read the plan agreed with the mentor",
    Verb.PLAN_EDIT: "agree on activities, report them done, bring evidence",
    Verb.CHECK_IN: "keep check-ins with their hours, write the reviews of the mentoring",
    Verb.GALLERY_VIEW: "see what municipalities share, and good practice",
    Verb.GALLERY_SHARE: "share a post with other municipalities, take it back, copy one as a draft",
    Verb.GALLERY_COMMENT: "comment on what municipalities share",
    Verb.TRAINING_VIEW: "see trainings and take part in exercises",
    Verb.DELIVERY_ANSWER: "decide about a post that failed, expired or was not confirmed",
    Verb.PAUSE: "pause and resume publishing, all of it or one channel",
    Verb.ANALYTICS_VIEW: "see the numbers, make reports of them",
    Verb.ANALYTICS_ANNOTATE: "mark events (a flood, an election) on the charts over time",
    Verb.REPORT_SCHEDULE: "have the report of each month sent by mail",
    Verb.CHANNEL_VIEW: "see the channels",
    Verb.CHANNEL_CONNECT: "connect and disconnect channels",
    Verb.MEMBERS_MANAGE: "invite people, change roles, end memberships",
    Verb.DECISIONS_VIEW: "see the house rules, who decides, and what waits to be relaxed",
    Verb.RELAXATION_CONFIRM: "agree at once to a relaxed rule or a new right that somebody else asked for",
    Verb.SETTINGS_VIEW: "see the settings",
    Verb.SETTINGS_EDIT: "change the profile and the house rules",
    Verb.ACTIVITY_VIEW: "read the activity",
    Verb.EXPORT: "take everything of the municipality along in one file",
}
PROGRAMME_DESCRIPTIONS: dict[ProgrammeVerb, str] = {
    ProgrammeVerb.COMPARE: "compare the municipalities that agreed to it",
    ProgrammeVerb.CATALOGUES: "keep the catalogue of eServices, the campaign kits, the rubric and the questions of the "
    "transparency self-check",
    ProgrammeVerb.INDICATORS: "choose indicators, freeze baselines, set targets, enter values, mark events on charts",
    ProgrammeVerb.PLANS: "see the plans of mentoring and its hours, keep the library of activities",
    ProgrammeVerb.TRAIN: "hold trainings and lead exercises (trainers too)",
    ProgrammeVerb.EXCHANGE: "keep good practice, pick posts of the month, take shared posts down",
    ProgrammeVerb.MANAGE: "add cohorts, enrol municipalities, pair mentors",
}
HEAD = """# Who may do what

Printed from `municipalities/rules.py` by `manage.py permissions_table --write`; a test holds the two in step. Every
page names one of these verbs, and every address is opened as every role in `tests/architecture/test_urls.py`.

A person's roles in a municipality come from their memberships there, from a pairing that runs today (mentor), from a
programme in which the municipality is enrolled today (programme staff), and from the installation (administrator).
Rights add up. Who has no role gets 404, as if the municipality were not there; who has too little gets 403.

"""
FOOT = """
¹ Programme staff read drafts only where the municipality agreed to it (house rules). Nobody approves their own post
unless the house rules allow it.

Rights are lent by name to a communications officer or an approver. Who stands in for an absent approver may approve
(`post.approve`) from the first to the last day of the absence, never their own words. Who is on the municipality's
emergency list may publish in an emergency (`post.emergency`); another approver reviews it afterwards. Private messages
(`inbox.private`) are read and answered by the approvers and by the officers whom the municipality names; to everybody
else they are not there. All of these end with the membership.

A new approver has the rights of a communications officer until the delay of `RULE_RELAXATION_HOURS` is over or another
approver agrees; the first approver of a municipality does not wait. The same delay holds for a new entry of the
emergency list, for an approver's right that somebody else lends in their name, for a reader of private messages whom
somebody else than an approver names, and for house rules that become weaker.

Across the municipalities of a programme its staff may, and its trainers where it says so:

{programme}

Programme staff and administrators enter populations with their source. Only administrators open workspaces, switch
accounts off, start programmes, invite their staff and end a place in it; that gives them no right to publish. Where
`SECOND_FACTOR_REQUIRED` is set, these need a second factor: {factor}, a mentor with a
running pairing, programme staff and the administrator.

An invitation gives a right only while whoever invited may still give it. A role of a member: those who may
`members.manage` there. A pairing or a trainer: staff of the programme. Staff or an administrator: administrators.
"""


def document() -> str:
    """The whole page, as committed in the repository."""
    rows = [
        "| | " + " | ".join(ROLES.values()) + " |",
        "|---|" + ":-:|" * len(ROLES),
        *(_row(verb) for verb in Verb),
    ]
    programme = "\n".join(f"- {description} (`{verb}`)" for verb, description in PROGRAMME_DESCRIPTIONS.items())
    factor = ", ".join(ROLES[role].lower() for role in ROLES if role in PUBLISHING_ROLES)
    return HEAD + "\n".join(rows) + "\n" + FOOT.format(programme=programme, factor=factor)


def _row(verb: Verb) -> str:
    return f"| {DESCRIPTIONS[verb]} (`{verb}`) | " + " | ".join(_cell(role, verb) for role in ROLES) + " |"


def _cell(role: str, verb: Verb) -> str:
    if role == "staff" and verb is Verb.DRAFT_VIEW:
        return "¹"
    return "✓" if verb in TABLE[role] else ""
