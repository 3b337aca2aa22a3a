"""Texts of the demo's municipalities: reads `content/*.toml`, fills in places and dates, plans the days."""

import random
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from demo.photographs import photographs
from municipalities.holidays import orthodox_easter
from posts.rules import ResolvedTime, resolve_wall_time
from serbian.transliteration import to_latin

CONTENT = Path(__file__).parent / "content"
# The pilots, trained some weeks ago.
SLUGS = ("cuprija", "kragujevac", "mali-zvornik", "novi-pazar", "vlasotince", "vrnjacka-banja")
# The second group, not trained yet: from the largest city to the smallest municipality, with other languages.
SECOND_GROUP = ("nis", "subotica", "bujanovac", "dimitrovgrad", "backi-petrovac", "crna-trava")
DAYS = 60
# Messages are kept for 365 days, so what is older would be erased at once.
YEAR_DAYS = 360
TRAINING_DAYS_AGO = 40

MONTHS = (
    "јануара", "фебруара", "марта", "априла", "маја", "јуна", "јула", "августа", "септембра", "октобра", "новембра",
    "децембра",
)  # fmt: skip

HUNGARIAN_MONTHS = (
    "január", "február", "március", "április", "május", "június", "július", "augusztus", "szeptember", "október",
    "november", "december",
)  # fmt: skip
HUNGARIAN_BACK_VOWELS = frozenset({2, 3, 6, 8, 13, 16, 18, 20, 23, 26, 28, 30})
ALBANIAN_MONTHS = (
    "janar", "shkurt", "mars", "prill", "maj", "qershor", "korrik", "gusht", "shtator", "tetor", "nëntor", "dhjetor",
)  # fmt: skip
SLOVAK_MONTHS = (
    "januára", "februára", "marca", "apríla", "mája", "júna", "júla", "augusta", "septembra", "októbra", "novembra",
    "decembra",
)  # fmt: skip
BULGARIAN_MONTHS = (
    "януари", "февруари", "март", "април", "май", "юни", "юли", "август", "септември", "октомври", "ноември",
    "декември",
)  # fmt: skip
# Days after a post that its text can name.
AHEAD = (1, 3, 7, 14)
# After so long the same words are new again.
FRESH_AGAIN = timedelta(days=100)
# Weeks in which offices write little: after New Year, around the first of May, the height of summer.
QUIET = (((1, 1), (1, 14)), ((4, 30), (5, 4)), ((8, 1), (8, 21)))
QUIET_SHARE = 0.35

# What a municipality writes about, before the training and after: shares, not percentages.
MIX_BEFORE = {"service": 35, "ceremony": 40, "culture": 15, "other": 8, "consultation": 2, "eservice": 5}
MIX_AFTER = {
    "service": 28,
    "eservice": 24,
    "consultation": 18,
    "culture": 16,
    "emergency": 6,
    "ceremony": 6,
    "other": 5,
}
HOURS_BEFORE = ((9, 10), (11, 30), (13, 0), (14, 20))
HOURS_AFTER = ((7, 30), (9, 15), (12, 0), (16, 30), (19, 0))
CALLED_AT = time(9, 20)  # a hearing begins with its post
# On any day the demo shows a poll that is over, with its report: this municipality has asked by then. Its network has
# polls.
POLLED, POLLED_DAYS_AGO, POLLED_AT = "kragujevac", 20, time(11, 30)
OWN_COUNTS = 3  # a municipality's own stories come this much sooner than what all may write


@dataclass(frozen=True)
class Asked:
    """How a post lets people take part, and the result. In a poll, `options` with the per cent of votes of each; the
    network counts the voters."""

    format: str
    promise: str
    results: str
    done: str
    answers: int | None = None
    options: tuple[str, ...] = ()
    shares: tuple[int, ...] = ()


@dataclass(frozen=True)
class Wording:
    """A post of the library, with its placeholders. Before the training no call to action is recorded."""

    key: str
    category: str
    title: str
    text: str
    other: str = ""
    link: str = ""
    picture: str = ""
    months: tuple[int, ...] = ()
    after_training: bool = False
    is_own: bool = False
    call: str = ""
    service: str = ""
    asked: Asked | None = None

    def fits(self, day: date, *, trained: bool) -> bool:
        return (not self.months or day.month in self.months) and (trained or not self.after_training)


WITH_PICTURES = ("instagram", "tiktok")
"""Networks that take no text alone."""

CHOSEN: Mapping[str, Mapping[str, str]] = {"tiktok": {"audience": "PUBLIC_TO_EVERYONE"}}
"""What a person has to choose for each post of a network."""


@dataclass(frozen=True)
class ChannelPlan:
    """`share`: how many of the posts go to this channel, too. `network`: which one its page imitates, "" for none."""

    username: str
    name: str
    languages: tuple[str, ...]
    followers: int
    share: float = 1.0
    network: str = ""

    def takes(self, picture: str) -> bool:
        """Whether its network takes a post with this picture, or with none. All the demo's texts are short enough."""
        return bool(picture) or self.network not in WITH_PICTURES


@dataclass(frozen=True)
class DemoMunicipality:
    """One municipality of the demo. `weekly`: posts a week before and after the training."""

    slug: str
    note: str
    colour: str
    weekly: tuple[float, float]
    channels: tuple[ChannelPlan, ...]
    own: tuple[Wording, ...]
    translations: Mapping[str, Mapping[str, str]]  # by language and script, then by key of a post
    placeholders: Mapping[str, str]
    neighbourhoods: tuple[str, ...]
    streets: tuple[str, ...]


@dataclass(frozen=True)
class Planned:
    """A post of one day, words filled in. `texts` by language and script; `channels` are usernames."""

    key: str
    category: str
    title: str
    texts: Mapping[str, str]
    link: str
    picture: str
    time: ResolvedTime
    channels: tuple[str, ...]
    call: str = ""
    service: str = ""
    asked: Asked | None = None


@dataclass
class Plan:
    place: DemoMunicipality
    rng: random.Random
    used: dict[str, date] = field(default_factory=dict)


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((CONTENT / f"{name}.toml").read_text(encoding="utf-8"))


def _wording(entry: Mapping[str, Any], *, is_own: bool) -> Wording:
    return Wording(
        key=entry["key"],
        category=entry["category"],
        title=entry["title"],
        text=entry["text"].strip(),
        other=entry.get("or", "").strip(),
        link=entry.get("link", ""),
        picture=entry.get("picture", ""),
        months=tuple(entry.get("months", ())),
        after_training=entry.get("since") == "training",
        is_own=is_own,
        call=entry.get("call", ""),
        service=entry.get("service", ""),
        asked=_asked(entry) if "format" in entry else None,
    )


def _asked(entry: Mapping[str, Any]) -> Asked:
    values = {field.name: entry[field.name] for field in fields(Asked) if field.name in entry}
    return Asked(**values | {name: tuple(values.get(name, ())) for name in ("options", "shares")})


@cache
def common() -> tuple[Wording, ...]:
    return tuple(_wording(entry, is_own=False) for entry in _read("common")["post"])


@cache
def place(slug: str) -> DemoMunicipality:
    data = _read(slug)
    network = data.get("network", "")
    first = ChannelPlan(data["username"], data["name"], ("sr-Cyrl",), data["followers"], network=network)
    more = (
        ChannelPlan(
            channel["username"],
            channel["name"],
            tuple(channel["languages"]),
            channel["followers"],
            channel["share"],
            channel.get("network", ""),
        )
        for channel in data.get("channel", ())
    )
    return DemoMunicipality(
        slug=slug,
        note=data["note"],
        colour=data["colour"],
        weekly=(data["weekly"][0], data["weekly"][1]),
        channels=(first, *more),
        own=tuple(_wording(entry, is_own=True) for entry in data["post"]),
        translations={
            tag: {key: text.strip() for key, text in texts.items()}
            for tag, texts in data.get("translations", {}).items()
        },
        placeholders={
            "u": data["locative"],
            "od": data["genitive"],
            "uprava": data["administration"],
            "jkp": data["utility"],
        },
        neighbourhoods=tuple(data["neighbourhoods"]),
        streets=tuple(data["streets"]),
    )


@dataclass(frozen=True)
class Event:
    """A post that has its day: `on` (month, day) each year, or `easter` days from Orthodox Easter."""

    wording: Wording
    hour: int
    on: tuple[int, int] | None
    easter: int
    places: tuple[str, ...]

    def falls_on(self, day: date) -> bool:
        if self.on:
            return (day.month, day.day) == self.on
        return day == orthodox_easter(day.year) + timedelta(days=self.easter)

    def concerns(self, slug: str) -> bool:
        return not self.places or slug in self.places


@cache
def events() -> tuple[Event, ...]:
    """What a year brings to each municipality, or to some."""
    return tuple(
        Event(
            _wording(entry, is_own=False), entry["hour"], _month_and_day(entry["on"]) if "on" in entry else None,
            entry.get("easter", 0), tuple(entry.get("places", ())),
        )
        for entry in _read("year")["event"]
    )  # fmt: skip


def _month_and_day(text: str) -> tuple[int, int]:
    month, day = text.split("-")
    return int(month), int(day)


@cache
def alts() -> dict[str, str]:
    """What is on each kind of picture."""
    return _read("pictures") | {kind: photograph.alt for kind, photograph in photographs().items()}


@dataclass(frozen=True)
class Comment:
    category: str
    text: str
    answer: str = ""
    only: tuple[str, ...] = ()
    kind: str = ""
    topic: str = ""

    def fits(self, category: str, key: str = "") -> bool:
        """Whether it fits below a post of this category; without a key only comments that fit below any post."""
        return self.category == category and (not self.only or key in self.only)


@cache
def citizens() -> tuple[tuple[str, ...], tuple[Comment, ...], tuple[str, ...]]:
    """Names, comments, and the mentor's remarks."""
    data = _read("citizens")
    comments = tuple(
        Comment(
            e["category"], e["text"], e.get("answer", ""), tuple(e.get("only", ())),
            e.get("kind") or ("question" if e.get("answer") else ""), e.get("topic", ""),
        )
        for e in data["comment"]
    )  # fmt: skip
    return tuple(data["names"]), comments, tuple(remark["text"] for remark in data["remark"])


@cache
def asks() -> tuple[str, ...]:
    """What citizens write to a page of their own accord."""
    return tuple(entry["text"] for entry in _read("citizens")["ask"])


@cache
def needs() -> tuple[Mapping[str, Any], ...]:
    """What citizens of every municipality need."""
    return tuple(_read("needs")["need"])


@cache
def hearings() -> tuple[Mapping[str, Any], ...]:
    """The hearings of every pilot, by `key` that of the post which calls for them."""
    return tuple(_read("participation")["hearing"])


@cache
def on_the_desk(slug: str) -> tuple[Mapping[str, Any], ...]:
    """What waits in the inbox of this municipality besides comments."""
    return tuple(entry for entry in _read("desk")["said"] if entry["place"] == slug)


@cache
def private(slug: str) -> tuple[Mapping[str, Any], ...]:
    """What citizens wrote to this municipality privately."""
    every = _read("private")["conversation"]
    has_all = any(slug in entry["places"] for entry in every if entry.get("network"))
    return tuple(entry for entry in every if slug in entry["places"] or ("*" in entry["places"] and not has_all))


def fill_in(slug: str, text: str, *seed: str, **more: str) -> str:
    """A text with a street and a quarter of the municipality in place of its placeholders, and with `more`."""
    rng, where = chance("where", slug, *seed), place(slug)
    words = {"ulica": rng.choice(where.streets), "naselje": rng.choice(where.neighbourhoods)} | more
    return text.format_map(words | {f"{name}_latn": to_latin(word) for name, word in words.items()})


def chance(*seed: str) -> random.Random:
    """The same throws for the same words, so that every demo is the same."""
    return random.Random(" ".join(("dobosar", *seed)))  # noqa: S311 - a demo, not a secret


# ---- planning


def days(slug: str, today: date) -> Iterator[Planned]:
    """The posts of the sixty days before `today`, oldest first."""
    plan = Plan(place(slug), chance("days", slug))
    trained_on = today - timedelta(days=TRAINING_DAYS_AGO)
    for day in _each(today - timedelta(days=DAYS), today - timedelta(days=1)):
        yield from _ordinary(plan, day, trained=day >= trained_on)
        if slug == POLLED and day == today - timedelta(days=POLLED_DAYS_AGO):
            poll = next(wording for wording in common() if wording.asked and wording.asked.options)
            if poll.key not in plan.used:
                yield _planned(plan, poll, day, POLLED_AT, trained=True)


def before_training(slug: str, first: date, last: date) -> Iterator[Planned]:
    """The posts of a municipality that was not trained yet, oldest first, from `first` to `last`.

    What the year brings has its own days (`year.toml`). In quiet weeks little else is written.
    """
    plan = Plan(place(slug), chance("before", slug))
    for day in _each(first, last):
        plan.used = {key: on for key, on in plan.used.items() if day - on < FRESH_AGAIN}
        brought = [event for event in events() if event.falls_on(day) and event.concerns(slug)]
        for number, event in enumerate(brought):
            yield _planned(plan, event.wording, day, time(event.hour, 5 * number), trained=False)
        if not brought and (not _is_quiet(day) or plan.rng.random() < QUIET_SHARE):
            yield from _ordinary(plan, day, trained=False)


def _each(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=ahead) for ahead in range((last - first).days + 1))


def _ordinary(plan: Plan, day: date, *, trained: bool) -> Iterator[Planned]:
    for number in range(_posts_on(plan, day, trained=trained)):
        yield write(plan, day, trained=trained, number=number)


def _is_quiet(day: date) -> bool:
    return any(first <= (day.month, day.day) <= last for first, last in QUIET)


def coming(slug: str, today: date, count: int) -> list[Planned]:
    """Posts for the days from tomorrow on."""
    plan = Plan(place(slug), chance("coming", slug))
    for planned in days(slug, today):
        plan.used[planned.key] = planned.time.local.date()
    return [write(plan, today + timedelta(days=1 + n), trained=True, number=n) for n in range(count)]


def call(slug: str, entry: Mapping[str, Any], day: date, **words: str) -> Planned:
    """The post that calls for a hearing (`hearings`), published on `day`."""
    post, trained = entry["post"], day >= entry["trained_on"]
    wording = Wording(
        key=entry["key"], category="consultation", title=fill_in(slug, post["title"], entry["key"], **words),
        text=fill_in(slug, post["text"].strip(), entry["key"], **words), picture=post["picture"], call="comment",
    )  # fmt: skip
    return _planned(Plan(place(slug), chance("hearing", slug, entry["key"])), wording, day, CALLED_AT, trained=trained)


def _posts_on(plan: Plan, day: date, *, trained: bool) -> int:
    # Weekend readers are there, weekday writers are not.
    weights = {5: 0.45, 6: 0.2}
    mean = plan.place.weekly[trained] / 5.65 * weights.get(day.weekday(), 1.0)
    first = plan.rng.random() < mean
    return int(first) + int(first and trained and plan.rng.random() < mean / 8)


def write(plan: Plan, day: date, *, trained: bool, number: int) -> Planned:
    wording = _choose(plan, day, trained=trained)
    hours = (HOURS_AFTER[:3] if not number % 2 else HOURS_AFTER[3:]) if trained else HOURS_BEFORE
    again = wording.key in plan.used
    hour, minute = plan.rng.choice(hours)
    at = time(hour, minute + plan.rng.choice((0, 0, 5, 10)))
    return _planned(plan, wording, day, at, trained=trained, again=again)


def _planned(plan: Plan, wording: Wording, day: date, at: time, *, trained: bool, again: bool = False) -> Planned:
    plan.used[wording.key] = day
    resolved = resolve_wall_time(day, at, fold=0)
    assert isinstance(resolved, ResolvedTime)  # the clocks change at night
    placeholders = _placeholders(plan, day)
    texts = {"sr-Cyrl": (wording.other if wording.other and (again or plan.rng.random() < 0.5) else wording.text)}
    texts |= {tag: by_key[wording.key] for tag, by_key in plan.place.translations.items() if wording.key in by_key}
    return Planned(
        key=wording.key,
        category=wording.category,
        title=wording.title,
        texts={tag: text.format_map(placeholders) for tag, text in texts.items()},
        link=wording.link,
        picture=(picture := wording.picture if plan.rng.random() < 0.9 else ""),
        time=resolved,
        channels=_channels(plan, texts, picture),
        call=wording.call if trained else "",
        service=wording.service,
        asked=wording.asked if trained else None,
    )


def _choose(plan: Plan, day: date, *, trained: bool) -> Wording:
    """A wording that was not used for the longest time, of a category drawn from the mix."""
    fitting = [w for w in (*common(), *plan.place.own) if w.fits(day, trained=trained)]
    mix = MIX_AFTER if trained else MIX_BEFORE
    fresh = [w for w in fitting if w.key not in plan.used]
    if not fresh:
        return min(fitting, key=lambda w: plan.used[w.key])
    shares: dict[str, int] = {c: share for c, share in mix.items() if any(w.category == c for w in fresh)}
    category = plan.rng.choices(list(shares), list(shares.values()))[0] if shares else fresh[0].category
    among = [w for w in fresh if w.category == category]
    return plan.rng.choices(among, [OWN_COUNTS if w.is_own else 1 for w in among])[0]


def _placeholders(plan: Plan, day: date) -> dict[str, str]:
    quarter, quarter2 = plan.rng.sample(plan.place.neighbourhoods, 2)
    street, street2 = plan.rng.sample(plan.place.streets, 2)
    placeholders = {
        **plan.place.placeholders,
        "naselje": quarter,
        "naselje2": quarter2,
        "ulica": street,
        "ulica2": street2,
    }
    placeholders |= {f"za{ahead}": spoken(day + timedelta(days=ahead)) for ahead in AHEAD}
    placeholders |= {f"{name}_latn": to_latin(text) for name, text in placeholders.items()}
    for ahead in AHEAD:
        later = day + timedelta(days=ahead)
        placeholders |= {f"za{ahead}_{name}": in_words(later) for name, in_words in DATES.items()}
    return placeholders


def spoken(day: date) -> str:
    """24. новембра, as one says it"""
    return f"{day.day}. {MONTHS[day.month - 1]}"


def hungarian_day(day: date) -> str:
    """A day as the beginning or the end of a period: "május 12."."""
    return f"{HUNGARIAN_MONTHS[day.month - 1]} {day.day}."


def hungarian(day: date) -> str:
    """május 12-én: on that day. The ending follows the vowels of the number."""
    ending = "jén" if day.day == 1 else "án" if day.day in HUNGARIAN_BACK_VOWELS else "én"
    return f"{HUNGARIAN_MONTHS[day.month - 1]} {day.day}-{ending}"


# By the suffix of the placeholder: {za7_sk} is the day in a week, in Slovak.
DATES: Mapping[str, Callable[[date], str]] = {
    "hu": hungarian,
    "hu_day": hungarian_day,
    "sq": lambda day: f"{day.day} {ALBANIAN_MONTHS[day.month - 1]}",
    "sk": lambda day: f"{day.day}. {SLOVAK_MONTHS[day.month - 1]}",
    "bg": lambda day: f"{day.day} {BULGARIAN_MONTHS[day.month - 1]}",
}


def _channels(plan: Plan, texts: Mapping[str, str], picture: str) -> tuple[str, ...]:
    first, *more = plan.place.channels
    chosen = [first.username]
    for channel in more:
        has_words = channel.languages[0].startswith("sr-") or channel.languages[0] in texts
        if has_words and plan.rng.random() < channel.share and channel.takes(picture):
            chosen.append(channel.username)
    return tuple(chosen)
