"""Counts how often a link is followed, without identifying anybody.

The database holds one number per link and hour. To ignore double clicks and floods, Valkey holds a hash of the
visitor's address for seconds, made with a random salt that is discarded daily; the hash is never written to the
database, and every visit counts while Valkey is down.
"""

import hashlib
import secrets
from dataclasses import dataclass

import redis

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from common import ratelimit
from common.networks import network_of
from links.models import ClickCount, Link
from municipalities.tenancy import scope

A_DAY = 24 * 3600
# The same person, the same link: a second tap within these seconds is the same visit.
SAME_VISIT = 10
MINUTE = 60


@dataclass(frozen=True)
class Visitor:
    """A visitor as a hash that is useless after today. Empty: Valkey is down."""

    word: str


def visitor(address: str, agent: str) -> tuple[Visitor, Visitor]:
    """(connection, person behind it): the first is rate limited, the second detects double clicks."""
    try:
        salt = str(cache.get_or_set("links:salt", lambda: secrets.token_hex(16), A_DAY))
    except redis.RedisError:
        return Visitor(""), Visitor("")
    line = network_of(address)
    return Visitor(_hash(salt, line)), Visitor(_hash(salt, f"{line} {agent}"))


def _hash(salt: str, text: str) -> str:
    return hashlib.blake2b(text.encode(), key=salt.encode(), digest_size=12).hexdigest()


def is_too_much(connection_: Visitor) -> bool:
    """Whether this connection exceeds the limit within this minute."""
    if not connection_.word:
        return False
    most = settings.SHORT_LINKS_PER_MINUTE
    try:
        return ratelimit.hit("links", connection_.word, limit=most, seconds=MINUTE).is_exceeded
    except redis.RedisError:
        return False


def is_again(person: Visitor, link: Link) -> bool:
    """Whether this is the second click of the same visit."""
    if not person.word:
        return False
    try:
        return not cache.add(f"links:visit:{person.word}:{link.code}", 1, SAME_VISIT)
    except redis.RedisError:
        return False


def count(link: Link, *, machine: bool = False) -> None:
    """Increment the counter of this hour. One atomic statement."""
    now = timezone.localtime()
    table = connection.ops.quote_name(ClickCount._meta.db_table)
    with scope(link.municipality_id), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} AS t (municipality_id, link_id, counted_on, hour, people, machines) "  # noqa: S608 - a model's name
            "VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (link_id, counted_on, hour) "
            "DO UPDATE SET people = t.people + excluded.people, machines = t.machines + excluded.machines",
            [link.municipality_id, link.pk, now.date(), now.hour, int(not machine), int(machine)],
        )
