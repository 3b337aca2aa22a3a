"""The product's Celery application as the crash suite's workers run it: with policies for the suite's own kind and its
corrections, and the searches and attempts sooner, so that the suite does not spend its time waiting.
"""

import os
from datetime import timedelta

import django

django.setup()

from django.conf import settings  # noqa: E402

from channels import pauses  # noqa: E402
from delivery import policies, rules  # noqa: E402
from delivery.enums import ReasonCode  # noqa: E402
from delivery.models import Delivery  # noqa: E402
from platforms import answers  # noqa: E402
from portal.celery import app  # noqa: E402
from tests.crash.workers import QUEUE  # noqa: E402

settings.MEDIA_ROOT = os.environ["CRASH_MEDIA"]
rules.FIRST_RECONCILIATION = timedelta(seconds=0.5)
rules.RECONCILIATION_BACKOFF = (timedelta(seconds=2),)
rules.RETRY_BACKOFF = tuple(timedelta(seconds=s) for s in (0.5, 1, 2, 2, 2, 4, 4, 8, 8, 8, 8, 8))
rules.RESTORE_SEARCH_RETRY = rules.EDIT_CHECK_RETRY = timedelta(seconds=1)
# After a rate limit without a hint: longer than the commit window.
answers.WAIT_WITHOUT_HINT = timedelta(seconds=6)


def unless_paused(delivery: Delivery) -> policies.PolicyDecision:
    paused = pauses.blocking(delivery.channel)
    return policies.defer(ReasonCode.PAUSED, paused.summary) if paused else policies.allow()


for kind in ("crash", policies.EDIT):
    policies.register(kind, unless_paused)
# What a task of the worker hands on stays with it.
app.conf.task_default_queue = QUEUE
app.conf.task_routes = {}

__all__ = ["app"]
