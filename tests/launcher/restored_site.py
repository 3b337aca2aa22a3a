"""An installation before and after its restore, in the environment of that site.

python -m tests.launcher.restored_site fill|publish|check

`fill` reads from FAKE_ACCOUNTS the accounts on the fake network, JSON of a list, and leaves twelve posts due on each.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import timedelta
from typing import Any

import time_machine

POSTS = 6
WAITING = "Није изашло"


def fill() -> None:
    from django.utils import timezone

    from channels.domain import credentials
    from channels.models import Channel
    from common import mail
    from delivery.models import Delivery
    from municipalities.enums import Approval
    from municipalities.tenancy import scope
    from platforms.types import Credential
    from posts.scheduling.domain.schedule import schedule
    from tests.people import make_cast
    from tests.posts.desk import Desk, in_hours

    cast = make_cast()
    with scope(cast.cuprija):
        channels = []
        for made in json.loads(os.environ["FAKE_ACCOUNTS"]):
            channel = Channel.objects.create(
                municipality=cast.cuprija, platform=made["platform"], server=made["server"], name=made["platform"],
                remote_id=made["credential"]["account_id"], handle="@opstina", connected_by=cast.approver,
                facts={"software": "pleroma", "max_characters": 500}, connected_at=timezone.now(),
            )  # fmt: skip
            credentials.store(channel, Credential.from_json(made["credential"]))
            channels.append(channel)
        desk = Desk(cast, *channels)
        desk.house_rule(approval=Approval.NONE)
        for channel in channels:
            for number in range(POSTS):
                schedule(desk.write(f"Објава {number}", channels=(channel.pk,)), in_hours(1), by=cast.officer)
            schedule(desk.write(WAITING, channels=(channel.pk,)), in_hours(2), by=cast.officer)
        at = timezone.now() - timedelta(minutes=1)
        due = Delivery.objects.exclude(payload__text=WAITING)
        due.update(due_at=at, next_at=at, not_after=at + timedelta(hours=2))
    mail.queue(to=cast.officer.email, subject="Дневни преглед", body="Јуче")


def publish() -> None:
    """What went out after the backup: the posts and the mail."""
    from django.utils import timezone

    from common import mail
    from delivery.dispatch import publish_due

    while publish_due(timezone.now()):
        pass
    assert mail.send_waiting() == 1


def check() -> dict[str, Any]:
    """All workers at once, what the administrator reads, the end of the pause, and all workers again."""
    from django.db.models import F
    from django.utils import timezone

    from accounts.models import User
    from administration.domain import end_restore
    from administration.queries import restored
    from common.models import MailMessage, Restore
    from delivery.models import Delivery
    from municipalities.tenancy import everywhere

    # What was to go out later is due by now, as if the restore had taken its time.
    with everywhere("a test"):
        late = timezone.now() - timedelta(minutes=1)
        Delivery.objects.filter(payload__text=WAITING).update(due_at=late, next_at=late, not_after=F("not_after"))
    before = [_work(minutes=2 * number) for number in range(3)][-1]
    mark = Restore.objects.get()
    report = restored.report(mark)
    counts = {name: getattr(report, name) for name in ("public", "absent", "unknown", "checking")}
    end_restore.end(by=User.objects.get(is_administrator=True))
    after = [_work(minutes=6 + 2 * number) for number in range(2)][-1]
    return {
        "before": before,
        "report": counts,
        "after": after,
        "hours": (mark.restored_at - mark.made_at).total_seconds() / 3600,
        "mails": list(MailMessage.objects.filter(subject="Дневни преглед").values_list("state", flat=True)),
    }


def _work(*, minutes: int) -> dict[str, int]:
    """One round of every worker in `minutes`, publishers first; the states of all deliveries then."""
    from django.utils import timezone

    with time_machine.travel(timezone.now() + timedelta(minutes=minutes), tick=True):
        return _one_round()


def _one_round() -> dict[str, int]:
    from django.db.models import Count
    from django.utils import timezone

    from common import mail
    from delivery import tasks
    from delivery.dispatch import publish_due
    from delivery.domain import reconcile
    from delivery.models import Delivery
    from municipalities.tenancy import everywhere

    publish_due(timezone.now())
    tasks.sweep()
    mail.send_waiting()
    with everywhere("a test"):
        Delivery.objects.filter(state="unconfirmed").update(next_at=timezone.now())
    for pk in reconcile.claim_reconciliations(timezone.now()):
        reconcile.reconcile(pk)
    publish_due(timezone.now())
    with everywhere("a test"):
        return dict(Delivery.objects.values_list("state").annotate(Count("pk")).order_by())


if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps({"fill": fill, "publish": publish, "check": check}[sys.argv[1]]()))
