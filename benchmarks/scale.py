"""`make seed-scale`: 145 municipalities, five channels each, three years, half a million posts and twenty million
readings, made by the database itself. What it makes looks like life: weekdays and hours, a few posts that everybody
saw, silent weeks, networks that were away, corrections, and a training after which the numbers rise.

    make seed-scale                  # into the empty installation of DATA_DIR
    make seed-scale ARGS=--of=100    # a hundredth of the posts

Works in an empty database only.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from analytics import partitions
from analytics.models import Subject
from analytics.rollups.domain import rebuild
from benchmarks import scale_rows
from benchmarks.scale_rows import PLATFORMS, insert, run
from channels.models import Channel
from municipalities.enums import Role
from municipalities.models import Cohort, Enrolment, EService, Membership, Municipality, Programme
from municipalities.tenancy import everywhere
from serbian.folding import fold

Say = Callable[[str], Any]
COHORTS = 5
# Titles and texts by category; the officer's words repeat, the numbers do not.
WORDS = {
    "service": [("Радно време услужног центра", "Услужни центар ради радним данима од 7 до 18 часова, суботом до 13.")],
    "eservice": [("Захтев без шалтера", "Захтев се подноси преко интернета, без доласка на шалтер.")],
    "consultation": [("Шта мислите о тргу", "Реците нам како треба да изгледа трг. Одговоре читамо до петка.")],
    "culture": [("Концерт на тргу", "У суботу у 20 часова на тргу свира градски оркестар. Улаз је слободан.")],
    "ceremony": [("Обилазак радова", "Председник општине обишао је радове на путу према селу.")],
    "emergency": [("Без воде до 16 часова", "Због квара до 16 часова без воде остају три улице у центру.")],
    "other": [("Реч за крај недеље", "Хвала свима који су јуче садили дрвеће у парку.")],
}


class NotEmpty(RuntimeError):
    """There is something in the database already."""


@dataclass(frozen=True)
class Size:
    """How much to make."""

    posts: int = 500_000
    municipalities: int = 145
    days: int = 3 * 365

    def part(self, of: int) -> "Size":
        """The same places and years with a part of the posts."""
        return Size(max(self.posts // of, 1), self.municipalities, self.days)


@dataclass(frozen=True)
class Filled:
    """Whom to sign in as, and how much there is. `seconds` by step."""

    staff: User
    officer: User
    home: Municipality
    posts: int
    pulls: int
    readings: int
    seconds: dict[str, float]


def fill(size: Size = Size(), say: Say = lambda _: None) -> Filled:
    """Fill the (migrated, empty) database. Raises `NotEmpty`."""
    with everywhere("benchmark data"):
        if Channel.objects.exists() or Subject.objects.exists() or Programme.objects.exists():
            raise NotEmpty("Only an empty installation can be filled: this one has channels or programmes already.")
        steps = Steps(say)
        with transaction.atomic():
            user = _places(size)
            steps.done("municipalities and channels")
            _rows(size, user.pk, steps)
        run("ANALYZE")
        last = timezone.localdate()
        channels = list(Channel.objects.order_by("pk").values_list("pk", flat=True))
        rebuild.make_again(last - timedelta(days=size.days), last, channels)
        steps.done("facts")
        if connection.in_atomic_block:
            run("ANALYZE")
        else:
            run("VACUUM ANALYZE")
            partitions.tidy()  # as the daily task does
        steps.done("statistics")
        return _filled(steps.seconds)


class Steps:
    """Says how long each step took."""

    def __init__(self, say: Say) -> None:
        self.say, self.seconds, self.began = say, dict[str, float](), time.monotonic()

    def done(self, what: str) -> None:
        self.seconds[what] = round(time.monotonic() - self.began, 1)
        self.say(f"  {what}: {self.seconds[what]} s")
        self.began = time.monotonic()


def found() -> Filled | None:
    """What an earlier run made; None: nothing."""
    with everywhere("benchmark data"):
        return _filled({}) if User.objects.filter(email="scale-staff@example.org").exists() else None


def _filled(seconds: dict[str, float]) -> Filled:
    officer = User.objects.get(email="scale-officer@example.org")
    with connection.cursor() as cursor:
        told = ", ".join((*scale_rows.METRICS, "followers"))
        cursor.execute(f"SELECT count(*), sum(num_nonnulls({told})) FROM analytics_pull")  # noqa: S608 -- our columns
        pulls, readings = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM posts_post")
        (posts,) = cursor.fetchone()
    home = Membership.objects.select_related("municipality").get(user=officer).municipality
    staff = User.objects.get(email="scale-staff@example.org")
    return Filled(staff, officer, home, posts, pulls, int(readings or 0), seconds)


def _places(size: Size) -> User:
    """Municipalities of the reference data that joined, their programme, and five channels each."""
    if Municipality.objects.count() < size.municipalities:
        call_command("load_reference", verbosity=0)
    rng = random.Random(20261125)  # noqa: S311 -- the same each time
    today = timezone.localdate()
    staff = User.objects.create(email="scale-staff@example.org", name="Programme staff", language="sr")
    officer = User.objects.create(email="scale-officer@example.org", name="Officer", language="sr")
    towns = list(Municipality.objects.order_by("pk")[: size.municipalities])
    for town in towns:
        town.joined_on = today - timedelta(days=size.days)
        if not town.population:
            town.population = int(min(max(rng.lognormvariate(10.1, 0.85), 1500), 1_300_000))
            town.population_year, town.population_source = 2022, "made up for the benchmark"
    Municipality.objects.bulk_update(towns, ["joined_on", "population", "population_year", "population_source"])
    programme = Programme.objects.create(name="Scale")
    programme.staff.add(staff)
    cohorts = [
        Cohort.objects.create(
            programme=programme, name=f"Group {n + 1}",
            training_on=today - timedelta(days=size.days // 2 - n * size.days // 12),
        )
        for n in range(COHORTS)
    ]  # fmt: skip
    since = today - timedelta(days=size.days)
    Enrolment.objects.bulk_create(
        Enrolment(cohort=cohorts[n % COHORTS], municipality=town, starts_on=since) for n, town in enumerate(towns)
    )
    # the busiest: whoever is content with its pages is content with all
    home = max(towns, key=lambda town: town.population or 0)
    Membership.objects.create(user=officer, municipality=home, role=Role.OFFICER)
    Channel.objects.bulk_create(
        Channel(
            municipality=town, platform=platform, server=f"https://{platform}.example", remote_id=str(town.pk),
            handle=f"@{town.slug}", name=f"{town.name_latn} {platform}", connected_by=officer,
            connected_at=timezone.now() - timedelta(days=size.days), checked_at=timezone.now(),
        )
        for town in towns
        for platform in PLATFORMS
    )  # fmt: skip
    return officer


def _rows(size: Size, user: int, steps: Steps) -> None:
    last = timezone.localdate()
    first = last - timedelta(days=size.days)
    partitions.ensure(first - timedelta(days=1), partitions.ahead()[1])
    values: dict[str, Any] = {
        "first": first, "last": last, "days": size.days, "now": timezone.now(), "user": user,
        "services": list(EService.objects.order_by("key").values_list("key", flat=True)),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.25), set_config('work_mem', '256MB', true)")
        cursor.execute("SELECT usesuper FROM pg_user WHERE usename = current_user")
        if cursor.fetchone()[0]:
            # Foreign keys hold by construction, and nobody needs a history of made-up rows.
            cursor.execute("SET LOCAL session_replication_role = replica")
        _plan(size, first, values)
        steps.done("plan of posts")
        run(scale_rows.LOOKED, values)
        steps.done("looks")
        for table, (columns, source) in scale_rows.rows().items():
            run(insert(table, columns, source).replace("% texts.of", "%% texts.of"), values)
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"  # noqa: S608
            )
            steps.done(table)
        Subject.objects.bulk_create(
            Subject(
                municipality_id=town, kind="channel", channel_id=channel, last_outcome="read", last_at=values["now"]
            )
            for channel, town in Channel.objects.order_by("pk").values_list("pk", "municipality_id")
        )
        run(scale_rows.FOLLOWED, values)
        run(
            "UPDATE analytics_subject s SET followers = l.followers FROM (SELECT DISTINCT ON (id) id, followers "
            "FROM bench_look WHERE followers IS NOT NULL ORDER BY id, at DESC) l WHERE s.id = l.id AND kind = 'channel'"
        )
        run(scale_rows.PULLS)
        run("DROP TABLE bench_look")
        steps.done("analytics_pull")


def _plan(size: Size, first: date, values: dict[str, Any]) -> None:
    """Temporary tables: `places` (channels with their habits), `texts`, `posts`."""
    rng = random.Random(4711)  # noqa: S311 -- the same each time
    rows, weights = [], []
    for channel in Channel.objects.select_related("municipality").order_by("pk"):
        share, per_thousand, _told = PLATFORMS[channel.platform]
        people = channel.municipality.population or 1
        weights.append(share * rng.lognormvariate(0, 0.45) * people**0.3)
        silent = first + timedelta(days=rng.randrange(max(size.days - 20, 1)))
        away = first + timedelta(days=rng.randrange(size.days))
        rows.append([
            channel.pk, channel.municipality_id, channel.platform,
            max(int(people * per_thousand / 1000 * rng.lognormvariate(0, 0.4)), 40), silent,
            silent + timedelta(days=min(rng.randint(7, 35), size.days // 10 + 1)), away,
            away + timedelta(days=rng.randint(1, 5)),
        ])  # fmt: skip
    whole = sum(weights)
    for row, weight in zip(rows, weights, strict=True):
        # A few fall out, because their silent weeks reach until today.
        row.append(round(size.posts * 1.008 * weight / whole))
    columns = (
        "channel_id bigint, municipality_id bigint, platform text, followers int, silent_from date, silent_to date, "
        "away_from date, away_to date, posts int"
    )
    run(f"CREATE TEMPORARY TABLE places ({columns}, training_on date)")
    arrays = ", ".join(f"%s::{each.split()[1]}[]" for each in columns.split(", "))
    run(f"INSERT INTO places SELECT * FROM unnest({arrays})", [list(each) for each in zip(*rows, strict=True)])  # noqa: S608
    run(
        "UPDATE places p SET training_on = c.training_on FROM municipalities_enrolment e "
        "JOIN municipalities_cohort c ON c.id = e.cohort_id WHERE e.municipality_id = p.municipality_id"
    )
    run("CREATE TEMPORARY TABLE texts (category text, n int, of int, title text, text text, folded text)")
    for category, words in WORDS.items():
        for n, (title, text) in enumerate(words):
            run("INSERT INTO texts VALUES (%s, %s, %s, %s, %s, %s)",
                [category, n, len(words), title, text, fold(f"{title} {text}")])  # fmt: skip
    run("ANALYZE places")
    run(scale_rows.PLAN, values)
    run(scale_rows.WEIGHT)
    run(scale_rows.TRAITS)
