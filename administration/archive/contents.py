"""What becomes of each table that belongs to a municipality. A new table needs a line here, else a test fails."""

GOES_IN = {
    "analytics.channelday", "analytics.dailyfact", "analytics.indicatorvalue", "analytics.placebaseline",
    "analytics.placetarget", "analytics.placevalue", "analytics.pull", "analytics.subject", "analytics.telling",
    "channels.channel", "channels.channelpause",
    "delivery.attempt", "delivery.delivery", "kits.adoptedpost", "kits.adoption", "library.snippet", "library.template",
    "links.clickcount", "links.link", "mentoring.feedback", "mentoring.score", "municipalities.glossaryword",
    "municipalities.pause", "municipalities.serviceavailability", "planning.campaign", "planning.campaignpost",
    "planning.importrun", "planning.occurrence", "planning.recurrence", "planning.slot", "posts.amendment",
    "posts.amendmentpart", "posts.closing",
    "posts.comment", "posts.consent", "posts.decision", "posts.folder", "posts.media", "posts.post",
    "posts.publication", "posts.suggestion", "posts.thread", "posts.variant", "posts.version",
}  # fmt: skip
STAYS = {
    "analytics.accesscheck": "what the coach says of a version, which goes in; made again from it",
    "administration.export": "exports themselves",
    "administration.putaway": "what somebody does not want to be reminded of",
    "analytics.monthlyfact": "sums of the daily facts, which go in",
    "analytics.monthlymedian": "medians of the posts, which go in",
    "analytics.sharing": "whether figures are shared; the activity says since when and by whom",
    "analytics.trainingwindow": "sums of the daily facts, which go in",
    "analytics.staleday": "which sums are being made again",
    "channels.connectattempt": "secrets, for some minutes",
    "channels.credential": "secrets",
    "mentoring.handover": "what one mentor told the next",
    "mentoring.performancenotice": "what a mentor was told",
    "reports.monthlyreport": "made of the numbers that are in it, and deleted after some days",
    "reports.publicpage": "a switch; the activity tells when it was used",
    "reports.run": "when a report went out; the activity tells it",
    "reports.schedule": "to whom reports go by mail",
    "posts.linkcheck": "whether a stranger's page answered last week",
    "posts.seen": "when a person looked last",
}
