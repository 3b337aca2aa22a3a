"""Which task goes to which queue, so that slow tasks never delay quick ones.

Publishing is done by the publisher and uses no queue. Tasks are grouped by what they wait for.
"""

DEFAULT = "portal"  # the database alone, or a person who looks at the page
PUBLISHING = "publishing"  # looks, questions and sweeps of the outbox; deliveries only where no publisher runs
MAIL = "mail"  # a mail server that may take its time
NUMBERS = "numbers"  # the networks' numbers, hundreds of calls
INBOX = "inbox"  # what citizens say
MEDIA = "media"  # pictures and video: processor time, large files
ERRANDS = "errands"  # strangers' servers that nobody waits for: upkeep of channels, links that may be dead

ROUTES = {
    "administration.tasks.*": {"queue": ERRANDS},
    "analytics.tasks.*": {"queue": NUMBERS},
    "channels.tasks.upkeep": {"queue": ERRANDS},
    "common.tasks.send_outbox": {"queue": MAIL},
    "delivery.tasks.*": {"queue": PUBLISHING},
    "inbox.tasks.*": {"queue": INBOX},
    "links.tasks.look": {"queue": ERRANDS},
    "needs.tasks.*": {"queue": INBOX},
    "notifications.tasks.send_mail": {"queue": MAIL},
    "posts.tasks.look_at_links": {"queue": ERRANDS},
    "posts.tasks.probe_videos": {"queue": MEDIA},
}

# Two workers serve a small installation: one for tasks that people wait for, one for the rest.
QUICK = (DEFAULT, PUBLISHING, MAIL)
SLOW = (NUMBERS, INBOX, MEDIA, ERRANDS)
