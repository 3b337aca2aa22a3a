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
from municipalities.enums import Role
from municipalities.holidays import BELGRADE
from municipalities.models import Membership, Municipality
from municipalities.tenancy import everywhere, scope
from participation import form_tokens
from participation.domain import editions
from participation.enums import Decision, EditionState, WayIn
from participation.models import Consultation, Contribution
from serbian.folding import fold

CONTRIBUTIONS, DECIDED = 50_000, 30_000
RATE, SECONDS, WARM = 50, 60, 10
# At once; more than answers ever wait for.
CONNECTIONS = 48
ADDRESSES = 3_000
# So many contributions are near-duplicates of each other.
SIMILAR = 3
REPORTED = 5_000
# Forms that programs send without a pause.
RUSH = 10_000
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
    """`taken`: contributions that were added. `pages`: those of the people who decide, one request at a time.
    `report`: seconds in which the files of a report on `REPORTED` contributions are made."""

    rows: list[RequestFigures]
    rate: float
    seconds: float
    taken: int
    pages: list[measure.Figures]
    report: float
    rush: "Rush"

    def json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Rush:
    """Forms that programs send as fast as they can. `statuses` counts their answers, `stored` the contributions that
    were added. `readers` are the times of the public page during the rush, `after` the seconds from the last answer
    until the proposal of a person is taken."""

    forms: int
    seconds: float
    statuses: dict[int, int]
    stored: int
    readers: RequestFigures
    after: float


def fill(contributions: int = CONTRIBUTIONS, decided: int = DECIDED) -> Consultation:
    """A hearing that runs, with the decided contributions first, in the first municipality of a migrated database."""
    day = timezone.localdate()
    with everywhere("benchmark data"):
        reference.load()
        officer, _new = User.objects.get_or_create(email="bench@example.org", defaults={"name": "Bench"})
        place = Municipality.objects.filter(is_practice=False).order_by("pk")[0]
        place.joined_on = day
        place.save(update_fields=["joined_on"])
        Membership.objects.create(user=officer, municipality=place, role=Role.OFFICER)
        for number in range(20):
            Settlement.objects.create(municipality=place, name=f"Насеље {number}")
        return _consultation(place, officer, "budzet", contributions, decided, stage="published")


def report(row: Consultation, contributions: int = REPORTED) -> float:
    """Seconds in which all files of a report are made: of a second hearing, closed, with so many contributions."""
    with everywhere("benchmark data"):
        closed = _consultation(
            row.municipality, row.officer, "izvestaj", contributions, contributions,
            stage="closed", closed_at=timezone.now(),
        )  # fmt: skip
        edition = editions.ask(closed, editions.EditionContent("Гради се оно што је прихваћено."), by=row.officer)
    began = time.perf_counter()
    editions.make(edition.pk)
    took = time.perf_counter() - began
    with everywhere("benchmark"):
        edition.refresh_from_db()
    if edition.state != EditionState.READY:
        raise RuntimeError(f"The report was not made: {edition.error}")
    return round(took, 1)


def _consultation(
    place: Municipality, officer: User, slug: str, contributions: int, decided: int, **fields: Any
) -> Consultation:
    rng, now = random.Random(4711), timezone.now()  # noqa: S311 -- the same each time
    day = timezone.localdate()
    ends = day + timedelta(days=10)
    with everywhere("benchmark data"):
        row = Consultation.objects.create(
            municipality=place, kind="budget", title="Јавна расправа о буџету", slug=slug,
            subject="Шта да се гради?", ground="local-self-government-budget", starts_on=day, ends_on=ends,
            closes_at=datetime.combine(ends + timedelta(days=1), datetime.min.time(), BELGRADE), decided_by=ends,
            report_by=ends, ways_in=list(WayIn.values), mail="budzet@example.org", officer=officer, by=officer,
            published_at=now, published_by=officer, last_number=contributions, **fields,
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
    # far more groups than a new one is ever compared with
    fingerprint = random.Random(number // SIMILAR).getrandbits(64) - (1 << 63)  # noqa: S311 -- the same each time
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
    seconds = report(row)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    with measure.served({"DATABASE_URL": address, "TRUSTED_PROXY_COUNT": "1"}) as base:
        pages = measure.measured(office_pages(row), row.officer, base)
        _refuse_errors(load(base, row, seconds=WARM))
        kinds = load(base, row)
        taken = _number(row) - CONTRIBUTIONS
        sent = rush(base, row)
    _refuse_errors(kinds)
    return Figures(table(kinds), RATE, SECONDS, taken, pages, seconds, sent)


def _number(row: Consultation) -> int:
    with everywhere("benchmark"):
        return Contribution.objects.filter(consultation=row).count()


def rush(base: str, row: Consultation, forms: int = RUSH) -> Rush:
    """Send so many forms from `ADDRESSES` addresses, without a pause, while somebody reads the page twice a second."""
    slugs = [row.municipality.slug, row.slug]
    form, page = base + reverse("consultation_form", args=slugs), base + reverse("consultation_public", args=slugs)
    token, before, local, done = _opened_earlier(row), _number(row), threading.local(), threading.Event()
    readers = RequestTimes()

    def headers(sender: int) -> dict[str, str]:
        return {"X-Forwarded-For": f"10.1.{sender // 250}.{sender % 250}", "X-Forwarded-Proto": "http"}

    def send(at: int) -> int:
        if not hasattr(local, "session"):
            local.session = requests.Session()
        body = {"token": token, "text": f"Ово шаље програм, по {at}. пут: клупе, клупе, клупе."}
        return int(local.session.post(form, data=body, headers=headers(at % ADDRESSES), timeout=60).status_code)

    def read() -> None:
        with requests.Session() as session:
            while not done.wait(0.5):
                began = time.perf_counter()
                answer = session.get(page, headers=headers(ADDRESSES), timeout=60)
                readers.times.append((time.perf_counter() - began) * 1000)
                readers.statuses[answer.status_code] += 1

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    began = time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        statuses = Counter(pool.map(send, range(forms)))
    ended = time.perf_counter()
    done.set()
    reader.join()
    stored = _number(row) - before
    body = {"token": token, "text": "Предлажем клупе код школе."}
    while requests.post(form, data=body, headers=headers(ADDRESSES + 1), timeout=60).status_code == 429:
        time.sleep(1)
    after = time.perf_counter() - ended
    [reading, _all] = table({PAGE: readers})
    return Rush(forms, round(ended - began, 1), dict(sorted(statuses.items())), stored, reading, round(after, 1))


def office_pages(row: Consultation) -> dict[str, str]:
    """Pages of the people who decide (name to path)."""
    slug = row.municipality.slug
    listed = reverse("contributions", args=[slug, row.pk])
    with scope(row.municipality):
        one = row.contributions.get(number=row.last_number // 2)
    return {
        "The consultation": reverse("consultation", args=[slug, row.pk]),
        "Its contributions": listed,
        "A page in their middle": f"{listed}?older={one.number}",
        "Without a decision": f"{listed}?decision=open",
        "By form, declined": f"{listed}?way=form&decision=declined",
        "With near-duplicates": f"{listed}?similar=yes",
        "A word of every seventh": f"{listed}?q=klupe",
        "A word of one": f"{listed}?q={one.number}",
        "A word of none": f"{listed}?q=helikopter",
        "One contribution": reverse("contribution", args=[slug, row.pk, one.pk]),
        "Answers": reverse("contribution_answers", args=[slug, row.pk]),
        "The report": reverse("consultation_report", args=[slug, row.pk]),
    }


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
