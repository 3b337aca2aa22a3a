"""Routing of tasks to queues, so that slow tasks never delay quick ones.

Posts and answers wait in no queue at all: a worker of `publishing` reads the outbox. The other queues differ by what
their tasks wait for.
"""

DEFAULT = "portal"  # only the database, or tasks that a person waits for
PUBLISHING = "publishing"  # no messages: its workers are the publishers (`portal.celery_publisher`)
OUTBOX = "outbox"  # sweeps of the outbox, reconciliation, status checks, withdrawals
MAIL = "mail"  # mail servers and push services that may take their time
NUMBERS = "numbers"  # the networks' numbers, hundreds of calls
INBOX = "inbox"  # what citizens say
MEDIA = "media"  # pictures and video: processor time, large files
ERRANDS = "errands"  # calls to foreign servers in the background: upkeep of channels, checks of links

ROUTES = {
    "administration.tasks.*": {"queue": ERRANDS},
    "analytics.tasks.*": {"queue": NUMBERS},
    "channels.tasks.upkeep": {"queue": ERRANDS},
    "common.tasks.send_outbox": {"queue": MAIL},
    "delivery.tasks.*": {"queue": OUTBOX},
    "inbox.tasks.*": {"queue": INBOX},
    # No calls of networks, for which others of the inbox may wait a long time.
    "inbox.tasks.read_account": {"queue": DEFAULT},
    "inbox.tasks.read_events": {"queue": DEFAULT},
    "links.tasks.check_links": {"queue": ERRANDS},
    "needs.tasks.*": {"queue": INBOX},
    "notifications.tasks.send_mail": {"queue": MAIL},
    "notifications.tasks.send_pushes": {"queue": MAIL},
    "participation.tasks.*": {"queue": INBOX},
    # Reports of thousands of proposals take the better part of a minute.
    "participation.tasks.make_editions": {"queue": ERRANDS},
    "posts.tasks.check_draft_links": {"queue": ERRANDS},
    "posts.tasks.probe_videos": {"queue": MEDIA},
}

# Beside the publishers two workers serve a small installation: one for what somebody waits for, one for the rest.
QUICK = (DEFAULT, OUTBOX, MAIL)
SLOW = (NUMBERS, INBOX, MEDIA, ERRANDS)
