"""`make bench ARGS=proposals`: the public pages of a consultation with 50,000 contributions at 50 requests a second.

Requests leave when they are due, whether the ones before them are answered or not, and a time counts from when its
request was due: what waits in a queue is in the figures. They come from many addresses, as behind a proxy, and the rate
limits are on: of the forms as many are taken as limits allow, and the others get their page with 429.
"""

import random
import threading
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import requests

from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from benchmarks import measure
from inbox.models import Settlement
from municipalities.domain import reference
from municipalities.holidays import BELGRADE
from municipalities.models import Municipality
from municipalities.tenancy import everywhere
from participation import form_tokens
from participation.enums import Decision, WayIn
from participation.models import Consultation, Contribution
from serbian.folding import fold

CONTRIBUTIONS, DECIDED = 50_000, 30_000
RATE, SECONDS, WARM = 50, 60, 10
# At once; more than answers ever wait for.
CONNECTIONS = 48
ADDRESSES = 3_000
MATTERS = ("тротоар", "расвету", "клупе", "игралиште", "пешачки прелаз", "канализацију", "аутобуско стајалиште")
PAGE, LATER, FORM, SEND = "The consultation", "Its later pages", "The form", "Sending the form"
# Of ten requests.
KINDS = (PAGE, PAGE, PAGE, PAGE, LATER, FORM, FORM, SEND, SEND, SEND)


@dataclass
class RequestTimes:
    """One kind of request: milliseconds from when it was due, and how often each status was answered."""

    times: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    def percentile(self, share: float) -> float:
        ordered = sorted(self.times)
        return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))], 1) if ordered else 0.0


@dataclass(frozen=True)
class RequestFigures:
    """What the table shows of a kind. Times in milliseconds."""

    name: str
    requests: int
    p50: float
    p95: float
    p99: float
    statuses: dict[int, int]


@dataclass(frozen=True)
class Figures:
    """`taken`: contributions that were added."""

    rows: list[RequestFigures]
    rate: float
    seconds: float
    taken: int

    def json(self) -> dict[str, Any]:
        return asdict(self)


def fill(contributions: int = CONTRIBUTIONS, decided: int = DECIDED) -> Consultation:
    """A hearing that runs, with the decided contributions first, in the first municipality of a migrated database."""
    rng, now = random.Random(4711), timezone.now()  # noqa: S311 -- the same each time
    day = timezone.localdate()
    with everywhere("benchmark data"):
        reference.load()
        officer, _new = User.objects.get_or_create(email="bench@example.org", defaults={"name": "Bench"})
        place = Municipality.objects.filter(is_practice=False).order_by("pk")[0]
        place.joined_on = day
        place.save(update_fields=["joined_on"])
        for number in range(20):
            Settlement.objects.create(municipality=place, name=f"Насеље {number}")
        ends = day + timedelta(days=10)
        row = Consultation.objects.create(
            municipality=place, kind="budget", stage="published", title="Јавна расправа о буџету", slug="budzet",
            subject="Шта да се гради?", ground="local-self-government-budget", starts_on=day, ends_on=ends,
            closes_at=datetime.combine(ends + timedelta(days=1), datetime.min.time(), BELGRADE), decided_by=ends,
            report_by=ends, ways_in=list(WayIn.values), mail="budzet@example.org", officer=officer, by=officer,
            published_at=now, published_by=officer, last_number=contributions,
        )  # fmt: skip
        rows = (_contribution(row, number, number <= decided, rng, now) for number in range(1, contributions + 1))
        while chunk := list(islice(rows, 5_000)):
            Contribution.objects.bulk_create(chunk)
    return row


def _contribution(row: Consultation, number: int, is_decided: bool, rng: random.Random, now: datetime) -> Contribution:
    text = f"Предлажем {rng.choice(MATTERS)} у улици број {number}, јер је сада опасно за децу и старије."
    decision = rng.choice([Decision.ACCEPTED, Decision.PARTLY, Decision.DECLINED]) if is_decided else ""
    decided: dict[str, Any] = {}
    if decision:
        decided = {
            "decided_at": now,
            "decided_by": row.by,
            "reason": "Улази у план за 2027. годину.",
            "public_text": text,
        }
    # each a group of its own, so that a new one is compared with as many as it ever can be
    fingerprint = rng.getrandbits(64) - (1 << 63)
    return Contribution(
        municipality_id=row.municipality_id, consultation=row, number=number, text=text,
        way_in=rng.choice(WayIn.values), fingerprint=fingerprint, similar_group=fingerprint,
        search_key=fold(f"#{number} {text}"), decision=decision, received_at=now, **decided,
    )  # fmt: skip


def load(
    base: str, row: Consultation, *, rate: float = RATE, seconds: float = SECONDS, later: int = 1_000
) -> dict[str, RequestTimes]:
    """Send the requests; what they took by kind. `later`: how many pages of proposals there are after the first."""
    slugs = [row.municipality.slug, row.slug]
    page, form = reverse("consultation_public", args=slugs), reverse("consultation_form", args=slugs)
    kinds: dict[str, RequestTimes] = defaultdict(RequestTimes)
    local, lock, rng = threading.local(), threading.Lock(), random.Random(7)  # noqa: S311 -- the same each time
    token = _opened_earlier(row)

    def one(name: str, due: float, at: int) -> None:
        if not hasattr(local, "session"):
            local.session = requests.Session()
        wait = due - time.perf_counter()
        if wait > 0:
            time.sleep(wait)
        sender = at % ADDRESSES
        headers = {"X-Forwarded-For": f"10.0.{sender // 250}.{sender % 250}", "X-Forwarded-Proto": "http"}
        if name == SEND:
            body = {"token": token, "text": f"Предлажем клупе у улици број {at}, код школе.", "age_band": "o65"}
            answer = local.session.post(base + form, data=body, headers=headers, timeout=30)
        else:
            path = {PAGE: page, LATER: f"{page}?page={at % later + 2}", FORM: form}[name]
            answer = local.session.get(base + path, headers=headers, timeout=30)
        took = (time.perf_counter() - due) * 1000
        with lock:
            kinds[name].times.append(took)
            kinds[name].statuses[answer.status_code] += 1

    began = time.perf_counter() + 0.5
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        waiting = [
            pool.submit(one, rng.choice(KINDS), began + at / rate, at) for at in range(round(rate * seconds))
        ]  # fmt: skip
        for future in waiting:
            future.result()
    return kinds


def _opened_earlier(row: Consultation) -> str:
    """A token of the form; the load begins once people could have written something."""
    token = form_tokens.issue(row.pk)
    time.sleep(form_tokens.SHORTEST + 0.5)
    return token


def measured(address: str) -> Figures:
    row = fill()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    with measure.served({"DATABASE_URL": address, "TRUSTED_PROXY_COUNT": "1"}) as base:
        _refuse_errors(load(base, row, seconds=WARM))
        kinds = load(base, row)
    _refuse_errors(kinds)
    with everywhere("benchmark"):
        taken = Contribution.objects.filter(consultation=row).count() - CONTRIBUTIONS
    return Figures(table(kinds), RATE, SECONDS, taken)


def _refuse_errors(kinds: dict[str, RequestTimes]) -> None:
    """Times of pages that failed say nothing. Raises `RuntimeError`."""
    failed = {name: dict(kind.statuses) for name, kind in kinds.items() if max(kind.statuses) >= 500}
    if failed:
        raise RuntimeError(f"The portal answered with errors: {failed}")


def table(kinds: dict[str, RequestTimes]) -> list[RequestFigures]:
    """A row for each kind, and one for all together."""
    together = RequestTimes([one for kind in kinds.values() for one in kind.times], Counter())
    for kind in kinds.values():
        together.statuses += kind.statuses
    named = [(name, kinds[name]) for name in dict.fromkeys(KINDS) if name in kinds]
    return [
        RequestFigures(
            name, len(kind.times), kind.percentile(0.5), kind.percentile(0.95), kind.percentile(0.99),
            dict(sorted(kind.statuses.items())),
        )
        for name, kind in [*named, ("All", together)]
    ]  # fmt: skip
