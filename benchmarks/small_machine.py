"""What `make maintain WHAT=test-small-machine` needs in a database that `seed_scale` has filled: people, channels,
posts to publish.

Runs in a container, as `manage.py shell --command "from benchmarks import small_machine; small_machine.prepare()"`.
"""

import json
import sys
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from benchmarks import measure, publishing
from channels.models import Channel
from common.database_owner import as_owner
from delivery.enums import State
from delivery.models import Delivery
from municipalities.enums import Role
from municipalities.models import Membership, Municipality
from municipalities.tenancy import everywhere, scope
from posts.models import Post
from practice.enums import AccountKind
from practice.models import Account
from trainings.domain import practice_channel

CLIENTS = 8


def prepare() -> None:
    """Print JSON: the name of the cookie, and for each client its value and the paths of pages by name."""
    with as_owner(), everywhere("benchmark data"):
        municipalities = list(Municipality.objects.exclude(joined_on=None).order_by("pk"))
        # With DEMO, without which the practice network needs https, /readyz waits for municipalities of the demo.
        Municipality.objects.exclude(joined_on=None).update(is_demo=True)
        approver = User.objects.create(email="small-approver@example.org", name="Approver", language="sr")
        channels = []
        for municipality in municipalities:
            page = Account.objects.create(
                kind=AccountKind.PAGE, username=f"small_{municipality.pk}", display_name=municipality.name_latn
            )
            with scope(municipality):
                channels.append(practice_channel.new(municipality, page, by=approver))
        clients = [_client(municipality) for municipality in municipalities[:CLIENTS]]
    prepared = {"cookie": settings.SESSION_COOKIE_NAME, "clients": clients, "channels": len(channels)}
    sys.stdout.write(json.dumps(prepared))


def _client(municipality: Municipality) -> dict[str, Any]:
    slug = municipality.slug
    officer = User.objects.create(email=f"small-{slug}@example.org", name="Officer", language="sr")
    Membership.objects.create(user=officer, municipality=municipality, role=Role.OFFICER)
    with scope(municipality):
        post = Post.objects.order_by("-due_at")[0].pk
    pages = {
        "Home": reverse("workspace", args=[slug]),
        "Calendar, month": reverse("calendar", args=[slug]),
        "Posts": reverse("posts", args=[slug]),
        "Posts, search": reverse("posts", args=[slug]) + "?q=gradjane",
        "Composer": reverse("post_new", args=[slug]),
        "Review": reverse("post", args=[slug, post]),
        "Inbox": reverse("inbox", args=[slug]),
        "Analytics, 90 days": reverse("analytics", args=[slug]) + "?days=90",
    }
    session = measure.entered(officer).cookies[settings.SESSION_COOKIE_NAME].value
    return {"session": session, "pages": pages}


def put(ahead: float, seconds: float) -> None:
    """One post of each channel of the practice network, due over so many seconds, beginning so many from now."""
    with as_owner(), everywhere("benchmark data"):
        channels = list(Channel.objects.filter(is_practice=True).order_by("pk"))
        user = User.objects.get(email="scale-officer@example.org")
        load = publishing.Load(user, User.objects.get(email="small-approver@example.org"), channels)
        load.put(len(channels), timezone.now() + timedelta(seconds=ahead), within=timedelta(seconds=seconds))


def outcome() -> None:
    """Print JSON: how many posts `put` made, their states with reasons, and the seconds after their time."""
    with as_owner(), everywhere("benchmark data"):
        due = Delivery.objects.filter(channel__is_practice=True)
        published = due.filter(state=State.PUBLISHED).annotate(delay=F("published_at") - F("due_at"))
        delays = sorted(delay.total_seconds() for delay in published.values_list("delay", flat=True))
        states = sorted({f"{state} {reason}".strip() for state, reason in due.values_list("state", "reason")})
        outcome = {"due": due.count(), "states": states, "delays": delays}
    sys.stdout.write(json.dumps(outcome))
